"""Quantity, value and unit price of a long log, and why a margin is no value."""

from __future__ import annotations

from dataclasses import replace

from gosales.etl.propose_facts import Product, products
from gosales.etl.propose_profile import ColumnProfile, Profiler, Table
from gosales.etl.propose_roles import (
    Candidate,
    Choice,
    candidates,
    choose,
    fallback,
)
from gosales.etl.propose_words import header_score, is_margin, is_other

AMOUNT_ROLES = ("quantity", "value", "unit_price")
PROVEN = 0.25
"""What quantity x price = value adds to a score."""

UNNAMED = 0.58
"""Score of a column that only this proof speaks for: with it more than a header's hint."""


def choose_amounts(reader: Profiler, table: Table, taken: set[str]) -> list[Choice]:
    """Propose quantity and value; the unit price only where no column holds the line's money."""
    free = tuple(column for column in table.columns if column.name not in taken)
    margins = [column for column in free if column.is_number and is_margin(column.name)]
    money = tuple(column for column in free if column not in margins)
    proofs = [
        one for one in products(reader, table) if not {one.quantity, one.price, one.value} & taken
    ]
    found = _with_proof(candidates(money, AMOUNT_ROLES), money, proofs)
    given = _given(found)
    if "value" not in given and "unit_price" not in given:
        given |= _last_resort(money, margins, given)
    if "value" in given or "quantity" not in given:
        given = _price_as_value(given)
    choices = [choose(given[role], found) for role in AMOUNT_ROLES if role in given]
    return [_tell_margins(one, margins) if one.key == "value" else one for one in choices]


def _given(found: list[Candidate]) -> dict[str, Candidate]:
    given: dict[str, Candidate] = {}
    for one in found:
        if one.role not in given and one.column not in [other.column for other in given.values()]:
            given[one.role] = one
    return given


def _with_proof(
    found: list[Candidate], columns: tuple[ColumnProfile, ...], proofs: list[Product]
) -> list[Candidate]:
    """Raise the columns of the best proof whose value is no margin, also without header words."""
    named = {column.name: column for column in columns}
    proof = next(
        (one for one in proofs if {one.quantity, one.price, one.value} <= set(named)), None
    )
    if proof is None:
        return found
    parts = {"quantity": proof.quantity, "unit_price": proof.price, "value": proof.value}
    why = f'quantity x price = value in {100 * proof.share:.0f} % of the rows ("{proof.quantity}"'
    why += f' x "{proof.price}" = "{proof.value}")'
    raised = []
    for role, name in parts.items():
        known = next((o for o in found if o.role == role and o.column.name == name), None)
        one = known or Candidate(role, named[name], UNNAMED + _word_bonus(role, name), "")
        reason = f"{one.why}; {why}" if one.why else why
        raised.append(replace(one, score=min(1.0, one.score + PROVEN), why=reason))
    rest = [o for o in found if (o.role, o.column.name) not in set(parts.items())]
    return sorted([*raised, *rest], key=lambda one: -one.score)


def _word_bonus(role: str, name: str) -> float:
    return 0.2 * header_score(role, name)


def _last_resort(
    money: tuple[ColumnProfile, ...], margins: list[ColumnProfile], given: dict[str, Candidate]
) -> dict[str, Candidate]:
    """No header names money: a margin is better than a number that says nothing."""
    if margins:
        why = "only a margin or cost is there, no revenue; forecasts are then in that unit"
        return {"value": Candidate("value", margins[0], 0.4, why)}
    used = {one.column.name for one in given.values()}
    free = [
        column
        for column in money
        if column.name not in used and column.is_amount and not is_other("value", column.name)
    ]
    found = fallback("value", free)
    return {"value": found} if found else {}


def _price_as_value(given: dict[str, Candidate]) -> dict[str, Candidate]:
    """Without a quantity a price can only be the line's money."""
    price = given.pop("unit_price", None)
    if "value" in given or price is None:
        return given
    why = f"{price.why}; taken as the line's money, since no column holds a quantity"
    return {**given, "value": replace(price, role="value", score=0.4, why=why)}


def _tell_margins(choice: Choice, margins: list[ColumnProfile]) -> Choice:
    others = [f'"{column.name}"' for column in margins if column.name != choice.value]
    if not others or is_margin(str(choice.value)):
        return choice
    passed = f"{choice.why}; preferred to {', '.join(others)} (margin or cost, not what was paid)"
    return replace(choice, why=passed)


def amounts_missing(choices: list[Choice]) -> bool:
    """Whether neither a value nor a quantity was found."""
    return not {"value", "quantity"} & {one.key for one in choices}
