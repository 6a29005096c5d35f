"""The features made from a ledger are those that the database makes, to the byte."""

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest

from gosales.features import ledger, sources
from gosales.features.engine import FeatureEngine
from gosales.features.tables import Snapshots, customers_by_age, fetched
from tests.cubes import text_cube
from tests.unit.features.conftest import JUNE

AGES = (0, 5, 13)
PARTS = ("customer_names", "customer_values", "own_names", "own_values", "cell_row")


def random_log(two_clocks):
    """Sales, returns and free items of 30 customers in two and a half years, some posted late."""
    rng = np.random.default_rng(5)
    amounts = [(1234, 1), (99, None), (-1234, -1), (-50, None), (0, 2), (700, 0.5), (-700, 1)]
    for _ in range(600):
        day = JUNE.date - dt.timedelta(days=int(rng.integers(-60, 900)))
        money, units = amounts[rng.integers(len(amounts))]
        posted = day + dt.timedelta(days=int(rng.integers(0, 80)))
        division, sku = rng.choice(["CAD", "CPE", "GIS"]), f"s{rng.integers(6)}"
        yield (
            f"c{rng.integers(30)}",
            division,
            sku,
            day,
            money,
            units,
            posted if two_clocks else None,
        )


@pytest.fixture(scope="module", params=[True, False], ids=["two clocks", "one clock"])
def engine(request, make_star):
    history = make_star(*random_log(request.param)).as_of(JUNE)
    assert history.two_clocks is request.param
    return FeatureEngine(history, 6)


@pytest.fixture(params=[True, False], ids=["held", "fetched"])
def few_at_once(request, engine, monkeypatch):
    """The same log where it is held for everybody, and where only so many rows may be."""
    if request.param:
        return engine
    monkeypatch.setattr(ledger, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(sources, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(ledger, "CUSTOMERS_AT_ONCE", 7)
    return FeatureEngine(engine.history, 6)


@pytest.mark.parametrize("every", [1, 3], ids=["everybody", "some"])
def test_arrays_and_tables_give_the_same_bytes(few_at_once, every):
    engine = few_at_once
    panels = [engine.sources.panel(age, JUNE.months_before(age), 6) for age in AGES]
    chosen = [panel.everyone[at % every :: every] for at, panel in enumerate(panels)]
    names = [panel.customers[rows] for panel, rows in zip(panels, chosen, strict=True)]
    asked = None if every == 1 else customers_by_age(zip(AGES, names, strict=True))
    tables = fetched(Snapshots(text_cube(engine.history), AGES, 6, asked), panels, chosen)
    for age, panel, rows, table in zip(AGES, panels, chosen, tables, strict=True):
        customers = engine.ledger.customers_at(age)[rows]
        found = engine.sources.books(customers).relational(age, panel.divisions, 6, customers)
        for part in PARTS:
            mine, other = getattr(found, part), getattr(table, part)
            assert mine == other if isinstance(mine, tuple) else mine.tobytes() == other.tobytes()
        assert len(found.own_values) > 10


def test_everybody_is_the_same_whether_held_or_fetched(engine, monkeypatch):
    assert engine.ledger is engine.ledger, "held from now on, whatever is patched"
    monkeypatch.setattr(ledger, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(sources, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(ledger, "CUSTOMERS_AT_ONCE", 7)
    other = FeatureEngine(engine.history, 6)
    for name in ledger.OF_EVERYBODY:
        assert other.ledger.columns[name].tolist() == engine.ledger.columns[name].tolist()
    assert set(other.ledger.columns) == set(ledger.OF_EVERYBODY) < set(engine.ledger.columns)
    for age in AGES:
        one, two = (e.sources.panel(age, JUNE.months_before(age), 6) for e in (engine, other))
        for name in ("customers", "owned", "months_since_first", "orders_12m", "orders_season"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist()
        for name in ("value_12m", "branch", "rep"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist()
        for field in fields(one.purchases):
            mine, its = (getattr(panel.purchases, field.name) for panel in (one, two))
            assert mine.tolist() == its.tolist()
