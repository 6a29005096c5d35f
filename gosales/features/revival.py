"""Whether a division that nobody has ordered from lately is still sold, or comes back.

Months in which a division is sold come by a chance of its own, its rhythm, until it ends, with one
chance a month for all divisions: the BG/BB model (Fader, Hardie and Shang 2010) with one rate of
ends. A silence that is long against the rhythm is likely an end. Unlike there, what seems to have
ended may come back: at one monthly chance after a short silence, which tells how far rhythms can be
trusted, and at another after a long one. All of these come from the past of all divisions, and
from a prior as long as that is short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.features.panel import Purchases

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
LONG_MONTHS = 6
"""A silence of so many months is a long one, and counts as an end whatever the rhythm."""

PRIOR_RETURNS, PRIOR_MONTHS = 1.0, 36.0
"""As if one division had come back in three years of silence. Logs with thousands of silent months
show about that (docs/adr/0019)."""

PRIOR_ENDS, PRIOR_SOLD = 1.0, 600.0
"""As if one division had ended in fifty years: a short history takes hardly any silence for one."""

USUAL_MONTHS = 2.0
"""A division's rhythm is pulled to that of all as if by so many months."""

STEPS, TOLERANCE = 100, 1e-9


@dataclass(frozen=True)
class Calendar:
    """In which months each division was sold.

    Attributes:
        quiet: Shape (D,), silent months since the last one; 0 for a division that was never sold.
        months: Shape (D,), in how many it was sold.
        span: Shape (D,), months from the first to the last one.
        division, silence: Shape (silences,), months between two of a division's, where there are
            any; those that still last come last.
        over: Shape (silences,), those that do not last.
    """

    quiet: Ints
    months: Ints
    span: Ints
    division: Ints
    silence: Ints
    over: NDArray[np.bool_]

    @classmethod
    def of(cls, known: Purchases, divisions: int) -> Calendar:
        """Of what was bought by the cutoff."""
        sold = np.zeros((divisions, int(known.months_ago.max(initial=0)) + 1), bool)
        sold[known.division, known.months_ago] = True
        division, age = np.nonzero(sold)
        quiet = np.where(sold.any(1), sold.argmax(1), 0)
        oldest = sold.shape[1] - 1 - sold[:, ::-1].argmax(1)
        gap = np.diff(age) - 1
        between = (np.diff(division) == 0) & (gap > 0)
        lasting = np.flatnonzero(quiet)
        return cls(
            quiet,
            sold.sum(1),
            np.where(sold.any(1), oldest - quiet, 0),
            np.concatenate([division[1:][between], lasting]),
            np.concatenate([gap[between], quiet[lasting]]),
            np.arange(between.sum() + len(lasting)) < between.sum(),
        )


def still_sold(known: Purchases, divisions: int, horizon_months: int) -> Floats:
    """Shape (D,): the chance that a division has not ended, or comes back within the horizon.

    1 for a division that was sold in the last month, and for one that never was.

    Args:
        known: What was bought by the cutoff.
        divisions: How many there are.
        horizon_months: Length of the outcome.
    """
    calendar = Calendar.of(known, divisions)
    going = _going_on(calendar)
    short, long = (1 - (1 - rate) ** horizon_months for rate in return_rates(calendar, going))
    now = going[np.arange(divisions), calendar.quiet]
    return now + (1 - now) * np.where(calendar.quiet >= LONG_MONTHS, long, short)


def return_rates(calendar: Calendar, going: Floats) -> tuple[float, float]:
    """Monthly chance of an ended division to be sold again, after a short and a long silence.

    How many came back, over the months in which they might have, that of the return included. A
    short silence counts by the chance that it was an end.

    Args:
        going: Shape (D, longest silence + 1), chance that a division has not ended in a silence.
    """
    ended = (1 - going).cumsum(axis=1)
    waited = np.minimum(calendar.silence - ~calendar.over, LONG_MONTHS - 1)
    back = calendar.over & (calendar.silence < LONG_MONTHS)
    of_backs = (1 - going)[calendar.division[back], calendar.silence[back]]
    beyond = calendar.silence - LONG_MONTHS + calendar.over
    late = beyond > 0
    short = (of_backs.sum(), ended[calendar.division, waited].sum())
    long = ((late & calendar.over).sum(), beyond[late].sum())
    rates = ((PRIOR_RETURNS + back) / (PRIOR_MONTHS + months) for back, months in (short, long))
    return float(next(rates)), float(next(rates))


def _going_on(calendar: Calendar) -> Floats:
    """Shape (D, longest silence + 1): the chance that a division has not ended in a silence.

    With the rate of ends of the highest posterior, by expectation and maximisation: a silence
    counts as an end by the chance that it was one.
    """
    silent, rate = _silences(calendar), PRIOR_ENDS / PRIOR_SOLD
    for _ in range(STEPS):
        going = _not_ended(silent, rate)
        told = going[calendar.division, calendar.silence]
        sold = calendar.months.sum() + (told * calendar.silence).sum()
        new = float((PRIOR_ENDS + (1 - told).sum()) / (PRIOR_SOLD + sold))
        if abs(new - rate) < TOLERANCE:
            break
        rate = new
    return going


def _silences(calendar: Calendar) -> Floats:
    """Shape (D, longest silence + 1): chance of at least so many silent months without an end."""
    sold = np.maximum(calendar.months - 1, 0)
    usual = (sold.sum() + 1.0) / (calendar.span.sum() + 2.0)
    no = calendar.span - sold + USUAL_MONTHS * (1 - usual)
    months = calendar.span + USUAL_MONTHS
    passed = np.arange(int(calendar.silence.max(initial=0)))
    month = (no[:, None] + passed) / (months[:, None] + passed)
    return np.hstack([np.ones((len(sold), 1)), np.cumprod(month, axis=1)])


def _not_ended(silent: Floats, rate: float) -> Floats:
    """Shape of `silent`: the chance that a division has not ended, with that monthly chance."""
    going = silent * (1 - rate) ** np.arange(silent.shape[1])
    ended = np.cumsum(going * rate, axis=1) - going * rate
    return np.asarray(going / (going + ended))
