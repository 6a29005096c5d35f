"""One definition, on DuckDB, a Postgres server and Spark with worker processes: same numbers."""

import datetime as dt
import os
import shutil
from contextlib import nullcontext
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest

import gosales
from gosales.cli import main
from gosales.core.columns import UNASSIGNED, Fact
from gosales.core.errors import ConfigError, ExportError
from gosales.core.star import Star, Tables
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.export.tables import TableSource
from gosales.export.to_spark import write_spark
from gosales.features.places import Places
from gosales.features.tables import CUT, Snapshots, cell_table, customer_table, customers_by_age
from gosales.labels.purchases import purchases
from gosales.pipeline.products import owned_skus
from gosales.pipeline.results import write_results
from gosales.pipeline.session import Options, Session
from gosales.pipeline.spark_scores import Task, _told
from gosales.utils.engines import PASSWORD, connect_engine, materialise, release, upload
from gosales.utils.paths import Workspace
from gosales.utils.spark import spark_trouble
from tests.campaign import CAMPAIGN
from tests.cubes import text_cube
from tests.integration.conftest import SETTINGS, copied, sales, workspace

CUTOFF = Cutoff(dt.date(2024, 6, 30))
AGES = (0, 5, 12)
LINES = 1_500
CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared" / "data"
CLUSTER = "local-cluster[2,1,1024]"
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
    """Spark on two worker processes beside the driver.

    Java compiles quickly instead of well: little runs long enough here to be worth it.
    """
    program("java")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        engine = connect_engine(CLUSTER)
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


def tables_of(star, cutoff=CUTOFF):
    """Everything relational that a panel, a label or a list is made of, at several cutoffs."""
    history = star.as_of(cutoff)
    cube = text_cube(history)
    customers = np.sort(cube.customers.to_pandas()[Fact.CUSTOMER].unique()).astype(object)
    snapshots = Snapshots(cube, AGES, 6)
    cells = materialise(cell_table(snapshots))
    asked = replace(
        snapshots, wanted=customers_by_age([(0, customers[1::6]), (5, customers[7::6])])
    )
    found = {
        "cube": cube.cells,
        "skus": cube.skus,
        "cells": cells,
        "asked": cell_table(asked),
        "customers": customer_table(snapshots, cells),
        "purchases": purchases(history.outcome(cutoff.months_before(6), 6)),
        "owned": owned_skus(history),
        "names": history.customer_names(),
    }
    told = {name: table.to_pandas() for name, table in found.items()}
    places = Places.of(cube, customers).known_at(AGES[1], len(customers))
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


def compare(mine, others, empty=()):
    """Counts, cents, days and empty places to the letter; ratios and fading sums to 1e-9.

    Tables have rows, but those that are called `empty`.
    """
    assert mine.keys() == others.keys()
    for name, table in mine.items():
        left, right = in_order(table), in_order(others[name])
        assert list(left) == list(right)
        assert len(left) == len(right), name
        assert len(left) or name in empty, name
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


@pytest.fixture
def postgres_place(postgres, postgres_engine, monkeypatch):
    """The server, with an empty schema `lists`."""
    monkeypatch.setenv(PASSWORD, postgres.password)
    ask(postgres, "DROP SCHEMA IF EXISTS lists CASCADE", "CREATE SCHEMA lists")
    return SimpleNamespace(address=postgres.url, engine=postgres_engine)


@pytest.fixture
def spark_place(spark_engine, monkeypatch, tmp_path):
    """Spark, with an empty database `lists`.

    There is one Spark a process and starting it takes long, so commands get the one of the tests.
    """
    spark_engine.raw_sql("DROP DATABASE IF EXISTS lists CASCADE")
    spark_engine.raw_sql(f"CREATE DATABASE lists LOCATION '{tmp_path / 'warehouse'}'")
    monkeypatch.setattr("gosales.pipeline.engines.connect_engine", lambda _: spark_engine)
    monkeypatch.setattr(spark_engine, "disconnect", lambda: None)
    return SimpleNamespace(address=CLUSTER, engine=spark_engine)


def ask(postgres, *statements):
    with psycopg.connect(postgres.url, password=postgres.password, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="session")
