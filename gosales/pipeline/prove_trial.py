"""One trial of a proof: raw logs through the whole engine at one cutoff, and the digests of it.

What a trial does is what `gosales score-all --cutoff` does, but for saving models and publishing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from gosales.core.columns import Fact
from gosales.core.star import History, Star, visible_date
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import StarBuild, StarSources, build_star, open_star
from gosales.etl.settings import LookupSettings
from gosales.evaluation.checks.byte_identity import Digests
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.pipeline.build import refuse_blockers
from gosales.pipeline.figures import metrics
from gosales.pipeline.fit import Fitted, fit
from gosales.pipeline.publish_lists import write_lists
from gosales.pipeline.score_customers import ScoredLists, score_customers
from gosales.pipeline.session import Session
from gosales.pipeline.train import plan_of
from gosales.utils.progress import Advance, silent_advance
from gosales.utils.reuse import Answers, reusing
from gosales.utils.store import sha256

RUN_ID = "prove"
"""Stands where a published list has its run, so that lists of two trials can be compared."""

NOT_KNOWN_YET = (Fact.SOURCE_FILE, Fact.SOURCE_LINE)
"""Where a line stands in its file: that may change with later lines, and nothing reads it."""

STAR, FITS, LISTS = 0.1, 0.6, 0.3
"""Shares of a trial's time, roughly."""

ANEW = 2.5
"""A trial that has to ask everything anew takes as long as so many others."""


class EngineOnce(FeatureEngine):
    """Makes the features at its own cutoff once: lists and digests are of the same arrays."""

    @cached_property
    def now(self) -> CellFeatures:
        return super().at(0)

    def at(self, age: int) -> CellFeatures:
        return self.now if age == 0 else super().at(age)


@dataclass
class Trial:
    """What a trial made, with its star still open."""

    star: Star
    engine: FeatureEngine
    cells: CellFeatures
    fitted: Fitted
    lists: ScoredLists
    digests: Digests

    @property
    def cutoff(self) -> Cutoff:
        return self.engine.history.cutoff


@dataclass(frozen=True)
class Laboratory:
    """Where trials are made: a folder, and the workspace's session and sources.

    Attributes:
        lookups: Settings that name other lookup tables than the workspace's; None for its own.
        answers: Of the fits and predictions so far: the same question gets the same answer. None
            where it has to be asked anew.
        rounds: Of the trees, where only bytes are compared; None for the settings' own.
        advance: Is told what is done, in trials.
    """

    session: Session
    sources: StarSources
    folder: Path
    lookups: LookupSettings | None = None
    answers: Answers | None = None
    rounds: int | None = None
    advance: Advance = field(default=silent_advance)

    def at(self, cutoff: Cutoff | None) -> Session:
        """The session of a command with that `--cutoff`."""
        options = replace(self.session.options, cutoff=cutoff)
        config = self.session.config
        if self.lookups is not None:
            config = config.model_copy(update={"lookup": self.lookups})
        if self.rounds is not None:
            models = config.models.model_copy(update={"rounds": self.rounds})
            config = config.model_copy(update={"models": models})
        return replace(self.session, options=options, config=config)

    def build(self, logs: Path | None = None, cutoff: Cutoff | None = None) -> StarBuild:
        """Build the star of the raw logs in `logs`, by default the workspace's own.

        Raises:
            SalesLogError: It cannot be built, or has a blocker.
        """
        sources = self.sources if logs is None else self._copies(logs)
        target = self.folder / "star.duckdb"
        built = build_star(sources, self.at(cutoff).config.etl(), target, cutoff)
        refuse_blockers(built.quality.as_dict()["blockers"])
        return built

    def _copies(self, logs: Path) -> StarSources:
        """Sources whose staged files are not the workspace's."""
        return replace(self.sources, logs=logs, staging=self.folder / "staging")

    def beside(self, name: str) -> Laboratory:
        """Another one, with a folder of its own beside this one's."""
        return replace(self, folder=self.folder.parent / name)

    def run(self, logs: Path, cutoff: Cutoff) -> Trial:
        """Build, train, score. The star stays open until `end` is called."""
        session = self.at(cutoff)
        cost = 1.0 if self.answers is not None and self.answers.kept else ANEW
        built = self.build(logs, cutoff)
        star = open_star(built.path, session.config.limits.memory_gb)
        engine = EngineOnce(star.as_of(cutoff), session.horizon_months)
        self.advance(cost * STAR)
        with reusing(self.answers):
            fitted = trained(session, engine)
            self.advance(cost * FITS)
            lists = score_customers(engine, fitted.models, session.config, RUN_ID)
        cells = engine.at(0)
        digests = self._digests(star, (engine, cells), fitted, lists)
        self.advance(cost * LISTS)
        return Trial(star, engine, cells, fitted, lists, digests)

    def end(self, trial: Trial) -> None:
        """Let go of a trial's star and remove its files."""
        trial.star.close()
        self.clear()

    def clear(self) -> None:
        """Remove what was made here."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _digests(
        self,
        star: Star,
        made: tuple[FeatureEngine, CellFeatures],
        fitted: Fitted,
        lists: ScoredLists,
    ) -> Digests:
        engine, cells = made
        features = feature_digests(cells)
        known = engine.history.tables
        parts = {
            "facts": rows_digest(known.facts),
            "names": rows_digest(engine.history.customer_names()),
            "attributes": rows_digest(known.attributes),
            "statuses": rows_digest(known.statuses),
            "features": _json_digest(features),
            "training_rows": _training_digest(fitted),
            "judged_scores": judged_digest(fitted),
            "metrics": _json_digest(metrics(fitted)),
            **self._list_digests(lists),
        }
        return Digests(parts, features, rows_digest(unknown_facts(star, engine.history)))

    def _list_digests(self, lists: ScoredLists) -> dict[str, str]:
        """Of the two published files of each list, CSV and Parquet."""
        folder = self.folder / "lists"
        folder.mkdir(parents=True, exist_ok=True)
        write_lists(lists, folder)
        return {
            name: _json_digest([sha256(folder / f"{name}{end}") for end in (".csv", ".parquet")])
            for name in ("icp_scores", "whitespace")
        }


def trained(session: Session, engine: FeatureEngine) -> Fitted:
    """The models as `gosales train` makes them."""
    return fit(engine, plan_of(session, engine))


def unknown_facts(star: Star, history: History) -> ir.Table:
    """The star's facts that the history does not know."""
    facts = star.tables.facts
    day = visible_date(facts) if history.two_clocks else facts[Fact.DATE]
    return facts.filter(day > history.cutoff.date)


