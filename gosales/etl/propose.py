"""Raw files never seen before to a proposed `gosales.toml`: the door to the analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gosales.core.errors import SalesLogError
from gosales.etl.header import loose
from gosales.etl.propose_amounts import AMOUNT_ROLES, amounts_missing, choose_amounts
from gosales.etl.propose_days import choose_day_first
from gosales.etl.propose_facts import called_off, share_with_one, sku_counts, steadiness
from gosales.etl.propose_leftover import leftover_notes
from gosales.etl.propose_lookup import (
    MOST_DIVISIONS,
    PRODUCTS,
    Join,
    Lookup,
    best_join,
    better,
    describe,
    division_codes,
    lines_beside,
    names_beside,
    names_of_codes,
)
from gosales.etl.propose_profile import ColumnProfile, Profiler, Table, profiler, read_tables
from gosales.etl.propose_roles import (
    LIKELY,
    SURE,
    Candidate,
    Choice,
    assign,
    candidates,
    choose,
    fallback,
    with_outlets,
)
from gosales.etl.propose_skus import choose_excluded
from gosales.etl.propose_wide import column_pairs, look_wide, wide_columns, wide_notes, wide_shape
from gosales.etl.propose_words import header_score
from gosales.etl.sku_map import SkuMap, load_sku_map

NEEDED = ("date", "customer", "sku")
FIRST_ROLES = (
    *NEEDED,
    *("order", "line_id", "customer_name", "sku_name", "division", "known_at", "branch", "rep"),
)
COLUMN_ORDER = (
    *("customer", "customer_name", "date", "known_at", "order", "line_id", "sku", "sku_name"),
    *("division", "quantity", "value", "unit_price", "branch", "rep"),
)
ONE_VALUE = 0.95
SAME_LOG = 0.8
"""A file with so many of the log's headers is a log too."""


