import numpy as np
import pandas as pd
import pytest

from gosales.core.timeline import Cutoff
from gosales.features import skus as module
from gosales.features.cube import build_cube
from gosales.features.skus import SkuHistory

LOG = [
    ("acme", "CAD", "pro", "2024-06-20", 100),
    ("acme", "CAD", "pro", "2024-06-21", 100),
    ("acme", "CAD", "pro", "2023-06-20", 100),
    ("bolt", "CAD", "pro", "2022-06-20", 100),
    ("bolt", "GIS", "map", "2024-03-20", 100, 1, "2024-05-20"),
    ("acme", "GIS", "pro", "2024-05-20", 100),
    ("cora", "GIS", "map", "2024-06-20", -10, -1),
]
CUSTOMERS = pd.Index(["acme", "bolt", "cora"], dtype=object)


@pytest.fixture
def known(cube_of):
    def known(rows, age, customers=CUSTOMERS):
        return SkuHistory.of(cube_of(rows)).known_at(age, customers).toarray()

    return known


def test_months_with_a_purchase_fade_by_hand(known):
    """CAD pro has two customers, GIS map and GIS pro have one each; a return is no purchase."""
    year, two_years = 0.5, 0.25
    assert known(LOG, 0) == pytest.approx(
        np.log1p([[1 + year, 0, 0.5 ** (1 / 12)], [two_years, 0.5 ** (3 / 12), 0], [0, 0, 0]])
    )


def test_an_earlier_cutoff_sees_what_was_known_by_then(known):
    """On 2023-12-30 the map was not sold; on 2024-03-30 it was, but nobody knew it."""
    assert known(LOG, 6) == pytest.approx(np.log1p([[0.5 ** (6 / 12)], [0.5 ** (18 / 12)], [0]]))
    assert known(LOG, 3).shape == known(LOG, 2).shape == (3, 1)
    found = known(LOG, 1)
    assert found[1] == pytest.approx(np.log1p([0.5 ** (23 / 12), 0.5 ** (2 / 12), 0]))


def test_an_unknown_purchase_of_a_known_sku_does_not_count_yet(known):
    late = ("acme", "CAD", "pro", "2024-05-10", 10, 1, "2024-06-20")
    old = ("bolt", "CAD", "pro", "2024-04-20", 10)
    assert known([late, old], 1).tolist() == [[0], [np.log1p(0.5 ** (1 / 12))], [0]]
    assert known([late, old], 0)[0] == pytest.approx(np.log1p(0.5 ** (1 / 12)))


def test_a_month_counts_once_as_soon_as_one_of_its_sales_is_known(known):
    late = ("acme", "CAD", "pro", "2024-04-10", 10, 1, "2024-06-20")
    early = ("acme", "CAD", "pro", "2024-04-11", 10, 1, "2024-05-20")
    assert known([late], 1).shape == (3, 0)
    for age, months in ((0, 2), (1, 1)):
        assert known([late, early], age)[0] == pytest.approx(np.log1p([0.5 ** (months / 12)]))


def test_the_same_sku_of_two_divisions_is_two(known):
    rows = [("acme", d, "pro", "2024-06-20", 10) for d in ("CAD", "GIS")]
    assert known(rows, 0).shape == (3, 2)


def test_customers_come_in_the_order_asked_for(known):
    order = ["cora", "new", "bolt"]
    found = known(LOG, 0, pd.Index(order, dtype=object))
    assert found[2].tolist() == known(LOG, 0)[1].tolist()
    assert not found[:2].any()


def test_the_order_of_the_rows_changes_no_byte(known):
    assert known(LOG[::-1], 0).tobytes() == known(LOG, 0).tobytes()


RISING = [
    *[(c, "CAD", "old", "2023-01-20", 10) for c in ("acme", "bolt")],
    *[(c, "CAD", "new", "2024-06-20", 10) for c in ("acme", "bolt", "cora")],
    ("cora", "CAD", "even", "2023-02-20", 10),
]


def test_the_skus_with_the_most_customers_are_taken(known, monkeypatch):
    monkeypatch.setattr(module, "MOST_SKUS", 1)
    assert known(RISING, 0).tolist() == [[np.log1p(1)]] * 3


def test_what_sold_later_does_not_choose_for_an_earlier_cutoff(known, monkeypatch):
    monkeypatch.setattr(module, "MOST_SKUS", 1)
    assert known(RISING, 1)[:, 0] == pytest.approx(np.log1p(0.5 ** (16 / 12)) * np.array([1, 1, 0]))
    assert known(RISING, 16)[2, 0] == 0
    assert known(RISING, 20).shape == (3, 0)


def test_ties_go_by_division_and_name(known, monkeypatch):
    monkeypatch.setattr(module, "MOST_SKUS", 1)
    names = [("GIS", "a"), ("CAD", "c"), ("CAD", "b")]
    rows = [("acme", d, s, f"2024-0{m}-20", 10) for m, (d, s) in enumerate(names, 4)]
    assert known(rows, 0)[0].tolist() == [np.log1p(1)]


@pytest.mark.parametrize(("most", "taken"), [(2, 0), (3, 1), (4, 1), (5, 2), (6, 3)])
def test_as_many_skus_as_have_so_many_rows(known, monkeypatch, most, taken):
    """At the end: new has 3 rows, old 2, even 1."""
    monkeypatch.setattr(module, "MOST_ROWS", most)
    assert known(RISING, 0).shape == (3, taken)


def test_rows_that_came_later_count_against_no_earlier_cutoff(known, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert known(RISING, 1).shape == (3, 2)


@pytest.mark.parametrize(
    ("rows", "age"),
    [
        pytest.param([("acme", "CAD", "pro", "2024-07-01", 5)], 0, id="nothing known yet"),
        pytest.param([("acme", "CAD", "pro", "2024-06-01", -5, -1)], 0, id="returns only"),
        pytest.param([("acme", "CAD", "pro", "2024-06-01", 5)], 3, id="sold later"),
    ],
)
def test_without_sales_there_are_customers_but_no_skus(known, rows, age):
    assert known(rows, age).shape == (3, 0)


def test_an_empty_star(make_star):
    history = SkuHistory.of(build_cube(make_star().as_of(Cutoff.parse("2024-06-30"))))
    assert (history.count, len(history.customers)) == (0, 0)
    assert history.known_at(0, pd.Index([], dtype=object)).shape == (0, 0)
    assert history.known_at(7, CUSTOMERS).shape == (3, 0)
