"""The ledger by hand: what is known of each cell at a cutoff, without another query."""

import datetime as dt

import numpy as np
import pytest

from gosales.core.timeline import Cutoff
from gosales.features.cube import C, build_cube
from gosales.features.ledger import NEVER, OF_EVERYBODY, Ledger
from gosales.features.panel import Purchases
from tests.unit.features.conftest import JUNE
from tests.unit.features.conftest import LOG as WHOLE_LOG

LOG = WHOLE_LOG[:-1]  # without the line of no division


@pytest.fixture(params=[OF_EVERYBODY, None], ids=["few columns", "all columns"])
def ledger(request, cube_of):
    cube = cube_of(LOG)
    return Ledger.of(cube, cube.cells, *filter(None, [request.param]))


def first(known):
    return known.dense(known.sums(6).months_since_first(), NEVER).tolist()


def test_months_with_orders_come_oldest_first(ledger):
    known = ledger.known_at(0)
    bought = Purchases.of(known)
    names = known.customers[bought.customer], known.divisions[bought.division]
    assert list(zip(*(n.tolist() for n in names), bought.months_ago.tolist(), strict=True)) == [
        ("acme", "GIS", 24),
        ("acme", "CAD", 17),
        ("cora", "CAD", 2),
        ("bolt", "CPE", 1),
        ("acme", "CAD", 0),
    ]
    assert (ledger.months, ledger.ordered) == (25, ("CAD", "CPE", "GIS"))


def test_sums_and_first_months_by_cell(ledger):
    known = ledger.known_at(0)
    sums = known.sums(6)
    assert known.dense(sums.total(C.ORDERS)).tolist() == [[2, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert known.dense(sums.within(C.ORDERS, 17, start=1)).tolist() == [
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
    ]
    assert known.dense(sums.total(C.KEPT)).tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert first(known) == [[17, NEVER, 24], [NEVER, 1, NEVER], [2, NEVER, NEVER]]
    assert known.dense(sums.within(C.VALUE, 12)).sum(1).tolist() == [10_000, 5_000, 0]


def test_an_earlier_cutoff_knows_neither_later_months_nor_who_came_later(ledger):
    then = ledger.known_at(2)
    assert then.customers.tolist() == ["acme", "cora"]
    assert then.divisions.tolist() == ["CAD", "GIS"]
    assert first(then) == [[15, 22], [0, NEVER]]
    assert then.dense(then.sums(6).total(C.VALUE)).sum(1).tolist() == [5_000, 0]
    assert first(ledger.known_at(25)) == []


def test_others_are_left_out_when_customers_are_named(ledger):
    then = ledger.known_at(0, np.flatnonzero(ledger.customers != "acme"))
    assert then.customers.tolist() == ["bolt", "cora"]
    assert then.divisions.tolist() == ["CAD", "CPE", "GIS"]
    assert first(then) == [[NEVER, 1, NEVER], [2, NEVER, NEVER]]


def test_a_line_counts_from_the_day_on_which_it_was_known(make_star):
    rows = [("acme", "CAD", "pro", "2024-03-20", 10, 1, "2024-05-20"), *LOG[:1]]
    cube = build_cube(make_star(*rows).as_of(JUNE))
    ledger = Ledger.of(cube, cube.cells)
    assert ledger.known_at(2).customers.tolist() == []
    assert first(ledger.known_at(1)) == [[2, NEVER], [NEVER, 0]]


def test_customers_are_counted_once_in_each_month_they_bought_in(make_star):
    rows = [
        ("acme", "CAD", "pro", "2024-06-03", 10),
        ("acme", "CPE", "pro", "2024-06-20", 10),
        ("bolt", "CAD", "pro", "2024-06-03", 10),
        ("bolt", "CAD", "pro", "2024-06-04", -10, -1),
        ("cora", "CAD", "pro", "2024-05-03", -10, -1),
        ("cora", "CAD", "pro", "2024-04-03", 10, 1, "2024-05-20"),
        ("acme", "CAD", "pro", "2024-02-03", 10),
    ]
    cube = build_cube(make_star(*rows).as_of(JUNE))
    ledger = Ledger.of(cube, cube.cells)
    assert ledger.active_by_month(0, 99).tolist() == [1, 0, 1, 0, 2]
    assert ledger.active_by_month(0, 3).tolist() == [1, 0, 2]
    assert ledger.active_by_month(1, 99).tolist() == [1, 0, 1, 0], "known on the 20th of May"
    assert ledger.active_by_month(2, 99).tolist() == [1, 0, 0]


@pytest.mark.parametrize("last", ["2024-05-31", "2024-06-15", "2024-06-30"])
def test_every_day_of_a_month_is_an_order_day_once(make_star, last):
    """Sold in both divisions, and something comes back; with either way of counting."""
    cutoff = Cutoff.parse(last)
    days = [cutoff.date - dt.timedelta(days=back) for back in range(70)]
    rows = [("acme", name, "pro", day, 10) for day in days for name in ("CAD", "CPE")]
    rows.append(("acme", "CAD", "pro", cutoff.date, -10, -1))
    late = [(*row, 1, cutoff.date) if len(row) == 5 else (*row, cutoff.date) for row in rows]
    long = (cutoff.date - cutoff.months_before(1).date).days
    for log in (rows, late):
        cube = build_cube(make_star(*log).as_of(cutoff))
        assert cube.here
        for table, cells in ((cube.cells, 2), (cube.customers, 1)):
            ledger = Ledger.of(cube, table)
            orders = ledger.columns[C.ORDERS][ledger.columns[C.AGE] == 0]
            assert orders[orders > 0].tolist() == [long] * cells
            assert ledger.columns[C.ORDERS].sum() == 70 * cells
