"""Wide logs: one row per line, a value and a quantity column per SKU, read with a SKU map."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.errors import SalesLogError
from gosales.etl.header import Header
from gosales.etl.lines import OPTIONAL_ROLES, Layout, Line, Reason, column, date_reason, typed_lines
from gosales.etl.records import Records
from gosales.etl.settings import ColumnSettings, EtlSettings
from gosales.etl.sku_map import MappedProduct, SkuMap
from gosales.etl.sql import listed
from gosales.etl.values import MAX_MONEY, MAX_QUANTITY

PLAUSIBLE_RATE = (0.2, 5)
"""A conversion rate outside is a mistake."""

MICRO = 1_000_000


@dataclass(frozen=True)
class Pair:
    """One product of the map and its columns in a file, alternatives in order."""

    product: MappedProduct
    division: str
    value: list[int]
    quantity: list[int]


@dataclass(frozen=True)
class WideLayout:
    """Where a wide file has its line and its products."""

    line: Layout
    pairs: list[Pair]
    currency: int | None
    rate: int | None
    flag: int | None
    sku_map: SkuMap

    @property
    def used(self) -> set[int]:
        """Columns that mean something to us."""
        pairs = {place for pair in self.pairs for place in (*pair.value, *pair.quantity)}
        others = (self.currency, self.rate, self.flag)
        return self.line.used | pairs | {place for place in others if place is not None}


def wide_layout(header: Header, sku_map: SkuMap, columns: ColumnSettings) -> WideLayout:
    """Find the map's columns in a file; names in [columns] go before the map's.

    Raises:
        SalesLogError: No customer or date column, a named column is missing, or no product column.
    """

    def names(role: str) -> tuple[tuple[str, ...], bool]:
        own = getattr(columns, role)
        return ((own,), True) if own else (sku_map.columns.get(role, ()), False)

    def must(role: str) -> int:
        return header.need(names(role)[0], role)

    def find(role: str) -> int | None:
        wanted, named = names(role)
        return header.need(wanted, role.replace("_", " ")) if named else header.first(wanted)

    places = {role: find(role) for role in OPTIONAL_ROLES}
    line = Layout(header, must("customer"), must("date"), places, sku_map.is_volatile)
    pairs = [
        Pair(product, division.name, header.all(product.value), header.all(product.quantities))
        for division in sku_map.divisions
        for product in division.products
    ]
    pairs = [pair for pair in pairs if pair.value or pair.quantity]
    if not pairs:
        raise SalesLogError(
            f"{header.file} has no product column of the SKU map; its columns are: "
            f"{header.shown()}.",
            remedy='For a log with one row per SKU set [source] shape = "long" (`gosales init` '
            "proposes the settings); else name your products in a map: [source] sku_map.",
        )
    currency = sku_map.currency
    return WideLayout(
        line,
        pairs,
        header.first(currency.code),
        header.first(currency.rate),
        header.first(sku_map.duplicates.flag),
        sku_map,
    )


def stage_wide(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    layout: WideLayout,
    settings: EtlSettings,
    target: Path,
) -> None:
    """Write the staged lines of a wide file to the Parquet file `target`."""
    pairs = [pair for pair in layout.pairs if not _excluded(pair.product.code, settings)]
    _load_products(connection, pairs)
    _load_lines(connection, records, layout)
    _load_sales(connection, records, pairs)
    connection.execute(
        f"""
        COPY (
            WITH found AS (
                SELECT record, min(pair) AS first_pair, max(problem) AS problem
                FROM wide_sales GROUP BY record
            ),
            judged AS (
                SELECT lines.*, first_pair, {_reason()} AS reason
                FROM wide_lines AS lines LEFT JOIN found USING (record)
            )
            SELECT judged.* EXCLUDE
                    (shape, date_blank, line_division, is_foreign, rate, first_pair),
                product.sku AS {Line.SKU}, product.name AS {Line.SKU_NAME},
                coalesce(by_line.division, product.division) AS {Line.DIVISION},
                sale.quantity AS {Line.QUANTITY},
                coalesce({_converted()}, 0) AS {Line.VALUE},
                sale.pair IS NULL OR sale.pair = first_pair AS {Line.FIRST}
            FROM judged
            LEFT JOIN wide_sales AS sale ON judged.record = sale.record AND reason IS NULL
            LEFT JOIN wide_products AS product ON product.pair = sale.pair
            LEFT JOIN wide_line_divisions AS by_line
                ON by_line.pair = sale.pair AND by_line.line_division = judged.line_division
        ) TO $target (FORMAT parquet)
        """,
        {"target": str(target)},
    )
    for table in ("wide_lines", "wide_sales", "wide_products", "wide_line_divisions"):
        connection.execute(f"DROP TABLE {table}")


def _excluded(sku: str, settings: EtlSettings) -> bool:
    return any(
        fnmatchcase(sku.upper(), pattern.upper()) for pattern in settings.products.exclude_skus
    )


def _load_products(connection: duckdb.DuckDBPyConnection, pairs: list[Pair]) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE wide_products"
        "(pair INTEGER, sku VARCHAR, name VARCHAR, division VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE wide_line_divisions"
        "(pair INTEGER, line_division VARCHAR, division VARCHAR)"
    )
    for at, pair in enumerate(pairs):
        row = [at, pair.product.code, pair.product.name, pair.division]
        connection.execute("INSERT INTO wide_products VALUES (?, ?, ?, ?)", row)
        for line_division, division in pair.product.line_divisions.items():
            connection.execute(
                "INSERT INTO wide_line_divisions VALUES (?, upper(?), ?)",
                [at, line_division, division],
            )


def _load_lines(
    connection: duckdb.DuckDBPyConnection, records: Records, layout: WideLayout
) -> None:
    sku_map = layout.sku_map
    currency = sku_map.currency
    parameters: dict[str, Any] = {"header": list(records.header)}
    foreign = "NULL"
    if layout.currency is not None:
        foreign = (
            f"CASE coalesce(upper(text_of(c{layout.currency})), $base) "
            "WHEN $base THEN NULL WHEN $foreign THEN 'known' ELSE 'unknown' END"
        )
        parameters.update(base=currency.base, foreign=currency.foreign)
    name = column(layout.line.places["customer_name"], "text_of({})")
    if sku_map.name_prefix and layout.line.places["customer_name"] is not None:
        name = f"coalesce(nullif(regexp_replace({name}, $prefix, ''), ''), {name})"
        parameters["prefix"] = sku_map.name_prefix
    flagged = "false" if layout.flag is None else f"flag_of(c{layout.flag})"
    more = (
        f"{name} AS {Line.NAME}",
        f"{flagged} AS {Line.FLAGGED}",
        f"upper({column(layout.line.places['division'], 'text_of({})')}) AS line_division",
        f"{foreign} AS is_foreign",
        f"price({column(layout.rate)}) AS rate",
    )
    raw = records.numbered(listed(records.line_columns))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE wide_lines AS
        {typed_lines(layout.line, raw, listed(more))}
        """,
        parameters,
    )


