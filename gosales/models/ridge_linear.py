"""Linear regression with a ridge, on inverse hyperbolic sines of the features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.utils.reuse import reusable

Floats = NDArray[np.float64]
CLIP = 5.0
OUTLIER = 3.0
"""Outcomes beyond so many standard deviations are pulled in; predictions never go there."""


@dataclass(frozen=True)
class RidgeLinear:
    """Weights on standardised, clipped features.

    Attributes:
        fill: Shape (k,), what stands in for a missing value.
        mean, scale: Shape (k,), of the training rows.
        weights: Shape (k + 1,), the intercept last.
        low, high: Bounds of a prediction.
    """

    fill: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    low: float
    high: float

    def predict(self, values: NDArray[np.float32]) -> Floats:
        """Shape (rows,), from features of shape (rows, k)."""
        x = _standard(_filled(_tamed(values), self.fill), self.mean, self.scale)
        return np.clip(x @ self.weights[:-1] + self.weights[-1], self.low, self.high)


@reusable
def fit_ridge_linear(
    values: NDArray[np.float32], y: Floats, weight: Floats, penalty: float
) -> RidgeLinear:
    """Minimise the weighted squares plus `penalty` times the squared weights, but the intercept's.

    Args:
        values: Shape (rows, k), with NaN where there is nothing to say; at least one row.
        y, weight: Shape (rows,).
        penalty: Of the standardised weights.
    """
    x = _tamed(values)
    known = ~np.isnan(x)
    fill = np.where(known, x, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    x = _filled(x, fill)
    mean: Floats = np.average(x, axis=0, weights=weight)
    scale: Floats = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    scale = np.where(scale > 1e-9, scale, np.inf)
    centre = float(np.average(y, weights=weight))
    spread = OUTLIER * float(np.sqrt(np.average((y - centre) ** 2, weights=weight)))
    low, high = centre - spread, centre + spread
    a = np.column_stack([_standard(x, mean, scale), np.ones(len(x))])
    ridge = np.diag(np.append(np.full(x.shape[1], penalty), 1e-9))
    weights = np.linalg.solve(
        (a * weight[:, None]).T @ a + ridge, a.T @ (weight * np.clip(y, low, high))
    )
    return RidgeLinear(fill, mean, scale, weights.astype(np.float64), low, high)


def _tamed(values: NDArray[np.float32]) -> Floats:
    return np.arcsinh(values.astype(np.float64))


def _filled(x: Floats, fill: Floats) -> Floats:
    return np.where(np.isnan(x), fill, x)


def _standard(x: Floats, mean: Floats, scale: Floats) -> Floats:
    return np.asarray(np.clip((x - mean) / scale, -CLIP, CLIP))
