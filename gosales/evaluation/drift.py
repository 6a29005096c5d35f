"""How far values have moved from what a model was trained on: the population stability index.

The index is the sum over bins of (now - then) * ln(now / then), of shares. By custom, below 0.1
nothing has changed, and above 0.25 a model should be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

Floats = NDArray[np.float64]
BINS = 10
LEAST_SHARE = 1e-3
"""An empty bin counts as this share, so that one stray value makes no endless index."""
FLOOR = 1e-6
"""Scores are told to six digits."""
ROUNDING = 1e-9
"""Taken off summed shares, so that a rank meets the value that it was made of."""
STABLE, WATCH, DRIFTED, UNJUDGED = "stable", "watch", "drifted", "unjudged"


@dataclass(frozen=True)
class Profile:
    """How values were spread: tenths of them, and one bin for those that are missing.

    Attributes:
        edges: Rising; bin i holds the values up to and with edge i, the next one all above.
        shares: Shape (len(edges) + 2,), the last for missing values; they sum to 1.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[Any], weight: Floats) -> Profile:
        """The profile of at least one value, each counting `weight` times; NaN is missing."""
        there = ~np.isnan(values)
        edges = _tenths(values[there].astype(np.float64), weight[there])
        return cls(edges, tuple(_shares(edges, values, weight).tolist()))

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Profile:
        """The profile that `as_dict` told. Raises KeyError, TypeError or ValueError."""
        edges, shares = (tuple(map(float, content[key])) for key in ("edges", "shares"))
        if len(shares) != len(edges) + 2:
            raise ValueError("edges and shares do not fit")
        return cls(edges, shares)

    def as_dict(self) -> dict[str, list[float]]:
        return {"edges": list(self.edges), "shares": list(self.shares)}

    def index(self, values: NDArray[Any]) -> float:
        """The population stability index of at least one new value against this profile."""
        now = _shares(self.edges, values, np.ones(len(values)))
        now, then = (np.maximum(one, LEAST_SHARE) for one in (now, np.array(self.shares)))
        return float(((now - then) * np.log(now / then)).sum())

    def moved(self, scores: Floats) -> float:
        """How far scores have moved: mean distance in log odds to those at the same ranks.

        The index does not tell: where most scores are nearly alike, as those of a simple score
        are, it is high for a move that nobody would notice. 0 without an edge, as the index.
        """
        if not self.edges:
            return 0.0
        shares = np.array(self.shares[: len(self.edges)])
        ranks = np.maximum(np.cumsum(shares) - ROUNDING, 0.0)
        now = np.quantile(scores, ranks, method="inverted_cdf")
        then = np.array(self.edges)
        off = np.abs(np.subtract(*(logit(np.clip(p, FLOOR, 1.0 - FLOOR)) for p in (now, then))))
        return float(np.average(off, weights=shares))


def _tenths(values: Floats, weight: Floats) -> tuple[float, ...]:
    """Different values among the tenths of a weighted list; the highest is none of them."""
    if not len(values):
        return ()
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    at = np.searchsorted(total, np.arange(1, BINS) / BINS * total[-1])
    edges = np.unique(values[order][np.minimum(at, len(values) - 1)])
    return tuple(edges[edges < values.max()].tolist())


def _shares(edges: tuple[float, ...], values: NDArray[Any], weight: Floats) -> Floats:
    bins = np.searchsorted(np.array(edges), values.astype(np.float64), side="left")
    bins[np.isnan(values)] = len(edges) + 1
    held = np.bincount(bins, weight, minlength=len(edges) + 2)
    return np.asarray(held / held.sum(), np.float64)


def judged(found: float, watch: float, limit: float) -> str:
    """STABLE below `watch`, WATCH from it to `limit`, DRIFTED above."""
    if found > limit:
        return DRIFTED
    return WATCH if found >= watch else STABLE


def judged_ratio(ratio: float, limit: float) -> str:
    """The same for a ratio that may be off by `limit` either way, and by its root before WATCH."""
    off = max(ratio, 1.0 / ratio) if ratio > 0 else np.inf
    return judged(off, float(np.sqrt(limit)), limit)
