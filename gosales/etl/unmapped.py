"""Numeric columns that no map knows: a product among them would be money lost unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from gosales.etl.header import Header, loose
from gosales.etl.records import Records
from gosales.etl.sku_map import QUANTITY_SUFFIX

MOSTLY_NUMERIC = 0.95
MOSTLY_FILLED = 0.5
SOME_MONEY = 0.1
FEW_LINES = 3
NOT_MONEY = re.compile(
    r"(id|no|nr|num|number|code|zip|postal|year|month|quarter|week|phone|fax|date|time|day"
    r"|rate|pct|percent|%|key|age|rank|score|probability|discount|margin|target|goal)$"
)


@dataclass(frozen=True)
class Unmapped:
    """A column that looks like a product: lines with a number in it, and their sum in cents."""

    column: str
    lines: int
    cents: int


def unmapped_products(
    connection: duckdb.DuckDBPyConnection, records: Records, unknown: list[int]
) -> list[Unmapped]:
    """Of the columns at `unknown`, those that look like products."""
    header = Header(records.path.name, records.header)
    loose_names = {loose(name) for name in records.header}
    found = []
    for place in unknown:
        name = header.names[place]
        if not name or _is_quantity_of(name, loose_names):
            continue
        filled, numeric, nonzero, money, cents = _count(connection, records, place)
        paired = loose(name + QUANTITY_SUFFIX) in loose_names or _is_quantity(name)
        moneylike = money >= SOME_MONEY * nonzero or nonzero <= MOSTLY_FILLED * records.count
        if nonzero == 0 or numeric < MOSTLY_NUMERIC * filled:
            continue
        if paired or (nonzero >= FEW_LINES and moneylike and not NOT_MONEY.search(loose(name))):
            found.append(Unmapped(name, nonzero, cents))
    return found


def _is_quantity(name: str) -> bool:
    return loose(name).endswith(loose(QUANTITY_SUFFIX))


def _is_quantity_of(name: str, loose_names: set[str]) -> bool:
    """Whether the column counts the units of another one, which is reported in its place."""
    return _is_quantity(name) and loose(name).removesuffix(loose(QUANTITY_SUFFIX)) in loose_names


def _count(
    connection: duckdb.DuckDBPyConnection, records: Records, place: int
) -> tuple[int, int, int, int, int]:
    """Filled, numeric, non-zero and money-like cells of a column, and its sum in cents."""
    row = connection.execute(
        f"""
        SELECT count(*), count(amount), count(nullif(amount, 0)),
            count(CASE WHEN amount <> 0
                AND regexp_matches(c{place}, '[$]|[.][0-9]*[1-9]|,[0-9]{{3}}') THEN 1 END),
            coalesce(sum(cents(amount)), 0)
        FROM (SELECT c{place}, money(c{place}) AS amount FROM ({records.numbered(f"c{place}")})
            WHERE text_of(c{place}) IS NOT NULL AND abs(coalesce(amount, 0)) < 1e12)
        """
    ).fetchall()[0]
    filled, numeric, nonzero, money, cents = (int(value) for value in row)
    return filled, numeric, nonzero, money, cents
