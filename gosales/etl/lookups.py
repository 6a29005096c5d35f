"""Tables beside the log: products, customers' attributes, remarks on cells. All optional."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from gosales.core.columns import Attribute, CellStatus, Customer, Product
from gosales.core.errors import SalesLogError
from gosales.etl.contacts import Contacts
from gosales.etl.files import RawFile
from gosales.etl.header import Header
from gosales.etl.notes import Note
from gosales.etl.records import Records, read_records
from gosales.etl.settings import CustomerLookup, EtlSettings, LookupTable, SourceSettings
from gosales.etl.sql import listed
from gosales.utils.paths import has_file, path_inside

ENDINGS = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class LookupFile:
    """An opened lookup file; `columns` maps our names to its headers."""

    header: Header
    records: Records
    columns: dict[str, str]

    def place(self, ours: str, *others: str) -> int | None:
        """Position of our column, under its mapped header or one of its usual ones."""
        named = self.columns.get(ours)
        return self.header.need([named], ours) if named else self.header.first((ours, *others))

    def need(self, ours: str, *others: str) -> int:
        named = self.columns.get(ours)
        return self.header.need([named] if named else [ours, *others], ours)

    def rows(self) -> str:
        return self.records.numbered(listed(self.records.columns))


@dataclass(frozen=True)
class LookupFolder:
    """Where lookups are, and a scratch folder to read them in.

    `contacts` is filled while they are read: file -> contact columns that were left out.
    """

    folder: Path
    workspace: Path
    scratch: Path
    settings: EtlSettings
    contacts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def open(
        self, connection: duckdb.DuckDBPyConnection, name: str, table: LookupTable
    ) -> LookupFile | None:
        """Open a lookup; None when none is there.

        Raises:
            SalesLogError: The settings name a file that does not exist, or it cannot be read.
        """
        path = self._find(name, table)
        if path is None:
            return None
        scratch = self.scratch / name
        scratch.mkdir(parents=True, exist_ok=True)
        target = scratch / "records.parquet"
        source = SourceSettings(encoding=self.settings.source.encoding)
        file = RawFile(path, path.name, "")
        records = read_records(connection, file, target, scratch, source)
        return LookupFile(Header(path.name, records.header), records, table.columns)

    def _find(self, name: str, table: LookupTable) -> Path | None:
        return _find(self.folder, self.workspace, name, table)


def lookup_paths(folder: Path, workspace: Path, settings: EtlSettings) -> list[Path]:
    """Every lookup that there is. Raises SalesLogError when the settings name one that is not."""
    lookup = settings.lookup
    named = {"products": lookup.products, "customers": lookup.customers, "cells": lookup.cells}
    found = (_find(folder, workspace, name, table) for name, table in named.items())
    return [path for path in found if path is not None]


def _find(folder: Path, workspace: Path, name: str, table: LookupTable) -> Path | None:
    if table.file is None:
        paths = (folder / f"{name}{ending}" for ending in ENDINGS)
        return next((path for path in paths if has_file(path)), None)
    path = path_inside(workspace, table.file, f"[lookup.{name}] file")
    if path.is_file():
        return path
    raise SalesLogError(
        f"The lookup table {path} does not exist.",
        remedy=f"Put it there, or correct [lookup.{name}] file.",
    )


def load_products(connection: duckdb.DuckDBPyConnection, lookups: LookupFolder) -> list[Note]:
    """Make the table `lookup_products`, a row per SKU."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE lookup_products({Product.SKU} VARCHAR, "
        f"{Product.DIVISION} VARCHAR, {Product.NAME} VARCHAR, {Product.LAUNCHED} DATE, "
        f"{Product.RETIRED} DATE)"
    )
    file = lookups.open(connection, "products", lookups.settings.lookup.products)
    if file is None or not file.records.count:
        return []
    sku = f"id_of(c{file.need('sku', Product.SKU)})"
    texts = [_text(file.place("division")), _text(file.place("name", Product.NAME))]
    days = [day_of(connection, file, key, lookups.settings) for key in ("launched", "retired")]
    connection.execute(
        f"INSERT INTO lookup_products SELECT * EXCLUDE (record) FROM (SELECT {sku} AS sku, "
        f"{listed((*texts, *days))}, record FROM ({file.rows()})) WHERE sku IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY sku ORDER BY record) = 1"
    )
    conflicts, example = connection.execute(
        f"SELECT count(*), min(sku) FROM (SELECT {sku} AS sku FROM ({file.rows()}) "
        f"WHERE {sku} IS NOT NULL GROUP BY 1 HAVING count(DISTINCT {texts[0]}) > 1)"
    ).fetchall()[0]
    if not conflicts:
        return []
    return [
        Note(
            "product_twice",
            f"{file.header.file} has {conflicts} SKUs with several divisions (e.g. {example}); "
            "the first one counts.",
            "Keep one line per SKU.",
        )
    ]


