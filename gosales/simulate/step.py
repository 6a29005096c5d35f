"""One month of the market: from a state to the next, and the orders and returns in between.

The history and the oracle's futures run through the same function, so they follow one law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.simulate import law
from gosales.simulate.people import People
from gosales.simulate.state import Bytes, MarketState, Orders
from gosales.simulate.tables import LONGEST, FloatArray, LawTables, law_tables, trend

Mask = NDArray[np.bool_]
_HEALTH_STEPS = np.cumsum(law.HEALTH_MOVES, axis=1)[:, :-1].astype(np.float32)
_HEALTH_REPEAT = np.array(law.HEALTH_REPEAT, dtype=np.float32)
_HEALTH_RENEW = np.array(law.HEALTH_RENEW, dtype=np.float32)
_HEALTH_VALUE = np.array(law.HEALTH_VALUE, dtype=np.float32)
_GONE = law.HEALTH.index("gone")


@dataclass(frozen=True, slots=True)
class MonthEvents:
    """What happened: orders, which of them are first ones, and earlier orders that came back."""

    orders: Orders
    first: Mask
    returns: Orders


def advance(
    state: MarketState, people: People, month: int, rng: np.random.Generator
) -> MonthEvents:
    """Let one month pass.

    Args:
        state: Of R customers at the end of the month before; changed in place.
        people: The same customers' constants.
        month: Absolute month, year x 12 + month - 1.
        rng: Source of all that is left to chance.

    Returns:
        The month's orders and returns.
    """
    tables = law_tables()
    returns = _draw_returns(state, tables, rng)
    arriving = np.flatnonzero(people.arrival == month)
    _move_customers(state, people, rng)
    _welcome(state, people, arriving)
    buys = _draw_buys(state, people, month, rng)
    buys[people.entry[arriving], arriving] = True
    _attach(buys, state, tables, rng)
    orders = _price(buys, state, people, month, rng)
    first = state.owned.ravel()[orders.cells] == 0
    _remember(state, buys, orders, tables)
    return MonthEvents(orders, first, returns)


def _draw_returns(state: MarketState, tables: LawTables, rng: np.random.Generator) -> Orders:
    """Earlier orders that come back this month; they are taken out of `state.recent`."""
    back: list[Orders] = []
    kept: list[Orders] = []
    for age, orders in enumerate(state.recent):
        chance = tables.returned[age][orders.cells // max(1, state.customers)]
        comes_back = rng.random(len(chance), dtype=np.float32) < chance
        back.append(orders.take(comes_back))
        kept.append(orders.take(~comes_back))
    state.recent = (kept[0], kept[1])
    return Orders(
        np.concatenate([orders.cells for orders in back]),
        np.concatenate([orders.cents for orders in back]),
        np.concatenate([orders.numbers for orders in back]),
    )


def _move_customers(state: MarketState, people: People, rng: np.random.Generator) -> None:
    """Health, energy and projects move on."""
    count = state.customers
    chance = rng.random(count, dtype=np.float32)
    steps = _HEALTH_STEPS[state.health]
    state.health = (chance[:, None] >= steps).sum(axis=1, dtype=np.int8)
    shock = rng.standard_normal(count, dtype=np.float32)
    step = np.float32(law.ENERGY_SPREAD * np.sqrt(1 - law.ENERGY_MEMORY**2))
    state.energy = np.float32(law.ENERGY_MEMORY) * state.energy + step * shock
    state.project -= state.project > 0
    rate = people.project_rate * _HEALTH_REPEAT[state.health]
    planned = (rng.random(count, dtype=np.float32) < rate) & (state.project == 0)
    rows = np.flatnonzero(planned)
    low, high = law.PROJECT_PLANNING
    state.project[rows] = law.PROJECT_MONTHS + rng.integers(low, high + 1, len(rows))
    state.project_kind[rows] = rng.integers(len(law.PROJECTS), size=len(rows))


def _welcome(state: MarketState, people: People, arriving: NDArray[np.int64]) -> None:
    state.health[arriving] = people.start[arriving]
    state.project[arriving] = 0


def _draw_buys(state: MarketState, people: People, month: int, rng: np.random.Generator) -> Mask:
    """(D, R): who orders what this month, before attached sales."""
    tables = law_tables()
    present = (people.arrival <= month) & (state.health != _GONE)
    energy = np.exp(state.energy) * present
    eager = energy * (1 + state.momentum) ** np.float32(law.MOMENTUM_PULL)
    usual = energy * _HEALTH_REPEAT[state.health]
    running = (state.project > 0) & (state.project <= law.PROJECT_MONTHS)
    project = np.where(running, state.project_kind + 1, 0)
    season = tables.season[:, month % 12]
    adopting = season * trend(month)
    buys = np.empty(state.owned.shape, dtype=np.bool_)
    for d in range(len(buys)):
        chance = people.adopt[d] * (adopting[d] * eager)
        chance *= tables.adopt_health[d][state.health]
        for source, lift in tables.lifts[d]:
            chance *= lift[state.owned[source]]
        again = people.repeat[d] * (season[d] * usual) * tables.rhythm[d][state.quiet[d]]
        chance = np.where(state.owned[d] > 0, again, chance)
        chance *= tables.project[:, d][project]
        if d in tables.subscriptions:
            chance += _renewal(state.contract[d], state, people, tables) * present
        np.minimum(chance, np.float32(law.HIGHEST_CHANCE), out=chance)
        buys[d] = rng.random(len(chance), dtype=np.float32) < chance
    return buys


def _renewal(contract: Bytes, state: MarketState, people: People, tables: LawTables) -> FloatArray:
    return tables.renewal[contract] * _HEALTH_RENEW[state.health] * people.loyalty


def _attach(buys: Mask, state: MarketState, tables: LawTables, rng: np.random.Generator) -> None:
    """First orders that bring another division's first order with them."""
    for source, target, chance in tables.attached:
        open_cells = buys[source] & (state.owned[source] == 0) & (state.owned[target] == 0)
        rows = np.flatnonzero(open_cells)
        lucky = rows[rng.random(len(rows)) < chance]
        buys[target, lucky] = True


