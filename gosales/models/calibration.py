"""From log odds to probabilities, with a correction where one has proved itself.

The members are trained on rolling cutoffs and come out calibrated closely enough that a map fitted
on one window often does harm on the next. So a map (Platt 1999: a line on the log odds) is fitted
on an older window and applied only when it lowers the log loss of a newer one, surely; and its
slope is bounded, since an unbounded one can turn a ranking around.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FLOOR = 1e-6
BOUNDS = ((0.5, 2.0), (-3.0, 3.0))
"""Of the slope, and of the shift."""

LEAST_BUYERS = 50
"""A window with fewer fits no map."""

SURE = 1.959964
"""Standard errors by which the newer window's loss has to fall."""


@dataclass(frozen=True)
class Calibration:
    """`logit -> slope * logit + shift`; the default changes nothing."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, logit: Floats) -> Floats:
        """Probabilities of shape (rows,), within (0, 1)."""
        return np.clip(sigmoid(self.line(logit)), FLOOR, 1 - FLOOR)

    def line(self, logit: Floats) -> Floats:
        """Log odds of shape (rows,)."""
        return self.slope * logit + self.shift


@dataclass(frozen=True)
class Window:
    """Scores of one kind, frozen at a cutoff, and what happened after it; all of shape (rows,).

    Attributes:
        customer: Index of the row's customer, the unit of chance.
    """

    logit: Floats
    bought: Flags
    customer: NDArray[np.int64]


@dataclass(frozen=True)
class Trial:
    """How a map fitted on the older window fared on the newer one.

    Attributes:
        tried: The map of the older window.
        final: What is applied from now on: the map of both windows, or none.
        gain: Mean fall of the newer window's log loss per row.
        error: Standard error of `gain`, customer-clustered.
    """

    tried: Calibration
    final: Calibration
    gain: float
    error: float

    @property
    def earned(self) -> bool:
        """Whether the map surely helped."""
        return self.gain > SURE * self.error

    @property
    def judged(self) -> Calibration:
        """The map with which the newer window may be judged: it has not seen it."""
        return self.tried if self.earned else Calibration()


UNTRIED = Trial(Calibration(), Calibration(), 0.0, 0.0)


def try_map(older: Window, newer: Window) -> Trial:
    """Fit on `older`, test on `newer`; where it surely helps, fit on both."""
    if min(older.bought.sum(), newer.bought.sum()) < LEAST_BUYERS:
        return UNTRIED
    tried = fit_map(older.logit, older.bought)
    fall = log_losses(Calibration(), newer) - log_losses(tried, newer)
    gain = float(fall.mean())
    of_customer = np.bincount(newer.customer, weights=fall - gain)
    trial = Trial(tried, Calibration(), gain, float(np.sqrt((of_customer**2).sum()) / len(fall)))
    if not trial.earned:
        return trial
    both = (np.concatenate(parts) for parts in zip(_rows(older), _rows(newer), strict=True))
    return Trial(tried, fit_map(*both), gain, trial.error)


def _rows(window: Window) -> tuple[Floats, Flags]:
    return window.logit, window.bought


def fit_map(
    logit: Floats, bought: Flags, weight: Floats | None = None, offset: Floats | None = None
) -> Calibration:
    """The slope and shift, within their bounds, of the least log loss.

    Args:
        logit, bought, weight: Shape (rows,); by default all rows weigh the same.
        offset: Shape (rows,), log odds that are known and to be added.
    """
    known = 0.0 if offset is None else offset
    share = np.full(len(logit), 1.0) if weight is None else weight
    share = share / share.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        """The loss and its gradient."""
        z = theta[0] * logit + theta[1] + known
        surprise = share * (sigmoid(z) - bought)
        value = float((share * (np.logaddexp(0.0, z) - bought * z)).sum())
        return value, np.array([(surprise * logit).sum(), surprise.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=BOUNDS, method="L-BFGS-B")
    return Calibration(float(found.x[0]), float(found.x[1]))


def log_losses(calibration: Calibration, window: Window) -> Floats:
    """Shape (rows,)."""
    z = calibration.line(window.logit)
    return np.asarray(np.logaddexp(0.0, z) - window.bought * z)


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(z / 2.0)))


def within(z: Floats, share: Floats) -> Floats:
    """Log odds of buying within a share of the horizon, by the law of a constant hazard.

    Args:
        z: Log odds of buying within all of it.
    """
    return np.asarray(np.log(np.expm1(share * np.logaddexp(0.0, z))))


def logit(p: Floats) -> Floats:
    """Log odds of probabilities within (0, 1)."""
    return np.log(p) - np.log1p(-p)