def load_attributes(connection: duckdb.DuckDBPyConnection, lookups: LookupFolder) -> list[Note]:
    """Make `customer_attribute` and the table `lookup_names` (customer_id, customer_name)."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {Attribute.TABLE}({Attribute.CUSTOMER} VARCHAR, "
        f"{Attribute.NAME} VARCHAR, {Attribute.VALUE} VARCHAR, {Attribute.VALID_FROM} DATE, "
        f"{Attribute.VALID_TO} DATE)"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE lookup_names({Customer.ID} VARCHAR, {Customer.NAME} VARCHAR)"
    )
    settings = lookups.settings.lookup.customers
    file = lookups.open(connection, "customers", settings)
    if file is None or not file.records.count:
        return []
    customer = f"id_of(c{file.need('customer_id')})"
    name = file.place("customer_name")
    if name is not None:
        connection.execute(
            f"INSERT INTO lookup_names SELECT {customer}, text_of(c{name}) FROM ({file.rows()}) "
            f"WHERE {customer} IS NOT NULL AND text_of(c{name}) IS NOT NULL "
            f"QUALIFY row_number() OVER (PARTITION BY {customer} ORDER BY record DESC) = 1"
        )
    contacts = _contacts(connection, file, lookups.settings)
    if contacts:
        lookups.contacts[file.header.file] = tuple(file.header.names[at] for at in contacts)
    return _insert_attributes(connection, file, lookups.settings, contacts)


def _contacts(
    connection: duckdb.DuckDBPyConnection, file: LookupFile, settings: EtlSettings
) -> tuple[int, ...]:
    """Places of contact columns that no setting asks for."""
    table = settings.lookup.customers
    ours = (Customer.ID, Customer.NAME, Attribute.VALID_FROM, Attribute.VALID_TO)
    kept = (*ours, *table.columns.values(), *table.constant)
    asked = settings.privacy.keep_contact_columns
    return Contacts.but((*kept, *asked)).find(connection, file.records)


def _insert_attributes(
    connection: duckdb.DuckDBPyConnection,
    file: LookupFile,
    settings: EtlSettings,
    contacts: tuple[int, ...],
) -> list[Note]:
    """Facts that are dated, or said never to change; today's value of others is the future."""
    table: CustomerLookup = settings.lookup.customers
    customer = file.need("customer_id")
    valid = {key: file.place(key) for key in (Attribute.VALID_FROM, Attribute.VALID_TO)}
    skip = {customer, file.place("customer_name"), *valid.values(), *contacts}
    constant = {file.header.need([name], "constant attribute") for name in table.constant}
    days = [day_of(connection, file, key, settings) for key in valid]
    dropped = []
    for place, header in enumerate(file.header.names):
        if place in skip or not header:
            continue
        if place not in constant and valid[Attribute.VALID_FROM] is None:
            dropped.append(header)
            continue
        dated = "true" if place in constant else "since IS NOT NULL"
        # Named once: a date's macro is long, and each repetition is planned anew.
        connection.execute(
            f"INSERT INTO {Attribute.TABLE} SELECT customer, $header, value, since, until FROM "
            f"(SELECT record, id_of(c{customer}) AS customer, text_of(c{place}) AS value, "
            f"{days[0]} AS since, {days[1]} AS until FROM ({file.rows()})) "
            f"WHERE customer IS NOT NULL AND value IS NOT NULL AND {dated} QUALIFY "
            "row_number() OVER (PARTITION BY customer, since ORDER BY record DESC) = 1 "
            "ORDER BY record",
            {"header": header},
        )
    if not dropped:
        return []
    return [
        Note(
            "attributes_undated",
            f"{file.header.file}: left out, since only today's value is known and not that of past "
            f"cutoffs: {', '.join(dropped)}.",
            "Name those that never change in [lookup.customers] constant, or add valid_from.",
        )
    ]


