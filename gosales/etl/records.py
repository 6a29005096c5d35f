"""Raw files to records: text columns c0..cN in a Parquet file, one row per record, in file order.

A record's number is its place in the file, the first after the header being 1. Blank lines count
although the Parquet file does not hold them: `Records.numbered` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.errors import SalesLogError
from gosales.etl.files import RawFile
from gosales.etl.notes import Note
from gosales.etl.plain import plain_text
from gosales.etl.repair import mend
from gosales.etl.scan import Head, Structure, read_head, scan
from gosales.etl.settings import SourceSettings
from gosales.etl.sql import glob_safe, listed, literal, raw_columns

NO_NULL = "\x01gosales\x01"
"""DuckDB reads this text as NULL; empty fields stay empty, so that NULL means a missing field."""

AS_IT_IS = "hive_partitioning = false"
"""Else DuckDB takes a folder called division=CAD for a column, also in place of the file's own."""

DUCKDB_LINE_LIMIT = 2_000_000

MOST_COLUMNS = 5_000

FREE_CELLS, MOST_CELLS_PER_BYTE = 1_000_000_000, 200
"""So many cells a Parquet file may have whatever its size; beyond, so many for each byte."""


@dataclass(frozen=True)
class Records:
    """A raw file as text columns.

    Attributes:
        header: Column texts, in file order; `cN` holds the N-th.
        count: Data records, blank ones included.
        blank: How many of them are blank lines; a second Parquet file lists those.
        hidden: Columns whose cells were left out; `HIDDEN_HASH` holds a hash of what they were.
    """

    HIDDEN_HASH: ClassVar[str] = "hidden_hash"

    path: Path
    header: tuple[str, ...]
    delimiter: str
    count: int
    blank: int = 0
    encoding: str = "utf-8"
    notes: tuple[Note, ...] = field(default=())
    hidden: tuple[int, ...] = ()

    @property
    def columns(self) -> list[str]:
        return raw_columns(len(self.header))

    @property
    def hidden_headers(self) -> tuple[str, ...]:
        return tuple(self.header[place] for place in self.hidden)

    @property
    def line_columns(self) -> list[str]:
        """All that tells one line from another."""
        return [*self.columns, *([self.HIDDEN_HASH] if self.hidden else [])]

    def numbered(self, columns: str = "*") -> str:
        """SQL of the records with their number as `record`."""
        source = f"read_parquet({literal(glob_safe(self.path))}, file_row_number = true)"
        if not self.blank:
            return f"SELECT file_row_number + 1 AS record, {columns} FROM {source}"
        return (
            f"SELECT raw.file_row_number + 1 + coalesce(jump.shift, 0) AS record, {columns} "
            f"FROM {source} AS raw ASOF LEFT JOIN (SELECT place, shift FROM {self.blank_table} "
            "WHERE place IS NOT NULL) AS jump "
            "ON raw.file_row_number >= jump.place"
        )

    @property
    def blank_table(self) -> str:
        """SQL table of the blank records: from the row `place` on, numbers are `shift` higher."""
        return f"read_parquet({literal(glob_safe(blank_path(self.path)))})"


def blank_path(records: Path) -> Path:
    """Where the blank lines of a records file are listed."""
    return records.with_suffix(".blank.parquet")


def _write_blank(target: Path, numbers: list[int]) -> int:
    if numbers:
        record = np.array(numbers, dtype=np.int64)
        shift = np.arange(1, len(record) + 1)
        place = record - shift
        inner = np.append(place[1:] == place[:-1], False)
        columns = {"record": record, "shift": shift, "place": pa.array(place, mask=inner)}
        pq.write_table(pa.table(columns), blank_path(target))
    return len(numbers)


def read_records(
    connection: duckdb.DuckDBPyConnection,
    file: RawFile,
    target: Path,
    scratch: Path,
    settings: SourceSettings,
) -> Records:
    """Write the records of `file` to the Parquet file `target`.

    Args:
        connection: Any; only for its engine.
        scratch: An empty folder for temporary copies.

    Raises:
        SalesLogError: The file is no readable text or Parquet file.
    """
    if file.is_parquet:
        return _from_parquet(connection, file, target)
    plain = plain_text(file.path, scratch, settings.encoding)
    head = read_head(plain.path, settings.delimiter, file.name)
    if head is None:
        return _nothing(connection, target)
    _refuse_columns(file, len(head.fields))
    structure = _from_text(connection, plain.path, head, target, scratch)
    return Records(
        target,
        head.fields,
        head.delimiter,
        structure.records - 1,
        _write_blank(target, structure.blank),
        plain.encoding,
        _reading_notes(file, plain.encoding, plain.truncated, head.titles),
    )


def _refuse_columns(file: RawFile, columns: int) -> None:
    """Raises SalesLogError: each column takes its part in queries, whose planning has a price."""
    if columns > MOST_COLUMNS:
        raise SalesLogError(
            f"{file.name} has {columns:,} columns; at most {MOST_COLUMNS:,} can be read.",
            remedy="Export fewer of them, or check that the file is a table of text.",
        )


