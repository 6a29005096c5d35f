"""Quantiles of skewed money, by boosted trees with a conformal correction.

Trees learn a quantile on some rows; on the others it is seen how far off they are, and they are
shifted by that much (conformalised quantile regression: Romano, Patterson and Candes 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.models.boosting import Booster, fit_booster, raw

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MIN_ROWS = 300
"""With fewer rows the quantile is one number."""

MIN_CALIBRATION = 50
"""With fewer rows to correct a side on, both sides share one correction."""

CALIBRATION_SHARE = 0.3
TREES: dict[str, Any] = {"num_leaves": 7, "learning_rate": 0.1, "feature_fraction": 0.8}
ROUNDS = 60


@dataclass(frozen=True)
class QuantileModel:
    """A quantile of rows of k features.

    Attributes:
        trees: None when there were too few rows.
        shift: What is added, for never-bought and for owned cells.
    """

    trees: Booster | None
    shift: tuple[float, float]

    def predict(self, x: NDArray[np.float32], owned: Flags) -> Floats:
        """Shape (rows,)."""
        shift = np.array(self.shift)[owned.astype(np.intp)]
        return shift if self.trees is None else raw(self.trees, x) + shift


@dataclass(frozen=True)
class Sample:
    """Rows to learn a quantile from.

    Attributes:
        x: Shape (rows, k).
        y, weight: Shape (rows,).
        owned: Shape (rows,), which correction is learned from a row.
    """

    x: NDArray[np.float32]
    y: Floats
    weight: Floats
    owned: Flags


def fit_interval(sample: Sample, cover: float, seed: int) -> tuple[QuantileModel, QuantileModel]:
    """The two quantiles between which a share `cover` of new rows lies."""
    tail = (1 - cover) / 2
    fitting, held_back = _parted(len(sample.y), seed)
    low, high = (_raw_quantile(sample, fitting, level, seed) for level in (tail, 1 - tail))
    if low.trees is None:
        return low, high
    off = np.maximum(
        low.predict(sample.x, sample.owned) - sample.y,
        sample.y - high.predict(sample.x, sample.owned),
    )
    widen = _corrections(off, sample, held_back, cover)
    return _shifted(low, -widen), _shifted(high, widen)


def fit_ceiling(sample: Sample, level: float, seed: int) -> QuantileModel:
    """The quantile below which a share `level` of new rows lies."""
    fitting, held_back = _parted(len(sample.y), seed)
    model = _raw_quantile(sample, fitting, level, seed)
    if model.trees is None:
        return model
    off = sample.y - model.predict(sample.x, sample.owned)
    return _shifted(model, _corrections(off, sample, held_back, level))


def quantile(y: Floats, weight: Floats, level: float) -> float:
    """The smallest y with at least `level` of the weight at or below it; 0 without rows.

    As in split conformal prediction one more row, at infinity, is counted, so that few rows give a
    cautious answer; the largest y is the most that is given.
    """
    if not len(y):
        return 0.0
    order = np.argsort(y, kind="stable")
    below = np.cumsum(weight[order])
    wanted = level * (below[-1] + below[-1] / len(y))
    place = int(np.searchsorted(below, wanted * (1 - 1e-12)))
    return float(y[order][min(place, len(y) - 1)])


def _raw_quantile(sample: Sample, rows: Flags, level: float, seed: int) -> QuantileModel:
    if rows.sum() < MIN_ROWS:
        value = quantile(sample.y, sample.weight, level)
        return QuantileModel(None, (value, value))
    trees = fit_booster(
        sample.x[rows],
        sample.y[rows],
        sample.weight[rows],
        rounds=ROUNDS,
        objective="quantile",
        alpha=level,
        seed=seed,
        **TREES,
    )
    return QuantileModel(trees, (0.0, 0.0))


def _parted(rows: int, seed: int) -> tuple[Flags, Flags]:
    """Rows to fit on, and rows to correct on."""
    held_back = np.random.default_rng(seed).random(rows) < CALIBRATION_SHARE
    return ~held_back, held_back


def _corrections(off: Floats, sample: Sample, rows: Flags, level: float) -> Floats:
    """Shape (2,): the quantile of `off` on the rows of each side, or of both where they are few."""
    both = quantile(off[rows], sample.weight[rows], level)
    sides = [rows & (sample.owned == owned) for owned in (False, True)]
    return np.array(
        [
            quantile(off[s], sample.weight[s], level) if s.sum() >= MIN_CALIBRATION else both
            for s in sides
        ]
    )


def _shifted(model: QuantileModel, by: Floats) -> QuantileModel:
    return QuantileModel(
        model.trees, (model.shift[0] + float(by[0]), model.shift[1] + float(by[1]))
    )
