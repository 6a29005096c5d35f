import random

import numpy as np
import pytest

from gosales.core.timeline import Cutoff
from gosales.features import sources
from gosales.features.engine import FeatureEngine
from gosales.features.ledger import NEVER
from gosales.features.measures import ADOPTED
from tests.unit.features.conftest import JUNE, LOG


def everything(cells):
    p, buys, wide, learned = cells.panel, cells.panel.purchases, cells.relational, cells.learned
    return [
        p.customers.tolist(), p.divisions, cells.names, p.segments.keys(),
        *(array.tobytes() for array in (
            wide.customer_values, wide.own_values, wide.cell_row, p.owned, learned.division_values,
            cells.learned_values, buys.customer, buys.division, buys.months_ago, buys.orders,
            *p.segments.values(), learned.paths.lift, learned.paths.ridge,
        )),
    ]  # fmt: skip


def test_the_spine_is_sorted_and_knows_who_owns_what(cells):
    assert cells.spine.customers.tolist() == ["acme", "bolt", "cora"]
    assert cells.spine.divisions == ("CAD", "CPE", "GIS")
    assert cells.spine.owned.tolist() == [[True, False, True], [False, True, False], [False] * 3]
    assert cells.spine.cutoff == JUNE


def test_the_order_of_the_fact_rows_changes_no_byte(make_star, cells):
    shuffled = random.Random(3).sample(LOG, len(LOG))
    again = FeatureEngine(make_star(*shuffled).as_of(JUNE), 6).at(0)
    assert everything(again) == everything(cells)


def test_branch_and_rep_are_those_of_the_latest_line_that_names_one(cells):
    """acme: East, Lee; bolt: West, Kim; cora: no branch, Lee."""
    assert cells.panel.segments["branch"].tolist() == [0, 1, -1]
    assert cells.panel.segments["rep"].tolist() == [1, 0, 1]


def test_an_earlier_snapshot_sees_the_placement_of_its_day(make_star):
    earlier = FeatureEngine(make_star(*LOG).as_of(JUNE), 6).at(12)
    assert earlier.panel.customers.tolist() == ["acme"]
    assert earlier.panel.segments["branch"].tolist() == [0]
    assert earlier.spine.cutoff == Cutoff.parse("2023-06-30")


def test_the_latest_valid_value_of_each_attribute_makes_a_segment(make_star):
    attributes = [
        ("acme", "trade", "dental", "2020-01-01"),
        ("acme", "trade", "metal", "2024-01-01"),
        ("bolt", "trade", "dental", "2024-06-30"),
        ("cora", "trade", "dental", "2024-07-01"),
        ("acme", "grade", "b"),
        ("cora", "grade", "a"),
        ("nobody", "colour", "red"),
    ]
    star = make_star(*LOG, attributes=attributes)
    segments = FeatureEngine(star.as_of(JUNE), 6).at(0).panel.segments
    assert segments["attribute trade"].tolist() == [1, 0, -1]
    assert segments["attribute grade"].tolist() == [1, -1, 0]
    assert segments["attribute colour"].tolist() == [-1, -1, -1]


def test_length_of_the_history(make_star):
    engine = FeatureEngine(make_star(*LOG).as_of(JUNE), 6)
    assert engine.months == 25


def test_chosen_customers_have_the_features_that_they_have_among_all(make_star):
    """What is learned is learned from everybody; each cutoff is asked for customers of its own."""
    engine, ages = FeatureEngine(make_star(*LOG).as_of(JUNE), 6), [12, 1, 0]
    asked = {12: [0], 1: [], 0: [0, 2]}
    ages_left = iter(ages)
    some = engine.several(ages, lambda _: np.array(asked[next(ages_left)], np.intp))
    for age, all_cells, cells in zip(ages, engine.several(ages), some, strict=True):
        customer = np.repeat(np.array(asked[age], np.int32), len(cells.spine.divisions))
        division = np.tile(np.arange(len(cells.spine.divisions), dtype=np.int32), len(asked[age]))
        found, expected = cells.rows(customer, division), all_cells.rows(customer, division)
        assert found.names == expected.names
        np.testing.assert_array_equal(found.values, expected.values)
        assert np.array_equal(cells.learned.division_values, all_cells.learned.division_values)


