"""Ranking and calibration quality of scores, each for one list of cells.

All functions take `score` and `bought` of shape (rows,). Ties share their credit, so the order of
the rows never matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ECE_BINS = 10
CAPACITY = 100
"""Rows that can be worked where nothing is known of reps."""


@dataclass(frozen=True)
class Worth:
    """What buyers were worth, and how much of a list can be worked.

    Attributes:
        value: Money bought in the horizon, in the shape of the scores; None where it is not known.
        capacity: Best rows of a list that can be worked.
    """

    value: NDArray[np.float64] | NDArray[np.int64] | None = None
    capacity: int = CAPACITY


UNKNOWN = Worth()


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
    size = top_size(fraction, len(score))
    return captured_at(score, bought.astype(float), size) / size / float(bought.mean())


def top_size(fraction: float, rows: int) -> int:
    """Rows in the best `fraction` of a list; at least one."""
    return max(round(fraction * rows), 1)


def captured_at(score: Floats, worth: Floats, size: int) -> float:
    """Sum of `worth` over the best `size` rows; rows tied at the edge count in part."""
    return float((worked_part(score, size) * worth).sum())


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


def chance_calibration_error(score: Floats, bins: int = ECE_BINS) -> float:
    """What `expected_calibration_error` is on average where the scores are exactly right.

    The buyers of a bin are taken as binomial with the bin's mean score; the closed form of their
    mean deviation is de Moivre's (Diaconis and Zabell 1991). Somewhat too much where the scores
    within a bin differ widely, or are tied across bins.
    """
    if not len(score):
        return float("nan")
    parts = np.array_split(np.sort(score), bins)
    return sum(_mean_deviation(len(part), part.mean()) for part in parts if len(part)) / len(score)


def _mean_deviation(n: int, p: float) -> float:
    """Mean distance of a binomial count from its mean."""
    if not 0 < p < 1:
        return 0.0
    above = math.floor(n * p) + 1
    ways = math.lgamma(n + 1) - math.lgamma(above + 1) - math.lgamma(n - above + 1)
    odds = above * math.log(p) + (n - above) * math.log1p(-p)
    return 2 * above * (1 - p) * math.exp(ways + odds)


def share_ties(score: Floats, bought: Flags) -> Floats:
    """Shape (rows,): the base rate among the rows of the same score."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    return (np.bincount(inverse, weights=bought, minlength=len(counts)) / counts)[inverse]


def expected_over_actual(score: Floats, bought: Flags) -> float:
    """Sum of the scores over the number of buyers; NaN without buyers."""
    return float(score.sum() / bought.sum()) if bought.any() else float("nan")


def brier(score: Floats, bought: Flags) -> float:
    """Mean squared distance of score and outcome; NaN without rows."""
    return float(((score - bought) ** 2).mean()) if len(score) else float("nan")


def log_loss(score: Floats, bought: Flags) -> float:
    """Mean surprise at the outcomes, of scores within (0, 1); NaN without rows."""
    said = np.where(bought, score, 1.0 - score)
    return float(-np.log(said).mean()) if len(score) else float("nan")


def brier_skill(score: Floats, bought: Flags) -> float:
    """Share of the base rate's Brier score that the scores save; NaN without both outcomes."""
    rate = float(bought.mean()) if len(score) else 0.0
    return 1 - brier(score, bought) / (rate * (1 - rate)) if 0 < rate < 1 else float("nan")


def share_captured(score: Floats, worth: Floats, fraction: float) -> float:
    """Share of all `worth` in the best `fraction` of the rows; NaN where there is none in all."""
    total = float(worth.sum())
    size = top_size(fraction, len(score))
    return captured_at(score, worth, size) / total if total > 0 else float("nan")


def summary(
    score: Floats, bought: Flags, worked: Floats | None = None, value: Floats | None = None
) -> dict[str, float]:
    """The figures of `metrics.json` for one list of cells.

    Args:
        score, bought: Shape (rows,).
        worked: Shape (rows,), see `worked_part`; without it the figures at capacity are NaN.
        value: Shape (rows,), money bought; without it `value_captured_10` is NaN.
    """
    nan = float("nan")
    rate = float(bought.mean()) if len(score) else nan
    precision = average_precision(score, bought)
    none = np.zeros(len(score))
    return {
        "n": len(score),
        "buyers": int(bought.sum()),
        "base_rate": rate,
        "expected": float(score.sum()),
        "auc": auc(score, bought),
        "ap": precision,
        "ap_over_base": precision / rate if bought.any() else nan,
        "lift_5": lift_at(score, bought, 0.05),
        "lift_10": lift_at(score, bought, 0.1),
        "lift_20": lift_at(score, bought, 0.2),
        **at_capacity(bought, np.full(len(score), nan) if worked is None else worked),
        "brier": brier(score, bought),
        "brier_skill": brier_skill(score, bought),
        "ece": expected_calibration_error(score, bought),
        "ece_by_chance": chance_calibration_error(score),
        "expected_over_actual": expected_over_actual(score, bought),
        "value_captured_10": share_captured(score, none if value is None else value, 0.1),
    }


def worked_part(score: Floats, capacity: int) -> Floats:
    """Shape (rows,): 1 for the best `capacity` rows, 0 for others; ties at the edge share."""
    if capacity >= len(score):
        return np.ones(len(score))
    edge = np.partition(score, len(score) - capacity)[len(score) - capacity]
    above, tied = score > edge, score == edge
    return above + tied * ((capacity - above.sum()) / tied.sum())


def at_capacity(bought: Flags, worked: Floats) -> dict[str, float]:
    """Of the rows that are worked, the share that bought; and the share of all buyers in them.

    Where no row is worked, none of the buyers is reached: that is a capture of 0, and no gap.
    """
    rows, hits, buyers = float(worked.sum()), float(worked[bought].sum()), int(bought.sum())
    nan = float("nan")
    return {
        "precision_at_capacity": hits / rows if rows else nan,
        "capture_at_capacity": hits / buyers if buyers else nan,
    }
