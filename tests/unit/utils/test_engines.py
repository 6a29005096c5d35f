"""Addresses of engines, and the dialects that the definitions compile for."""

import datetime as dt
from dataclasses import replace

import ibis
import pytest

from gosales.core.columns import Attribute, CellStatus, Customer, Fact, Product
from gosales.core.errors import ConfigError
from gosales.core.star import Star, Tables
from gosales.core.timeline import Cutoff
from gosales.etl.contracts import CONTRACTS
from gosales.features.cube import Cube, cube_tables
from gosales.features.tables import Snapshots, cell_table, customer_table, customers_by_age
from gosales.labels.purchases import purchases
from gosales.pipeline.products import owned_skus, still_sold
from gosales.utils.engines import connect_engine, kind_of

CUTOFF = Cutoff(dt.date(2024, 6, 30))
DIALECTS = ("duckdb", "postgres", "snowflake", "bigquery", "databricks", "mssql")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("duckdb", "duckdb"),
        ("postgresql://ann@db.example/sales", "postgres"),
        ("postgres://db/sales", "postgres"),
        ("local[2]", "spark"),
        ("local[*]", "spark"),
        ("local-cluster[2,1,1024]", "spark"),
        ("spark://host:7077", "spark"),
    ],
)
def test_an_address_tells_its_engine(address, kind):
    assert kind_of(address) == kind


@pytest.mark.parametrize("address", ["", "oracle://x", "local[", "mysql://ann@x/y", "duckdb://f"])
def test_an_unknown_engine_is_refused(address):
    with pytest.raises(ConfigError, match="none that is known"):
        kind_of(address)


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(ConfigError) as refused:
        kind_of("postgresql://ann:hunter2@db/sales")
    assert "hunter2" not in str(refused.value)


def test_a_server_that_does_not_answer_is_one_error():
    with pytest.raises(ConfigError, match="cannot be reached"):
        connect_engine("postgresql://ann@127.0.0.1:1/sales")


def queries():
    """Everything relational, on a star of no engine."""
    types = {one.table: one.columns for one in CONTRACTS}
    names = (Fact.TABLE, Product.TABLE, Customer.NAMES, Attribute.TABLE, CellStatus.TABLE)
    star = Star(Tables(*(ibis.table(types[name], name=name) for name in names)))
    history = star.as_of(CUTOFF, two_clocks=True)
    cube = cube_tables(history)
    kept = Cube(CUTOFF, *(ibis.table(t.schema(), name=f"cube_{at}") for at, t in enumerate(cube)))
    snapshots = Snapshots(kept, (0, 6), 6)
    cells = cell_table(snapshots)
    asked = replace(snapshots, wanted=customers_by_age([(0, ["ann"]), (6, ["bob"])]))
    known = ibis.table(cells.schema(), name="cells")
    return {
        **{f"cube_{at}": table for at, table in enumerate(cube)},
        "cells": cells,
        "asked": cell_table(asked),
        "customers": customer_table(snapshots, known),
        "purchases": purchases(history.outcome(CUTOFF.months_before(6), 6)),
        "owned": owned_skus(history, {"CAD": 24}),
        "still_sold": still_sold(history),
        "names": history.customer_names(),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_definition_compiles(dialect):
    """Compiled, not run: only DuckDB, Postgres and Spark are run in tests."""
    for name, query in queries().items():
        assert "SELECT" in ibis.to_sql(query, dialect=dialect), name
