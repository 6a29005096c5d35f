"""The chance that a customer buys a SKU it never bought: a ridge logistic regression.

It joins the signals that speak for a SKU (see `features.sku_signals`) with the log odds that the
customer buys from the division at all, and is learned over all divisions at a past cutoff. A
product's chance is never above its division's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.models.calibration import FLOOR, logit, sigmoid
from gosales.models.ridge_logistic import RidgeLogistic, fit_ridge_logistic

Floats = NDArray[np.float64]
PENALTY = 10.0
POPULARITY, SEGMENT, DIVISION, BLEND = (
    "popularity",
    "popularity_in_segment",
    "division_x_popularity",
    "blend",
)
SHIPPED = (SEGMENT, DIVISION, BLEND)
"""What may be shipped; popularity is a competitor only."""


@dataclass(frozen=True)
class SkuRows:
    """Pairs of a customer and a SKU it did not own at a cutoff.

    Attributes:
        signals: Shape (rows, k), float32.
        division_score: Shape (rows,), the chance that it buys from the division.
        share: Shape (rows,), the chance that a buyer of the division buys the SKU.
        bought: Shape (rows,), whether it bought the SKU in the horizon.
        weight: Shape (rows,), how many pairs a row stands for.
    """

    signals: NDArray[np.float32]
    division_score: Floats
    share: Floats
    bought: NDArray[np.bool_]
    weight: Floats

    @classmethod
    def joined(cls, parts: Sequence[SkuRows]) -> SkuRows:
        """All rows of the parts."""
        return cls(
            np.concatenate([part.signals for part in parts]),
            np.concatenate([part.division_score for part in parts]),
            np.concatenate([part.share for part in parts]),
            np.concatenate([part.bought for part in parts]),
            np.concatenate([part.weight for part in parts]),
        )


@dataclass(frozen=True)
class SkuModel:
    """What ranks products.

    Attributes:
        kind: One of SHIPPED.
        model: Of BLEND; None for the others.
    """

    kind: str
    model: RidgeLogistic | None = None

    def chance(self, signals: NDArray[np.float32], division_score: Floats, share: Floats) -> Floats:
        """Shape (rows,): P(buys the SKU in the horizon), at most that of the division.

        Args:
            signals: Shape (rows, k); popularity first, then segment.
            division_score: Shape (rows,).
            share: Shape (rows,), chance that a buyer of the division buys the SKU.
        """
        return np.minimum(
            scores(self.kind, signals, division_score, share, self.model), division_score
        )


UNLEARNED = SkuModel(DIVISION)
"""What is shipped where nothing could be judged."""


def scores(
    kind: str,
    signals: NDArray[np.float32],
    division_score: Floats,
    share: Floats,
    model: RidgeLogistic | None = None,
) -> Floats:
    """Shape (rows,): what one of the candidates says."""
    if kind == BLEND:
        if model is None:
            raise ValueError("the blend needs its model")
        return sigmoid(model.logit(_joined(signals, division_score, share)))
    if kind == DIVISION:
        return division_score * share
    plain = np.exp(signals[:, 0].astype(np.float64))
    return plain if kind == POPULARITY else plain * np.exp(signals[:, 1].astype(np.float64))


def fit_blend(rows: SkuRows) -> RidgeLogistic | None:
    """The blend; None where the rows hold one outcome only."""
    if not rows.bought.any() or rows.bought.all():
        return None
    x = _joined(rows.signals, rows.division_score, rows.share)
    return fit_ridge_logistic(x, rows.bought, rows.weight, PENALTY)


def _joined(
    signals: NDArray[np.float32], division_score: Floats, share: Floats
) -> NDArray[np.float32]:
    odds = logit(np.clip(division_score, FLOOR, 1 - FLOOR))
    return np.column_stack([signals, odds, np.log(np.maximum(share, FLOOR))]).astype(np.float32)
