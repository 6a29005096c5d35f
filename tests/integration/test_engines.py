"""One definition, on DuckDB, a Postgres server and Spark with worker processes: same numbers."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest

from gosales.core.columns import UNASSIGNED, Fact
from gosales.core.star import Star, Tables
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.features.cube import build_cube
from gosales.features.ledger import Places
from gosales.features.relational import CUT, Snapshots, cell_table, customer_table, customers_by_age
from gosales.labels.purchases import purchases
from gosales.pipeline.products import owned_skus
from gosales.utils.engines import PASSWORD, connect_engine, materialise, release, upload
from tests.integration.conftest import SETTINGS, sales

CUTOFF = Cutoff(dt.date(2024, 6, 30))
AGES = (0, 5, 12)
LINES = 1_500
KEYS = [CUT, Fact.CUSTOMER, Fact.DIVISION, Fact.SKU]


@pytest.fixture(scope="session")
def postgres_engine(postgres):
    os.environ[PASSWORD] = postgres.password
    try:
        engine = connect_engine(postgres.url)
        yield engine
        engine.disconnect()
    finally:
        del os.environ[PASSWORD]


@pytest.fixture(scope="session")
def spark_engine(program):
    """Spark on two worker processes beside the driver."""
    program("java")
    engine = connect_engine("local-cluster[2,1,1024]")
    yield engine
    engine.disconnect()


@pytest.fixture(params=["postgres", "spark"])
def engine(request):
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def carry(engine, tmp_path):
    """`carry(star)`: the same star in the other engine."""

    return lambda star: carried(star, engine, tmp_path)


def carried(star, engine, folder):
    parts = (upload(getattr(star.tables, one.name), engine, folder) for one in fields(Tables))
    return Star(Tables(*parts))


def random_log(two_clocks):
    """Sales, returns, credits, free items, services without units, empty places, late postings."""
    rng = np.random.default_rng(7)
    amounts = [(1234, 1), (99, None), (-1234, -1), (-50, None), (0, 2), (700, 0.5), (-700, 1)]
    for _ in range(LINES):
        day = CUTOFF.date - dt.timedelta(days=int(rng.integers(-60, 900)))
        cents, units = amounts[rng.integers(len(amounts))]
        posted = day + dt.timedelta(days=int(rng.integers(0, 80))) if two_clocks else None
        yield (
            f"c{rng.integers(40):02}",
            rng.choice(["CAD", "cad", "Ünit", UNASSIGNED]),
            f"s{rng.integers(6)}",
            day,
            cents * int(rng.integers(1, 50)) / 100,
            units,
            posted if rng.random() < 0.8 else None,
            rng.choice(["East", "West", "", None]),
            rng.choice(["Ann", "Zoë", None]),
        )


def tables_of(star):
    """Everything relational that a panel, a label or a list is made of, at several cutoffs."""
    history = star.as_of(CUTOFF)
    cube = build_cube(history)
    snapshots = Snapshots(cube, AGES, 6)
    cells = materialise(cell_table(snapshots))
    asked = replace(snapshots, wanted=customers_by_age([(0, ["c01", "c07"]), (5, ["c07"])]))
    found = {
        "cube": cube.cells,
        "skus": cube.skus,
        "cells": cells,
        "asked": cell_table(asked),
        "customers": customer_table(snapshots, cells),
        "purchases": purchases(history.outcome(CUTOFF.months_before(6), 6)),
        "owned": owned_skus(history),
        "names": history.customer_names(),
    }
    told = {name: table.to_pandas() for name, table in found.items()}
    customers = np.sort(told["cube"][Fact.CUSTOMER].unique()).astype(object)
    places = Places.of(cube.places, customers).known_at(AGES[1], len(customers))
    told["places"] = pd.DataFrame(
        {Fact.CUSTOMER: customers, **dict(zip("br", places, strict=True))}
    )
    for table in (cells, cube.cells, cube.customers, cube.places, cube.skus):
        release(table)
    return told


def in_order(table):
    """Rows by their keys, whatever order an engine gives them in."""
    keys = [name for name in table.columns if name in {*KEYS, "age", "seen", *table.columns[:1]}]
    return table.sort_values(keys, ignore_index=True)


def compare(mine, others):
    """Counts, cents, days and empty places to the letter; ratios and fading sums to 1e-9."""
    assert mine.keys() == others.keys()
    for name, table in mine.items():
        left, right = in_order(table), in_order(others[name])
        assert list(left) == list(right)
        assert len(left) == len(right) > 0, name
        for column in left:
            told = f"{name}.{column}"
            a, b = left[column], right[column]
            assert (a.isna() == b.isna()).all(), told
            if not pd.api.types.is_numeric_dtype(a):
                assert a[a.notna()].astype(str).tolist() == b[b.notna()].astype(str).tolist(), told
                continue
            a, b = (x[x.notna()].to_numpy(float) for x in (a, b))
            whole = (a == np.floor(a)).all()
            np.testing.assert_allclose(b, a, rtol=0 if whole else 1e-9, err_msg=told)


def test_random_logs_give_the_same_features_labels_and_owned_skus(make_star, carry):
    names = [("c01", "Ünal", "2023-01-01", None)]
    star = make_star(*random_log(two_clocks=True), names=names)
    assert star.as_of(CUTOFF).two_clocks
    compare(tables_of(star), tables_of(carry(star)))


def test_so_does_a_log_without_posting_dates(make_star, postgres_engine, tmp_path):
    star = make_star(*random_log(two_clocks=False), names=[("c01", "Ünal", "2023-01-01", None)])
    assert not star.as_of(CUTOFF).two_clocks
    compare(tables_of(star), tables_of(carried(star, postgres_engine, tmp_path)))


def test_the_comparison_sees_one_cent(make_star):
    """The tests above would fail for the smallest difference."""
    rows = list(random_log(two_clocks=False))
    at = next(i for i, row in enumerate(rows) if row[1] == "CAD" and row[3] <= CUTOFF.date)
    other = [*rows]
    other[at] = (*rows[at][:4], rows[at][4] + 0.01, *rows[at][5:])
    names = [("c01", "Anna", "2023-01-01", None)]
    told = [tables_of(make_star(*log, names=names)) for log in (rows, other)]
    compare(told[0], told[0])
    with pytest.raises(AssertionError):
        compare(*told)


def published(root):
    return {
        name: pq.read_table(root / "outputs" / f"{name}.parquet").drop(["run_id"]).to_pandas()
        for name in ("icp_scores", "whitespace")
    }


@pytest.fixture(params=["postgres", "spark"])
def address(request, monkeypatch):
    """What --engine takes."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        monkeypatch.setenv(PASSWORD, server.password)
        return server.url
    request.getfixturevalue("program")("java")
    return "local[2]"