def _reading_notes(
    file: RawFile, encoding: str, truncated: bool, titles: tuple[str, ...]
) -> tuple[Note, ...]:
    notes = []
    if titles:
        notes.append(
            Note(
                "titles_skipped",
                f'{file.name} begins with titles, such as "{titles[0][:60]}"; its columns are '
                "taken from the first line that fills them.",
                "If that line is no header, take the titles out of the file.",
            )
        )
    if encoding == "cp1252":
        notes.append(
            Note(
                "not_utf8",
                f"{file.name} is not UTF-8; lines that are not were read as Windows text (cp1252).",
                "If names look wrong, write the true one in [source] encoding.",
            )
        )
    if truncated:
        notes.append(
            Note(
                "file_truncated",
                f"{file.name} breaks off: its packing is incomplete or damaged. What could be "
                "unpacked was read.",
                "Export or copy the file again.",
            )
        )
    return tuple(notes)


def _nothing(connection: duckdb.DuckDBPyConnection, target: Path) -> Records:
    connection.execute(
        "COPY (SELECT '' AS c0 WHERE false) TO $target (FORMAT parquet)", {"target": str(target)}
    )
    return Records(target, (), ",", 0)


def _from_text(
    connection: duckdb.DuckDBPyConnection, path: Path, head: Head, target: Path, scratch: Path
) -> Structure:
    """Read directly when the file is sound, else mend it first; the counts must agree."""
    if not head.preamble:
        structure = scan(path, head.delimiter)
        if structure.regular and _copy(connection, path, head, structure, target):
            return structure
    mended = scratch / "mended.csv"
    mend(path, mended, head)
    structure = scan(mended, head.delimiter)
    if structure.regular and _copy(connection, mended, head, structure, target):
        return structure
    raise SalesLogError(
        "A raw sales log cannot be split into records: " + path.name + ".",
        remedy="Open it in a spreadsheet and save it again as CSV UTF-8.",
    )


def _copy(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    head: Head,
    structure: Structure,
    target: Path,
) -> bool:
    """Let DuckDB read; False when a record has surplus fields or the record counts disagree."""
    width = len(head.fields)
    names = raw_columns(width + 1)
    parameters: dict[str, Any] = {
        "path": glob_safe(path),
        "columns": dict.fromkeys(names, "VARCHAR"),
        "delimiter": head.delimiter,
        "no_null": NO_NULL,
        "parallel": not structure.quoted_lines,
        "line_size": max(DUCKDB_LINE_LIMIT, structure.longest + 1024),
        "target": str(target),
    }
    connection.execute(
        f"""
        COPY (
            SELECT {listed(names)} FROM read_csv(
                $path, columns = $columns, delim = $delimiter, quote = '"', escape = '"',
                auto_detect = false, header = true, null_padding = true, strict_mode = false,
                nullstr = $no_null, parallel = $parallel, max_line_size = $line_size,
                compression = 'none', {AS_IT_IS}
            )
        ) TO $target (FORMAT parquet)
        """,
        parameters,
    )
    found, surplus = connection.execute(
        f"SELECT count(*), count(nullif(trim({names[-1]}), '')) FROM read_parquet($path)",
        {"path": glob_safe(target)},
    ).fetchall()[0]
    return bool(surplus == 0 and found == structure.records - 1 - len(structure.blank))


def _refuse_bomb(connection: duckdb.DuckDBPyConnection, file: RawFile, columns: int) -> None:
    """A Parquet file may claim any number of equal rows in a few bytes."""
    rows = connection.execute(
        "SELECT sum(num_rows) FROM parquet_file_metadata($path)", {"path": glob_safe(file.path)}
    ).fetchall()[0][0]
    if int(rows) * columns > max(FREE_CELLS, MOST_CELLS_PER_BYTE * file.path.stat().st_size):
        raise SalesLogError(
            f"{file.name} claims to hold {int(rows):,} rows of {columns} columns, far more than "
            "its size can; this is no sales log.",
            remedy="Export the file again, or split it.",
        )


def _from_parquet(connection: duckdb.DuckDBPyConnection, file: RawFile, target: Path) -> Records:
    """Every column as text; the loader reads numbers and dates back from it exactly."""
    try:
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet($path, {AS_IT_IS})",
            {"path": glob_safe(file.path)},
        ).fetchall()
        names = raw_columns(len(described))
        _refuse_columns(file, len(names))
        _refuse_bomb(connection, file, len(names))
        texts = listed(f"coalesce(CAST({name} AS VARCHAR), '') AS {name}" for name in names)
        connection.execute(
            f"COPY (SELECT {texts} FROM read_parquet($path, {AS_IT_IS}) AS raw({listed(names)})) "
            "TO $target (FORMAT parquet)",
            {"path": glob_safe(file.path), "target": str(target)},
        )
    except duckdb.Error as error:
        raise SalesLogError(
            f"{file.name} cannot be read as a Parquet file: {str(error).splitlines()[0]}",
            remedy="Export or copy the file again.",
        ) from error
    count = connection.execute(
        "SELECT count(*) FROM read_parquet($path)", {"path": glob_safe(target)}
    ).fetchall()[0][0]
    return Records(target, tuple(str(row[0]).strip() for row in described), ",", int(count))