def retail(tmp_path_factory):
    """The star of Online Retail II, with the settings of the example."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} with the real logs is not on this machine")
    place = workspace(tmp_path_factory.mktemp("retail") / "workspace")
    lookup = place.root / "data" / "lookup"
    lookup.mkdir()
    shutil.copy(SHARED / "online_retail_ii.csv.gz", place.logs)
    shutil.copy(SHARED / "online_retail_ii_divisions.csv", lookup / "products.csv")
    shutil.copy(CHECKOUT / "examples" / "online_retail_ii" / "gosales.toml", place.root)
    ended_well("build-star", place)
    return place


@pytest.fixture(scope="session")
def retail_scored(retail, tmp_path_factory):
    place = copied(retail, tmp_path_factory.mktemp("retail_scored"))
    ended_well("score-all", place)
    return place


def ended_well(command, place):
    with pytest.raises(SystemExit) as end:
        main([command, "--workspace", str(place.root)])
    assert not end.value.code


MINUTES = [
    pytest.mark.slow,
    pytest.mark.timeout(0),
    pytest.mark.skipif(not CAMPAIGN, reason="a quarter of an hour; make campaign runs it"),
]


@pytest.mark.parametrize("log", ["scored", pytest.param("retail_scored", marks=MINUTES)])
@pytest.mark.parametrize("kind", ["postgres", "spark"])
def test_the_main_job_gives_the_same_lists_and_puts_them_there(
    kind, log, gosales, request, monkeypatch, tmp_path
):
    """Spark's workers score: this process could not."""
    done_here, there = (request.getfixturevalue(name) for name in (log, f"{kind}_place"))
    if kind == "spark":
        for module in ("cell_scores", "spark_scores"):
            monkeypatch.setattr(f"gosales.pipeline.{module}.block_scores", None)
    place = copied(done_here, tmp_path)
    shutil.rmtree(place.outputs)
    settings = (place.root / "gosales.toml").read_text(encoding="utf-8")
    settings = settings.replace("[source]", '[source]\nresults = "lists"')
    (place.root / "gosales.toml").write_text(settings, encoding="utf-8")
    done = gosales("score-all", place, "--engine", there.address)
    assert done.code == 0, done.err
    assert not list((place.root / "data" / "star").glob(".engine-*"))
    mine, others = published(done_here.root), published(place.root)
    for name, table in mine.items():
        pd.testing.assert_frame_equal(table, others[name], check_exact=True)
        assert f"lists: {name}, {len(table):,} rows" in done.out
        put = there.engine.table(name, database="lists").to_pandas()
        pd.testing.assert_frame_equal(
            by_rows(put)[list(table)], by_rows(table), check_exact=True, check_dtype=False
        )


@pytest.mark.slow
def test_a_real_log_gives_the_same_features_labels_and_owned_skus(retail, carry):
    star = newest_star(retail)
    cutoff = Cutoff(dt.date(2011, 5, 31))
    compare(tables_of(star, cutoff), tables_of(carry(star), cutoff), empty=["names"])
    star.close()


def newest_star(place):
    return open_star(max((place.root / "data" / "star").glob("*.duckdb")))


@pytest.mark.parametrize("command", ["train", "score"])
def test_what_was_carried_there_stays_while_the_command_works(
    scored, gosales, monkeypatch, command
):
    """Files beside the star, which the next command would sweep up as litter."""
    carried_to = set()

    def upload_nothing(table, _engine, folder):
        carried_to.add(folder)
        return table

    def look(_session, _star):
        assert all(folder.is_dir() for folder in carried_to)
        raise ConfigError(f"{len(carried_to)} folder is there.", remedy="Go on.")

    monkeypatch.setattr("gosales.pipeline.engines.connected", lambda _: nullcontext())
    monkeypatch.setattr("gosales.pipeline.engines.upload", upload_nothing)
    monkeypatch.setattr("gosales.pipeline.train.engine_at", look)
    done = gosales(command, scored, "--engine", "local[2]")
    assert "1 folder is there" in done.err


def by_rows(table):
    """Days as text, rows by what tells them apart."""
    keys = [key for key in ("level", "rank", Fact.CUSTOMER, Fact.DIVISION) if key in table]
    days = {key: str for key in table if key == "cutoff_date"}
    return table.astype(days).sort_values(keys, ignore_index=True)


