"""What the judged checks measure: scores of a trial beside what happened, and shuffled fits."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Fact, Scores, Status
from gosales.core.star import History, Outcome
from gosales.core.timeline import Cutoff
from gosales.evaluation.checks.area import Area, Flags, Floats, area
from gosales.evaluation.checks.check import Check
from gosales.evaluation.checks.row_alone import row_alone
from gosales.evaluation.checks.row_overlap import fingerprints, outcomes_beyond, row_overlap
from gosales.evaluation.checks.shuffled_labels import no_shuffle, shuffled_labels
from gosales.evaluation.checks.single_feature import (
    attribute_area,
    column_area,
    single_feature,
)
from gosales.features.cells import HORIZON_FEATURE, CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.labels.purchases import label
from gosales.pipeline.fit import fit_unproved
from gosales.pipeline.gate import MODEL
from gosales.pipeline.proof import score_cells
from gosales.pipeline.prove_trial import Trial
from gosales.pipeline.score_customers import ScoredLists
from gosales.pipeline.session import Session
from gosales.pipeline.train import plan_of

ALONE_SPLIT = 7
"""Rows are scored again in so many parts."""


@dataclass(frozen=True)
class Seen:
    """Published scores beside what happened; arrays of shape (n, D).

    Attributes:
        columns: Shape (D,), positions of the divisions in the spine.
        never: Cells never bought by the cutoff.
    """

    columns: NDArray[np.int64]
    score: Floats
    never: Flags
    bought: Flags

    def area(self) -> Area | None:
        """Macro AUC on never-bought cells."""
        return area(self.score, self.bought, self.never)


def seen(lists: ScoredLists, cells: CellFeatures, outcome: Outcome) -> Seen:
    """Put a score list, whose rows go by customer and division, beside an outcome."""
    table, n = lists.scores, len(cells.spine.customers)
    divisions = table[Scores.DIVISION].to_numpy(object).reshape(n, -1)[0]
    columns = np.array([cells.spine.divisions.index(name) for name in divisions])
    never = (table[Scores.STATUS] == Status.WHITESPACE).to_numpy(bool)
    score = table[Scores.SCORE].to_numpy(float)
    bought = label(outcome, cells.spine).bought[:, columns]
    return Seen(columns, score.reshape(n, -1), never.reshape(n, -1), bought)


def alone(trial: Trial) -> Check:
    """Score every cell with all others and again in parts."""
    customers = np.arange(len(trial.cells.spine.customers), dtype=np.int32)
    position = {name: d for d, name in enumerate(trial.cells.spine.divisions)}
    together, parted = [], []
    for model in trial.fitted.models:
        if model.division not in position:
            continue
        division = np.full(len(customers), position[model.division], np.int32)
        frame = trial.cells.rows(customers, division)
        together.append(model.score(frame.values, frame.owned))
        again = np.empty(len(customers))
        for start in range(ALONE_SPLIT):
            part = slice(start, None, ALONE_SPLIT)
            again[part] = model.score(frame.values[part], frame.owned[part])
        parted.append(again)
    return row_alone(str(trial.cutoff), np.concatenate(together), np.concatenate(parted))


def overlap(trial: Trial) -> Check:
    """Judged rows among the training rows, and outcomes that were not over."""
    cells, training = trial.cells, trial.fitted.training
    n, d = cells.panel.shape
    kept = [at for at, name in enumerate(cells.names) if name != HORIZON_FEATURE]
    months = cells.names.index(HORIZON_FEATURE)
    position = {name: at for at, name in enumerate(cells.spine.divisions)}
    nothing = np.empty(0, np.uint64)
    if training is None:
        return row_overlap(trial.cutoff, nothing, nothing, [])
    division = np.array([position.get(name, -1) for name in training.divisions], np.int32)
    everyone = np.arange(n, dtype=np.int32)
    judged = []
    for at in range(d):
        column = np.full(n, at, np.int32)
        judged.append(fingerprints(cells.rows(everyone, column).values[:, kept], column))
    lengths = {int(m) for m in np.unique(training.values[:, months])}
    return row_overlap(
        trial.cutoff,
        fingerprints(training.values[:, kept], division[training.division]),
        np.concatenate(judged),
        outcomes_beyond(training.cutoffs, lengths, trial.cutoff),
    )


def too_good(trial: Trial, found: Seen) -> Check:
    """Every feature and every imported attribute by itself, on never-bought cells."""
    cells = trial.cells
    n = len(cells.spine.customers)
    everyone = np.arange(n, dtype=np.int32)
    values = np.stack(
        [cells.rows(everyone, np.full(n, d, np.int32)).values for d in found.columns], axis=1
    )
    areas = {
        name: one
        for at, name in enumerate(cells.names)
        if (one := column_area(values[:, :, at].astype(float), found.bought, found.never))
    }
    for name, codes in attribute_codes(trial).items():
        one = attribute_area(codes, found.bought, found.never)
        areas |= {f"attribute {name}": one} if one else {}
    return single_feature(str(trial.cutoff), areas, found.area())


def attribute_codes(trial: Trial) -> dict[str, NDArray[np.int32]]:
    """Imported attribute -> shape (n,), group of each customer at the cutoff, -1 for none."""
    on_day = trial.engine.sources.attributes_on(trial.cutoff.date)
    rows = on_day.reindex(trial.cells.spine.customers)
    return {str(name): rows[name].astype("category").cat.codes.to_numpy(np.int32) for name in rows}


def without_knowledge(session: Session, trial: Trial, outcome: Outcome) -> Check:
    """Fit on shuffled outcomes, judge on shuffled outcomes.

    The model is judged in every division, whatever the gates would ship: a simple score cannot
    learn much. So the proofs are not needed.
    """
    seed = session.options.seed
    known = trial.engine.history
    history = ShuffledHistory(known.cutoff, known.tables, known.two_clocks, seed)
    engine = FeatureEngine(history, trial.engine.horizon_months)
    plan = plan_of(session, engine)
    ensemble = fit_unproved(engine, plan)
    if ensemble is None:
        return no_shuffle(str(trial.cutoff), "No outcome is left to learn from when shuffled.")
    cells = engine.at(0)
    score = score_cells(cells, ensemble, {}, cells.panel.everyone)[MODEL]
    facts = dealt_out(outcome.facts, cells.spine.customers, outcome.cutoff, seed)
    bought = label(replace(outcome, facts=facts), cells.spine).bought
    columns = [cells.spine.divisions.index(name) for name in plan.divisions]
    found = (score[:, columns], bought[:, columns], ~cells.spine.owned[:, columns])
    return shuffled_labels(str(trial.cutoff), area(*found))


@dataclass(frozen=True)
class ShuffledHistory(History):
    """A history whose outcomes went to other customers; what it says of the past is true."""

    seed: int = 0

    def as_of(self, cutoff: Cutoff) -> History:
        cut = super().as_of(cutoff)
        return ShuffledHistory(cut.cutoff, cut.tables, cut.two_clocks, self.seed)

    def outcome(self, cutoff: Cutoff, horizon_months: int) -> Outcome:
        true = super().outcome(cutoff, horizon_months)
        customers = self.sales.select(Fact.CUSTOMER).distinct().to_pandas()[Fact.CUSTOMER]
        names = np.sort(customers.to_numpy(object))
        return replace(true, facts=dealt_out(true.facts, names, cutoff, self.seed))


def dealt_out(
    facts: ir.Table, customers: NDArray[np.object_], cutoff: Cutoff, seed: int
) -> ir.Table:
    """The sales of each customer, given to another one drawn for this cutoff."""
    chance = np.random.default_rng([seed, zlib.crc32(str(cutoff).encode())])
    other = chance.permutation(len(customers))
    deal = ibis.memtable(
        {Fact.CUSTOMER: customers.tolist(), "other": customers[other].tolist()},
        schema={Fact.CUSTOMER: "string", "other": "string"},
    )
    dealt = facts.inner_join(deal, Fact.CUSTOMER)
    return dealt.mutate(**{Fact.CUSTOMER: dealt["other"]}).select(facts.columns)
