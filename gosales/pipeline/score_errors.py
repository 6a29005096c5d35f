"""How far scores were off on horizons that their fits had not seen; intervals come from it.

The error of a window's log odds is a line (it may be too high, and too sure), common to all
divisions, and a shift of each division, pulled to none by as much as its noise exceeds the true
spread between divisions. An error of one horizon seldom lasts into the next (docs/adr/0011), so it
does not move the scores. But its size does last, roughly: the mean square of what was found, with
its own variance added, tells how far the next horizon may be off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.shrinkage import spread_between
from gosales.models.calibration import Window, sigmoid
from gosales.models.score_band import ScoreBand

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
KNOWN = np.array([1.0, 16.0])
"""What is known of the common shift and slope before anything is seen, as precisions: normal
around none, with standard deviations of 1 and 0.25."""

HALF = 0.25
"""Precision lent to a division's shift: that of a single cell with even odds."""

STEPS, LONGEST, TOLERANCE = 50, 1.0, 1e-9
SPAN = (0.05, 0.95)
"""Quantiles of the buyers' log odds between which the line is taken at its word."""


@dataclass(frozen=True)
class Errors:
    """The squared error of one window's log odds, as polynomials of the log odds.

    Attributes:
        common: Shape (3,), of a division that the window does not know.
        of_division: Shape (D, 3).
        span: Log odds between which the line was seen.
    """

    common: Floats
    of_division: Floats
    span: tuple[float, float]


def find_errors(window: Window, division: Ints, divisions: int) -> Errors:
    """What a window tells of the errors of one kind of score.

    Args:
        window: At least one row; one for each customer and division.
        division: Shape (rows,), index of the row's division.
        divisions: How many there are.
    """
    z, centre = window.logit, _centre(window.logit)
    line, noise = _line(window, centre)
    seen = np.quantile(z[window.bought], SPAN) if window.bought.any() else np.full(2, centre)
    span = (float(seen[0]), float(seen[1]))
    mended = z + line[0] + line[1] * (np.clip(z, *span) - centre)
    shift, variance = _shifts(mended, window.bought, division, divisions)
    told = variance > 0
    spread = spread_between(shift[told], variance[told]) if told.sum() > 1 else 0.0
    pull = np.where(told, variance / np.maximum(variance + spread, 1e-12), 1.0)
    common = line + np.array([-line[1] * centre, 0.0])
    turn = np.array([[1.0, -centre], [0.0, 1.0]])
    noise = turn @ noise @ turn.T
    own = [
        _square(common + np.array([s, 0.0]), noise, v)
        for s, v in zip((1 - pull) * shift, pull * spread, strict=True)
    ]
    return Errors(_square(common, noise, spread), np.array(own).reshape(-1, 3), span)


def band_of(windows: Sequence[Errors], places: Sequence[int | None]) -> ScoreBand:
    """The interval of a division from the errors of one or more windows, the newest first.

    Args:
        places: The division's index in each window; None where it was unknown.
    """
    squares = [
        errors.common if place is None else errors.of_division[place]
        for errors, place in zip(windows, places, strict=True)
    ]
    constant, linear, square = (float(c) for c in np.mean(squares, axis=0))
    return ScoreBand((constant, linear, square), windows[0].span)


def _centre(z: Floats) -> float:
    """Where the expected buyers are: shift and slope are nearly independent there."""
    return float(np.average(z, weights=sigmoid(z)))


def _line(window: Window, centre: float) -> tuple[Floats, Floats]:
    """Shift and slope of the error, and their covariance with customers as the units."""
    x = np.column_stack([np.ones(len(window.logit)), window.logit - centre])
    theta = np.zeros(2)
    for _ in range(STEPS):
        p = sigmoid(window.logit + x @ theta)
        curvature = (x * (p * (1 - p))[:, None]).T @ x + np.diag(KNOWN)
        step = np.linalg.solve(curvature, x.T @ (p - window.bought) + KNOWN * theta)
        theta = theta - np.clip(step, -LONGEST, LONGEST)
        if np.abs(step).max() < TOLERANCE:
            break
    surprise = window.bought - sigmoid(window.logit + x @ theta)
    of_customer = np.column_stack(
        [np.bincount(window.customer, weights=surprise * column) for column in x.T]
    )
    bread = np.linalg.inv(curvature)
    return theta, bread @ (of_customer.T @ of_customer + np.diag(KNOWN)) @ bread


def _shifts(
    z: Floats, bought: NDArray[np.bool_], division: Ints, divisions: int
) -> tuple[Floats, Floats]:
    """Each division's own shift and its variance; a variance of 0 where it has no row."""

    def total(values: Floats) -> Floats:
        return np.bincount(division, values, divisions).astype(np.float64)

    shift = np.zeros(divisions)
    for _ in range(STEPS):
        p = sigmoid(z + shift[division])
        curvature = total(p * (1 - p)) + HALF
        step = (total(p - bought) + HALF * shift) / curvature
        shift = shift - np.clip(step, -LONGEST, LONGEST)
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    p = sigmoid(z + shift[division])
    noise = np.maximum(total((bought - p) ** 2), total(p * (1 - p))) + HALF
    rows = total(np.ones(len(z)))
    return shift, np.where(rows > 0, noise / (total(p * (1 - p)) + HALF) ** 2, 0.0)


def _square(line: Floats, noise: Floats, more: float) -> Floats:
    """Shape (3,): the polynomial of (constant + slope z)^2, with the variances added.

    Args:
        line: Constant and slope.
        noise: Shape (2, 2), their covariance.
        more: Variance of a shift on top.
    """
    a, b = line
    return np.array([a * a + noise[0, 0] + more, 2 * (a * b + noise[0, 1]), b * b + noise[1, 1]])
