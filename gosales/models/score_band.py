"""An interval for each score: how far it may be off, from how far scores were off before.

The squared error of the log odds is a polynomial of the log odds: an error that is a line has such
a square, and so has its variance. `pipeline.score_errors` finds it. The interval lies around the
score, evenly on the log odds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.models.calibration import FLOOR, logit, sigmoid

Floats = NDArray[np.float64]
REACH = 1.644854
"""Root mean squared errors to each side: nine in ten, were the errors normal."""


@dataclass(frozen=True)
class ScoreBand:
    """The expected squared error of the log odds at a score.

    Attributes:
        square: Its polynomial in the log odds: the constant, linear and square coefficients.
        span: Log odds between which the polynomial is known; beyond, its value there goes on.
    """

    square: tuple[float, float, float]
    span: tuple[float, float]

    def around(self, score: Floats) -> tuple[Floats, Floats]:
        """Low and high, shape (rows,), of probabilities within [0, 1]."""
        z = logit(np.clip(score, FLOOR, 1 - FLOOR))
        known = np.clip(z, *self.span)
        reach = REACH * np.sqrt(np.maximum(np.polynomial.polynomial.polyval(known, self.square), 0))
        return np.minimum(sigmoid(z - reach), score), np.maximum(sigmoid(z + reach), score)
