import math

import numpy as np
import pytest

from gosales.simulate import law, step
from gosales.simulate.people import People
from gosales.simulate.state import Orders, empty_state
from gosales.simulate.tables import LONGEST, NAMES, POSITION, law_tables, trend

MONTH = 2024 * 12 + 11  # December 2024
COPIES = 40_000
STEADY, GROWTH = law.HEALTH.index("steady"), law.HEALTH.index("growth")


def people_of(customers, **changes):
    cells = (len(NAMES), customers)
    rates = np.array([[d.adopt, d.repeat] for d in law.DIVISIONS], dtype=np.float32)
    constants = {
        "adopt": np.repeat(rates[:, :1], customers, axis=1),
        "repeat": np.repeat(rates[:, 1:], customers, axis=1),
        "value": np.ones(cells, dtype=np.float32),
        "loyalty": np.full(customers, 0.9, dtype=np.float32),
        "project_rate": np.zeros(customers, dtype=np.float32),
        "arrival": np.full(customers, MONTH - 30, dtype=np.int32),
        "entry": np.zeros(customers, dtype=np.int64),
        "start": np.full(customers, STEADY, dtype=np.int8),
    }
    return People(**(constants | changes))


def state_of(customers, health=STEADY):
    state = empty_state(customers)
    state.health[:] = health
    return state


def rng(seed=0):
    return np.random.default_rng(seed)


def own(state, division, since, quiet=None, contract=0):
    state.owned[POSITION[division]] = since
    state.quiet[POSITION[division]] = since if quiet is None else quiet
    state.contract[POSITION[division]] = contract


def assert_frequency(buys, division, chance):
    sigma = math.sqrt(chance * (1 - chance) / buys.shape[1])
    assert abs(buys[POSITION[division]].mean() - chance) < 4.5 * sigma


def test_chances_are_those_of_the_law():
    """The compiled step against the law read line by line."""
    state = state_of(COPIES, GROWTH)
    own(state, "Solidworks", since=14, quiet=5)
    own(state, "PDM", since=2)
    own(state, "Maintenance", since=12, contract=12)
    state.energy[:] = 0.3
    state.momentum[:] = 2.0
    state.project[:] = law.PROJECT_MONTHS
    state.project_kind[:] = 0
    buys = step._draw_buys(state, people_of(COPIES), MONTH, rng())

    energy = math.exp(0.3)
    years = (MONTH - 2020 * 12) / 12
    eager = energy * 3.0**law.MOMENTUM_PULL
    by_name = {division.name: division for division in law.DIVISIONS}

    def adopt(name):
        division = by_name[name]
        december = law.SEASONS[division.season][11]
        growth = law.HEALTH_ADOPT[GROWTH] ** division.growth_pull
        return division.adopt * december * growth * eager * math.exp(division.trend * years)

    usual = energy * law.HEALTH_REPEAT[GROWTH]
    renewals = law.SEASONS["renewals"][11]
    expected = {
        "Simulation": adopt("Simulation") * 5.0 * law.PROJECT_LIFT,  # the seat is 14 months old
        "Services": adopt("Services") * 1.2 * 6.0 * law.PROJECT_LIFT,  # an old seat, a new vault
        "CAMWorks": adopt("CAMWorks") * 2.8,
        "Hardware": adopt("Hardware"),
        "Solidworks": 0.032 * 0.9 * law.SEASONS["year_end"][11] * usual * law.PROJECT_LIFT,
        "Maintenance": 0.010 * 0.7 * renewals * usual + 0.64 * law.HEALTH_RENEW[GROWTH] * 0.9,
    }
    for name, chance in expected.items():
        assert_frequency(buys, name, min(chance, law.HIGHEST_CHANCE))


def test_who_has_gone_or_not_arrived_buys_nothing():
    people = people_of(2000, adopt=np.ones((len(NAMES), 2000), dtype=np.float32))
    gone = state_of(2000, law.HEALTH.index("gone"))
    own(gone, "Maintenance", since=12, contract=12)
    assert not step._draw_buys(gone, people, MONTH, rng()).any()
    later = people_of(2000, arrival=np.full(2000, MONTH + 1, dtype=np.int32))
    assert not step._draw_buys(state_of(2000), later, MONTH, rng()).any()


def test_nothing_sells_before_its_launch():
    launch = law.LAUNCHED["Success Plan"]
    assert trend(launch - 1)[POSITION["Success Plan"]] == 0
    assert trend(launch)[POSITION["Success Plan"]] > 0


