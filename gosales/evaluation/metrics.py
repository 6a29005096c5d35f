"""Ranking and calibration quality of scores, each for one list of cells.

All functions take `score` and `bought` of shape (rows,). Ties share their credit, so the order of
the rows never matters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ECE_BINS = 10


def auc(score: Floats, bought: Flags) -> float:
    """Chance that a random buyer scores above a random non-buyer; NaN without both."""
    buyers, others = int(bought.sum()), int((~bought).sum())
    if not buyers or not others:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    mid_rank = np.cumsum(counts) - (counts - 1) / 2
    ranks = mid_rank[inverse][bought].sum()
    return float((ranks - buyers * (buyers + 1) / 2) / (buyers * others))


def average_precision(score: Floats, bought: Flags) -> float:
    """Area under the precision-recall steps, tied scores taken as one step; NaN without buyers."""
    if not bought.any():
        return float("nan")
    values, inverse = np.unique(-score, return_inverse=True)
    hits = np.bincount(inverse, weights=bought, minlength=len(values))
    rows = np.bincount(inverse, minlength=len(values))
    precision = np.cumsum(hits) / np.cumsum(rows)
    return float((precision * hits).sum() / hits.sum())


def lift_at(score: Floats, bought: Flags, fraction: float) -> float:
    """Base rate of the top `fraction` of the list over that of all; NaN without buyers.

    Rows tied at the edge of the list are taken in part.
    """
    if not bought.any():
        return float("nan")
    size = max(round(fraction * len(score)), 1)
    return captured_at(score, bought.astype(float), size) / size / float(bought.mean())


def captured_at(score: Floats, worth: Floats, size: int) -> float:
    """Sum of `worth` over the best `size` rows; rows tied at the edge count in part."""
    if size >= len(score):
        return float(worth.sum())
    edge = np.partition(score, len(score) - size)[len(score) - size]
    above, tied = score > edge, score == edge
    share = (size - above.sum()) / tied.sum()
    return float(worth[above].sum() + share * worth[tied].sum())


def expected_calibration_error(score: Floats, bought: Flags, bins: int = ECE_BINS) -> float:
    """Mean distance of mean score and base rate over equally filled bins, weighted by rows."""
    if not len(score):
        return float("nan")
    order, shared = np.argsort(score, kind="stable"), share_ties(score, bought)
    gaps = [
        abs(float(score[part].sum()) - float(shared[part].sum()))
        for part in np.array_split(order, bins)
    ]
    return sum(gaps) / len(score)


def share_ties(score: Floats, bought: Flags) -> Floats:
    """Shape (rows,): the base rate among the rows of the same score."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    return (np.bincount(inverse, weights=bought, minlength=len(counts)) / counts)[inverse]


def expected_over_actual(score: Floats, bought: Flags) -> float:
    """Sum of the scores over the number of buyers; NaN without buyers."""
    return float(score.sum() / bought.sum()) if bought.any() else float("nan")


def summary(score: Floats, bought: Flags) -> dict[str, float]:
    """The figures of `metrics.json` for one list of cells."""
    return {
        "n": len(score),
        "buyers": int(bought.sum()),
        "base_rate": float(bought.mean()) if len(score) else float("nan"),
        "expected": float(score.sum()),
        "auc": auc(score, bought),
        "ap": average_precision(score, bought),
        "lift_10": lift_at(score, bought, 0.1),
        "ece": expected_calibration_error(score, bought),
        "expected_over_actual": expected_over_actual(score, bought),
    }
