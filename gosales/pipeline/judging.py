"""Frozen scores beside what happened after their cutoff."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.star import Outcome
from gosales.core.timeline import Cutoff
from gosales.evaluation.scoreboard import scoreboard
from gosales.features.engine import FeatureEngine
from gosales.labels.purchases import label
from gosales.models.calibration import Calibration
from gosales.models.division_model import DivisionModel
from gosales.models.money_model import Money
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judge_money import MoneyTable, money_figures
from gosales.pipeline.money import MoneyProof, money_proof
from gosales.pipeline.proof import populations

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Frozen scores beside what happened; every array has shape (n, D).

    Attributes:
        score: "model" (what was shipped) and each baseline -> probabilities.
        told: What was said of the money.
        months: Length of the outcome that the holdout covers.
    """

    cutoff: Cutoff
    divisions: tuple[str, ...]
    score: dict[str, Floats]
    bought: NDArray[np.bool_]
    value_cents: NDArray[np.int64]
    population: NDArray[np.object_]
    months: int
    horizon_months: int
    customers: NDArray[np.object_]
    told: MoneyProof

    def board(self, name: str) -> dict[str, Any]:
        """The scoreboard of one of the scores."""
        return scoreboard(self.score[name], self.bought, self.population, self.divisions)

    def money(self) -> dict[str, Any]:
        """How the money was foretold, with the probabilities that were shipped."""
        return money_figures(
            MoneyTable(self.score[MODEL], self.told, self.bought, self.value_cents, self.population)
        )


def score_frozen(engine: FeatureEngine, models: list[DivisionModel], outcome: Outcome) -> Judged:
    """Score every cell that has a model, for an outcome of the length that is covered."""
    cells = engine.at(0)
    by_name = {model.division: model for model in models}
    kept = [d for d, name in enumerate(cells.spine.divisions) if name in by_name]
    labels = label(outcome, cells.spine)
    n = len(cells.spine.customers)
    score = {name: np.zeros((n, len(kept))) for name in (MODEL, *models[0].shared.baselines)}
    money = np.zeros((4, n, len(cells.spine.divisions)))
    everyone, plain = np.arange(n, dtype=np.int32), Calibration()
    for place, d in enumerate(kept):
        model = by_name[cells.spine.divisions[d]]
        frame = cells.rows(everyone, np.full(n, d, np.int32), outcome.horizon_months)
        score[MODEL][:, place] = model.score(frame.values, frame.owned)
        money[:, :, d] = astuple(model.money(frame.values))
        for name in model.shared.baselines:
            score[name][:, place] = plain(model.baseline_logit(name, frame.values))
    divisions = tuple(cells.spine.divisions[d] for d in kept)
    return Judged(
        engine.history.cutoff,
        divisions,
        score,
        labels.bought[:, kept],
        labels.value_cents[:, kept],
        populations(cells)[:, kept],
        outcome.horizon_months,
        engine.horizon_months,
        cells.spine.customers,
        money_proof(cells, Money(*money)).of(divisions),
    )