def test_the_first_order_falls_into_the_month_of_arrival():
    people = people_of(
        50, arrival=np.full(50, MONTH, dtype=np.int32), entry=np.full(50, 7, dtype=np.int64)
    )
    state = state_of(50, law.HEALTH.index("gone"))
    events = step.advance(state, people, MONTH, rng())
    cells = events.orders.cells[events.orders.cells // 50 == 7]
    assert np.array_equal(cells % 50, np.arange(50))
    assert (state.health == STEADY).all()


def test_clocks_count_months_since_the_orders():
    state = state_of(3)
    own(state, "Maintenance", since=20, quiet=LONGEST, contract=13)
    buys = np.zeros(state.owned.shape, dtype=bool)
    buys[POSITION["Maintenance"], 0] = True
    buys[POSITION["PDM"], 1] = True
    none = np.zeros(0, dtype=np.int64)
    step._remember(state, buys, Orders(none, none, none), law_tables())
    maintenance, pdm = POSITION["Maintenance"], POSITION["PDM"]
    assert state.owned[maintenance].tolist() == [21, 21, 21]
    assert state.quiet[maintenance].tolist() == [1, LONGEST, LONGEST]
    assert state.contract[maintenance].tolist() == [1, 14, 14]
    assert state.owned[pdm].tolist() == [0, 1, 0]
    step._remember(state, np.zeros_like(buys), Orders(none, none, none), law_tables())
    assert state.contract[maintenance].tolist() == [2, 0, 0]  # lapsed after the last chance


def test_an_added_seat_does_not_move_the_renewal():
    state = state_of(1)
    own(state, "Maintenance", since=5, contract=5)
    buys = np.zeros(state.owned.shape, dtype=bool)
    buys[POSITION["Maintenance"]] = True
    none = np.zeros(0, dtype=np.int64)
    step._remember(state, buys, Orders(none, none, none), law_tables())
    assert state.contract[POSITION["Maintenance"]].tolist() == [6]


def test_orders_come_back_once_within_two_months():
    hardware = POSITION["Hardware"]
    state = state_of(COPIES)
    orders = Orders(hardware * COPIES + np.arange(COPIES), np.full(COPIES, 700), np.arange(COPIES))
    state.recent = (orders, orders.take(slice(0, 0)))
    share = law.DIVISIONS[hardware].returned
    early = step._draw_returns(state, law_tables(), rng())
    assert len(early.cells) == pytest.approx(0.7 * share * COPIES, rel=0.2)
    kept = set(state.recent[0].numbers.tolist())
    assert kept | set(early.numbers.tolist()) == set(range(COPIES))
    assert not kept & set(early.numbers.tolist())
    state.recent = (orders.take(slice(0, 0)), state.recent[0])
    late = step._draw_returns(state, law_tables(), rng(1))
    assert len(late.cells) == pytest.approx(0.3 * share * COPIES, rel=0.3)
    assert not set(early.numbers.tolist()) & set(late.numbers.tolist())


def test_orders_are_worth_their_mean():
    people, state = people_of(COPIES), state_of(COPIES)
    buys = np.zeros(state.owned.shape, dtype=bool)
    buys[POSITION["Solidworks"]] = True
    cents = step._price(buys, state, people, 2020 * 12, rng()).cents
    assert cents.mean() == pytest.approx(9_500 * 100, rel=0.02)
    assert (cents % 100 == 0).all()


def test_a_repeated_state_is_independent():
    state = state_of(4)
    own(state, "PDM", since=3)
    state.energy[:] = [1, 2, 3, 4]
    state.recent = (
        Orders(np.array([4 * 2 + 1, 4 * 2 + 3]), np.array([10, 20]), np.array([7, 8])),
        state.recent[1],
    )
    copy = state.repeated(np.array([1, 3]), 2)
    assert copy.energy.tolist() == [2, 4, 2, 4]
    assert copy.recent[0].cells.tolist() == [4 * 2, 4 * 2 + 1, 4 * 2 + 2, 4 * 2 + 3]
    assert copy.recent[0].cents.tolist() == [10, 20, 10, 20]
    copy.owned[:] = 9
    copy.energy[:] = 0
    assert state.owned[POSITION["PDM"]].tolist() == [3, 3, 3, 3]
    assert state.energy.tolist() == [1, 2, 3, 4]