def test_an_engine_that_refuses_lists_keeps_those_it_has(scored, postgres, postgres_place):
    ask(
        postgres,
        "DROP ROLE IF EXISTS reader",
        f"CREATE ROLE reader LOGIN PASSWORD '{postgres.password}'",
    )
    reader = postgres_place.address.replace("tester@", "reader@")
    counts = write_results(session_for(scored, postgres_place.address, "lists"))
    for address, schema, told in (
        (reader, "lists", "permission denied for schema lists"),
        (postgres_place.address, "nowhere", '"nowhere" does not exist'),
    ):
        with pytest.raises(ExportError, match="published in the workspace, but not") as refused:
            write_results(session_for(scored, address, schema))
        assert told in refused.value.problem
        assert "gosales score" in refused.value.remedy
    table = postgres_place.engine.table("whitespace", database="lists")
    assert table.count().execute() == counts["whitespace"] > 0


def session_for(place, engine, results):
    session = Session.open(Workspace(place.root), Options(engine=engine))
    source = session.config.source.model_copy(update={"results": results})
    return replace(session, config=session.config.model_copy(update={"source": source}))


@pytest.fixture
def lists(scored):
    return [TableSource(n, scored.outputs / f"{n}.parquet") for n in ("icp_scores", "whitespace")]


def tables_in(session):
    return {one.name for one in session.catalog.listTables("lists") if not one.isTemporary}


RUNS = [f"2024010{day}T000000-000abcd" for day in (1, 2, 3)]


def test_views_of_spark_turn_to_the_newest_run_and_leave_strangers_alone(spark_place, lists):
    session = spark_place.engine._session
    for run in RUNS:
        write_spark(session, lists[:1], "lists", run)
    names = tables_in(session)
    assert names == {"icp_scores", *(f"icp_scores__2024010{n}t000000_000abcd" for n in (2, 3))}
    session.sql("CREATE TABLE lists.whitespace (a INT) USING parquet")
    with pytest.raises(ExportError, match="'whitespace' that is not one of ours"):
        write_spark(session, lists, "lists", "20240104T000000-000abcd")
    assert tables_in(session) == {*names, "whitespace"}
    with pytest.raises(ExportError, match="no database 'nowhere'"):
        write_spark(session, lists, "nowhere", RUNS[0])


def test_a_folder_of_spark_keeps_every_run(spark_place, lists, tmp_path):
    session, folder = spark_place.engine._session, tmp_path / "results"
    counts = write_spark(session, lists, str(folder), RUNS[0])
    assert [path.name for path in folder.iterdir()] == [RUNS[0]]
    for one in lists:
        there = pq.read_table(folder / RUNS[0] / one.table)
        assert there.num_rows == counts[one.table] == pq.read_metadata(one.path).num_rows > 0
    with pytest.raises(ExportError, match="there already"):
        write_spark(session, lists, str(folder), RUNS[0])
    assert [path.name for path in folder.iterdir()] == [RUNS[0]]
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=r"file cannot be written: .*\w\.$"):
        write_spark(session, lists, str(tmp_path / "file"), RUNS[0])


def test_workers_that_cannot_score_are_told_of_in_one_sentence(spark_place, monkeypatch, tmp_path):
    """As where they have another version of this package."""
    rows = ibis.memtable({CUT: [0], Fact.CUSTOMER: ["acme"]})
    tables = [materialise(spark_place.engine.create_view(f"v{at}", rows)) for at in (0, 1)]
    task = Task(SimpleNamespace(shape=(1, 1)), None, ())
    monkeypatch.setattr(gosales, "__version__", "9.9")
    with pytest.raises(ConfigError) as told, spark_trouble("score"):
        _told(tables, task, 1)
    assert told.value.problem.startswith("Spark could not score: RuntimeError: the worker has ")


@pytest.fixture
def there(scored, postgres, postgres_engine, monkeypatch):
    """The star of the scored workspace as a table `sales.facts` of the server."""
    monkeypatch.setenv(PASSWORD, postgres.password)
    star = newest_star(scored)
    schema = star.tables.facts.schema()
    ask(postgres, "DROP SCHEMA IF EXISTS sales CASCADE", "CREATE SCHEMA sales")
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
