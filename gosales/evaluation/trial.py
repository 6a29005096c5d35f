"""What a plan's treated and control accounts tell: before it, its power; after it, intervals.

- Power of two proportions: the normal approximation with unequal groups of Fleiss, Levin and Paik,
  Statistical Methods for Rates and Proportions (3rd ed., 2003), section 4.3, without continuity
  correction.
- Interval of a difference of proportions: Newcombe, Statistics in Medicine 17 (1998) 873-890,
  method 10, which joins two Wilson intervals and holds for small counts.
- Interval of a difference of means: percentile bootstrap, resampling each group.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.paired import Z95, Difference

POWER = 0.8
RESAMPLES = 2000
NORMAL = NormalDist()
ALMOST, HALVINGS = 1e-9, 60


@dataclass(frozen=True)
class Sizes:
    """Accounts in the two groups, and the share that buys without the treatment."""

    treated: int
    control: int
    base_rate: float

    @property
    def usable(self) -> bool:
        return self.treated > 0 and self.control > 0 and 0 < self.base_rate < 1

    @property
    def total(self) -> int:
        return self.treated + self.control


def power(sizes: Sizes, lift: float) -> float | None:
    """Chance that a true lift of the base rate (0.3: by 30 %) is told from none, at 5 % two-sided.

    None when a group is empty, or the lift is more than everybody buying.
    """
    if not _possible(sizes, lift):
        return None
    under_none, under_lift = _spreads(sizes, lift)
    gain = sizes.base_rate * lift * sqrt(sizes.total)
    return NORMAL.cdf((gain - Z95 * under_none) / under_lift)


def detectable_lift(sizes: Sizes, wanted: float = POWER) -> float | None:
    """The least lift told with that chance; None when not even everybody buying would be."""
    if not sizes.usable:
        return None
    low, high = 0.0, (1.0 - ALMOST) / sizes.base_rate - 1.0
    if (power(sizes, high) or 0.0) < wanted:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if (power(sizes, middle) or 0.0) >= wanted else (middle, high)
    return high


def accounts_needed(sizes: Sizes, lift: float, wanted: float = POWER) -> int | None:
    """Accounts in both groups, shared as now, with which that lift is told with that chance."""
    if not _possible(sizes, lift) or lift <= 0:
        return None
    under_none, under_lift = _spreads(sizes, lift)
    root = (Z95 * under_none + NORMAL.inv_cdf(wanted) * under_lift) / (sizes.base_rate * lift)
    return ceil(root**2)


def _possible(sizes: Sizes, lift: float) -> bool:
    return sizes.usable and sizes.base_rate * (1.0 + lift) < 1.0


def _spreads(sizes: Sizes, lift: float) -> tuple[float, float]:
    """Standard errors of the difference times the root of all accounts: without and with lift."""
    base, raised = sizes.base_rate, sizes.base_rate * (1.0 + lift)
    part = sizes.treated / sizes.total
    common = part * raised + (1 - part) * base
    under_none = sqrt(common * (1 - common) / (part * (1 - part)))
    return under_none, sqrt(raised * (1 - raised) / part + base * (1 - base) / (1 - part))


def proportions(bought: tuple[int, int], of: tuple[int, int]) -> Difference | None:
    """Share of the first group minus that of the second, with its 95 % interval (Newcombe)."""
    if min(of) == 0:
        return None
    first, second = (b / n for b, n in zip(bought, of, strict=True))
    (low1, high1), (low2, high2) = (wilson(b, n) for b, n in zip(bought, of, strict=True))
    gain = first - second
    return Difference(
        gain,
        gain - sqrt((first - low1) ** 2 + (high2 - second) ** 2),
        gain + sqrt((high1 - first) ** 2 + (second - low2) ** 2),
    )


def wilson(bought: int, of: int) -> tuple[float, float]:
    """The 95 % interval of one proportion (Wilson's score interval)."""
    share, z = bought / of, Z95
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    spread = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - spread), min(1.0, middle + spread)


def means(first: NDArray[np.float64], second: NDArray[np.float64], seed: int) -> Difference | None:
    """Mean of the first group minus that of the second, with its 95 % bootstrap interval."""
    if min(len(first), len(second)) == 0:
        return None
    rng = np.random.default_rng(seed)
    drawn = _resampled(first, rng) - _resampled(second, rng)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Difference(float(first.mean() - second.mean()), float(low), float(high))


def _resampled(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Shape (RESAMPLES,), the mean of as many draws with replacement as there are values."""
    return np.array(
        [values[rng.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    )
