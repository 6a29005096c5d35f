"""Which past cutoffs a backtest judges."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from gosales.core.columns import Fact
from gosales.core.errors import TimelineError
from gosales.core.star import Star
from gosales.core.timeline import Cutoff
from gosales.pipeline.session import Session
from gosales.pipeline.snapshots import WARM_UP_MONTHS

SPACINGS = (6, 3, 1)
"""Months between cutoffs: the widest that gives as many as are asked for, else the narrowest."""


def backtest_cutoffs(star: Star, session: Session) -> list[Cutoff]:
    """The settings' cutoffs, or up to `[backtest] folds` ones, newest first.

    Each leaves a whole horizon after it, and before it enough history to learn from.

    Raises:
        TimelineError: The history is too short for a single cutoff, or one that the settings ask
            for cannot be judged.
    """
    horizon = session.horizon_months
    last = session.options.cutoff or Cutoff(star.last_day)
    first_day = pd.Timestamp(star.tables.facts[Fact.DATE].min().execute()).date()
    if session.config.time.cutoffs:
        asked = sorted(map(Cutoff, session.config.time.cutoffs), reverse=True)
        _require_judgeable(asked, first_day, last, horizon)
        return asked
    months = last.age_in_months(first_day) + 1
    ages = cutoff_ages(months, horizon, session.config.backtest.folds)
    if not ages:
        raise TimelineError(
            f"{months} months of history are too few to judge {horizon} months at a past cutoff.",
            remedy=f"Load at least {2 * horizon + WARM_UP_MONTHS} months, or use a shorter "
            "horizon.",
        )
    return [last.months_before(age) for age in ages]


def cutoff_ages(months: int, horizon: int, most: int) -> list[int]:
    """Months before the history's end of each cutoff, newest first.

    Args:
        months: Length of the history.
        horizon: Length of the outcome; no cutoff is younger.
        most: Cutoffs wanted.
    """
    oldest = months - horizon - WARM_UP_MONTHS
    choices = ([*range(horizon, oldest + 1, spacing)][:most] for spacing in SPACINGS)
    return max(choices, key=len)


def _require_judgeable(
    cutoffs: list[Cutoff], first_day: dt.date, last: Cutoff, horizon: int
) -> None:
    newest = last.months_before(horizon)
    for cutoff in cutoffs:
        if not first_day <= cutoff.date <= newest.date:
            raise TimelineError(
                f"The cutoff {cutoff} in [time] cutoffs cannot be judged: the history begins on "
                f"{first_day}, and the {horizon} months after a cutoff must be over by {last}.",
                remedy=f"Choose cutoffs between {first_day} and {newest}, or a shorter horizon.",
            )
