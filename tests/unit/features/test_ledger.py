"""The ledger by hand: what is known of each cell at a cutoff, without another query."""

import numpy as np
import pytest

from gosales.features.cube import build_cube
from gosales.features.ledger import NEVER, Ledger, Places
from tests.unit.features.conftest import JUNE
from tests.unit.features.conftest import LOG as WHOLE_LOG

LOG = WHOLE_LOG[:-1]  # without the line of no division


@pytest.fixture
def ledger(cube_of):
    return Ledger.of(cube_of(LOG))


def test_months_with_orders_come_oldest_first(ledger):
    sold = ledger.orders > 0
    names = ledger.customers[ledger.customer[sold]], ledger.divisions[ledger.division[sold]]
    assert list(zip(*(n.tolist() for n in names), ledger.age[sold].tolist(), strict=True)) == [
        ("acme", "GIS", 24),
        ("acme", "CAD", 17),
        ("cora", "CAD", 2),
        ("bolt", "CPE", 1),
        ("acme", "CAD", 0),
    ]
    assert (ledger.months, ledger.ordered) == (25, ("CAD", "CPE", "GIS"))


def test_sums_and_first_months_by_cell(ledger):
    assert ledger.total(ledger.orders).tolist() == [[2, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert ledger.total(ledger.orders, 1, 18).tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert ledger.total(ledger.kept).tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert ledger.first().tolist() == [[17, NEVER, 24], [NEVER, 1, NEVER], [2, NEVER, NEVER]]
    assert ledger.spent(12).tolist() == [10_000, 5_000, 0]


def test_an_earlier_cutoff_knows_neither_later_months_nor_who_came_later(ledger):
    then = ledger.known_at(2)
    assert then.customers.tolist() == ["acme", "cora"]
    assert then.divisions.tolist() == ["CAD", "GIS"]
    assert then.first().tolist() == [[15, 22], [0, NEVER]]
    assert then.spent(100).tolist() == [5_000, 0]
    assert ledger.known_at(25).shape == (0, 0)
    assert ledger.known_at(25).first().shape == (0, 0)


def test_a_line_counts_from_the_day_on_which_it_was_known(make_star):
    rows = [("acme", "CAD", "pro", "2024-03-20", 10, 1, "2024-05-20"), *LOG[:1]]
    history = make_star(*rows).as_of(JUNE)
    ledger = Ledger.of(build_cube(history))
    assert ledger.known_at(2).customers.tolist() == []
    assert ledger.known_at(1).first().tolist() == [[2, NEVER], [NEVER, 0]]


def test_a_customer_is_placed_by_its_latest_line_then_by_name(cube_of):
    rows = [*LOG, ("acme", "CAD", "pro", "2024-06-20", 100, 1, None, "East", "Ann")]
    places = Places.of(cube_of(rows).places, np.array(["acme", "bolt", "cora"], object))
    branch, rep = places.known_at(0, 3)
    assert (branch.tolist(), rep.tolist()) == (["East", "West", None], ["Ann", "Kim", "Lee"])
    branch, rep = places.known_at(12, 3)
    assert (branch.tolist(), rep.tolist()) == (["West", None, None], ["Kim", None, None])
