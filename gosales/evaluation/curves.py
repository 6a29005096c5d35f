"""Gains and calibration of a scored list, as tables for files and charts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import share_ties, top_size

Floats = NDArray[np.float64]
Row = dict[str, str | float | int]
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BINS = 10


def gains(score: Floats, bought: NDArray[np.bool_], value: Floats) -> list[Row]:
    """What the top of the list holds, for growing shares of it.

    Args:
        score, bought, value: Shape (rows,); `value` is money bought in the horizon.

    Returns:
        Rows of top_share, rows, buyers, capture (share of all buyers), lift and value_capture.
    """
    rows: list[Row] = []
    sizes = [top_size(share, len(score)) for share in SHARES]
    held, earned = _running(score, bought.astype(float), sizes), _running(score, value, sizes)
    buyers, money = float(bought.sum()), float(value.sum())
    for share, size, hits, won in zip(SHARES, sizes, held, earned, strict=True):
        rows.append(
            {
                "top_share": share,
                "rows": size,
                "buyers": round(hits, 2),
                "capture": round(hits / buyers, 6) if buyers else 0.0,
                "lift": round(hits / buyers * len(score) / size, 4) if buyers else 0.0,
                "value_capture": round(won / money, 6) if money else 0.0,
            }
        )
    return rows


def _running(score: Floats, worth: Floats, sizes: list[int]) -> list[float]:
    """Sum of `worth` over the best rows, for each size; rows tied at the edge count in part."""
    values, step = np.unique(-score, return_inverse=True)
    rows = np.bincount(step, minlength=len(values)).cumsum()
    worths = np.bincount(step, weights=worth, minlength=len(values)).cumsum()
    found = np.interp(sizes, np.concatenate([[0], rows]), np.concatenate([[0.0], worths]))
    return [float(one) for one in found]


def reliability(score: Floats, bought: NDArray[np.bool_]) -> list[Row]:
    """Mean score against base rate in ten bins of equal size, lowest scores first."""
    order, shared = np.argsort(score, kind="stable"), share_ties(score, bought)
    return [
        {
            "bin": number,
            "rows": len(part),
            "mean_score": round(float(score[part].mean()), 6),
            "base_rate": round(float(shared[part].mean()), 6),
        }
        for number, part in enumerate(np.array_split(order, BINS), start=1)
        if len(part)
    ]
