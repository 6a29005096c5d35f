"""The lists as tables of a Postgres server or an SQLite file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from gosales.core.columns import Scores
from gosales.core.errors import ExportError
from gosales.export.tables import TableSource, failed, refuse_foreign
from gosales.export.target import PASSWORD, Target, file_of

BATCH = 10_000
PATIENCE_SECONDS = 30
LOCK = 0x60_5A_1E_5  # of all exports into one database: they take turns
NOT_IN_POSTGRES = "\0"


def write_sql(target: Target, sources: list[TableSource], schema: str | None) -> dict[str, int]:
    """Replace the rows of each table; returns how many each has now.

    Raises:
        ExportError: The database cannot be reached or written, or a table is not ours.
    """
    secret = os.environ.get(PASSWORD, "")
    engine = _engine(target, secret)
    try:
        with engine.begin() as connection:
            if target.form == "postgresql":
                connection.execute(sa.text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            return {one.table: _replace(connection, one, schema) for one in sources}
    except (sa.exc.SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise failed(target.url, getattr(error, "orig", None) or error, secret) from None
    finally:
        engine.dispose()


def _engine(target: Target, secret: str) -> sa.Engine:
    if target.form == "sqlite":
        url = sa.URL.create("sqlite", database=file_of(target.url))
        engine = sa.create_engine(url, connect_args={"timeout": PATIENCE_SECONDS})
        sa.event.listen(engine, "connect", _begin_by_hand)
        sa.event.listen(engine, "begin", lambda one: one.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    url = sa.make_url(target.url).set(drivername="postgresql+psycopg")
    wait = {} if "connect_timeout" in url.query else {"connect_timeout": PATIENCE_SECONDS}
    try:
        return sa.create_engine(
            url.set(password=secret) if secret else url,
            isolation_level="READ COMMITTED",  # behind the lock, what others committed is seen
            connect_args=wait | {"application_name": "gosales"},
        )
    except ImportError as error:
        raise ExportError(
            f"The driver for Postgres is not installed: {error}.",
            remedy="Install it: pip install 'gosales-engine[postgres]'.",
        ) from error


def _begin_by_hand(connection: Any, _record: Any) -> None:
    """Python's driver would leave CREATE TABLE outside of the transaction."""
    connection.isolation_level = None


def _replace(connection: sa.Connection, source: TableSource, schema: str | None) -> int:
    file = pq.ParquetFile(source.path)
    columns = [sa.Column(field.name, _type(field)) for field in file.schema_arrow]
    table = sa.Table(source.table, sa.MetaData(), *columns, schema=schema)
    look = sa.inspect(connection)
    if not look.has_table(source.table, schema=schema):
        table.create(connection)
    else:
        found = {str(one["name"]) for one in look.get_columns(source.table, schema=schema)}
        refuse_foreign(source.table, found)
        _add_columns(connection, table, found)
        connection.execute(table.delete())
    for batch in file.iter_batches(BATCH):
        _insert(connection, table, batch)
    return int(file.metadata.num_rows)


def _type(field: pa.Field) -> Any:
    if field.name == Scores.CUTOFF:
        return sa.Date()
    if pa.types.is_integer(field.type):
        return sa.BigInteger()
    return sa.Double() if pa.types.is_floating(field.type) else sa.Text()


def _add_columns(connection: sa.Connection, table: sa.Table, found: set[str]) -> None:
    quoted = connection.dialect.identifier_preparer.format_table(table)
    for column in table.columns:
        if column.name not in found:
            defined = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {defined}")


def _insert(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), [dict(row) for row in _rows(batch)])
        return
    preparer = connection.dialect.identifier_preparer
    names = ", ".join(preparer.quote(column.name) for column in table.columns)
    statement = f"COPY {preparer.format_table(table)} ({names}) FROM STDIN"
    cursor = connection.connection.cursor()
    with cursor.copy(statement) as copy:
        for row in _rows(batch):
            copy.write_row([_storable(value) for value in row.values()])


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    for row in batch.to_pylist():
        if isinstance(row.get(Scores.CUTOFF), str):
            row[Scores.CUTOFF] = dt.date.fromisoformat(row[Scores.CUTOFF])
        yield row


def _storable(value: Any) -> Any:
    """Postgres takes every character but one."""
    return value.replace(NOT_IN_POSTGRES, "\ufffd") if isinstance(value, str) else value