def test_what_the_driver_cuts_from_the_ledger_is_what_the_engine_says(make_star):
    for cells in FeatureEngine(make_star(*LOG).as_of(JUNE), 6).several([0, 2, 17]):
        panel, own = cells.panel, cells.relational.own
        assert np.array_equal(panel.owned, own("own_breadth__skus_owned") > 0)
        assert np.array_equal(panel.orders_12m, own("own_frequency__orders_12m"))
        assert np.array_equal(panel.orders_season, own("own_seasonality__orders_season_1y"))
        assert np.array_equal(panel.value_12m, np.nan_to_num(own("own_monetary__value_12m")))
        first = np.nan_to_num(own(ADOPTED, NEVER), nan=NEVER)
        assert np.array_equal(panel.months_since_first, first)


@pytest.mark.parametrize(
    ("rows", "age"),
    [
        pytest.param([("acme", "CAD", "pro", "2024-07-01", 5)], 0, id="nothing known yet"),
        pytest.param([("acme", "CAD", "pro", "2024-06-01", 5)], 3, id="a snapshot before it"),
        pytest.param([("acme", "CAD", "pro", "2024-06-01", -5, -1)], 0, id="returns only"),
        pytest.param([("acme", "CAD", "pro", "2024-06-01", 0, 1)], 0, id="one free line"),
    ],
)
def test_hardly_any_history_makes_a_frame_without_infinities(make_star, rows, age):
    cells = FeatureEngine(make_star(*rows).as_of(JUNE), 6).at(age)
    assert not np.isinf(cells.relational.customer_values).any()
    assert np.isfinite(cells.learned_values).all()
    assert np.isfinite(cells.learned.division_values).all()


def test_months_of_a_snapshot_end_on_the_days_that_the_anchors_months_end_on(make_star):
    """Four months before 2024-06-30 is 2024-02-29, whose last month began on 01-30, not 01-29."""
    star = make_star(("acme", "CAD", "pro", "2024-01-30", 5))
    at = np.zeros(1, np.int32)
    for history, age, orders in ((JUNE, 4, 0), (Cutoff.parse("2024-02-29"), 0, 1)):
        frame = FeatureEngine(star.as_of(history), 6).at(age).rows(at, at)
        assert frame.column("own_frequency__orders_1m") == orders


def test_values_beyond_32_bits_do_not_overflow(make_star):
    rows = [("acme", "CAD", "pro", f"2024-06-{day:02d}", 9 * 10**12) for day in range(1, 30)]
    cells = FeatureEngine(make_star(*rows).as_of(JUNE), 6).at(0)
    value = cells.relational.own("own_monetary__value_all")[0, 0]
    assert value == np.float32(29 * 9 * 10**14)


def names_of(*tables):
    return {table.get_name().split(".")[-1] for table in tables}


def tables_of(backend):
    rows = backend.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return {name for (name,) in rows}


@pytest.mark.parametrize("held", [True, False], ids=["held", "fetched"])
def test_tables_that_nobody_asks_again_are_let_go(make_star, monkeypatch, held):
    if not held:
        monkeypatch.setattr(sources, "ROWS_AT_ONCE", 1)
    engine = FeatureEngine(make_star(*LOG).as_of(JUNE), 6)
    backend = engine.history.tables.facts.get_backend()
    before = tables_of(backend)
    made = names_of(engine.cube.cells, engine.cube.customers)
    assert made < tables_of(backend) - before
    engine.at(0)
    assert (tables_of(backend) - before) & made == (set() if held else made)
    assert not names_of(engine.cube.places, engine.cube.skus) & tables_of(backend)


def test_the_database_keeps_to_the_limit_it_is_given(make_star):
    engine = FeatureEngine(make_star(*LOG).as_of(JUNE), 6)
    connection = engine.history.tables.facts.get_backend().con
    engine.limit_memory(1.5)
    (limit,) = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit == "1.3 GiB"
