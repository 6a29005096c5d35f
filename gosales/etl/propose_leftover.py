"""Divisions whose name says that they hold what fits into no other: a question to the user.

A name proves nothing (`Other` may be a firm's best division), so it is only remarked on.
"""

from __future__ import annotations

import re

from gosales.etl.propose_lookup import PRODUCTS, Lookup
from gosales.etl.propose_profile import ColumnProfile, Profiler, Table
from gosales.etl.propose_words import plain_words

LEFTOVER = re.compile(
    r"(all )?(other|others|misc|miscellaneous|various|sundry|sundries|rest|remaining|unknown|none"
    r"|uncategori[sz]ed|unclassified|unassigned|not (assigned|categori[sz]ed|classified)"
    r"|sonstige[rs]?|andere|ubrige[rs]?|diverse[rs]?|verschiedenes|divers|autres?|varios|otr[oa]s?"
    r"|altr[oi]|outr[oa]s|overige?)( (products?|items?|articles?|goods|produkte|artikel|produits"
    r"|productos))?"
)


def leftover_notes(
    reader: Profiler, named: dict[str, str], log: Table, lookups: list[Lookup], tables: list[Table]
) -> list[str]:
    """A note on the divisions that sound like leftovers; none where none does."""
    found = _division_column(named, log, lookups, tables)
    if found is None:
        return []
    table, column = found
    cell = f"trim(c{column.place})"
    rows = reader.use(table).execute(
        f"SELECT DISTINCT {cell} FROM {table.sample} WHERE {cell} <> '' ORDER BY 1"
    )
    names = [name for (name,) in rows.fetchall() if LEFTOVER.fullmatch(plain_words(name))]
    if not names:
        return []
    quoted = ", ".join(f'"{name}"' for name in names)
    told = f'{quoted} in "{column.name}" may hold what fits into no other division.'
    advice = f"[divisions] leftover = [{quoted}]: its products are pitched then, and it is not."
    return [f"{told} If so, write {advice}"]


def _division_column(
    named: dict[str, str], log: Table, lookups: list[Lookup], tables: list[Table]
) -> tuple[Table, ColumnProfile] | None:
    """Where the divisions stand: in the log, else in the product table."""
    if "division" in named:
        return log, log.column(named["division"])
    for lookup in lookups:
        mapped = lookup.columns.value
        if lookup.name == PRODUCTS and isinstance(mapped, dict) and "division" in mapped:
            table = next(one for one in tables if one.path == lookup.path)
            return table, table.column(mapped["division"])
    return None
