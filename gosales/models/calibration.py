"""A cautious correction of log odds: shift and bounded slope, taken only when it pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SLOPES = (0.5, 2.0)
FLOOR = 1e-6


@dataclass(frozen=True)
class Calibration:
    """`logit -> slope * logit + shift`; the default changes nothing."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, logit: Floats) -> Floats:
        """Probabilities of shape (rows,), within (0, 1)."""
        return np.clip(sigmoid(self.slope * logit + self.shift), FLOOR, 1 - FLOOR)


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(z / 2.0)))


def log_loss(p: Floats, bought: NDArray[np.bool_]) -> float:
    """Mean negative log likelihood."""
    q = np.clip(p, FLOOR, 1 - FLOOR)
    return float(-np.where(bought, np.log(q), np.log1p(-q)).mean())
