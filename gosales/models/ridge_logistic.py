"""Logistic regression with a ridge, fitted by Newton steps with a line search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.utils.reuse import reusable

Floats = NDArray[np.float64]
CLIP = 5.0
MAX_STEPS = 40
TOLERANCE = 1e-7


@dataclass(frozen=True)
class RidgeLogistic:
    """Weights on standardised, clipped features.

    Attributes:
        mean, scale: Shape (k,), of the training rows.
        weights: Shape (k + 1,), the intercept last.
    """

    mean: Floats
    scale: Floats
    weights: Floats

    def logit(self, x: NDArray[np.float32]) -> Floats:
        """Shape (rows,): log odds; `x` of shape (rows, k), without NaN."""
        return _design(x, self.mean, self.scale) @ self.weights


@reusable
def fit_ridge_logistic(  # noqa: PLR0913 - one loss: its rows, and what pulls it
    x: NDArray[np.float32],
    y: NDArray[np.bool_],
    weight: Floats,
    penalty: float,
    offset: Floats | None = None,
    centre: Floats | None = None,
) -> RidgeLogistic:
    """Minimise the weighted log loss plus `penalty` / 2 times the squared weights less `centre`.

    The intercept is not penalised. A step that does not lower the loss is halved, since plain
    Newton steps diverge on rare outcomes.

    Args:
        x: Shape (rows, k), without NaN.
        y: Shape (rows,), with both outcomes present.
        weight: Shape (rows,), of each row in the loss.
        penalty: Of the standardised weights.
        offset: Shape (rows,), log odds that are known and to be added; the model is the rest.
        centre: Shape (k,), the standardised weights that the penalty pulls to; zero by default.
    """
    known = np.zeros(len(y)) if offset is None else offset
    mean: Floats = np.average(x.astype(np.float64), axis=0, weights=weight)
    scale: Floats = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    scale = np.where(scale > 1e-9, scale, np.inf)
    a = _design(x, mean, scale)
    ridge = np.append(np.full(x.shape[1], penalty), 0.0)
    rate = ((weight * y).sum() + 0.5) / (weight.sum() + 1.0)
    pulled = np.append(np.zeros(x.shape[1]) if centre is None else centre, 0.0)
    theta = np.append(pulled[:-1], np.log(rate / (1 - rate)))

    def loss_of(theta: Floats) -> float:
        z = a @ theta + known
        fit = (weight * (np.logaddexp(0, z) - y * z)).sum()
        return float(fit + (ridge * (theta - pulled) ** 2).sum() / 2)

    loss = loss_of(theta)
    for _ in range(MAX_STEPS):
        p = 1 / (1 + np.exp(-(a @ theta + known)))
        gradient = a.T @ (weight * (p - y)) + ridge * (theta - pulled)
        curvature = (a * (weight * p * (1 - p))[:, None]).T @ a + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (new := loss_of(theta - size * step)) > loss and size > 1e-6:
            size /= 2
        if loss - new < TOLERANCE * abs(loss):
            break
        theta, loss = theta - size * step, new
    return RidgeLogistic(mean, scale, theta)


def _design(x: NDArray[np.float32], mean: Floats, scale: Floats) -> Floats:
    standard = np.clip((x - mean) / scale, -CLIP, CLIP)
    return np.column_stack([standard, np.ones(len(x))])
