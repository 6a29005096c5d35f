"""Each relational family by hand, at the cutoff 2024-06-30 and at an earlier one.

Ages: month 0 is (05-30, 06-30], month 1 is (04-30, 05-30], and so on; a snapshot of age 2 stands at
2024-04-30.
"""

import ibis
import pandas as pd
import pytest

from gosales.core.columns import Fact
from gosales.features.cube import C, _kept_skus
from gosales.features.families.breadth import breadth
from gosales.features.families.cadence import cadence
from gosales.features.families.frequency import frequency
from gosales.features.families.monetary import monetary
from gosales.features.families.recency import recency
from gosales.features.families.returns import returns
from gosales.features.families.seasonality import seasonality
from gosales.features.families.trend import trend
from gosales.features.ledger import Ledger
from gosales.features.relational import of_cells, of_mix, relational_names
from gosales.features.sums import TouchedCells, starts_of
from gosales.features.tables import CUT, Snapshots, cell_table, customer_table
from tests.unit.features.conftest import as_rows


def line(day, money=100, quantity=1, sku="pro", known_at=None, division="CAD"):
    return ("acme", division, sku, day, money, quantity, known_at)


THREE = [
    line("2024-06-20"),
    line("2024-05-30"),
    line("2024-04-30"),
    line("2023-04-30"),
]


@pytest.mark.parametrize(
    ("age", "last", "first"), [(0, 10, 427), (1, 0, 396), (2, 0, 366), (3, 335, 335)]
)
def test_recency(measured, age, last, first):
    assert measured(recency, THREE, age) == {"days_since_last": last, "days_since_first": first}


def test_recency_of_a_return_alone_is_unknown(measured):
    returned = [line("2024-06-01", -100, -1)]
    assert measured(recency, returned) == {"days_since_last": None, "days_since_first": None}


def test_a_later_return_is_no_order(measured):
    rows = [line("2024-06-01"), line("2024-06-20", -100, -1)]
    assert measured(recency, rows)["days_since_last"] == 29


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, {"orders_1m": 1, "orders_3m": 3, "orders_12m": 3, "orders_24m": 4, "orders_all": 4}),
        (1, {"orders_1m": 1, "orders_3m": 2, "orders_12m": 2, "orders_24m": 3, "orders_all": 3}),
        (2, {"orders_1m": 1, "orders_3m": 1, "orders_12m": 1, "orders_24m": 2, "orders_all": 2}),
        (3, {"orders_1m": 0, "orders_3m": 0, "orders_12m": 1, "orders_24m": 1, "orders_all": 1}),
    ],
)
def test_frequency(measured, age, expected):
    assert measured(frequency, THREE, age).items() >= expected.items()


def test_an_order_day_counts_once_and_its_lines_each(measured):
    rows = [line("2024-06-20"), line("2024-06-20", sku="lite"), line("2024-06-20", -5, -1)]
    found = measured(frequency, rows)
    assert (found["orders_1m"], found["lines_12m"]) == (1, 2)


@pytest.mark.parametrize(
    ("age", "three", "twelve"),
    [
        (0, (6 + 5 + 4 + 4 / 16) / 6, (24 + 23 + 22 + 22 / 2) / 24),
        (2, (6 + 6 / 16) / 6, (24 + 24 / 2) / 24),
    ],
)
def test_fading_memory_halves_every_half_life(measured, age, three, twelve):
    """Orders of months 0, 1, 2 and 14; in a straight line between halvings; at age 2: 0 and 12."""
    found = measured(frequency, THREE, age)
    assert (found["orders_decay_3m"], found["orders_decay_12m"]) == (three, twelve)


