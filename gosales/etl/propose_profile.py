"""Unknown files as tables of column profiles: counts and shares from a sample of each file.

The whole file is split into records by the loader's own reader, so that what is proposed is read
the same way later; the statistics come from blocks of neighbouring records all over the file.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.errors import SalesLogError
from gosales.etl import values
from gosales.etl.files import RawFile
from gosales.etl.records import Records, read_records
from gosales.etl.settings import SourceSettings
from gosales.etl.sql import listed
from gosales.utils import db
from gosales.utils.progress import track

SAMPLE_BLOCK = 1_000
SAMPLE_BLOCKS = 30
FORMS_LOOKED_AT = 2_000
NOTHING = (0, 0, 0, 0, 0, 0, 0, 0, ())
"""What a blank column looks like."""

LETTER = r"regexp_matches(x, '[A-Za-z]|[^\x00-\x7F]')"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
DECIMAL_COMMA = r"^[-+(]?[0-9]{1,3}((\.[0-9]{3})*|[0-9]*),([0-9]{1,2}|[0-9]{4,})[)]?$"
DECIMAL_DOT = r"^[-+($]*[0-9]{1,3}((,[0-9]{3})*|[0-9]*)\.([0-9]{1,2}|[0-9]{4,})[)]?$"


@dataclass(frozen=True)
class ColumnProfile:
    """What the sample says about one column; shares are of the filled cells.

    Attributes:
        filled: Share of the sampled rows that hold something.
        examples: The most frequent values.
    """

    place: int
    name: str
    rows: int
    filled: float
    distinct: int
    numeric: float
    whole: float
    negative: float
    dates: float
    letters: float
    spaced: float
    examples: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        return round(self.filled * self.rows)

    @property
    def uniqueness(self) -> float:
        """Distinct values per filled cell; 1 means that none repeats."""
        return self.distinct / max(self.cells, 1)

    @property
    def is_date(self) -> bool:
        return self.dates >= 0.8 and self.cells > 0

    @property
    def is_number(self) -> bool:
        return self.numeric >= 0.9 and not self.is_date and self.cells > 0

    @property
    def is_amount(self) -> bool:
        """A number with decimals: money or a measure, hardly an id."""
        return self.is_number and self.whole < 0.9

    @property
    def is_text(self) -> bool:
        return self.letters >= 0.5 and not self.is_date


@dataclass(frozen=True)
class Table:
    """One file, profiled."""

    path: Path
    records: Records
    decimal_comma: bool
    columns: tuple[ColumnProfile, ...]
    sample: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def rows(self) -> int:
        return self.records.count - self.records.blank

    def column(self, name: str) -> ColumnProfile:
        return next(column for column in self.columns if column.name == name)


class Profiler:
    """Reads files into tables, on one connection and in one scratch folder."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self.connection = connection
        self.scratch = scratch
        self.tables: list[Table] = []
        self._comma: bool | None = None

    def read(self, path: Path) -> Table:
        """Profile the file at `path`.

        Raises:
            SalesLogError: It cannot be read, holds no record, or its first line is no header.
        """
        records = self._records(path)
        _refuse_no_table(path.name, records)
        sample = f"sample{len(self.tables)}"
        step = max(1, records.count // (SAMPLE_BLOCK * SAMPLE_BLOCKS))
        self.connection.execute(
            f"CREATE TEMP TABLE {sample} AS SELECT * FROM ({records.numbered()}) "
            f"WHERE (record - 1) // {SAMPLE_BLOCK} % {step} = 0"
        )
        comma = self._decimal_comma(sample, records)
        self._read_numbers(comma)
        columns = self._columns(sample, records)
        self.tables.append(Table(path, records, comma, columns, sample))
        return self.tables[-1]

    def use(self, table: Table) -> duckdb.DuckDBPyConnection:
        """The connection, set to read numbers as `table` writes them."""
        self._read_numbers(table.decimal_comma)
        return self.connection

    def _read_numbers(self, decimal_comma: bool) -> None:
        if self._comma is not decimal_comma:
            values.install(self.connection, decimal_comma=decimal_comma)
            self._comma = decimal_comma

    def _records(self, path: Path) -> Records:
        if not path.is_file():
            raise SalesLogError(
                f"The file {path} does not exist.", remedy="Check the spelling of its path."
            )
        folder = self.scratch / str(len(self.tables))
        folder.mkdir(exist_ok=True)
        file = RawFile(path, path.name, "")
        target = folder / "records.parquet"
        try:
            return read_records(self.connection, file, target, folder, SourceSettings())
        except csv.Error as error:
            raise _no_text(path.name) from error

    def _decimal_comma(self, sample: str, records: Records) -> bool:
        """Whether more numbers look like `1.234,50` than like `1,234.50`."""
        cells = f"(SELECT unnest([{listed(records.columns)}]) AS cell FROM {sample} LIMIT 200000)"
        comma, dot = self.connection.execute(
            "SELECT count(CASE WHEN regexp_matches(trim(cell), $comma) THEN 1 END), "
            f"count(CASE WHEN regexp_matches(trim(cell), $dot) THEN 1 END) FROM {cells}",
            {"comma": DECIMAL_COMMA, "dot": DECIMAL_DOT},
        ).fetchall()[0]
        return bool(comma > dot)

    def _columns(self, sample: str, records: Records) -> tuple[ColumnProfile, ...]:
        """All columns in one go: each different text is looked at once, with its count."""
        places = len(records.header)
        texts = listed(f"text_of({name})" for name in records.columns)
        rows = self.connection.execute(f"SELECT count(*) FROM {sample}").fetchall()[0][0]
        found = self.connection.execute(
            f"""
            WITH cells AS (SELECT unnest(range({places})) AS place, unnest([{texts}]) AS x
                FROM {sample}),
            texts AS (SELECT place, x, count(*) AS cells FROM cells WHERE x IS NOT NULL
                GROUP BY place, x),
            sizes AS (SELECT place, sum(cells) AS filled, count(*) AS many FROM texts GROUP BY 1),
            looked AS (SELECT * FROM texts QUALIFY row_number() OVER
                (PARTITION BY place ORDER BY cells DESC, hash(x)) <= {FORMS_LOOKED_AT}),
            parsed AS (SELECT place, x, cells, price(x) AS n, days(x) AS d FROM looked)
            SELECT place, any_value(filled), any_value(many),
                {_share("n IS NOT NULL")}, {_share("n = floor(n)")}, {_share("n < 0")},
                {_share("coalesce(d.dmy, d.mdy) IS NOT NULL")}, {_share(LETTER)},
                {_share("contains(x, ' ')")}, list(x ORDER BY cells DESC, x)[:3]
            FROM parsed JOIN sizes USING (place) GROUP BY place
            """
        ).fetchall()
        looks = {place: look for place, *look in found}
        return tuple(
            _profile(at, name, int(rows), looks.get(at, NOTHING))
            for at, name in enumerate(records.header)
        )


def _share(condition: str) -> str:
    return f"coalesce(sum(CASE WHEN {condition} THEN cells END), 0) / sum(cells)"


def _profile(place: int, name: str, rows: int, look: Sequence[Any]) -> ColumnProfile:
    filled, distinct, *shares, top = look
    examples = tuple(str(value)[:40] for value in top)
    numeric, whole, negative, dates, letters, spaced = map(float, shares)
    return ColumnProfile(
        place=place,
        name=name,
        rows=rows,
        filled=float(filled) / max(rows, 1),
        distinct=distinct,
        numeric=numeric,
        whole=whole / numeric if numeric else 0.0,
        negative=negative,
        dates=dates,
        letters=letters,
        spaced=spaced,
        examples=examples,
    )


@contextmanager
def profiler() -> Iterator[Profiler]:
    """A profiler whose copies vanish at the end."""
    with tempfile.TemporaryDirectory(prefix="gosales-init-") as scratch:
        connection = db.connect()
        try:
            yield Profiler(connection, Path(scratch))
        finally:
            connection.close()


def read_tables(reader: Profiler, paths: list[Path]) -> list[Table]:
    """Profile all files."""
    with track("Looking at the files", total=len(paths)) as advance:
        tables = []
        for path in paths:
            tables.append(reader.read(path))
            advance(1)
    return tables


def _refuse_no_table(name: str, records: Records) -> None:
    """Raises SalesLogError for what is empty, no text, or has no header line."""
    if any(CONTROL.search(field) for field in records.header):
        raise _no_text(name)
    if not records.header or not records.count:
        raise SalesLogError(
            f"{name} holds no record" + (", only a header line." if records.header else "."),
            remedy="Export it again, or leave it out.",
        )
    numbers = [field for field in records.header if re.fullmatch(r"[-+$0-9.,:/ ]*[0-9]", field)]
    parts = records.header if len(records.header) > 1 else records.header[0].split()
    if len(parts) > 1 and 2 * len(numbers) >= len(records.header):
        parted = "" if parts is records.header else ", and only blanks part its columns"
        raise SalesLogError(
            f"{name} has no header line{parted}: its first line is {', '.join(parts[:8])}.",
            remedy="Export it with column names, or put a line with them on top"
            + (", and part the columns by commas, semicolons or tabs." if parted else "."),
        )


def _no_text(name: str) -> SalesLogError:
    return SalesLogError(
        f"{name} is no table of text: its first line cannot be read as column names.",
        remedy="Export the log as CSV UTF-8 (or Parquet) and name that file.",
    )