def _load_sales(connection: duckdb.DuckDBPyConnection, records: Records, pairs: list[Pair]) -> None:
    """The filled pairs of every line, one scan per pair: it reads two nearly empty columns."""
    scans = [
        f"SELECT record, {at} AS pair, {_filled(pair.value)} AS value_text, "
        f"{_filled(pair.quantity)} AS quantity_text "
        f"FROM ({records.numbered(listed(f'c{place}' for place in (*pair.value, *pair.quantity)))})"
        f" WHERE value_text <> '' OR quantity_text <> ''"
        for at, pair in enumerate(pairs)
    ]
    union = " UNION ALL ".join(scans) or (
        "SELECT 0::BIGINT AS record, 0 AS pair, '' AS value_text, '' AS quantity_text WHERE false"
    )
    problems = (
        f"coalesce(number_problem(value_text, value, {MAX_MONEY}), "
        f"number_problem(quantity_text, quantity, {MAX_QUANTITY}))"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE wide_sales AS
        WITH typed AS (
            SELECT record, pair, value_text, quantity_text,
                money(value_text) AS value, quantity(quantity_text) AS quantity
            FROM ({union})
        ),
        checked AS (SELECT record, pair, value, quantity, {problems} AS problem FROM typed)
        SELECT record, pair, cents(value) AS cents, quantity, problem FROM checked
        WHERE value <> 0 OR quantity <> 0 OR problem IS NOT NULL
        """
    )


def _filled(places: list[int]) -> str:
    """The first alternative that holds more than zeros and dashes; '' when none is filled."""
    if len(places) < 2:
        return f"trimmed(c{places[0]})" if places else "''"
    filled = (f"nullif(trimmed(c{place}), '')" for place in places)
    telling = (
        f"CASE WHEN regexp_matches(c{place}, '[^-0.,$ ]') THEN trimmed(c{place}) END"
        for place in places
    )
    return f"coalesce({listed((*telling, *filled))}, '')"


def _reason() -> str:
    low, high = PLAUSIBLE_RATE
    usable = f"is_foreign = 'known' AND rate BETWEEN {low} AND {high}"
    return (
        "CASE WHEN shape IS NOT NULL THEN shape "
        f"WHEN {Line.CUSTOMER} IS NULL THEN '{Reason.CUSTOMER_MISSING}' "
        "WHEN problem IS NOT NULL THEN problem "
        f"WHEN first_pair IS NULL THEN '{Reason.NO_SALE}' "
        f"WHEN is_foreign IS NOT NULL AND NOT coalesce({usable}, false) "
        f"THEN '{Reason.CURRENCY}' ELSE {date_reason()} END"
    )


def _converted() -> str:
    """Cents in the base currency, with the line's own rate."""
    cents, rate = "CAST(sale.cents AS HUGEINT)", f"CAST(rate * {MICRO} AS HUGEINT)"
    return (
        "CASE WHEN is_foreign IS NULL THEN sale.cents "
        f"WHEN rate >= 1 THEN divided({cents} * {MICRO}, {rate}) "
        f"ELSE divided({cents} * {rate}, {MICRO}) END"
    )
