"""The loaded records of raw logs as text tables, to be changed and written as raw logs again.

Records that were rejected are left out, so a copy loads the same star as the log it came from, and
what is done to a copy reaches the star through the whole of the loader.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.etl.build_star import StarSources, sku_map_of
from gosales.etl.files import find_logs
from gosales.etl.header import Header
from gosales.etl.lines import Layout
from gosales.etl.long import AMOUNTS, long_layout
from gosales.etl.settings import EtlSettings
from gosales.etl.sku_map import SkuMap
from gosales.etl.sql import listed
from gosales.etl.staging import Staging
from gosales.etl.wide import wide_layout
from gosales.utils import db

Days = NDArray[np.datetime64]
CUSTOMER, DATE, SKU = "customer", "date", "sku"
AMOUNT_ROLES = ("value", "quantity", "unit_price")


@dataclass(frozen=True)
class LogCopy:
    """The loaded records of one raw log.

    Attributes:
        name: Of the file; copies are written and loaded in the order of their names.
        header: Column texts.
        table: Text columns c0..cN, a row per record, in file order.
        roles: What a column is -> its positions. Only columns that the file has; the amounts of a
            wide log have one position per SKU.
        day, known: Shape (records,), days of event and of posting (NaT: not told).
    """

    name: str
    header: tuple[str, ...]
    table: pa.Table
    roles: dict[str, tuple[int, ...]]
    day: Days
    known: Days

    def __len__(self) -> int:
        return len(self.day)

    @property
    def is_parquet(self) -> bool:
        return self.name.lower().endswith(".parquet")

    def visible(self, two_clocks: bool) -> Days:
        """Shape (records,): the day on which each record could be known."""
        if not two_clocks:
            return self.day
        return np.where(np.isnat(self.known), self.day, np.fmax(self.day, self.known))

    def take(self, rows: NDArray[np.int64]) -> LogCopy:
        """The records at `rows`, in that order; one may come several times."""
        return replace(
            self, table=self.table.take(rows), day=self.day[rows], known=self.known[rows]
        )

    def texts(self, role: str) -> list[NDArray[np.object_]]:
        """Each column of that role as an array of shape (records,)."""
        return [
            np.asarray(self.table.column(place).to_pylist(), object)
            for place in self.roles.get(role, ())
        ]

    def with_texts(self, role: str, texts: list[NDArray[np.object_]]) -> LogCopy:
        """The same with other texts in the columns of `role`."""
        table = self.table
        for place, column in zip(self.roles.get(role, ()), texts, strict=True):
            name = table.column_names[place]
            table = table.set_column(place, name, pa.array(column, pa.string()))
        return replace(self, table=table)

    def with_days(self, day: Days, known: Days) -> LogCopy:
        """The same with other days, written as YYYY-MM-DD, which reads the same everywhere."""
        copy = replace(self, day=day, known=known)
        copy = copy.with_texts(DATE, [_iso(day) for _ in self.roles[DATE]])
        return copy.with_texts("known_at", [_iso(known) for _ in self.roles.get("known_at", ())])


def loaded_logs(sources: StarSources, settings: EtlSettings, star: Path) -> list[LogCopy]:
    """The records of the raw logs in `sources` that `star`, built of them, holds."""
    sku_map = sku_map_of(sources, settings)
    staging = Staging(sources.staging, settings, sku_map)
    copies = []
    connection = db.connect(star, read_only=True, memory_gb=settings.limits.memory_gb)
    try:
        for at, file in enumerate(find_logs(sources.logs).files):
            records = staging.stage(connection, file).records
            if records.count:
                table = _loaded(connection, records.numbered(listed(records.columns)), file.name)
                roles = _roles(Header(file.name, records.header), settings, sku_map)
                copies.append(_copy(f"{at:04d}_{file.name}", records.header, table, roles))
    finally:
        connection.close()
    return [copy for copy in copies if len(copy)]


def write_logs(copies: list[LogCopy], folder: Path, settings: EtlSettings) -> None:
    """Write `copies` as the only raw logs of `folder`, each in the form that it came in."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for copy in copies:
        if copy.is_parquet:
            pq.write_table(copy.table.rename_columns(list(copy.header)), folder / copy.name)
        else:
            write_csv(
                folder / f"{copy.name.removesuffix('.gz')}",
                copy.header,
                copy.table,
                (settings.source.delimiter or ",", settings.source.encoding or "utf-8"),
            )


def write_csv(
    path: Path, header: tuple[str, ...], table: pa.Table, form: tuple[str, str] = (",", "utf-8")
) -> None:
    """Write text columns under `header`; `form` is the delimiter and the encoding."""
    delimiter, encoding = form
    options = pyarrow.csv.WriteOptions(include_header=False, delimiter=delimiter)
    body = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, body, options)
    text = body.getvalue().to_pybytes()
    with path.open("w", encoding=encoding, newline="", errors="replace") as stream:
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerow(header)
        stream.write(text.decode("utf-8"))


def _loaded(connection: duckdb.DuckDBPyConnection, records: str, file: str) -> pa.Table:
    """The loaded records of one file, in order, with their days in front."""
    return connection.sql(
        f"""
        SELECT raw.* EXCLUDE (record), loaded.day, loaded.known FROM ({records}) AS raw JOIN (
            SELECT {Fact.SOURCE_LINE} AS record, min({Fact.DATE}) AS day,
                max({Fact.KNOWN_AT}) AS known
            FROM {Fact.TABLE} WHERE {Fact.SOURCE_FILE} = $file GROUP BY 1
        ) AS loaded USING (record) ORDER BY record
        """,
        params={"file": file},
    ).to_arrow_table()


def _copy(
    name: str, header: tuple[str, ...], table: pa.Table, roles: dict[str, tuple[int, ...]]
) -> LogCopy:
    day, known = (
        table.column(column).to_numpy().astype("datetime64[D]") for column in ("day", "known")
    )
    texts = table.select(range(len(header)))
    filled = [pc.fill_null(column, "") for column in texts.columns]
    return LogCopy(name, header, pa.table(filled, texts.column_names), roles, day, known)


def _roles(header: Header, settings: EtlSettings, sku_map: SkuMap) -> dict[str, tuple[int, ...]]:
    """What the columns of a file are, as the loader of its shape sees them."""
    if settings.source.shape == "long":
        long = long_layout(header, settings.columns)
        places = {SKU: long.sku, **{name: getattr(long, name) for name in ("sku_name", *AMOUNTS)}}
        return _of_line(long.line) | {
            role: (place,) for role, place in places.items() if place is not None
        }
    wide = wide_layout(header, sku_map, settings.columns)
    return _of_line(wide.line) | {
        "value": tuple(dict.fromkeys(place for pair in wide.pairs for place in pair.value)),
        "quantity": tuple(dict.fromkeys(place for pair in wide.pairs for place in pair.quantity)),
    }


def _of_line(line: Layout) -> dict[str, tuple[int, ...]]:
    """Customer and date, and what else the file tells of a line."""
    optional = {role: (place,) for role, place in line.places.items() if place is not None}
    return {CUSTOMER: (line.customer,), DATE: (line.date,), **optional}


def _iso(days: Days) -> NDArray[np.object_]:
    """Days as texts; NaT is empty."""
    texts = np.datetime_as_string(days, unit="D").astype(object)
    texts[np.isnat(days)] = ""
    return np.asarray(texts)
