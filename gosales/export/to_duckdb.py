"""The lists as tables of a DuckDB file."""

from __future__ import annotations

from pathlib import Path

import duckdb

from gosales.core.columns import Scores
from gosales.export.tables import TableSource, failed, refuse_foreign
from gosales.utils.db import connect


def write_duckdb(path: Path, sources: list[TableSource], schema: str | None) -> dict[str, int]:
    """Replace the rows of each table; returns how many each has now.

    Raises:
        ExportError: The file cannot be written, or a table of that name is not ours.
    """
    try:
        with connect(path) as connection:
            connection.begin()
            counts = {one.table: _replace(connection, one, schema) for one in sources}
            connection.commit()
            return counts
    except duckdb.Error as error:
        raise failed(str(path), error) from error


def _replace(connection: duckdb.DuckDBPyConnection, source: TableSource, schema: str | None) -> int:
    rows = connection.read_parquet(str(source.path))
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    if Scores.CUTOFF in types:
        types[Scores.CUTOFF] = "DATE"
    table = ".".join(_quoted(part) for part in (schema, source.table) if part)
    columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in types.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    found = {str(row[0]) for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    refuse_foreign(source.table, found)
    for name in types.keys() - found:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)} {types[name]}")
    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - quoted names
    names = ", ".join(_quoted(name) for name in types)
    statement = f"INSERT INTO {table} ({names}) SELECT {names} FROM read_parquet($path)"  # noqa: S608
    connection.execute(statement, {"path": str(source.path)})
    return len(rows)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