@dataclass(frozen=True)
class Proposal:
    """What was found out: the sections of the settings, which file is what, and remarks."""

    logs: tuple[Path, ...]
    sections: dict[str, list[Choice]]
    lookups: tuple[Lookup, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def choices(self) -> list[Choice]:
        """Every proposed key."""
        plain = [choice for section in self.sections.values() for choice in section]
        return plain + [c for lookup in self.lookups for c in (lookup.columns, *lookup.more)]


def propose(paths: list[Path]) -> Proposal:
    """Look at the files and propose settings.

    Raises:
        SalesLogError: A file cannot be read, none is a sales log, or the log has no date, customer
            or product.
    """
    sku_map = load_sku_map()
    with profiler() as reader:
        tables = read_tables(reader, paths)
        wide = [table for table in tables if look_wide(table.records, sku_map).is_wide]
        if wide:
            return _wide(reader, tables, max(wide, key=lambda table: table.rows), sku_map)
        _refuse_dateless(tables)
        return _long(reader, tables, _likely_log(tables))


def _refuse_dateless(tables: list[Table]) -> None:
    if len(tables) > 1 and not any(column.is_date for table in tables for column in table.columns):
        names = ", ".join(table.name for table in tables[:12])
        raise SalesLogError(
            f"No column of the {len(tables)} files looks like a date ({names}).",
            remedy="Name the file that tells when each product was sold, and to whom.",
        )


def _likely_log(tables: list[Table]) -> Table:
    """The table with a date and amounts; of several the longest."""

    def rank(table: Table) -> tuple[int, int]:
        has_date = any(column.is_date for column in table.columns)
        money = candidates(table.columns, AMOUNT_ROLES)
        return 2 * has_date + bool(money), table.rows

    return max(tables, key=rank)


def _wide(reader: Profiler, tables: list[Table], log: Table, sku_map: SkuMap) -> Proposal:
    found = look_wide(log.records, sku_map)
    columns = wide_columns(log, sku_map)
    sections = {"source": [wide_shape(found), *_numbers(log)], "columns": columns}
    logs = [log, *(t for t in tables if t is not log and look_wide(t.records, sku_map).is_wide)]
    others = [table for table in tables if table not in logs]
    customer = _name(columns, "customer") or _present(log, sku_map.columns.get("customer", ()))
    roles = {"customer": customer} if customer else {}
    lookups, unused = _lookups(reader, log, roles, others)
    notes = ["The columns are those of the shipped SKU map; only others are named here."]
    notes += [note for table in logs for note in wide_notes(reader, table, sku_map)]
    return Proposal(_paths(logs), sections, tuple(lookups), (*notes, *unused))


def _long(reader: Profiler, tables: list[Table], log: Table) -> Proposal:
    columns = _columns(reader, log, [table for table in tables if table is not log])
    named = {choice.key: str(choice.value) for choice in columns}
    logs = [log, *(t for t in tables if t is not log and _same_log(t, set(named.values())))]
    lookups, notes = _lookups(reader, log, named, [t for t in tables if t not in logs])
    sections = {"source": [_long_shape(log, named), *_numbers(log)], "columns": columns}
    day_first = choose_day_first(reader, log, named["date"])
    sections["time"] = [day_first] if day_first else []
    counts = sku_counts(reader, log, named["sku"], named.get("sku_name"))
    excluded = choose_excluded(counts)
    sections["products"] = [excluded] if excluded else []
    notes += [note for one in lookups for note in names_beside(reader, one, tables)]
    notes += leftover_notes(reader, named, log, lookups, tables)
    notes += [
        f'"{column}" is "{value}" in {100 * share:.1f} % of the rows. Those with a quantity or '
        "a value count as sales; take them out of the file if they are none."
        for column, value, share in called_off(reader, log)
    ]
    if "value" not in named and "unit_price" not in named:
        notes.append(_no_money(lookups, tables))
    if "division" not in named and not any(one.has_division for one in lookups):
        codes = division_codes(log, set(named.values()))
        if codes is None:
            notes.append(_no_division(named["sku"], len(counts)))
        else:
            columns.append(codes)
            columns.sort(key=lambda one: COLUMN_ORDER.index(one.key))
            notes += names_of_codes(reader, log, str(codes.value), tables)
    return Proposal(_paths(logs), sections, tuple(lookups), tuple(notes))


def _no_division(sku: str, products: int) -> str:
    note = (
        "No column holds a division and no product table was given. Nothing is scored without: "
        "add data/lookup/products.csv with sku and division, or name a column as division."
    )
    if not 2 <= products <= MOST_DIVISIONS:
        return note
    return f'{note} With only {products} products, they may be the divisions: division = "{sku}".'


def _no_money(lookups: list[Lookup], tables: list[Table]) -> str:
    paths = {one.path for one in lookups if one.name == PRODUCTS}
    prices = [
        f' {table.name} has "{column.name}": multiply it by the quantity, as a column of the log.'
        for table in tables
        if table.path in paths
        for column in table.columns
        if header_score("unit_price", column.name) and column.is_number
    ]
    return (
        "No column of the log holds money: every expected value will be 0, and lists cannot be "
        f"ordered by it.{''.join(prices[:1])}"
    )


def _columns(reader: Profiler, log: Table, others: list[Table]) -> list[Choice]:
    found = with_outlets(candidates(log.columns, FIRST_ROLES), log.columns)
    given = assign(found)
    _settle_names(given)
    if "sku" not in given and "order" in given:
        _refuse_heads(reader, log, given["order"].column.name, others)
    _need(reader, given, log)
    taken = {one.column.name for one in given.values()}
    amounts = choose_amounts(reader, log, taken)
    if amounts_missing(amounts):
        raise _missing(log, "a quantity or an amount of money", "value")
    choices = [_checked(reader, log, choose(one, found), given) for one in given.values()]
    return sorted([*choices, *amounts], key=lambda one: COLUMN_ORDER.index(one.key))


def _settle_names(given: dict[str, Candidate]) -> None:
    """A customer or product that has only a name is known by it."""
    for role, name in (("customer", "customer_name"), ("sku", "sku_name")):
        if role not in given and name in given:
            one = given.pop(name)
            why = f"{one.why}; no column holds an id, so the name stands for it"
            given[role] = replace(one, role=role, score=min(one.score, 0.7), why=why)


def _need(reader: Profiler, given: dict[str, Candidate], log: Table) -> None:
    """Find what a log cannot be without, by the values alone if need be."""
    for role, text in (("date", "a date"), ("customer", "a customer"), ("sku", "a product")):
        if role in given:
            continue
        taken = {one.column.name for one in given.values()}
        free = [column for column in log.columns if column.name not in taken]
        if role == "customer":  # rows of one order stand together, and have one customer
            free = [column for column in free if not _of_product(reader, log, given, column)]
            free.sort(key=lambda column: -steadiness(reader, log, column))
        elif role == "sku":
            _refuse_pairs(log)
        one = fallback(role, free)
        if one is None:
            raise _missing(log, text, role)
        given[role] = one


def _of_product(
    reader: Profiler, log: Table, given: dict[str, Candidate], column: ColumnProfile
) -> bool:
    """Whether each product has one value: a size or a brand, which is no customer."""
    if "sku" not in given:
        return False
    share = share_with_one(reader, log, given["sku"].column.name, column.name)
    return share is not None and share > ONE_VALUE


def _refuse_pairs(log: Table) -> None:
    """Raise SalesLogError where each product has columns of its own that no SKU map names."""
    pairs = column_pairs(log.records.header)
    if pairs:
        value, quantity = pairs[0]
        raise SalesLogError(
            f"{log.name} is a wide log: {len(pairs)} products have two columns each, such as "
            f'"{value}" and "{quantity}". The shipped SKU map does not know them.',
            remedy="Write a SKU map that names these columns and their divisions, as docs/data.md "
            'shows, and name it in gosales.toml: [source] shape = "wide", sku_map = "FILE".',
        )


def _refuse_heads(reader: Profiler, log: Table, order: str, others: list[Table]) -> None:
    """Raise SalesLogError where the products of the log's orders stand in another file."""
    lines = lines_beside(reader, log, order, others)
    if lines is not None:
        raise SalesLogError(
            f"{log.name} has orders without products; {lines.name} has the products of these "
            "orders, without a customer or a day. GoSales reads one row per product sold, with "
            "all of it.",
            remedy=f'Join the two by "{order}" into one file, and name that instead of both.',
        )


def _missing(log: Table, text: str, role: str) -> SalesLogError:
    names = ", ".join(log.records.header[:20])
    return SalesLogError(
        f"No column of {log.name} looks like {text}; its columns are: {names}.",
        remedy=f"Name the sales log among the files, or write [columns] {role} into gosales.toml "
        "yourself.",
    )


def _checked(reader: Profiler, log: Table, choice: Choice, given: dict[str, Candidate]) -> Choice:
    """Test an id against the order: an order has one customer, but many products."""
    order = given.get("order")
    if choice.key not in ("customer", "sku") or order is None:
        return choice
    share = share_with_one(reader, log, order.column.name, str(choice.value))
    if share is None:  # each order has one line, which tells nothing
        return choice
    told = f"{choice.why}; {100 * share:.0f} % of the orders with several lines have just one"
    fits = share > 0.9 if choice.key == "customer" else share < 0.9
    certainty = choice.certainty if fits else (LIKELY if choice.certainty == SURE else "guess")
    return replace(choice, why=told, certainty=certainty)


def _long_shape(log: Table, named: dict[str, str]) -> Choice:
    why = f'each row of {log.name} names one product ("{named["sku"]}")'
    return Choice("shape", "long", SURE, why)


def _numbers(log: Table) -> list[Choice]:
    if not log.decimal_comma:
        return []
    return [Choice("decimal_comma", True, SURE, "numbers are written like 1.234,50")]


def _lookups(
    reader: Profiler, log: Table, named: dict[str, str], others: list[Table]
) -> tuple[list[Lookup], list[str]]:
    lookups: list[Lookup] = []
    joins: dict[Path, Join] = {}
    for table in others:
        join = best_join(reader, log, named, table)
        if join is not None:
            joins[table.path] = join
            lookups = better(lookups, describe(join), joins)
    used = {one.path for one in lookups}
    unused = [
        f"{table.name} is not used: it is no log of this form, and no column of it has the log's "
        "products or customers (or another file has them better)."
        for table in others
        if table.path not in used
    ]
    return sorted(lookups, key=lambda one: one.name, reverse=True), unused


def _same_log(table: Table, headers: set[str]) -> bool:
    names = {loose(name) for name in table.records.header}
    return sum(loose(name) in names for name in headers) >= SAME_LOG * len(headers)


def _name(columns: list[Choice], key: str) -> str | None:
    return next((str(choice.value) for choice in columns if choice.key == key), None)


def _present(log: Table, names: tuple[str, ...]) -> str | None:
    wanted = {loose(name) for name in names}
    return next((name for name in log.records.header if loose(name) in wanted), None)


def _paths(tables: list[Table]) -> tuple[Path, ...]:
    return tuple(table.path for table in tables)
