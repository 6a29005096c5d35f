"""What moved scores between two runs, measured by scoring again.

The later run's star is scored with the earlier run's models, with and without the lines that the
earlier run did not know of. Starting from the earlier score, in this order:

    new cutoff   the earlier models at the later cutoff, the customer's new lines left out
    new orders   the same models, with the customer's new lines
    new model    the later models: the later score

The parts add up to the change. To leave out a customer's lines but not its market's, customers with
new lines are split into GROUPS, and each group in turn goes without. The first part holds the time
that went by, what others ordered, and changed look-ups and settings.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact, Scores
from gosales.core.errors import GosalesError, WorkspaceError
from gosales.core.star import History, Star, visible_date
from gosales.etl.build_star import build_star, gather_from, open_star
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.models.division_model import DivisionModel
from gosales.models.model_store import load_models
from gosales.pipeline.build import sources_of
from gosales.pipeline.score_customers import models_by_division
from gosales.pipeline.scorings import KEY, SCORES, Scoring
from gosales.pipeline.session import Session
from gosales.utils.progress import track
from gosales.utils.store import STAR, RunStore
from gosales.whitespace.changes import NEW_CUTOFF, NEW_MODEL, NEW_ORDERS

Floats = NDArray[np.float64]
GROUPS = 4
SAME = 2e-6
"""Scores that differ by less are the same: lists are rounded to six digits."""

PARTS = (NEW_CUTOFF, NEW_ORDERS, NEW_MODEL)
NEW = "is_new"


@dataclass(frozen=True)
class NewLines:
    """Lines that the later run knew of and the earlier one did not.

    Attributes:
        by_cell: customer_id, division, sold and returned (days with such lines), first, last.
        by_customer: The same per customer, in all divisions; sold and returned days count once.
    """

    by_cell: pd.DataFrame
    by_customer: pd.DataFrame


@dataclass(frozen=True)
class Causes:
    """What moved scores.

    Attributes:
        parts: customer_id, division and PARTS, of the cells that both runs scored.
        lines: None when there is no star to look in.
        untold: Why there are no parts, as a sentence.
    """

    parts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*KEY, *PARTS]))
    lines: NewLines | None = None
    untold: str = ""


def causes_of(before: Scoring, after: Scoring) -> Causes:
    """Measure what moved the scores from one run to another, as far as what is kept allows."""
    lines = None
    try:
        with star_of(after) as star:
            history = star.as_of(after.about[0])
            fresh = is_new(history, before, after)
            with track("Looking for new orders"):
                lines = _new_lines(history.sales.filter(fresh(history.sales)))
            return Causes(_Bench(history, fresh, lines).parts(before, after), lines)
    except GosalesError as error:
        return Causes(lines=lines, untold=error.problem)


@contextmanager
def star_of(scoring: Scoring) -> Iterator[Star]:
    """The star that a run scored: the published one, or made again from the same raw files.

    Raises:
        WorkspaceError: Its raw files are no longer those that it read.
    """
    made_by = scoring.made_by(STAR)
    if not made_by.get("input_hashes"):
        raise WorkspaceError(
            f"What run {scoring.run_id} scored was not made of raw files that could be read again.",
            remedy="Compare runs on raw logs.",
        )
    session = Session.again(scoring.workspace, made_by)
    store = RunStore(scoring.workspace)
    published = store.published().parts.get(STAR) == made_by["run_id"]
    with tempfile.TemporaryDirectory(prefix=".diff-", dir=scoring.workspace.outputs) as scratch:
        path = store.star_path() if published else _built_again(scoring, session, Path(scratch))
        star = open_star(path, session.config.limits.memory_gb)
        try:
            yield star
        finally:
            star.close()


def _built_again(scoring: Scoring, session: Session, scratch: Path) -> Path:
    """The star of a run from those raw files that it read."""
    sources = replace(sources_of(session), staging=scratch / "staging")
    cutoff, settings, then = session.options.cutoff, session.config.etl(), scoring.inputs
    made_of = gather_from(sources, settings, cutoff)
    lost = sorted(name for name in then if made_of.hashes.get(name) != then[name])
    if lost:
        raise WorkspaceError(
            f"The star of run {scoring.run_id} is gone, and cannot be made again since "
            f"{', '.join(lost[:3])} changed.",
            remedy="Put the raw files of that day back.",
        )
    files = [file for file in made_of.found.files if file.name in then]
    chosen = replace(made_of, found=replace(made_of.found, files=files), hashes=then)
    return build_star(sources, settings, scratch / "star.duckdb", cutoff, chosen).path


@dataclass(frozen=True)
class IsNew:
    """Which lines the earlier run did not know of.

    Lines after its cutoff; and lines of files that it did not read, as far as that tells: not
    where a file was replaced, and not for a file that comes before one that it read, since of
    equal lines in two files the first file's is loaded.
    """

    history: History
    cutoff: dt.date
    files: tuple[str, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        """True where a line is new."""
        day = visible_date(rows) if self.history.two_clocks else rows[Fact.DATE]
        late = day > self.cutoff
        return late | rows[Fact.SOURCE_FILE].isin(self.files) if self.files else late


def is_new(history: History, before: Scoring, after: Scoring) -> IsNew:
    """The rule that tells new lines of the later run's history."""
    cutoff = before.about[0].date
    files = set(history.sales[Fact.SOURCE_FILE].as_table().distinct().to_pandas().iloc[:, 0])
    old, new = set(before.inputs.values()), after.inputs
    replaced = {name for name, digest in before.inputs.items() if digest not in new.values()}
    if replaced & files or replaced - set(new) or not old:
        return IsNew(history, cutoff)
    known = [name for name in files if new.get(name) in old]
    unknown = sorted(name for name in files if new.get(name) not in old)
    return IsNew(history, cutoff, tuple(n for n in unknown if n > max(known, default="")))


