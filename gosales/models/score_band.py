"""An interval for each score: the Venn-Abers prediction (Vovk, Petej and Fedorova 2015).

Given scored rows with known outcomes, a new row of score s is added to them once as a non-buyer and
once as a buyer; the two isotonic fits give s the probabilities p0 <= p1. The interval says how far
the outcomes at hand pin a probability down, whatever the scores mean: wide where few rows of that
score, or few buyers, were seen. It holds as far as the next horizon is like the one it was made on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

Floats = NDArray[np.float64]
POINTS = 60
MOST_ROWS = 20_000


@dataclass(frozen=True)
class ScoreBand:
    """p0 and p1 at some scores; between them a straight line.

    Attributes:
        at: Shape (k,), scores, ascending.
        low, high: Shape (k,), p0 and p1.
    """

    at: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def around(self, score: Floats) -> tuple[Floats, Floats]:
        """Low and high, shape (rows,), widened where need be to hold the score itself."""
        low = np.interp(score, self.at, self.low)
        high = np.interp(score, self.at, self.high)
        return np.minimum(low, score), np.maximum(high, score)


def fit_band(score: Floats, bought: NDArray[np.bool_], seed: int = 1) -> ScoreBand:
    """Both fits at POINTS scores, most of them where the buyers are.

    Args:
        score, bought: Shape (rows,), at least one row; more than MOST_ROWS are sampled.
    """
    if len(score) > MOST_ROWS:
        taken = np.random.default_rng(seed).choice(len(score), MOST_ROWS, replace=False)
        score, bought = score[taken], bought[taken]
    order = np.argsort(score, kind="stable")
    s, y = score[order], bought[order].astype(np.float64)
    at = _points(s, s[y > 0])
    bounds = [(_fitted(s, y, point, 0.0), _fitted(s, y, point, 1.0)) for point in at]
    low, high = (tuple(column) for column in zip(*bounds, strict=True))
    return ScoreBand(tuple(at.tolist()), low, high)


def _points(scores: Floats, buyers: Floats) -> Floats:
    shares = np.linspace(0.0, 1.0, POINTS // 2)
    points = [np.quantile(scores, shares)]
    if len(buyers):
        points.append(np.quantile(buyers, shares))
    return np.unique(np.concatenate(points))


def _fitted(scores: Floats, bought: Floats, point: float, outcome: float) -> float:
    """The isotonic fit at `point` when a row of that score and outcome is added.

    Rows of one score share one value, so they are taken together first.
    """
    s, y = np.append(scores, point), np.append(bought, outcome)
    values, inverse, count = np.unique(s, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, weights=y) / count
    fit = isotonic_regression(mean, sample_weight=count.astype(np.float64))
    return float(fit[np.searchsorted(values, point)])
