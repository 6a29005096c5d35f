"""The chance that a customer buys a SKU it never bought: the division's chance times a share.

P(buys the SKU) = P(buys from the division) x P(buys the SKU | buys from the division). The second
factor is a ridge logistic regression on the signals that speak for a SKU (see
`features.sku_signals`), over all divisions at past cutoffs. It is learned among those who did buy
from the division: no error of the division scores enters it, and no past scores are needed. A
product's chance is never above its division's, and the same where the division never had another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.models.calibration import FLOOR, sigmoid
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
    """Pairs of a customer and a SKU it did not own, of divisions from which it then bought.

    Attributes:
        signals: Shape (rows, k), float32.
        share: Shape (rows,), the chance that a buyer of the division buys the SKU.
        bought: Shape (rows,), whether it bought the SKU in the horizon.
        weight: Shape (rows,), how many pairs a row stands for.
    """

    signals: NDArray[np.float32]
    share: Floats
    bought: NDArray[np.bool_]
    weight: Floats

    @classmethod
    def joined(cls, parts: Sequence[SkuRows]) -> SkuRows:
        """All rows of the parts."""
        return cls(
            np.concatenate([part.signals for part in parts]),
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

    def chance(
        self,
        signals: NDArray[np.float32],
        division_score: Floats,
        share: Floats,
        sole: NDArray[np.bool_],
    ) -> Floats:
        """Shape (rows,): P(buys the SKU in the horizon), at most that of the division.

        Args:
            signals: Shape (rows, k); popularity first, then segment.
            division_score: Shape (rows,).
            share: Shape (rows,), chance that a buyer of the division buys the SKU.
            sole: Shape (rows,), SKUs whose division never had another.
        """
        told = scores(self.kind, signals, division_score, share, self.model)
        return np.where(sole, division_score, np.minimum(told, division_score))


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
        return division_score * sigmoid(model.logit(_joined(signals, share)))
    if kind == DIVISION:
        return division_score * share
    plain = np.exp(signals[:, 0].astype(np.float64))
    return plain if kind == POPULARITY else plain * np.exp(signals[:, 1].astype(np.float64))


def fit_blend(rows: SkuRows) -> RidgeLogistic | None:
    """The blend; None where the rows hold one outcome only."""
    if not rows.bought.any() or rows.bought.all():
        return None
    x = _joined(rows.signals, rows.share)
    return fit_ridge_logistic(x, rows.bought, rows.weight, PENALTY)


def _joined(signals: NDArray[np.float32], share: Floats) -> NDArray[np.float32]:
    return np.column_stack([signals, np.log(np.maximum(share, FLOOR))]).astype(np.float32)
