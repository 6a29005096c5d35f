"""Tables in real databases: whole or not at all, and nothing else is touched."""

import sqlite3
import threading
import time
from contextlib import closing
from decimal import Decimal

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.errors import ExportError
from gosales.export.tables import TableSource
from gosales.export.target import PASSWORD, parse_target
from gosales.export.to_duckdb import write_duckdb
from gosales.export.to_sql import write_sql


@pytest.fixture
def lists(sources):
    return [
        TableSource("icp_scores", sources.scores),
        TableSource("whitespace", sources.whitespace),
    ]


@pytest.fixture
def server(postgres, monkeypatch):
    """The server with an empty public schema, its password in the environment."""
    monkeypatch.setenv(PASSWORD, postgres.password)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with connect(postgres) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres


def connect(postgres):
    return psycopg.connect(postgres.url, password=postgres.password, autocommit=True)


def parquet_of(path, tables):
    """The rows of a published list, as a source."""
    pq.write_table(tables, path)
    return path


def expected(path):
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


def plain(rows):
    """Days as text and decimals as floats, so that databases can be compared."""
    return [
        tuple(
            value.isoformat()
            if hasattr(value, "isoformat")
            else float(value)
            if isinstance(value, Decimal)
            else value
            for value in row
        )
        for row in rows
    ]


class Sqlite:
    def __init__(self, folder):
        self.path = folder / "lists.db"

    def write(self, lists, schema=None):
        return write_sql(parse_target(f"sqlite:///{self.path}"), lists, schema)

    def run(self, statement):
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement).fetchall()


class Duckdb:
    def __init__(self, folder):
        self.path = folder / "lists.duckdb"

    def write(self, lists, schema=None):
        return write_duckdb(self.path, lists, schema)

    def run(self, statement):
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(statement).fetchall()


class Postgres:
    def __init__(self, postgres):
        self.postgres = postgres

    def write(self, lists, schema=None):
        return write_sql(parse_target(self.postgres.url), lists, schema)

    def run(self, statement):
        with connect(self.postgres) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    if request.param == "postgres":
        return Postgres(request.getfixturevalue("server"))
    return {"sqlite": Sqlite, "duckdb": Duckdb}[request.param](tmp_path)


def test_every_row_arrives_to_the_letter(database, lists):
    assert database.write(lists) == {"icp_scores": 12, "whitespace": 10}
    for source in lists:
        assert plain(database.run(f"SELECT * FROM {source.table}")) == expected(source.path)


def test_the_second_export_replaces_the_first(database, lists, tmp_path):
    database.write(lists)
    fewer = pq.read_table(lists[1].path).slice(0, 2)
    lists[1] = TableSource("whitespace", parquet_of(tmp_path / "fewer.parquet", fewer))
    assert database.write(lists)["whitespace"] == 2
    assert database.run("SELECT count(*) FROM whitespace") == [(2,)]
    assert database.run("SELECT count(*) FROM icp_scores") == [(12,)]


def test_a_new_column_is_added_and_a_foreign_one_stays(database, lists, tmp_path):
    old = pq.read_table(lists[1].path).drop_columns(["lookalike_owners"])
    database.write([TableSource("whitespace", parquet_of(tmp_path / "old.parquet", old))])
    database.run("ALTER TABLE whitespace ADD COLUMN note TEXT")
    database.write(lists)
    found = database.run("SELECT DISTINCT lookalike_owners, note FROM whitespace")
    assert found == [("Zed & Co; =Q", None)]


def test_a_view_on_the_table_lives_on(database, lists):
    database.write(lists)
    database.run("CREATE VIEW best AS SELECT max(icp_score) AS top FROM whitespace")
    database.write(lists)
    assert plain(database.run("SELECT top FROM best")) == [(0.6,)]


def test_a_table_that_is_not_ours_is_left_alone(database, lists):
    database.run("CREATE TABLE whitespace (a INTEGER)")
    database.run("INSERT INTO whitespace VALUES (1)")
    with pytest.raises(ExportError, match="'whitespace' that is not one of ours"):
        database.write(lists)
    assert database.run("SELECT a FROM whitespace") == [(1,)]


def test_a_failure_in_the_second_table_undoes_the_first(database, lists):
    database.write(lists)
    database.run("DROP TABLE whitespace")
    columns = "customer_id TEXT, division TEXT, run_id TEXT, rank INTEGER CHECK (rank < 3)"
    database.run(f"CREATE TABLE whitespace ({columns})")
    database.run("DELETE FROM icp_scores WHERE customer_id = 'd4'")
    with pytest.raises(ExportError, match="cannot be written") as caught:
        database.write(lists)
    assert "CAD" not in str(caught.value), "no row of a customer is repeated"
    assert database.run("SELECT count(*) FROM icp_scores") == [(9,)]
    assert database.run("SELECT count(*) FROM whitespace") == [(0,)]