def _price(
    buys: Mask, state: MarketState, people: People, month: int, rng: np.random.Generator
) -> Orders:
    """The month's orders with a value in whole dollars, as cents."""
    tables = law_tables()
    cells = np.flatnonzero(buys)
    division, customer = np.divmod(cells, max(1, state.customers))
    first = (state.owned.ravel()[cells] == 0).astype(np.int8)
    spread = tables.spread[division]
    noise = np.exp(spread * rng.standard_normal(len(cells), dtype=np.float32) - spread**2 / 2)
    inflation = np.float32((1 + law.INFLATION) ** ((month - 2020 * 12) / 12))
    worth = people.value.ravel()[cells] * _HEALTH_VALUE[state.health[customer]]
    cents = tables.typical[first, division] * worth * noise * inflation
    dollars = np.maximum(law.SMALLEST_ORDER, np.rint(cents / 100)).astype(np.int64)
    numbers = state.next_number + np.arange(len(cells))
    return Orders(cells, dollars * 100, numbers)


def _remember(state: MarketState, buys: Mask, orders: Orders, tables: LawTables) -> None:
    """Clocks tick, the month's orders reset theirs."""
    state.owned += (state.owned > 0) & (state.owned < LONGEST)
    state.quiet += (state.quiet > 0) & (state.quiet < LONGEST)
    state.owned[buys & (state.owned == 0)] = 1
    state.quiet[buys] = 1
    for d in tables.subscriptions:
        contract = state.contract[d]
        renews = buys[d] & ((contract == 0) | (contract >= min(law.RENEWAL)))
        contract += contract > 0
        contract[contract > tables.contract_ends] = 0
        contract[renews] = 1
    state.momentum *= np.float32(law.MOMENTUM_MEMORY)
    state.momentum += buys.sum(axis=0, dtype=np.float32)
    state.recent = (orders, state.recent[0])
    state.next_number += len(orders.cells)