def _new_lines(lines: ir.Table) -> NewLines:
    sale = lines[Fact.LINE_TYPE] == Fact.SALE
    sums = {
        "sold": ibis.ifelse(sale, lines[Fact.DATE], None).nunique(),
        "returned": ibis.ifelse(sale, None, lines[Fact.DATE]).nunique(),
        "first": lines[Fact.DATE].min(),
        "last": lines[Fact.DATE].max(),
    }
    by_cell = lines.group_by([Fact.CUSTOMER, Fact.DIVISION]).aggregate(**sums)
    by_customer = lines.group_by(Fact.CUSTOMER).aggregate(**sums)
    return NewLines(*(table.to_pandas() for table in (by_cell, by_customer)))


@dataclass(frozen=True)
class _Bench:
    """Scores one history again, whole and without new lines."""

    history: History
    fresh: IsNew
    lines: NewLines

    def parts(self, before: Scoring, after: Scoring) -> pd.DataFrame:
        """The columns of `Causes.parts`.

        Raises:
            GosalesError: Models are gone or of another version, or the later scores cannot be made
                again.
        """
        old, new = _published(before), _published(after)
        with track("Scoring with the later models"):
            cells = FeatureEngine(self.history, after.about[1]).at(0)
            later = _scores(cells, _models(after, cells))
        _require_same(later, new, after)
        same = before.model_hashes == after.model_hashes
        with track("Scoring with the earlier models"):
            models = _models(before, cells)
            earlier = later if same else _scores(cells, models)
        quiet = self._without_new(earlier, models, after.about[1])
        both = old.index.intersection(new.index).intersection(earlier.index)
        steps = [old[both], quiet[both], earlier[both], new[both]]
        found = {cause: b - a for cause, (a, b) in zip(PARTS, pairwise(steps), strict=True)}
        return pd.DataFrame(found, index=both).reset_index()

    def _without_new(
        self, scores: pd.Series, models: dict[str, DivisionModel], horizon: int
    ) -> pd.Series:
        """The scores with each customer's own new lines left out."""
        result = scores.copy()
        customers = self.lines.by_customer[Fact.CUSTOMER].sort_values().to_list()
        groups = [customers[i::GROUPS] for i in range(GROUPS)]
        with track("Scoring without new orders", total=GROUPS) as advance:
            for group in groups:
                if group:
                    cells = FeatureEngine(self._history_without(group), horizon).at(0)
                    found = _scores(cells, models, group)
                    result.update(found)
                advance(1)
        return result

    def _history_without(self, customers: list[str]) -> History:
        facts = self.history.tables.facts
        theirs = facts[Fact.CUSTOMER].isin(customers)
        left = facts.filter(~(theirs & self.fresh(facts)))
        return replace(self.history, tables=replace(self.history.tables, facts=left))


def _published(scoring: Scoring) -> pd.Series:
    table = pd.read_parquet(scoring.folder / SCORES, columns=[*KEY, Scores.SCORE])
    return table.set_index(KEY)[Scores.SCORE]


def _models(scoring: Scoring, cells: CellFeatures) -> dict[str, DivisionModel]:
    if not scoring.models.is_dir():
        raise WorkspaceError(
            f"The models of run {scoring.run_id} are not there any more.",
            remedy="Compare runs whose folders are whole.",
        )
    return models_by_division(load_models(scoring.models), cells)


def _scores(
    cells: CellFeatures, models: dict[str, DivisionModel], customers: list[str] | None = None
) -> pd.Series:
    """icp_score by customer_id and division; of all customers, or of some."""
    ids = pd.Index(cells.spine.customers)
    known = np.arange(len(ids)) if customers is None else ids.get_indexer(pd.Index(customers))
    rows: NDArray[np.int32] = known[known >= 0].astype(np.int32)
    known_too = [(d, name) for d, name in enumerate(cells.spine.divisions) if name in models]
    found = {name: np.zeros(len(ids)) for _, name in known_too}
    for block, (d, name) in product(cells.blocks(), known_too):
        some = np.intersect1d(block, rows)
        if not len(some):
            continue
        frame = cells.rows(some, np.full_like(some, d))
        found[name][some] = models[name].score(frame.values, frame.owned)
    table = pd.DataFrame({name: score[rows] for name, score in found.items()}, index=ids[rows])
    return table.stack().rename_axis(KEY)


def _require_same(again: pd.Series, published: pd.Series, scoring: Scoring) -> None:
    """Raise WorkspaceError when the later run's scores do not come out again."""
    shared = published.index.intersection(again.index)
    off = (again[shared] - published[shared]).abs()
    if len(shared) < len(published) or (off > SAME).any():
        raise WorkspaceError(
            f"Run {scoring.run_id} scored again gives other scores, up to "
            f"{off.max() if len(off) else 1.0:.4f} away.",
            remedy="Run `gosales score` with this version, then compare.",
        )
