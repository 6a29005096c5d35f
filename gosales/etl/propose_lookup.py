"""Files beside the log: which one describes its products, which one its customers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from gosales.etl.propose_facts import overlap
from gosales.etl.propose_profile import ColumnProfile, Profiler, Table
from gosales.etl.propose_roles import GUESS, LIKELY, SURE, Choice, own_name
from gosales.etl.propose_words import TRAILING_ID, header_score, plain_words

PRODUCTS, CUSTOMERS = "products", "customers"
ROLE = {PRODUCTS: "sku", CUSTOMERS: "customer"}
LEAST_OVERLAP = 0.3
MOST_DIVISIONS = 200
FINE_DIVISIONS = 60
"""More values than this are families of products rather than divisions."""

ONCE = 0.99
"""Where more of an order's cells differ, each order stands there once."""

CODES = 0.85
"""How clearly a column of codes must say that they are divisions."""

LOOKS = re.compile(
    r"\b(colou?r|size|style|finish|pack|packaging|unit|units|flag|status|discontinued)\b"
)
"""How a product looks or is packed, which is no division."""


@dataclass(frozen=True)
class Lookup:
    """A proposed lookup: `columns` maps our names to its headers, `more` has further keys."""

    name: str
    path: Path
    columns: Choice
    more: tuple[Choice, ...] = ()

    @property
    def has_division(self) -> bool:
        mapped = self.columns.value
        return self.name == PRODUCTS and isinstance(mapped, dict) and "division" in mapped


@dataclass(frozen=True)
class Join:
    """How a lookup hangs on the log."""

    name: str
    table: Table
    key: str
    share: float
    score: float


def best_join(reader: Profiler, log: Table, roles: dict[str, str], table: Table) -> Join | None:
    """The column of `table` that has the log's SKUs or customers; None when none has."""
    found = []
    for name, role in ROLE.items():
        if role not in roles:
            continue
        for column in table.columns:
            if not _may_be_key(column, roles[role]):
                continue
            share = overlap(reader, log, roles[role], table, column.name)
            if share >= LEAST_OVERLAP:
                same = plain_words(column.name) == plain_words(roles[role])
                words = 0.5 if same else 0.4 * header_score(role, column.name)
                score = share + words + 0.2 * column.uniqueness
                found.append(Join(name, table, column.name, share, score))
    return max(found, key=lambda one: one.score, default=None)


def _may_be_key(column: ColumnProfile, wanted: str) -> bool:
    """Ids mostly differ from row to row; texts with spaces are names, unless the log has them."""
    if column.is_date or column.is_amount or column.uniqueness < 0.3:
        return False
    return column.spaced < 0.5 or plain_words(column.name) == plain_words(wanted)


def describe(join: Join) -> Lookup:
    """Map the lookup's columns."""
    free = [column for column in join.table.columns if column.name != join.key]
    if join.name == PRODUCTS:
        return _products(join, free)
    return _customers(join, free)


def _products(join: Join, free: list[ColumnProfile]) -> Lookup:
    mapped, why = {"sku": join.key}, [_joined(join)]
    divisions = division_columns(free)
    if divisions:
        best, others = divisions[0], divisions[1:]
        mapped["division"] = best.name
        why.append(f'"{best.name}" has {best.distinct} values in {best.cells} products')
    name = _first(free, "sku_name", mapped, text=True)
    dates = {key: _first(free, key, mapped, dates=True) for key in ("launched", "retired")}
    mapped |= {"name": name} if name else {}
    mapped |= {key: header for key, header in dates.items() if header}
    rivals = (
        ", ".join(f'"{one.name}" ({one.distinct} values)' for one in others) if divisions else ""
    )
    only = divisions and not rivals and header_score("division", divisions[0].name) >= 0.85
    certainty = (SURE if only else LIKELY) if divisions else GUESS
    columns = Choice("columns", mapped, certainty, "; ".join(why), rivals)
    return Lookup(PRODUCTS, join.table.path, columns)


def _customers(join: Join, free: list[ColumnProfile]) -> Lookup:
    mapped = {"customer_id": join.key}
    name = _first(free, "customer_name", mapped, text=True)
    told = own_name(join.key, free)
    name = name or (told.name if told else None)
    mapped |= {"customer_name": name} if name else {}
    dates = {key: _first(free, key, mapped, dates=True) for key in ("valid_from", "valid_to")}
    mapped |= {key: header for key, header in dates.items() if header}
    columns = Choice("columns", mapped, SURE if join.share > 0.9 else LIKELY, _joined(join))
    kept = [
        column.name
        for column in free
        if column.name not in mapped.values()
        and header_score("constant", column.name)
        and 2 <= column.distinct <= 300
        and column.uniqueness < 0.5
        and not column.is_number
    ]
    why = "taken as never changing; remove those that do, since only today's value is known"
    more = (Choice("constant", kept, GUESS, why),) if kept and not dates["valid_from"] else ()
    return Lookup(CUSTOMERS, join.table.path, columns, more)