MONEY = [
    line("2024-06-20", 100),
    line("2024-06-20", 20.5, sku="lite"),
    line("2024-06-25", -30.25, -1),
    line("2023-12-30", 50),
    line("2023-12-31", 7),
    line("2021-01-01", 1000),
]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, {"value_3m": 9025, "value_6m": 9725, "value_12m": 14725, "value_24m": 14725,
             "value_all": 114725, "value_per_order": 114725 / 4}),
        (1, {"value_3m": 0, "value_6m": 5700, "value_12m": 5700, "value_24m": 5700,
             "value_all": 105700, "value_per_order": 105700 / 3}),
        (12, {"value_3m": 0, "value_6m": 0, "value_12m": 0, "value_24m": 0,
              "value_all": 100000, "value_per_order": 100000}),
    ],
)  # fmt: skip
def test_monetary(measured, age, expected):
    assert measured(monetary, MONEY, age) == expected


def test_cadence(measured):
    rows = [line("2024-06-20"), line("2024-06-10"), line("2024-05-30"), line("2024-05-21")]
    assert measured(cadence, rows) == {
        "usual_gap_days": 10,
        "gap_share_passed": 1,
        "active_months_12m": 2,
        "active_months_24m": 2,
    }
    assert measured(cadence, rows, age=1) == {
        "usual_gap_days": 9,
        "gap_share_passed": 0,
        "active_months_12m": 1,
        "active_months_24m": 1,
    }


@pytest.mark.parametrize("rows", [THREE[:1], [line("2024-06-20", -100, -1)]])
def test_one_order_or_none_has_no_rhythm(measured, rows):
    found = measured(cadence, rows)
    assert found["usual_gap_days"] is found["gap_share_passed"] is None


def test_a_month_with_orders_posted_in_two_months_is_one_active_month(measured):
    rows = [line("2024-05-10", known_at="2024-05-10"), line("2024-05-20", known_at="2024-06-10")]
    assert measured(cadence, rows)["active_months_12m"] == 1


def test_a_month_counts_as_soon_as_one_of_its_orders_is_known(measured):
    rows = [
        line("2024-04-10", known_at="2024-06-10"),
        line("2024-04-20", known_at="2024-04-20"),
        line("2024-03-30", known_at="2024-06-10"),
    ]
    assert measured(cadence, rows, age=2)["active_months_12m"] == 1


@pytest.mark.parametrize(("age", "half", "year"), [(0, 4 / 1, 4 / 2), (2, 2 / 1, 2 / 2)])
def test_trend_of_orders(measured, age, half, year):
    """At age 0: 3 in half a year, 0 in that before; 3 in the year, 1 in that before."""
    found = measured(trend, THREE, age)
    assert found["orders_half_year_ratio"] == half
    assert found["orders_year_ratio"] == year


def test_trend_of_value(measured):
    rows = [line("2024-06-20", 30), line("2023-06-20", 10)]
    assert measured(trend, rows)["value_year_change"] == 2000 / 4000
    assert measured(trend, rows, age=12)["value_year_change"] == 1


def test_trend_of_value_stays_between_minus_one_and_one(measured):
    rows = [line("2024-06-20", 100), line("2023-06-20", -99, -1)]
    assert -1 <= measured(trend, rows)["value_year_change"] <= 1


SEASONS = [line("2023-07-01"), line("2023-12-30"), line("2022-12-30"), line("2022-06-30")]


@pytest.mark.parametrize(
    ("age", "horizon", "one", "two"),
    [
        (0, 6, 2, 1),
        (0, 5, 1, 0),
        (0, 3, 1, 0),
        (0, 12, 2, 1),
        (0, 18, 2, 3),
        (6, 6, 0, 1),
        (12, 6, 1, 0),
    ],
)
def test_seasonality_looks_at_the_horizons_months_of_earlier_years(
    measured, age, horizon, one, two
):
    """At age 0 and 6 months: (2023-06-30, 2023-12-30] and (2022-06-30, 2022-12-30]."""
    found = measured(seasonality, SEASONS, age, horizon=horizon)
    assert found == {"orders_season_1y": one, "orders_season_2y": two}


BASKET = [
    line("2023-01-10", sku="pro"),
    line("2024-01-10", sku="lite"),
    line("2024-06-10", -100, -1, sku="lite"),
    line("2024-06-10", sku="max"),
]