def rows_digest(table: ir.Table) -> str:
    """Of the rows of a table, whatever their order; lines may move within their files."""
    columns = [name for name in table.columns if name not in NOT_KNOWN_YET]
    texts = table.select(*(table[name].cast("string").name(name) for name in columns)).to_pandas()
    hashes = np.sort(pd.util.hash_pandas_object(texts, index=False).to_numpy(np.uint64))
    return _digest(",".join(columns).encode(), hashes.tobytes())


def feature_digests(cells: CellFeatures) -> dict[str, str]:
    """Feature -> digest of its column over all cells; under "" that of the cells themselves."""
    n, d = cells.panel.shape
    axes = [cells.spine.customers.tolist(), list(cells.spine.divisions), str(cells.spine.cutoff)]
    hashes = {name: hashlib.sha256() for name in cells.names}
    everyone = np.arange(n, dtype=np.int32)
    for division in range(d):
        frame = cells.rows(everyone, np.full(n, division, np.int32))
        for name, column in zip(frame.names, frame.values.T, strict=True):
            hashes[name].update(np.ascontiguousarray(column).tobytes())
    owned = np.ascontiguousarray(cells.spine.owned).tobytes()
    return {
        "": _digest(json.dumps(axes).encode(), owned),
        **{name: one.hexdigest() for name, one in hashes.items()},
    }


def judged_digest(fitted: Fitted) -> str:
    """Of the scores that `metrics.json` judges, as they were before their outcome was seen."""
    if fitted.proof is None:
        return ""
    score = fitted.proof.score
    return _digest(
        str(fitted.proof.cutoff).encode(),
        *(name.encode() + np.ascontiguousarray(score[name]).tobytes() for name in sorted(score)),
    )


def _training_digest(fitted: Fitted) -> str:
    rows = fitted.training
    if rows is None:
        return ""
    arrays = (rows.values, rows.division, rows.owned, rows.bought, rows.value_cents, rows.weight)
    said = [list(rows.divisions), list(rows.names), [str(day) for day in rows.cutoffs]]
    return _digest(
        json.dumps(said).encode(), *(np.ascontiguousarray(one).tobytes() for one in arrays)
    )


def _json_digest(content: Any) -> str:
    return _digest(json.dumps(content, sort_keys=True).encode())


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()
