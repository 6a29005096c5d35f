"""The area that several checks measure: macro AUC on chosen cells, customers being the unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import auc
from gosales.evaluation.paired import auc_influence
from gosales.evaluation.scoreboard import MIN_BUYERS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Z999 = 3.290527
"""A true null is called a leak once in a thousand times."""


@dataclass(frozen=True)
class Area:
    """A macro AUC.

    Attributes:
        value: Mean AUC over the divisions with at least MIN_BUYERS buyers and others.
        influence: Shape (n,), how far each customer moves it.
    """

    value: float
    influence: Floats
    divisions: int

    @property
    def error(self) -> float:
        """Standard error, customer-clustered."""
        return float(np.sqrt((self.influence**2).sum()))

    @property
    def interval(self) -> tuple[float, float]:
        """The 99.9 % interval."""
        margin = Z999 * self.error
        return self.value - margin, self.value + margin

    def __str__(self) -> str:
        """The figure with its interval, and how many divisions are in it."""
        low, high = self.interval
        word = "division" if self.divisions == 1 else "divisions"
        return f"{self.value:.3f} ({low:.3f} to {high:.3f}, {self.divisions} {word})"

    def as_dict(self) -> dict[str, float | int]:
        low, high = self.interval
        return {
            "auc": round(self.value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "divisions": self.divisions,
        }


def area(score: Floats, bought: Flags, inside: Flags) -> Area | None:
    """The macro AUC of `score` on the cells `inside`, all of shape (n, D); None without buyers."""
    values, influence = [], np.zeros(len(score))
    for d in range(score.shape[1]):
        rows = inside[:, d]
        y = bought[rows, d]
        if min(y.sum(), (~y).sum()) >= MIN_BUYERS:
            values.append(auc(score[rows, d], y))
            influence[rows] += auc_influence(score[rows, d], y)
    if not values:
        return None
    return Area(float(np.mean(values)), influence / len(values), len(values))