@pytest.mark.parametrize(("age", "owned", "new"), [(0, 2, 1), (1, 2, 1), (12, 1, 1), (17, 1, 1)])
def test_breadth(measured, age, owned, new):
    """At age 0: pro and max, of which max is new; at age 1 lite is still there."""
    found = measured(breadth, BASKET, age)
    assert found == {"skus_owned": owned, "skus_new_12m": new}


def test_a_sku_given_back_and_bought_again_is_owned_once(measured):
    rows = [
        line("2024-01-10"),
        line("2024-03-10", -100, -1),
        line("2024-06-10"),
        line("2024-06-11"),
    ]
    assert [measured(breadth, rows, age)["skus_owned"] for age in (0, 1, 4)] == [1, 0, 1]


def test_returns(measured):
    rows = [
        line("2024-01-10"),
        line("2024-02-10", -40, -1),
        line("2024-06-10", -10.5, None),
        line("2023-01-10", -7, -1),
    ]
    assert measured(returns, rows) == {"return_lines_12m": 2, "returned_12m": -5050}
    assert measured(returns, rows, age=2) == {"return_lines_12m": 1, "returned_12m": -4000}
    assert measured(returns, rows, age=12) == {"return_lines_12m": 1, "returned_12m": -700}


def test_over_all_divisions_a_day_with_orders_in_two_is_one_order_day(measured):
    rows = [line("2024-06-20"), line("2024-06-20", division="CPE"), line("2024-06-21")]
    assert measured(frequency, rows, by="customers")["orders_1m"] == 2
    assert measured(monetary, rows, by="customers")["value_per_order"] == 15000


MIXED = [
    line("2022-01-10", 100, division="CAD"),
    line("2024-06-10", 25, division="CAD"),
    line("2024-03-10", 75, division="CPE"),
    line("2023-08-10", 10, division="GIS"),
    line("2023-08-20", -10, -1, division="GIS"),
]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, {"divisions_owned": 2, "divisions_active_12m": 3, "divisions_new_6m": 1,
             "divisions_new_12m": 2, "months_since_new_division": 3, "skus_owned": 2,
             "top_division_share_12m": 0.75}),
        (6, {"divisions_owned": 1, "divisions_active_12m": 1, "divisions_new_6m": 1,
             "divisions_new_12m": 1, "months_since_new_division": 4, "skus_owned": 1,
             "top_division_share_12m": None}),
    ],
)  # fmt: skip
def test_mix(cube_of, age, expected):
    expected = {f"mix__{name}": value for name, value in expected.items()}
    cube = cube_of(MIXED)
    snapshot = Snapshots(cube, (age,), 6)
    (row,) = customer_table(snapshot, cell_table(snapshot)).to_pyarrow().to_pylist()
    assert expected.items() <= row.items()
    known = Ledger.of(cube, cube.cells).known_at(age)
    cells = TouchedCells(of_cells(known.sums(6)), starts_of(known.cells[0]))
    assert as_rows(of_mix(cells)) == [expected]


def test_the_names_are_those_of_the_tables_in_their_order(cube_of):
    snapshot = Snapshots(cube_of(MIXED), (0,), 6)
    cells = cell_table(snapshot)
    own, customer = relational_names(6)
    assert (CUT, Fact.CUSTOMER, Fact.DIVISION, *own) == cells.columns
    assert (CUT, Fact.CUSTOMER, *customer) == customer_table(snapshot, cells).columns


def test_a_sale_of_negative_units_takes_back_what_was_sold():
    """As a view of a company's own may have it; the SKU is owned from month 5 to month 2."""
    names = [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU, C.SEEN]
    numbers = [Fact.QUANTITY, Fact.VALUE, Fact.LINE_TYPE]
    rows = [("acme", "CAD", "p", 5, 1, 100, Fact.SALE), ("acme", "CAD", "p", 2, -1, 0, Fact.SALE)]
    lines = ibis.memtable(pd.DataFrame(rows, columns=[*names, *numbers]))
    found = _kept_skus(lines).order_by(C.SEEN).to_pandas()
    assert list(zip(found[C.SEEN], found[C.KEPT], strict=True)) == [(2, -1), (5, 1)]
