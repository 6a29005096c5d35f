"""A sentence for each concept: what the row's own numbers say for it, or against it.

A saying gets the facts and whether it is to speak for the row. It answers None where the numbers
would not bear it out: a reason that contradicts its own figures is no reason. Nothing compares with
NaN, so that a missing number is never said.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gosales.core.concepts import Concept
from gosales.whitespace.facts import Facts
from gosales.whitespace.sayings_peers import LONG_AGO, division, peers, profile, related, taste
from gosales.whitespace.wording import (
    DAYS,
    ago,
    days,
    money,
    month,
    months,
    season,
    span,
    things,
)

Saying = Callable[[Facts, bool], str | None]
YEAR = 365.0
LEAST_CHANGE = 0.1
"""Smaller changes are no growth and no decline."""

DUE, LATE = 0.5, 1.5
"""Shares of the usual gap between which an order is due."""


def say(concept: Concept, facts: Facts, *, speaks_for: bool) -> str | None:
    """The concept's sentence in that direction, or None."""
    return SAYINGS[concept](facts, speaks_for)


def _own_history(facts: Facts, good: bool) -> str | None:
    name, here = "own_frequency__orders_12m", facts.division
    now, usual = facts.get(name), facts.typical(name)
    if not facts.owned:
        return _gave_back(facts, good)
    if good and now >= 2 and (more := _above(now, usual)):
        return f"Bought {here} on {days(now)} in the last 12 months{more}"
    ever, typical = (
        facts.get("own_frequency__orders_all"),
        facts.typical("own_frequency__orders_all"),
    )
    if good and ever >= 3 and (more := _above(ever, typical)):
        return f"Bought {here} on {days(ever)} so far{more}"
    if good:
        return None
    if now == 0:
        return f"No {here} order in the last 12 months"
    if less := _below(now, usual):
        return f"Bought {here} on only {days(now)} in the last 12 months{less}"
    if less := _below(ever, typical):
        return f"Bought {here} on only {days(ever)} so far{less}"
    return None


def _gave_back(facts: Facts, good: bool) -> str | None:
    """A never-bought cell with a past: all that was bought came back."""
    since = facts.get("own_recency__days_since_last")
    if good and since >= 0:
        return f"Bought {facts.division} {ago(facts.cutoff, since)} and returned it"
    return None


def _own_rhythm(facts: Facts, good: bool) -> str | None:
    since, gap = facts.get("own_recency__days_since_last"), facts.get("own_cadence__usual_gap_days")
    if not facts.owned or not since >= 0:
        return None
    text = f"Last {facts.division} order {ago(facts.cutoff, since)}"
    if gap >= 2:
        passed = since / gap
        if good:
            return f"{text}, its usual gap is {span(gap)}" if passed <= LATE else None
        if passed > LATE:
            return f"{text}, its usual gap is {span(gap)}"
        return f"{text}, not due yet: its usual gap is {span(gap)}" if passed < DUE else None
    typical = facts.typical("own_recency__days_since_last")
    if good:
        return text if since <= min(typical, YEAR) else None
    return f"{text}, the only one so far" if since > min(typical, YEAR) else None


def _rhythm(facts: Facts, good: bool) -> str | None:
    since, gap = facts.get("any_recency__days_since_last"), facts.get("any_cadence__usual_gap_days")
    typical = facts.typical("any_recency__days_since_last")
    usual_gap = facts.typical("any_cadence__usual_gap_days")
    orders = facts.get("any_frequency__orders_all")
    told_already = facts.owned and since == facts.get("own_recency__days_since_last")
    if good and since <= 0.8 * typical and not told_already:
        usual = f"{span(typical)}{' earlier' if since < 1 else ''} is usual"
        told = usual if typical <= YEAR else "more lately than most"
        return f"Last order {ago(facts.cutoff, since)}, {told}"
    if good and gap >= 1 and gap <= 0.8 * usual_gap and since <= LATE * gap and orders >= 4:
        return f"Orders every {span(gap)}, every {span(usual_gap)} is usual"
    if good:
        return None
    if since > max(270.0, typical):
        return f"No order at all for {span(since)}"
    if since >= 30 and since >= 1.25 * typical:
        return f"Last order {ago(facts.cutoff, since)}, {span(typical)} is usual"
    if gap >= 1.25 * usual_gap and orders >= 3:
        return f"Orders only every {span(gap)}, every {span(usual_gap)} is usual"
    return None


def _volume(facts: Facts, good: bool) -> str | None:
    for name, lookback in (
        ("any_frequency__orders_12m", "in the last 12 months"),
        ("any_frequency__orders_3m", "in the last 3 months"),
        ("any_frequency__orders_all", "so far"),
    ):
        now, usual = facts.get(name), facts.typical(name)
        if good and now >= 2 and (more := _above(now, usual)):
            return f"Ordered on {days(now)} {lookback}{more}"
        if not good and now >= 1 and (less := _below(now, usual)):
            return f"Ordered on only {days(now)} {lookback}{less}"
        if not good and now == 0 and usual >= 1:
            return f"No order {lookback}"
    return None


