"""Is one score better than another, customers taken as the unit of chance?

The difference of two AUCs with the variance of DeLong et al. (1988), from each row's influence on
the figure. A customer's influences are summed over divisions before they are squared, so that an
interval over many divisions is customer-clustered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import auc

Floats = NDArray[np.float64]
Z95 = 1.959964


@dataclass(frozen=True)
class Difference:
    """A difference with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def is_worse(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0


def auc_influence(score: Floats, bought: NDArray[np.bool_]) -> Floats:
    """Shape (rows,): how far each row moves the AUC; they sum to 0 (DeLong's components)."""
    area = auc(score, bought)
    result = np.empty(len(score))
    placed_below = _share_below(np.sort(score[~bought]), score[bought])
    placed_above = 1.0 - _share_below(np.sort(score[bought]), score[~bought])
    result[bought] = (placed_below - area) / max(bought.sum(), 1)
    result[~bought] = (placed_above - area) / max((~bought).sum(), 1)
    return result


def auc_gain(
    a: Floats, b: Floats, bought: NDArray[np.bool_], inside: NDArray[np.bool_], least: int
) -> tuple[float, Floats] | None:
    """Macro AUC of `a` minus that of `b`, and each customer's influence on it.

    Args:
        a, b, bought: Shape (n, D).
        inside: Shape (n, D), the cells that count.
        least: Buyers (and others) a division needs to count.

    Returns:
        The difference and shape (n,) influences; None when no division has enough buyers.
    """
    total, count, gain = np.zeros(len(a)), 0, 0.0
    for d in range(a.shape[1]):
        rows = inside[:, d]
        y = bought[rows, d]
        if min(y.sum(), (~y).sum()) < least:
            continue
        count += 1
        gain += auc(a[rows, d], y) - auc(b[rows, d], y)
        total[rows] += auc_influence(a[rows, d], y) - auc_influence(b[rows, d], y)
    return (gain / count, total / count) if count else None


def interval(gain: float, influence: Floats) -> Difference:
    """The 95 % interval of a figure from the influences of independent customers on it."""
    spread = Z95 * float(np.sqrt((influence**2).sum()))
    return Difference(gain, gain - spread, gain + spread)


def _share_below(ordered: Floats, values: Floats) -> Floats:
    """Share of `ordered` below each value; ties count half."""
    left = np.searchsorted(ordered, values, "left")
    right = np.searchsorted(ordered, values, "right")
    return np.asarray((left + right) / 2.0 / max(len(ordered), 1))