def load_statuses(connection: duckdb.DuckDBPyConnection, lookups: LookupFolder) -> list[Note]:
    """Make `cell_status`. Raises SalesLogError for a status that is none of the four."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {CellStatus.TABLE}({CellStatus.CUSTOMER} VARCHAR, "
        f"{CellStatus.DIVISION} VARCHAR, {CellStatus.SKU} VARCHAR, {CellStatus.STATUS} VARCHAR, "
        f"{CellStatus.VALID_FROM} DATE, {CellStatus.VALID_TO} DATE)"
    )
    file = lookups.open(connection, "cells", lookups.settings.lookup.cells)
    if file is None or not file.records.count:
        return []
    status = f"lower(text_of(c{file.need('status', CellStatus.STATUS)}))"
    fields = [
        f"id_of(c{file.need('customer_id')})",
        _text(file.need("division")),
        f"id_of({_raw(file.place(CellStatus.SKU, 'sku'))})",
        status,
        *(day_of(connection, file, key, lookups.settings) for key in ("valid_from", "valid_to")),
    ]
    filled = f"concat({listed(file.records.columns)}) <> ''"
    _refuse_unknown(connection, file, fields, filled)
    connection.execute(
        f"INSERT INTO {CellStatus.TABLE} SELECT DISTINCT {listed(fields)} FROM ({file.rows()}) "
        f"WHERE {filled} ORDER BY ALL"
    )
    return []


def _refuse_unknown(
    connection: duckdb.DuckDBPyConnection, file: LookupFile, fields: list[str], filled: str
) -> None:
    customer, division, _, status = fields[:4]
    wrong = connection.execute(
        f"SELECT record, {status} FROM ({file.rows()}) WHERE {filled} AND ({customer} IS NULL "
        f"OR {division} IS NULL OR {status} IS NULL OR NOT list_contains($known, {status})) "
        "ORDER BY record LIMIT 1",
        {"known": list(CellStatus.ALL)},
    ).fetchall()
    if wrong:
        record, found = wrong[0]
        raise SalesLogError(
            f"{file.header.file}, record {record}, needs a customer_id, a division and a status "
            f"(found {found!r}).",
            remedy=f"A status is one of {', '.join(CellStatus.ALL)}.",
        )


def _raw(place: int | None) -> str:
    return f"c{place}" if place is not None else "CAST(NULL AS VARCHAR)"


def _text(place: int | None) -> str:
    return f"text_of({_raw(place)})"


def day_of(
    connection: duckdb.DuckDBPyConnection, file: LookupFile, ours: str, settings: EtlSettings
) -> str:
    """SQL of a date column. Raises SalesLogError when `3/4/2024` could be either."""
    place = file.place(ours)
    if place is None:
        return "CAST(NULL AS DATE)"
    both = [f"days(c{place}).{reading}" for reading in ("dmy", "mdy")]
    setting = settings.time.day_first
    if setting is not None:
        return both[0] if setting else both[1]
    day_only, month_only, ambiguous = connection.execute(
        f"SELECT count(CASE WHEN m IS NULL THEN 1 END), count(CASE WHEN d IS NULL THEN 1 END), "
        f"count(CASE WHEN d <> m THEN 1 END) FROM (SELECT read.dmy AS d, read.mdy AS m "
        f"FROM (SELECT days(c{place}) AS read FROM ({file.rows()}))) WHERE d IS DISTINCT FROM m"
    ).fetchall()[0]
    if (day_only and month_only) or (ambiguous and not day_only and not month_only):
        raise SalesLogError(
            f"The column {ours} of {file.header.file} does not tell whether 3/4/2024 is 3 April.",
            remedy="Write its dates as YYYY-MM-DD, or set `[time] day_first`.",
        )
    return both[0] if day_only else both[1]
