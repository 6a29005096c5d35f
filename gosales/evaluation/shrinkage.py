"""How much better one score ranks than another, division by division, lending each other strength.

A single division's AUC gain is noisy. The gains are taken as draws around a common one: each is
pulled to it by as much as its own noise exceeds the true spread between divisions (a normal
random-effects model with the spread of DerSimonian and Laird, 1986). Noise is customer-clustered,
from each customer's influence on the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import auc
from gosales.evaluation.paired import Z95, Difference, auc_influence, interval

Floats = NDArray[np.float64]
LEAST = 3
"""Buyers, and others, that a division needs to say anything of its own."""


@dataclass(frozen=True)
class Gains:
    """AUC of one score minus that of another.

    Attributes:
        common: Over all divisions together.
        of_division: For each division, pulled to the common gain; one without evidence of its own
            has the common gain and the widest interval.
    """

    common: Difference
    of_division: list[Difference]


def shrunk_gains(
    a: Floats, b: Floats, bought: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> Gains | None:
    """The gains of `a` over `b`, with 95 % intervals.

    Args:
        a, b, bought: Shape (n, D).
        inside: Shape (n, D), the cells that count.

    Returns:
        None when no division has evidence.
    """
    gain, noise, influence = _raw_gains(a, b, bought, inside)
    told = np.isfinite(gain)
    if not told.any():
        return None
    g, v = gain[told], noise[told]
    spread = spread_between(g, v)
    weight = 1.0 / (v + spread)
    weight /= weight.sum()
    common = interval(float(weight @ g), influence[:, told] @ weight)
    common_noise = ((common.high - common.value) / Z95) ** 2
    pull = np.ones(len(gain))
    pull[told] = v / (v + spread)
    centre = pull * common.value + (1 - pull) * np.nan_to_num(gain)
    margin = Z95 * np.sqrt(pull * spread + pull**2 * common_noise)
    of_division = [
        Difference(float(c), float(c - m), float(c + m))
        for c, m in zip(centre, margin, strict=True)
    ]
    return Gains(common, of_division)


def _raw_gains(
    a: Floats, b: Floats, bought: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Gain and its variance of each division, NaN where it tells nothing; influences (n, D)."""
    n, d = bought.shape
    gain, noise, influence = np.full(d, np.nan), np.full(d, np.nan), np.zeros((n, d))
    for j in range(d):
        rows = inside[:, j]
        y = bought[rows, j]
        if min(y.sum(), (~y).sum()) < LEAST:
            continue
        gain[j] = auc(a[rows, j], y) - auc(b[rows, j], y)
        influence[rows, j] = auc_influence(a[rows, j], y) - auc_influence(b[rows, j], y)
        noise[j] = max(float((influence[:, j] ** 2).sum()), 1e-9)
    return gain, noise, influence


def spread_between(gain: Floats, noise: Floats) -> float:
    """Variance between the divisions' true gains (DerSimonian and Laird); 0 at the least."""
    weight = 1.0 / noise
    mean = float(weight @ gain / weight.sum())
    excess = float(weight @ (gain - mean) ** 2) - (len(gain) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return max(excess / scale, 0.0) if scale > 0 else 0.0
