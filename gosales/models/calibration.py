"""From log odds to probabilities, with room for a correction.

None is applied today: the members are trained on rolling cutoffs, and a map fitted on one older
cutoff made matters worse (docs/model.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
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
