"""Which column of a long log means what: header words times how its values fit, best pair first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gosales.etl.propose_profile import ColumnProfile
from gosales.etl.propose_words import (
    TRAILING_ID,
    header_score,
    is_measure,
    outlet_rank,
    plain_words,
)

SURE, LIKELY, GUESS = "sure", "likely", "guess"
GOOD_ENOUGH = 0.34
CLEAR_LEAD = 0.25
LEAST_OUTLETS, LEAST_CUSTOMERS = 4, 10
"""Fewer values are hardly the customers where no header says so."""

Value = str | bool | list[str] | dict[str, str]


@dataclass(frozen=True)
class Choice:
    """One proposed key: its value, how sure, why, and what came second."""

    key: str
    value: Value
    certainty: str
    why: str
    runner_up: str = ""


@dataclass(frozen=True)
class Candidate:
    """A column for a role, with its score and the reason for it."""

    role: str
    column: ColumnProfile
    score: float
    why: str

    @property
    def certainty(self) -> str:
        return SURE if self.score >= 0.85 else LIKELY if self.score >= 0.6 else GUESS


Fit = Callable[[ColumnProfile], float]


def _customer(column: ColumnProfile) -> float:
    if column.is_date or column.is_amount:
        return 0.0
    return 0.7 if column.uniqueness > 0.95 and column.rows > 20 else 1.0


def _customer_name(column: ColumnProfile) -> float:
    return 1.0 if column.is_text and column.spaced > 0.2 else 0.3 if column.is_text else 0.0


def _date(column: ColumnProfile) -> float:
    return column.dates if column.is_date else 0.0


def _order(column: ColumnProfile) -> float:
    if column.is_date or column.is_amount or column.distinct < 2:
        return 0.0
    return 1.0 if column.uniqueness > 0.01 else 0.5


def _line_id(column: ColumnProfile) -> float:
    unique = column.filled > 0.99 and column.uniqueness > 0.999 and column.rows > 1
    return 1.0 if unique and not column.is_amount and not column.is_date else 0.0


def _sku(column: ColumnProfile) -> float:
    return 0.0 if column.is_date or column.is_amount else 1.0


def _sku_name(column: ColumnProfile) -> float:
    return 1.0 if column.is_text and column.spaced > 0.1 else 0.4 if column.is_text else 0.0


def _division(column: ColumnProfile) -> float:
    if column.distinct < 1 or column.distinct > 300 or column.is_date or column.is_number:
        return 0.0
    return 1.0 if column.uniqueness < 0.5 or column.rows < 50 else 0.4


def _quantity(column: ColumnProfile) -> float:
    return 0.0 if not column.is_number else 1.0 if column.whole > 0.7 else 0.8


def _money(column: ColumnProfile) -> float:
    return 1.0 if column.is_number else 0.0


def _group(column: ColumnProfile) -> float:
    """A branch or rep: few values that repeat."""
    if column.is_date or column.is_amount or column.distinct < 1:
        return 0.0
    return 1.0 if column.uniqueness < 0.5 or column.rows < 50 else 0.0


FITS: dict[str, Fit] = {
    "date": _date,
    "customer": _customer,
    "sku": _sku,
    "order": _order,
    "line_id": _line_id,
    "quantity": _quantity,
    "value": _money,
    "unit_price": _money,
    "division": _division,
    "customer_name": _customer_name,
    "sku_name": _sku_name,
    "known_at": _date,
    "branch": _group,
    "rep": _group,
}


def candidates(
    columns: tuple[ColumnProfile, ...], roles: tuple[str, ...] = tuple(FITS)
) -> list[Candidate]:
    """Every column that may have a role, best first; ties go to the column further left."""
    found = []
    for role in roles:
        for column in columns:
            words = header_score(role, column.name)
            score = words * FITS[role](column)
            if words and score >= GOOD_ENOUGH:
                said = "says just that" if words >= 0.85 else "hints at it"
                found.append(Candidate(role, column, score, f"the header {said}; {shown(column)}"))
    order = list(FITS)
    return sorted(found, key=lambda one: (-one.score, order.index(one.role), one.column.place))


def with_outlets(found: list[Candidate], columns: tuple[ColumnProfile, ...]) -> list[Candidate]:
    """The candidates, with a store or a country for the customer where no header says customer."""
    if any(one.role in ("customer", "customer_name") for one in found):
        return found
    ranked = [
        (rank, -column.distinct, column.place, column)
        for column in columns
        if (rank := outlet_rank(column.name)) is not None
        and FITS["customer"](column) == 1.0
        and column.distinct >= LEAST_OUTLETS
    ]
    if not ranked:
        return found
    column = min(ranked)[3]
    why = f"no header says customer; who is delivered to may be it; {shown(column)}"
    chosen = [Candidate("customer", column, GOOD_ENOUGH, why)]
    name = own_name(column.name, columns)
    if name is not None:
        chosen.append(Candidate("customer_name", name, GOOD_ENOUGH, f"the name of {column.name}"))
    used = [one.column for one in chosen]
    return [*chosen, *(one for one in found if one.column not in used)]


def own_name(key: str, columns: Iterable[ColumnProfile]) -> ColumnProfile | None:
    """The column `Store Name` of the key `Store Number`."""
    wanted = f"{TRAILING_ID.sub('', plain_words(key))} name"
    return next((one for one in columns if one.is_text and plain_words(one.name) == wanted), None)


def assign(found: list[Candidate]) -> dict[str, Candidate]:
    """Give each role its best column and each column one role, best pairs first."""
    given: dict[str, Candidate] = {}
    taken: set[int] = set()
    for one in found:
        if one.role not in given and one.column.place not in taken:
            given[one.role] = one
            taken.add(one.column.place)
    return given


def choose(one: Candidate, found: list[Candidate]) -> Choice:
    """The assigned column as a proposal, less sure when another came close."""
    rivals = [
        other for other in found if other.role == one.role and other.column.name != one.column.name
    ]
    second = f'"{rivals[0].column.name}"' if rivals else ""
    certainty = one.certainty
    if certainty == SURE and rivals and rivals[0].score > one.score - CLEAR_LEAD / 5:
        certainty = LIKELY
    return Choice(one.role, one.column.name, certainty, one.why, second)


def shown(column: ColumnProfile) -> str:
    """A column in a few words: what kind of values, how many, an example."""
    if column.is_date:
        kind = f"{100 * column.dates:.0f} % dates"
    elif column.is_number:
        kind = "numbers with decimals" if column.is_amount else "whole numbers"
    else:
        kind = "texts" if column.spaced > 0.3 else "codes or words"
    example = f", e.g. {column.examples[0]}" if column.examples else ""
    gaps = f", {100 * (1 - column.filled):.0f} % blank" if column.filled < 0.995 else ""
    return f"{kind}, {column.distinct:,} different in {column.cells:,} sampled cells{gaps}{example}"


def fallback(role: str, columns: list[ColumnProfile]) -> Candidate | None:
    """A role that no header names, by the values alone: the best of the columns still free.

    Customers keep the order in which the columns come: the caller knows more about them.
    """
    fit = [column for column in columns if FITS[role](column) > 0 and column.filled > 0.5]
    if role in ("customer", "sku"):
        least = LEAST_CUSTOMERS if role == "customer" else 2
        fit = [
            column
            for column in fit
            if column.distinct >= least and column.uniqueness < 0.5 and not is_measure(column.name)
        ]
        if role == "sku":
            fit.sort(key=lambda column: (-column.distinct, column.place))
    elif role == "quantity":
        fit = [column for column in fit if column.whole > 0.95]
    elif role == "value":
        fit.sort(key=lambda column: (column.whole, column.place))
    if not fit:
        return None
    why = f"no header says it; by its values alone: {shown(fit[0])}"
    return Candidate(role, fit[0], GOOD_ENOUGH, why)
