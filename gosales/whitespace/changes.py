"""Why a row's score changed between two runs, as one sentence with its numbers and days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from gosales.core.columns import Status
from gosales.whitespace.wording import percent, span, things

NEW_ORDERS, NEW_MODEL, NEW_CUTOFF = "new orders", "new model", "new cutoff"
OTHER_INPUTS, UNTOLD = "other inputs", "not told apart"
ENTERED, LEFT = "entered", "left"
CAUSES = (NEW_ORDERS, NEW_MODEL, NEW_CUTOFF, OTHER_INPUTS, UNTOLD, ENTERED, LEFT)

SHOWN = 0.001
"""A part of a change from which on it is named, as a probability."""

LISTED_DIVISIONS = 3


@dataclass(frozen=True)
class Orders:
    """Lines of a customer that the later run knew of and the earlier one did not.

    Attributes:
        days: Days with an order.
        returns: Days with a return.
        first, last: First and last day of a line.
        divisions: Of the lines, by name.
    """

    days: int
    returns: int
    first: dt.date
    last: dt.date
    divisions: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How a cell stood in one run; `rank` is its place on the whitespace list, if any."""

    score: float
    rank: int | None
    status: str
    remark: str = ""


@dataclass(frozen=True)
class Move:
    """One cell in two runs.

    Attributes:
        before, after: None where the run did not score the cell.
        cause: One of CAUSES.
        parts: What each cause adds to the score; empty where they could not be told apart.
        orders: Of the customer, in all divisions.
        bought: First day of a line that is new in this cell.
    """

    division: str
    before: Standing | None
    after: Standing | None
    cause: str
    parts: dict[str, float] = field(default_factory=dict)
    orders: Orders | None = None
    bought: dt.date | None = None


@dataclass(frozen=True)
class Between:
    """What lies between two runs, for all their rows.

    Attributes:
        before, after: Their cutoffs.
        model: How the models differ, in words.
        inputs: How else the inputs differ, in words.
        untold: Why causes cannot be told apart, as a sentence; empty if they can.
        divisions: Those of the earlier run.
    """

    before: dt.date
    after: dt.date
    model: str = ""
    inputs: str = ""
    untold: str = ""
    divisions: frozenset[str] = frozenset()


def main_cause(parts: dict[str, float]) -> str:
    """The part that moves the score the most in the direction in which it went."""
    way = 1.0 if sum(parts.values()) >= 0 else -1.0
    return max(parts, key=lambda cause: way * parts[cause])


def say_move(move: Move, between: Between) -> str:
    """The sentence of one row."""
    before, after = move.before, move.after
    if before is None:
        return "" if after is None else _come(move, after, between)
    if after is None:
        return f"Gone: the later run did not score it; {_score(before.score)} before."
    told = _how_much(before.score, after.score)
    if move.cause == LEFT:
        return f"{_off(move, before, after, between)}. {told}."
    if move.cause == ENTERED:
        return f"{_on(move, before, after)}. {told}."
    if move.cause == UNTOLD:
        return f"{told}. {between.untold}"
    return f"{told}: {_because(move.cause, move, between)}{_besides(move)}."


def _how_much(before: float, after: float) -> str:
    points, way = 100 * abs(after - before), "Up" if after > before else "Down"
    if after == before:
        return f"Unchanged at {_score(after)}"
    if points < 0.05:
        return f"{way} by less than 0.1 points, to {_score(after)}"
    start = "" if _score(before) == _score(after) else f"from {_score(before)} "
    return f"{way} {points_of(points)}, {start}to {_score(after)}"


def points_of(points: float) -> str:
    """Percentage points with a decimal.

    >>> points_of(1.0), points_of(2.34)
    ('1.0 point', '2.3 points')
    """
    return f"{points:.1f} point" + ("" if f"{points:.1f}" == "1.0" else "s")


def _score(score: float) -> str:
    return percent(score) if score < 0.001 else f"{100 * score:.1f} %"


def _because(cause: str, move: Move, between: Between) -> str:
    if cause == NEW_ORDERS and move.orders:
        return _orders(move.orders, between)
    if cause == NEW_MODEL:
        return f"a new model ({between.model})"
    if cause == NEW_CUTOFF:
        silent = ", without an order of its own" if move.orders is None else ""
        return f"{_time(between)}{silent}"
    return f"other inputs ({between.inputs})"


def _orders(orders: Orders, between: Between) -> str:
    """What it ordered and gave back, when, and of what."""
    found = [things(orders.days, "new order")] if orders.days else []
    if orders.returns:
        found.append(things(orders.returns, "return"))
    since = f"since {between.before}" if orders.first > between.before else "not known before"
    names = list(orders.divisions[:LISTED_DIVISIONS])
    more = len(orders.divisions) - len(names)
    of = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    last = "the last " if orders.days + orders.returns > 1 else ""
    return f"{' and '.join(found)} {since}, {last}on {orders.last} ({of})"


def _time(between: Between) -> str:
    days = (between.after - between.before).days
    if days < 0:
        return f"the cutoff is {span(-days)} earlier ({between.after})"
    return f"{span(days)} went by ({between.before} to {between.after})"


SHORT = {
    NEW_ORDERS: "its new orders",
    NEW_MODEL: "the new model",
    NEW_CUTOFF: "the time that went by",
    OTHER_INPUTS: "other inputs",
}


def _besides(move: Move) -> str:
    """The other causes that moved it, each with its points."""
    others = sorted(
        (part for part in move.parts.items() if part[0] != move.cause and abs(part[1]) >= SHOWN),
        key=lambda part: (-abs(part[1]), part[0]),
    )
    if not others:
        return ""
    told = " and ".join(f"{SHORT[cause]} {100 * part:+.1f}" for cause, part in others)
    return f", {100 * move.parts[move.cause]:+.1f}; {told}"


def _off(move: Move, before: Standing, after: Standing, between: Between) -> str:
    """Why a cell that both runs scored left the whitespace list."""
    if after.remark and after.remark != before.remark:
        return f"Off the whitespace list: marked {after.remark}"
    if after.status == Status.WHITESPACE:
        return f"Off the whitespace list: the settings keep {move.division} out"
    when = f" on {move.bought}" if move.bought else ""
    late = ", entered later" if move.bought and move.bought <= between.before else ""
    return f"Off the whitespace list: bought {move.division}{when}{late}"


def _on(move: Move, before: Standing, after: Standing) -> str:
    """Why a cell that both runs scored came to the whitespace list."""
    if before.remark and after.remark != before.remark:
        return f"On the whitespace list: no longer marked {before.remark}"
    if before.status == Status.WHITESPACE:
        return f"On the whitespace list: the settings keep {move.division} out no more"
    if after.status != Status.WHITESPACE:
        return f"On the whitespace list again: {move.division} was bought long ago"
    return f"On the whitespace list: all that it bought of {move.division} was returned"


def _come(move: Move, after: Standing, between: Between) -> str:
    """Of a cell that the earlier run did not score."""
    scored = f"scored {_score(after.score)}."
    if move.division not in between.divisions:
        return f"New: {move.division} was not scored before; {scored}"
    if move.orders:
        return f"New: a customer since {move.orders.first}; {scored}"
    return f"New: not scored before; {scored}"