def test_the_main_job_gives_the_same_lists(scored, address, tmp_path):
    """In a process of its own: there is one Spark a process, and it ends with the command."""
    root = tmp_path / "there"
    shutil.copytree(scored.root / "data" / "database_samples", root / "data" / "database_samples")
    shutil.copy(scored.root / "gosales.toml", root)
    command = [sys.executable, "-m", "gosales.cli", "score-all", "--workspace", str(root)]
    done = subprocess.run(
        [*command, "--engine", address], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    mine, others = published(scored.root), published(root)
    for name, table in mine.items():
        pd.testing.assert_frame_equal(table, others[name], check_exact=True)
    assert not list((root / "data" / "star").glob(".engine-*"))


@pytest.fixture
def there(scored, postgres, postgres_engine, monkeypatch):
    """The star of the scored workspace as a table `sales.facts` of the server."""
    monkeypatch.setenv(PASSWORD, postgres.password)
    star = open_star(max((scored.root / "data" / "star").glob("*.duckdb")))
    schema = star.tables.facts.schema()
    with psycopg.connect(postgres.url, password=postgres.password, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS sales CASCADE")
        connection.execute("CREATE SCHEMA sales")
    facts = postgres_engine.create_table("facts", schema=schema, database="sales")
    postgres_engine.insert("facts", star.tables.facts.to_pandas(), database="sales")
    star.close()
    return facts


def test_a_star_that_lives_there_needs_no_log_here(scored, there, postgres, place, gosales):
    place.write(sales(customers=3))
    assert gosales("build-star", place).code == 0
    settings = SETTINGS.partition("[models]")[2]
    text = f'[source]\nengine = "{postgres.url}"\nfacts = "sales.facts"\n[models]{settings}'
    (place.root / "gosales.toml").write_text(text, encoding="utf-8")
    done = gosales("score-all", place)
    assert done.code == 0, done.err
    assert not (place.outputs / "data_quality.json").exists(), "it was of the log here"
    mine, others = (published(root)["icp_scores"] for root in (scored.root, place.root))
    assert (others["customer_name"] == "").all()  # the table has none
    columns = [name for name in mine if name not in {"customer_name", "reasons"}]
    pd.testing.assert_frame_equal(mine[columns], others[columns], check_exact=True)


def test_a_table_that_is_missing_or_lacks_a_column_is_told(there, postgres, place, gosales):
    for facts, told in (("sales.nothing", "no table or view sales.nothing"),
                        ("pg_catalog.pg_tables", "has no column customer_id")):  # fmt: skip
        text = f'[source]\nengine = "{postgres.url}"\nfacts = "{facts}"\n'
        (place.root / "gosales.toml").write_text(text, encoding="utf-8")
        done = gosales("score-all", place)
        assert done.code == 1
        assert told in done.err
        assert postgres.password not in done.err