def test_a_folder_that_is_not_there_is_an_error(lists, tmp_path):
    for kind in (Sqlite, Duckdb):
        with pytest.raises(ExportError, match="cannot be written"):
            kind(tmp_path / "gone").write(lists)


# --- Postgres only --------------------------------------------------------------------------------


@pytest.mark.postgres
def test_readers_never_see_half(server, lists, tmp_path):
    many = pa.concat_tables([pq.read_table(lists[1].path)] * 2000)
    big = [lists[0], TableSource("whitespace", parquet_of(tmp_path / "many.parquet", many))]
    database = Postgres(server)
    database.write(big)
    seen, slow, stop = set(), [], threading.Event()

    def watch():
        with connect(server) as connection:
            while not stop.is_set():
                begun = time.monotonic()
                query = (
                    "SELECT (SELECT count(*) FROM whitespace), (SELECT count(*) FROM icp_scores)"
                )
                seen.add(connection.execute(query).fetchone())
                slow.append(time.monotonic() - begun)

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        for _ in range(3):
            database.write(big)
        database.write(lists)
        time.sleep(0.1)
    finally:
        stop.set()
        reader.join()
    assert seen == {(20_000, 12), (10, 12)}
    assert len(slow) > 10


@pytest.mark.postgres
def test_a_reader_in_the_middle_of_a_transaction_does_not_stop_the_export(server, lists):
    database = Postgres(server)
    database.write(lists)
    with psycopg.connect(server.url, password=server.password) as reader:
        before = reader.execute("SELECT count(*) FROM whitespace").fetchone()
        database.write(lists)
        assert reader.execute("SELECT count(*) FROM whitespace").fetchone() == before


@pytest.mark.postgres
def test_exports_at_the_same_time_take_turns(server, lists):
    database, failures = Postgres(server), []

    def write():
        try:
            database.write(lists)
        except ExportError as error:
            failures.append(str(error))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert database.run("SELECT count(*) FROM whitespace") == [(10,)]


@pytest.mark.postgres
def test_grants_stay(server, lists):
    database = Postgres(server)
    database.write(lists)
    database.run("DROP ROLE IF EXISTS reporting")
    database.run("CREATE ROLE reporting")
    database.run("GRANT SELECT ON whitespace TO reporting")
    database.write(lists)
    assert database.run("SELECT has_table_privilege('reporting', 'whitespace', 'SELECT')") == [
        (True,)
    ]
    database.run("DROP OWNED BY reporting")
    database.run("DROP ROLE reporting")


@pytest.mark.postgres
def test_another_schema_and_a_character_that_postgres_cannot_store(server, lists, tmp_path):
    database = Postgres(server)
    database.run('DROP SCHEMA IF EXISTS "my sales" CASCADE')
    database.run('CREATE SCHEMA "my sales"')
    table = pq.read_table(lists[1].path).slice(0, 1)
    odd = table.set_column(2, "customer_name", pa.array(["a\0b\t\\N\n"]))
    database.write([TableSource("w", parquet_of(tmp_path / "odd.parquet", odd))], "my sales")
    assert database.run('SELECT customer_name FROM "my sales".w') == [("a\ufffdb\t\\N\n",)]


@pytest.mark.postgres
@pytest.mark.parametrize("given", ["wrong s3cret", "", None])
def test_a_wrong_password_is_an_error_without_the_password(server, lists, monkeypatch, given):
    monkeypatch.delenv(PASSWORD)
    if given is not None:
        monkeypatch.setenv(PASSWORD, given)
    with pytest.raises(ExportError, match="cannot be written") as caught:
        Postgres(server).write(lists)
    for told in (str(caught.value), repr(caught.value.__cause__), repr(caught.value.__context__)):
        assert "s3cret" not in told


@pytest.mark.postgres
def test_the_password_may_come_in_the_way_of_postgres(server, lists, monkeypatch):
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setenv("PGPASSWORD", server.password)
    assert Postgres(server).write(lists)["whitespace"] == 10


def test_a_server_that_is_not_there_is_an_error(lists):
    target = parse_target("postgresql://me@127.0.0.1:1/db?connect_timeout=2")
    with pytest.raises(ExportError, match="Check the URL"):
        write_sql(target, lists, None)


def test_a_secret_in_a_servers_words_is_blotted_out():
    from gosales.export.tables import failed

    assert "hush" not in str(failed("db", RuntimeError("no hush here\nrow 1"), "hush"))
    assert "no *** here." in str(failed("db", RuntimeError("no hush here\nrow 1"), "hush"))
