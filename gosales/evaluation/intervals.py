"""From draws to 95 % intervals.

A draw repeats some customers, and their copies vouch for each other: resampled average precision
and lift lie above the figure itself. So the draws give the width and the shape of an interval, and
it is moved by the mean of the draws' excess: figure + (quantile - mean of the draws).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.paired import Difference

Draws = NDArray[np.floating[Any]]
TAILS = (0.025, 0.975)


def limits(value: NDArray[np.float64], draws: Draws) -> tuple[Any, Any]:
    """Lower and upper limit, each of the shape of `value`; NaN where no draw has a number.

    Args:
        value: The figures themselves.
        draws: Their shape and a last axis of draws; NaN draws are left out.
    """
    quantile = np.nanquantile if np.isnan(draws).any() else np.quantile
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = quantile(draws, TAILS, axis=-1)
    middle = mean_over(draws, -1)
    return value + low - middle, value + high - middle


def interval(value: float, draws: Draws) -> Difference:
    """A figure or difference with its interval; `draws` has shape (draws,)."""
    low, high = limits(np.asarray(value, np.float64), draws)
    return Difference(float(value), float(low), float(high))


def mean_over(values: Draws, axis: int) -> NDArray[np.float64]:
    """The mean over the values along an axis that are numbers; NaN where none is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(axis, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / known.sum(axis))
