"""Rejected lines, each with its place, its reason and its text."""

from __future__ import annotations

from pathlib import Path

import duckdb

from gosales.etl.sql import listed
from gosales.etl.staging import StagedFile
from gosales.utils import db
from gosales.utils.spreadsheet import neutral_sql

REJECTS = "rejects"
COLUMNS = ("source_file", "record", "reason", "text")
FROM_LOG = {"source_file", "text"}


def make_rejects(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> None:
    """Make the star's table `rejects` from `rejected`, with the raw text of each line."""
    connection.execute(
        f"CREATE TABLE {REJECTS}(source_file VARCHAR, record BIGINT, reason VARCHAR, text VARCHAR)"
    )
    for at, staged in enumerate(files):
        columns = staged.records.columns
        if not columns:
            continue
        connection.execute(
            f"""
            INSERT INTO {REJECTS}
            SELECT $name, rejected.record, reason, coalesce({_text(columns)}, '')
            FROM (SELECT record, reason FROM rejected WHERE file = {at}) AS rejected
            LEFT JOIN ({staged.records.numbered(listed(columns))}) AS raw USING (record)
            ORDER BY rejected.record
            """,
            {"name": staged.name, "delimiter": staged.records.delimiter},
        )


def _text(columns: list[str]) -> str:
    """The record joined again; a mended broken record is one field that holds its raw text."""
    quoted = (
        f"CASE WHEN contains({name}, $delimiter) OR regexp_matches({name}, '[\"\\n\\r]') "
        f"""THEN '"' || replace({name}, '"', '""') || '"' ELSE {name} END"""
        for name in columns
    )
    joined = f"concat_ws($delimiter, {listed(quoted)})"
    if len(columns) < 2:
        return joined
    return f"CASE WHEN {columns[1]} IS NULL THEN {columns[0]} ELSE {joined} END"


def write_rejects(star: Path, target: Path, memory_gb: float | None = None) -> int:
    """Write the rejects of the star file `star` as CSV to `target`; returns how many there are.

    Text from outside is neutralised (see utils/spreadsheet.py). A process that has the star open
    must ask for the same memory here.
    """
    connection = db.connect(star, read_only=True, memory_gb=memory_gb)
    cells = listed(
        f"{neutral_sql(name)} AS {name}" if name in FROM_LOG else name for name in COLUMNS
    )
    try:
        connection.execute(
            f"COPY (SELECT {cells} FROM {REJECTS} ORDER BY source_file, record) "
            "TO $target (FORMAT csv, HEADER)",
            {"target": str(target)},
        )
        return int(connection.execute(f"SELECT count(*) FROM {REJECTS}").fetchall()[0][0])
    finally:
        connection.close()
