"""Has the model earned its place? For each division, never-bought and owned cells apart.

A division with enough buyers is judged by its own gain over the best simple score in the proof's
unseen horizon, steadied by the others' (see `evaluation.shrinkage`): surely better, or surely
worse, with its whole 95 % interval. Where that tells neither way, and in small divisions, the
common gain of all divisions decides, by its sign; but where it is not surely below zero, the model
stands if its probabilities fit better: a simple score ranks customers, and may know nothing of
divisions. A proof with few buyers in all decides nothing, since the best of six scores on it is the
luckiest one: the model stands. docs/adr/0007 tells what asking for more has cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import LabelFrame
from gosales.core.timeline import Cutoff
from gosales.evaluation.metrics import auc, log_loss
from gosales.evaluation.paired import Difference
from gosales.evaluation.scoreboard import NEVER
from gosales.evaluation.shrinkage import Gains, shrunk_gains
from gosales.models.division_model import BASELINE, OWN, POOLED, Side

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MODEL = "model"
DEFAULT_BASELINE = "popularity_x_activity"
LEAST_BUYERS = 100
"""A proof with fewer buyers on a side, over all divisions, says nothing: the error of its gain is
larger than most gains are."""


@dataclass(frozen=True)
class Proof:
    """A fit judged on the horizon after its cutoff; every array but one has shape (m, D).

    Attributes:
        known: How many customers were known at the cutoff.
        customers: Shape (m,), rows in the cutoff's panel of those who are judged, in ascending
            order.
        score: "model" and each baseline -> probabilities.
        population: NEVER, LAPSED or ACTIVE at the cutoff.
    """

    cutoff: Cutoff
    divisions: tuple[str, ...]
    known: int
    customers: NDArray[np.intp]
    score: dict[str, Floats]
    labels: LabelFrame
    population: NDArray[np.object_]

    def of(self, divisions: set[str]) -> Proof:
        """The same proof of these divisions alone."""
        kept = [d for d, name in enumerate(self.divisions) if name in divisions]
        labels = self.labels
        return Proof(
            self.cutoff,
            tuple(self.divisions[d] for d in kept),
            self.known,
            self.customers,
            {name: score[:, kept] for name, score in self.score.items()},
            LabelFrame(labels.months, labels.bought[:, kept], labels.value_cents[:, kept]),
            self.population[:, kept],
        )

    def cells(self, owned: bool) -> Flags:
        """Shape (m, D): the owned or the never-bought cells."""
        return (self.population == NEVER) != owned


@dataclass(frozen=True)
class Verdict:
    """What stands behind the never-bought and the owned cells of a division, and why."""

    never: Side
    held: Side
    evidence: dict[str, Any]


def judge_divisions(
    proof: Proof | None, divisions: tuple[str, ...], least_buyers: int
) -> dict[str, Verdict]:
    """The verdict on each division.

    Args:
        proof: None when no horizon was left to judge on; the model then stands, unproven.
        least_buyers: Buyers in the proof that a division needs to be judged on its own.
    """
    if proof is None:
        unproven = Side(POOLED, DEFAULT_BASELINE)
        why = {"why": "no cutoff has a complete outcome to judge on"}
        return dict.fromkeys(divisions, Verdict(unproven, unproven, why))
    never = _sides(proof, divisions, least_buyers, owned=False)
    held = _sides(proof, divisions, least_buyers, owned=True)
    return {
        name: Verdict(never[name][0], held[name][0], {**never[name][1], "owned": held[name][1]})
        for name in divisions
    }


def best_baseline(proof: Proof, owned: bool) -> str:
    """The baseline that ranks best within divisions, each weighted by its buyers."""
    inside = proof.cells(owned)
    areas = {
        name: weighted_auc(score, proof.labels.bought, inside)
        for name, score in proof.score.items()
        if name != MODEL
    }
    return max(areas, key=lambda name: (areas[name], name == DEFAULT_BASELINE))


def weighted_auc(score: Floats, bought: Flags, inside: Flags) -> float:
    """Mean AUC over divisions, each counting by its buyers; 0.5 where none has both outcomes."""
    total, weight = 0.0, 0
    for d in range(score.shape[1]):
        rows = inside[:, d]
        y = bought[rows, d]
        if 0 < y.sum() < len(y):
            total += auc(score[rows, d], y) * int(y.sum())
            weight += int(y.sum())
    return total / weight if weight else 0.5


def _sides(
    proof: Proof, divisions: tuple[str, ...], least_buyers: int, *, owned: bool
) -> dict[str, tuple[Side, dict[str, Any]]]:
    inside, best = proof.cells(owned), best_baseline(proof, owned)
    bought = proof.labels.bought
    buyers = (bought & inside).sum(0)
    scores = proof.score[MODEL], proof.score[best]
    gains = shrunk_gains(*scores, bought, inside) if buyers.sum() >= LEAST_BUYERS else None
    ours, simple = (log_loss(proof.score[x][inside], bought[inside]) for x in (MODEL, best))
    fits_better = ours < simple
    position = {name: d for d, name in enumerate(proof.divisions)}
    sides = {}
    for name in divisions:
        d = position.get(name)
        enough = d is not None and int(buyers[d]) >= least_buyers
        kind, gain = _kind(gains, d if enough else None, fits_better=fits_better)
        sides[name] = Side(kind, best), _evidence(kind, best, gain)
    return sides


def _kind(
    gains: Gains | None, division: int | None, *, fits_better: bool
) -> tuple[str, Difference | None]:
    """What to ship, and the gain that decided.

    Args:
        division: None where its own gain says nothing.
        fits_better: Whether the model's log loss is lower than the simple score's.
    """
    if gains is None:
        return POOLED, None
    own = None if division is None else gains.of_division[division]
    if own is not None and own.is_better:
        return OWN, own
    if own is not None and own.is_worse:
        return BASELINE, own
    stands = gains.common.value > 0 or (fits_better and not gains.common.is_worse)
    return (POOLED if stands else BASELINE), gains.common


def _evidence(kind: str, best: str, gain: Difference | None) -> dict[str, Any]:
    if gain is None:
        return {"kind": kind, "best_baseline": best, "why": "too few buyers to judge"}
    return {
        "kind": kind,
        "best_baseline": best,
        "auc_gain": round(gain.value, 4),
        "auc_gain_low": round(gain.low, 4),
        "auc_gain_high": round(gain.high, 4),
    }
