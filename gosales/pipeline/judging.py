"""Frozen scores beside what happened after their cutoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.config import Config
from gosales.core.columns import Fact
from gosales.core.star import History, Outcome
from gosales.core.timeline import Cutoff
from gosales.evaluation.metrics import CAPACITY, Worth
from gosales.evaluation.scoreboard import members, scoreboard
from gosales.features.cells import CellFeatures
from gosales.labels.purchases import label
from gosales.models.calibration import Calibration
from gosales.models.division_model import DivisionModel
from gosales.models.money_model import Money
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judge_money import MoneyTable, money_figures
from gosales.pipeline.money import MoneyProof, money_proof
from gosales.pipeline.proof import populations

Floats = NDArray[np.float64]
ACTIVE_REP_MONTHS = 12


@dataclass(frozen=True)
class Judged:
    """Frozen scores beside what happened; every array has shape (n, D).

    Attributes:
        score: "model" (what was shipped) and each baseline -> probabilities.
        told: What was said of the money.
        months: Length of the outcome that the holdout covers.
        capacity: Best rows of a list that can be worked.
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
    capacity: int = CAPACITY

    def board(self, name: str) -> dict[str, Any]:
        """The scoreboard of one of the scores."""
        worth = Worth(self.value_cents / 100.0, self.capacity)
        return scoreboard(self.score[name], self.bought, self.population, self.divisions, worth)

    def inside(self, population: str) -> NDArray[np.bool_]:
        """Shape (n, D): the cells of a population."""
        return members(self.population, population)

    def money(self) -> dict[str, Any]:
        """How the money was foretold, with the probabilities that were shipped."""
        return money_figures(
            MoneyTable(self.score[MODEL], self.told, self.bought, self.value_cents, self.population)
        )


def score_frozen(
    cells: CellFeatures,
    variants: Mapping[str, Sequence[DivisionModel]],
    outcome: Outcome,
    capacity: int = CAPACITY,
) -> Judged:
    """Score every cell that has a model, for an outcome of the length that is covered.

    Args:
        variants: Name -> division models; MODEL is what is shipped. All of the same divisions.
    """
    by_name = {
        name: {model.division: model for model in models} for name, models in variants.items()
    }
    kept = [d for d, name in enumerate(cells.spine.divisions) if name in by_name[MODEL]]
    labels = label(outcome, cells.spine)
    score, money = _score(cells, by_name, kept, outcome.horizon_months)
    divisions = tuple(cells.spine.divisions[d] for d in kept)
    return Judged(
        cells.panel.cutoff,
        divisions,
        score,
        labels.bought[:, kept],
        labels.value_cents[:, kept],
        populations(cells)[:, kept],
        outcome.horizon_months,
        cells.panel.horizon_months,
        cells.spine.customers,
        money_proof(cells, cells.panel.everyone, money).of(divisions),
        capacity,
    )


def _score(
    cells: CellFeatures,
    by_name: Mapping[str, Mapping[str, DivisionModel]],
    kept: Sequence[int],
    months: int,
) -> tuple[dict[str, Floats], Money]:
    """Every score, of shape (n, len(kept)), and the money, of shape (n, D), 0 where not kept.

    Args:
        by_name: Variant -> division -> its model.
        kept: Places of the divisions in the spine.
        months: Length of the outcome.
    """
    n, shipped, plain = len(cells.spine.customers), by_name[MODEL], Calibration()
    baselines = next(iter(shipped.values())).shared.baselines
    score = {name: np.zeros((n, len(kept))) for name in (*by_name, *baselines)}
    money = np.zeros((4, n, len(cells.spine.divisions)))
    for block, (place, d) in product(cells.blocks(), enumerate(kept)):
        division = cells.spine.divisions[d]
        frame = cells.rows(block, np.full_like(block, d), months)
        for name, models in by_name.items():
            score[name][block, place] = models[division].score(frame.values, frame.owned)
        money[:, block, d] = astuple(shipped[division].money(frame.values))
        for name in baselines:
            logit = shipped[division].baseline_logit(name, frame.values)
            score[name][block, place] = plain(logit)
    return score, Money(*money)


def capacity_of(history: History, config: Config) -> int:
    """Rows of a list that can be worked: the settings', or the slots of the reps who still sell."""
    if config.backtest.capacity is not None:
        return config.backtest.capacity
    facts = history.tables.facts
    recent = facts[Fact.DATE] > history.cutoff.plus_months(-ACTIVE_REP_MONTHS)
    named = facts[Fact.REP].notnull() & (facts[Fact.REP] != "")
    reps = int(facts.filter(recent & named)[Fact.REP].nunique().execute())
    return config.plan.slots * reps or CAPACITY
