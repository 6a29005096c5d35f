"""Wide logs: recognised by headers that the shipped SKU map knows, or by value/quantity pairs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gosales.etl.header import Header, loose
from gosales.etl.propose_profile import Profiler, Table
from gosales.etl.propose_roles import SURE, Choice, assign, candidates, choose
from gosales.etl.propose_words import header_score
from gosales.etl.records import Records
from gosales.etl.sku_map import QUANTITY_SUFFIX, SkuMap
from gosales.etl.unmapped import unmapped_products

LEAST_KNOWN = 3
NEEDED = ("customer", "date")
CLEAR_WORD = 0.8
PARTING = re.compile(r"[ _-]+")


@dataclass(frozen=True)
class Wide:
    """How much of a header the map knows: products found, and pairs that it does not know."""

    known: tuple[str, ...]
    pairs: tuple[str, ...]
    products: int

    @property
    def is_wide(self) -> bool:
        return len(self.known) >= LEAST_KNOWN or len(self.pairs) >= LEAST_KNOWN


def look_wide(records: Records, sku_map: SkuMap) -> Wide:
    """Compare a header with the map."""
    header = Header(records.path.name, records.header)
    products = [product for division in sku_map.divisions for product in division.products]
    known = [product for product in products if header.all(product.value)]
    used = {place for product in known for place in header.all(product.value)}
    names = {loose(name) for name in records.header}
    pairs = [
        name
        for at, name in enumerate(records.header)
        if name and at not in used and loose(name + QUANTITY_SUFFIX) in names
    ]
    return Wide(tuple(product.code for product in known), tuple(pairs), len(products))


def column_pairs(header: tuple[str, ...]) -> list[tuple[str, str]]:
    """Columns of money with a column of units beside them, as in `Drill Amt` and `Drill Units`.

    Both have a product's name and one word that all pairs share; none below three products.
    """
    best: list[tuple[str, str]] = []
    for at in (-1, 0):
        named = _by_word(header, at)
        units = [word for word in named if header_score("quantity", word) >= CLEAR_WORD]
        for word in (word for word in named if header_score("value", word)):
            for other in units:
                shared = [product for product in named[word] if product in named[other]]
                pairs = [(named[word][product], named[other][product]) for product in shared]
                best = max(best, pairs, key=len)
    return best if len(best) >= LEAST_KNOWN else []


def _by_word(header: tuple[str, ...], at: int) -> dict[str, dict[str, str]]:
    """Headers by their last (-1) or first (0) word, and by what is left of them."""
    named: dict[str, dict[str, str]] = {}
    for name in header:
        words = PARTING.split(name.strip())
        word = words.pop(at).casefold()
        if words:
            named.setdefault(word, {})[" ".join(words)] = name
    return named


def wide_columns(table: Table, sku_map: SkuMap) -> list[Choice]:
    """[columns] for what the map's own headers do not find."""
    header = Header(table.name, table.records.header)
    lacking = tuple(role for role in sku_map.columns if header.first(sku_map.columns[role]) is None)
    roles = tuple(role for role in lacking if role not in ("line_id", "division"))
    taken = {
        place
        for role in sku_map.columns
        if (place := header.first(sku_map.columns[role])) is not None
    }
    products = {
        place
        for division in sku_map.divisions
        for product in division.products
        for place in header.all((*product.value, *product.quantities))
    }
    free = tuple(c for c in table.columns if c.place not in taken | products)
    found = candidates(free, roles)
    given = assign(found)
    return [
        choose(given[role], found)
        for role in roles
        if role in given and (role in NEEDED or given[role].score >= 0.85)
    ]


def wide_shape(found: Wide) -> Choice:
    """Why the log is wide."""
    why = (
        f"{len(found.known)} of the {found.products} products of the shipped SKU map have a column"
    )
    if len(found.known) < LEAST_KNOWN:
        why = f"{len(found.pairs)} columns have a quantity column beside them"
    return Choice("shape", "wide", SURE, why)


def wide_notes(reader: Profiler, table: Table, sku_map: SkuMap) -> list[str]:
    """Columns that look like products which the map does not know."""
    header = Header(table.name, table.records.header)
    known = {
        place
        for division in sku_map.divisions
        for product in division.products
        for place in header.all((*product.value, *product.quantities))
    }
    roles = {
        place
        for names in (
            *sku_map.columns.values(),
            sku_map.currency.code,
            sku_map.currency.rate,
            sku_map.duplicates.flag,
        )
        for place in header.all(names)
    }
    unknown = [
        at
        for at, name in enumerate(table.records.header)
        if at not in known | roles
        and not sku_map.is_no_product(name)
        and not sku_map.is_volatile(name)
    ]
    found = unmapped_products(reader.use(table), table.records, unknown)
    if not found:
        return []
    names = ", ".join(f'"{one.column}" ({one.lines:,} lines)' for one in found[:12])
    note = (
        f"Columns that look like products which the SKU map does not know: {names}. Their sales "
        "are not loaded until a SKU map of your own ([source] sku_map) names them."
    )
    return [note]