def division_columns(columns: list[ColumnProfile]) -> list[ColumnProfile]:
    """Columns that may be the division, best first.

    Texts with a moderate number of values; a header that says so goes before one that does not,
    and of two that do the finer one, as long as it is no list of single products. Where no text
    says so, the codes of a column that does, such as `CategoryID`.
    """
    fit = [
        column
        for column in columns
        if 2 <= column.distinct <= MOST_DIVISIONS
        and column.uniqueness <= 0.5
        and not column.is_amount
    ]
    texts = _by_rank([column for column in fit if column.is_text])
    said = [column for column in texts if header_score("division", column.name)]
    codes = _by_rank([column for column in fit if _says_division(column) and column not in said])
    if said or codes:
        return [*said, *codes]
    return [
        column
        for column in texts
        if column.distinct <= FINE_DIVISIONS and not LOOKS.search(plain_words(column.name))
    ]


def division_codes(log: Table, taken: set[str]) -> Choice | None:
    """Codes of the log that say they are divisions, such as `category_number` in a star's facts."""
    fit = [
        column
        for column in log.columns
        if column.name not in taken
        and 2 <= column.distinct <= MOST_DIVISIONS
        and not column.is_amount
        and _says_division(column)
    ]
    if not fit:
        return None
    best, *others = _by_rank(fit)
    why = f"the header says that its {best.distinct} codes are divisions"
    second = f'"{others[0].name}"' if others else ""
    return Choice("division", best.name, LIKELY, why, second)


def _by_rank(columns: list[ColumnProfile]) -> list[ColumnProfile]:
    def rank(column: ColumnProfile) -> tuple[float, float, int]:
        words = header_score("division", TRAILING_ID.sub("", plain_words(column.name)))
        said = 2.0 if words == 1.0 else 1.0 if words >= 0.5 else 0.0
        fine = column.distinct if column.distinct <= FINE_DIVISIONS else 1 / column.distinct
        return -said, -fine, column.place

    return sorted(columns, key=rank)


def _says_division(column: ColumnProfile) -> bool:
    words = plain_words(column.name)
    kind = TRAILING_ID.sub("", words)
    return kind != words and header_score("division", kind) >= CODES


def _first(
    columns: list[ColumnProfile],
    role: str,
    mapped: dict[str, str],
    *,
    text: bool = False,
    dates: bool = False,
) -> str | None:
    fit = [
        (header_score(role, column.name), -column.place, column.name)
        for column in columns
        if column.name not in mapped.values()
        and (not text or column.is_text)
        and (not dates or column.dates > 0.3 or (column.cells == 0))
        and header_score(role, column.name)
    ]
    return max(fit)[2] if fit else None


def _joined(join: Join) -> str:
    return (
        f'{100 * join.share:.0f} % of the log\'s {ROLE[join.name]} values are in "{join.key}" '
        f"of {join.table.name}"
    )


def lines_beside(reader: Profiler, log: Table, order: str, others: list[Table]) -> Table | None:
    """The file that has the products of the log's orders, one row per line; None when none has.

    It has a product, or the orders of a log that has each once stand in it several times.
    """
    once = log.column(order).uniqueness > ONCE
    for table in others:
        items = [column for column in table.columns if header_score("sku", column.name) >= CODES]
        keys = [column for column in table.columns if header_score("order", column.name) >= CODES]
        several = once and any(key.uniqueness < ONCE for key in keys)
        if (items or several) and any(
            overlap(reader, log, order, table, key.name) >= LEAST_OVERLAP for key in keys
        ):
            return table
    return None


def names_beside(reader: Profiler, lookup: Lookup, tables: list[Table]) -> list[str]:
    """Notes on files that name the codes which stand for divisions in a product table."""
    mapped = lookup.columns.value
    if not isinstance(mapped, dict) or "division" not in mapped:
        return []
    home = next(one for one in tables if one.path == lookup.path)
    return names_of_codes(reader, home, mapped["division"], tables)


def names_of_codes(reader: Profiler, home: Table, codes: str, tables: list[Table]) -> list[str]:
    """Notes on files that name the codes in the column `codes` of `home`."""
    if home.column(codes).is_text:
        return []
    found = []
    for table in (one for one in tables if one is not home):
        same = [c for c in table.columns if plain_words(c.name) == plain_words(codes)]
        texts = [column.name for column in table.columns if column.is_text]
        if same and texts and overlap(reader, home, codes, table, same[0].name) > CODES:
            found.append(
                f'Divisions are the codes of "{codes}" in {home.name}; {table.name} names them '
                f'("{texts[0]}"). For names in the lists, put that column into {home.name} and '
                "name it as division."
            )
    return found


def better(lookups: list[Lookup], one: Lookup, joins: dict[Path, Join]) -> list[Lookup]:
    """The lookups with `one`, keeping the better of two of one kind."""
    rival = next((other for other in lookups if other.name == one.name), None)
    if rival is None:
        return [*lookups, one]
    if joins[one.path].score <= joins[rival.path].score:
        return lookups
    return [replace(one) if other is rival else other for other in lookups]
