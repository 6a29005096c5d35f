"""Long logs: one row per SKU sold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.errors import ConfigError
from gosales.etl.header import Header
from gosales.etl.lines import OPTIONAL_ROLES, Layout, Line, Reason, column, date_reason, typed_lines
from gosales.etl.records import Records
from gosales.etl.settings import ColumnSettings, EtlSettings
from gosales.etl.sql import listed
from gosales.etl.values import MAX_MONEY, MAX_QUANTITY

NEEDED = ("customer", "date", "sku")
AMOUNTS = ("value", "quantity", "unit_price")


@dataclass(frozen=True)
class LongLayout:
    """Where a long file has its line and its sale."""

    line: Layout
    sku: int
    sku_name: int | None
    quantity: int | None
    value: int | None
    unit_price: int | None


def check_columns(columns: ColumnSettings) -> None:
    """Raises ConfigError when [columns] does not name what a long log needs."""
    missing = [key for key in NEEDED if getattr(columns, key) is None]
    if not any(getattr(columns, key) for key in ("value", "quantity")):
        missing.append("value (or quantity)")
    if columns.unit_price and not columns.quantity:
        missing.append("quantity (with unit_price)")
    if missing:
        raise ConfigError(
            f"[columns] does not say which column of the long log is: {', '.join(missing)}.",
            remedy="Add the headers; `gosales init FILE` proposes them.",
        )


def long_layout(header: Header, columns: ColumnSettings) -> LongLayout:
    """Find the mapped columns in a file. Raises SalesLogError when one is missing."""

    def find(key: str) -> int | None:
        name = getattr(columns, key)
        return header.need([name], key.replace("_", " ")) if name else None

    def must(key: str) -> int:
        return header.need([getattr(columns, key)], key)

    places = {key: find(key) for key in OPTIONAL_ROLES}
    line = Layout(header, must("customer"), must("date"), places)
    amounts = {key: find(key) for key in AMOUNTS}
    return LongLayout(line, must("sku"), find("sku_name"), **amounts)


def stage_long(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    layout: LongLayout,
    settings: EtlSettings,
    target: Path,
) -> None:
    """Write the staged lines of a long file to the Parquet file `target`."""
    patterns = [pattern.upper() for pattern in settings.products.exclude_skus]
    parameters: dict[str, Any] = {
        "header": list(records.header),
        "target": str(target),
        **{f"pattern{at}": pattern for at, pattern in enumerate(patterns)},
    }
    raw = records.numbered(listed(records.line_columns))
    typed = typed_lines(layout.line, raw, _sale(layout))
    connection.execute(
        f"""
        COPY (
            WITH typed AS ({typed}),
            valued AS (SELECT *, {_value(layout)} AS amount FROM typed),
            judged AS (SELECT *, {_reason(len(patterns))} AS reason FROM valued)
            SELECT * EXCLUDE (amount, shape, date_blank, problem, priced, valued),
                coalesce(cents(amount), 0) AS {Line.VALUE}, true AS {Line.FIRST},
                false AS {Line.FLAGGED}
            FROM judged
        ) TO $target (FORMAT parquet)
        """,
        parameters,
    )


def _sale(layout: LongLayout) -> str:
    places = layout.line.places
    quantity = column(layout.quantity)
    value, price = column(layout.value), column(layout.unit_price)
    money = "CAST(NULL AS DECIMAL(18, 2))" if layout.value is None else f"money({value})"
    priced = "CAST(NULL AS DECIMAL(18, 6))" if layout.unit_price is None else f"price({price})"
    problems = [
        f"number_problem({text}, {kind}({text}), {most})"
        for place, text, kind, most in (
            (layout.value, value, "money", MAX_MONEY),
            (layout.quantity, quantity, "quantity", MAX_QUANTITY),
            (layout.unit_price, price, "price", MAX_MONEY),
        )
        if place is not None
    ]
    return listed(
        (
            f"{column(layout.sku, 'id_of({})')} AS {Line.SKU}",
            f"{column(layout.sku_name, 'text_of({})')} AS {Line.SKU_NAME}",
            f"{column(places['division'], 'text_of({})')} AS {Line.DIVISION}",
            f"{column(places['customer_name'], 'text_of({})')} AS {Line.NAME}",
            f"quantity({quantity}) AS {Line.QUANTITY}",
            f"{money} AS valued",
            f"{priced} AS priced",
            f"coalesce({listed(problems)}, NULL) AS problem",
        )
    )


def _value(layout: LongLayout) -> str:
    """The line's money; where there is no value, quantity x price."""
    if layout.unit_price is None:
        return "valued"
    return f"coalesce(valued, TRY_CAST(round({Line.QUANTITY} * priced, 2) AS DECIMAL(18, 2)))"


def _reason(patterns: int) -> str:
    excluded = " OR ".join(f"upper({Line.SKU}) GLOB $pattern{at}" for at in range(patterns))
    no_sale = f"coalesce({Line.QUANTITY}, 0) = 0 AND coalesce(amount, 0) = 0"
    too_much = f"abs(amount) >= {MAX_MONEY} OR (amount IS NULL AND priced * {Line.QUANTITY} <> 0)"
    return (
        "CASE WHEN shape IS NOT NULL THEN shape "
        f"WHEN {Line.CUSTOMER} IS NULL THEN '{Reason.CUSTOMER_MISSING}' "
        f"WHEN {Line.SKU} IS NULL THEN '{Reason.SKU_MISSING}' "
        f"WHEN {excluded or 'false'} THEN '{Reason.EXCLUDED_SKU}' "
        "WHEN problem IS NOT NULL THEN problem "
        f"WHEN {too_much} THEN '{Reason.NUMBER_OUT_OF_RANGE}' "
        f"WHEN {no_sale} THEN '{Reason.NO_SALE}' ELSE {date_reason()} END"
    )
