"""One fold of a backtest: fit with what was known at a cutoff, and judge by what came after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.errors import TimelineError
from gosales.core.star import History, Star
from gosales.core.timeline import Cutoff
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.labels.purchases import label
from gosales.models.division_model import POOLED, DivisionModel, Side
from gosales.models.reference import reference_scores
from gosales.pipeline.fit import Fitted, Plan, fit
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judging import Judged, score_frozen
from gosales.pipeline.room import require_ledgers
from gosales.pipeline.session import Session
from gosales.pipeline.train import chosen_divisions

UNGATED = "model_everywhere"
REFERENCE = "lightgbm_per_division"


@dataclass(frozen=True)
class Fold:
    """A cutoff's scores beside what happened, and what the fit had seen.

    Attributes:
        seen: Plain JSON values: last day known, training cutoffs, last day of their outcomes.
    """

    judged: Judged
    seen: dict[str, Any]


def judge_at(
    star: Star, cutoff: Cutoff, session: Session, *, reference: bool, capacity: int
) -> Fold:
    """Fit as of `cutoff`, and score what was shipped, the ungated model and the baselines.

    Raises:
        TimelineError: Something that the fit saw lies after the cutoff.
        WorkspaceError: The ledgers would not fit into the memory budget.
    """
    engine = FeatureEngine(star.as_of(cutoff), session.horizon_months)
    require_ledgers(engine, session.config.limits.memory_gb)
    limits, seed = session.config.limits, session.options.seed
    divisions = chosen_divisions(session, engine)
    fitted = fit(engine, Plan(session.config.models, divisions, {}, limits.training_rows, seed))
    seen = purged(engine.history, fitted)
    cells = engine.at(0)
    outcome = star.outcome(cutoff, session.horizon_months)
    variants = {MODEL: fitted.models, UNGATED: ungated(fitted.models)}
    judged = score_frozen(cells, variants, outcome, capacity)
    if reference:
        rival = reference_competitor(engine, cells, judged.divisions, seed)
        judged = replace(judged, score={**judged.score, REFERENCE: rival})
    until = str(cutoff.plus_months(session.horizon_months))
    return Fold(judged, {**seen, "judged_until": until, "customers": len(judged.customers)})


def ungated(models: Sequence[DivisionModel]) -> list[DivisionModel]:
    """The same models, shipped everywhere whatever the gates say."""
    always = Side(POOLED, "")
    return [replace(model, never=always, held=always) for model in models]


def purged(history: History, fitted: Fitted) -> dict[str, Any]:
    """What the fit had seen, once it is checked that none of it lies after the cutoff.

    Raises:
        TimelineError: A known line or a training outcome lies after the cutoff.
    """
    last = pd.Timestamp(history.tables.facts[Fact.DATE].max().execute()).date()
    training = fitted.training
    end = training.outcomes_end if training else None
    for what, day in (("a known line", last), ("a training outcome", end)):
        if day is not None and day > history.cutoff.date:
            raise TimelineError(
                f"The fold of {history.cutoff} leaks: {what} reaches to {day}.",
                remedy="This is a defect of the engine; please report it with the settings used.",
            )
    cutoffs = [str(one) for one in training.cutoffs] if training else []
    return {
        "cutoff": str(history.cutoff),
        "known_until": str(last),
        "training_cutoffs": cutoffs,
        "training_outcomes_end": str(end) if end else None,
    }


def reference_competitor(
    engine: FeatureEngine, cells: CellFeatures, divisions: Sequence[str], seed: int
) -> NDArray[np.float64]:
    """Shape (n, len(divisions)): boosted trees per division, from the newest complete cutoff."""
    past = engine.at(engine.horizon_months)
    outcome = engine.history.outcome(past.panel.cutoff, engine.horizon_months)
    bought = label(outcome, past.spine).bought
    columns = []
    for name in divisions:
        now = _column(cells, name)
        if name in past.spine.divisions:
            then, y = _column(past, name), bought[:, past.spine.divisions.index(name)]
        else:
            then, y = now[:0], np.empty(0, bool)
        columns.append(reference_scores(then, y, now, seed))
    return np.column_stack(columns)


def _column(cells: CellFeatures, division: str) -> NDArray[np.float32]:
    """Shape (n, features): every customer's cell of one division."""
    n = len(cells.spine.customers)
    at = np.full(n, cells.spine.divisions.index(division), np.int32)
    return cells.rows(np.arange(n, dtype=np.int32), at).values