def _growth(facts: Facts, good: bool) -> str | None:
    now, two = facts.get("any_frequency__orders_12m"), facts.get("any_frequency__orders_24m")
    half = facts.get("any_frequency__orders_6m")
    spent, before = facts.get("any_monetary__value_12m"), facts.get("any_monetary__value_24m")
    candidates = (
        (now, two - now, "Orders", "on last year", "days", 0.0),
        (half, now - half, "Orders of the last 6 months", "on the 6 before", "days", 0.0),
        (spent, before - spent, "Spending", "on last year", "", 100.0),
    )
    for new, old, what, on, unit, least in candidates:
        if not (new > least and old > least) or (unit and max(new, old) < 3):
            continue
        change = new / old - 1
        if (change >= LEAST_CHANGE) if good else (change <= -LEAST_CHANGE):
            told = (
                f"({days(new)} against {old:,.0f})"
                if unit
                else (f"({money(new)} against {money(old)})")
            )
            return f"{what} {_moved(new, old)} {on} {told}"
    return None


def _season(facts: Facts, good: bool) -> str | None:
    name = "any_seasonality__orders_season_1y"
    now, usual = facts.get(name), facts.typical(name)
    when = season(facts.cutoff, facts.horizon_months)
    if good and now >= 1 and (more := _above(now, usual)):
        return f"Ordered on {days(now)} in the same season a year ago, {when}{more}"
    known = facts.get("any_recency__days_since_first") >= YEAR
    if not good and known and now == 0 and usual >= 1:
        return f"No order in the same season a year ago, {when}"
    if not good and now >= 1 and (less := _below(now, usual)):
        return f"Ordered on only {days(now)} in the same season a year ago, {when}{less}"
    return None


def _money(facts: Facts, good: bool) -> str | None:
    for name, lookback in (
        ("any_monetary__value_12m", "in the last 12 months"),
        ("any_monetary__value_3m", "in the last 3 months"),
        ("any_monetary__value_all", "so far"),
    ):
        spent, usual = facts.get(name), facts.typical(name)
        if good and spent > 0 and usual > 0 and spent >= 1.25 * usual:
            return f"Spent {money(spent)} {lookback}, {money(usual)} is usual"
        if not good and 0 < spent <= 0.8 * usual:
            return f"Spent only {money(spent)} {lookback}, {money(usual)} is usual"
    order, usual = (
        facts.get("any_monetary__value_per_order"),
        facts.typical("any_monetary__value_per_order"),
    )
    if order > 0 and usual > 0 and (order >= 1.25 * usual if good else order <= 0.8 * usual):
        only = "" if good else "only "
        return f"An order is worth {only}{money(order)} on average, {money(usual)} is usual"
    return None


def _returns(facts: Facts, good: bool) -> str | None:
    lines = facts.get("any_returns__return_lines_12m")
    if good or not lines >= 1 or lines <= facts.typical("any_returns__return_lines_12m"):
        return None
    return f"Returned {things(lines, 'line')} in the last 12 months"


def _breadth(facts: Facts, good: bool) -> str | None:
    held, usual = facts.get("mix__divisions_owned"), facts.typical("mix__divisions_owned")
    added, age = facts.get("mix__divisions_new_12m"), facts.get("any_recency__days_since_first")
    if good and age < YEAR and held >= 2 and held > usual:
        first = months(age / DAYS).removeprefix("1 ")
        return f"Bought from {things(held, 'division')} in its first {first}"
    if good and age >= YEAR and added >= 1 and added > facts.typical("mix__divisions_new_12m"):
        return f"Added {things(added, 'division')} in the last 12 months"
    if good and (more := _above(held, usual)):
        return f"Buys from {things(held, 'division')}{more}"
    if good:
        return None
    if held == 0 and usual >= 1:
        return f"Owns no division, {usual:,.0f} is usual"
    if less := _below(held, usual):
        return f"Bought from only {things(held, 'division')}{less}"
    quiet = facts.get("mix__months_since_new_division")
    if LONG_AGO >= quiet >= 18 and quiet > facts.typical("mix__months_since_new_division"):
        return f"Added no division since {month(facts.cutoff, quiet)}"
    return None


def _above(number: float, usual: float) -> str:
    """The usual, to be told behind a number that is above it by a fifth and by 1; else nothing."""
    if not (number >= usual + 1 and number >= 1.2 * usual):
        return ""
    return f", {usual:,.0f} is usual" if usual >= 1 else ", more than most"


def _below(number: float, usual: float) -> str:
    """The same for below."""
    return f", {usual:,.0f} is usual" if number <= usual - 1 and number <= 0.8 * usual else ""


def _moved(new: float, old: float) -> str:
    change = new / old - 1
    if change >= 2:
        return f"up {new / old:.0f}-fold"
    way = "up" if change > 0 else "down"
    return f"{way} {np.floor(100 * abs(change) + 0.5):.0f} %"


SAYINGS: dict[Concept, Saying] = {
    Concept.OWN_HISTORY: _own_history,
    Concept.OWN_RHYTHM: _own_rhythm,
    Concept.RHYTHM: _rhythm,
    Concept.VOLUME: _volume,
    Concept.GROWTH: _growth,
    Concept.SEASON: _season,
    Concept.MONEY: _money,
    Concept.RETURNS: _returns,
    Concept.BREADTH: _breadth,
    Concept.PEERS: peers,
    Concept.TASTE: taste,
    Concept.RELATED: related,
    Concept.PROFILE: profile,
    Concept.DIVISION: division,
}
