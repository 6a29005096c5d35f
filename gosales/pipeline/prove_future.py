"""Other futures: what a raw log might say after a cutoff, while its past stays as it was.

Each function takes the loaded records of the raw logs and gives them back with the records that
were not known at the cutoff changed, and no other record touched.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gosales.core.timeline import Cutoff
from gosales.etl.copies import AMOUNT_ROLES, CUSTOMER, SKU, Days, LogCopy
from gosales.etl.lookup_copies import CELLS, CUSTOMERS, PRODUCTS, LookupCopy

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
MIXED_ROLES = (
    CUSTOMER,
    "customer_name",
    "order",
    "line_id",
    SKU,
    "sku_name",
    "division",
    "branch",
    "rep",
    *AMOUNT_ROLES,
)
INVENTED_SHARE, FEWEST_INVENTED, MOST_INVENTED = 0.1, 60, 2_000
LATE_SHARE = 0.05
RECENT_DAYS, LATEST_POSTING_DAYS = 45, 30
"""Together they stay below what counts as a migration."""

DELETED, SCRAMBLED, EXTENDED = "future_deleted", "future_scrambled", "future_extended"
SWAPPED, LATE = "labels_swapped", "late_posted"


@dataclass(frozen=True)
class Edge:
    """Where the past ends: the cutoff, and by which clock."""

    cutoff: Cutoff
    two_clocks: bool
    horizon_months: int
    seed: int

    def unknown(self, log: LogCopy) -> Flags:
        """Shape (records,): what was not known at the cutoff."""
        return np.asarray(log.visible(self.two_clocks) > self.day)

    @property
    def day(self) -> np.datetime64:
        return np.datetime64(self.cutoff.date)

    def chance(self, what: str) -> np.random.Generator:
        """Random numbers of their own for each use."""
        day = self.cutoff.date.toordinal()
        return np.random.default_rng([self.seed, day, zlib.crc32(what.encode())])


Logs = list[LogCopy]
Change = Callable[[Logs, Edge], Logs]


def deleted(logs: Logs, edge: Edge) -> Logs:
    """Nothing happens after the cutoff."""
    return [log.take(np.flatnonzero(~edge.unknown(log))) for log in logs]


def scrambled(logs: Logs, edge: Edge) -> Logs:
    """Customers, SKUs, divisions, amounts, names and days change places, each by itself.

    Days are exchanged among the records of one kind: those that happened after the cutoff, and
    those that were only posted after it.
    """
    return [_scramble(log, edge, edge.chance(f"scramble {log.name}")) for log in logs]


def _scramble(log: LogCopy, edge: Edge, chance: np.random.Generator) -> LogCopy:
    unknown = edge.unknown(log)
    rows = np.flatnonzero(unknown)
    for role in MIXED_ROLES:
        columns = log.texts(role)
        for column in columns:
            column[rows] = column[chance.permutation(rows)]
        log = log.with_texts(role, columns)
    day, known = log.day.copy(), log.known.copy()
    for kind in (log.day > edge.day, unknown & (log.day <= edge.day)):
        inside = np.flatnonzero(kind)
        mixed = chance.permutation(inside)
        day[inside], known[inside] = log.day[mixed], log.known[mixed]
    return _redated(log, day, known)


def swapped(logs: Logs, edge: Edge) -> Logs:
    """Each customer does after the cutoff what another one did: labels go to the wrong rows."""
    rows = [np.flatnonzero(edge.unknown(log)) for log in logs]
    whose = [log.texts(CUSTOMER)[0] for log in logs]
    seen = np.concatenate([column[row] for column, row in zip(whose, rows, strict=True)])
    customers = edge.chance("swap").permutation(np.unique(seen.astype(str))).astype(object)
    other = dict(zip(customers, np.roll(customers, 1), strict=True))
    result = []
    for log, column, row in zip(logs, whose, rows, strict=True):
        column[row] = [other[name] for name in column[row]]
        result.append(log.with_texts(CUSTOMER, [column]))
    return result


def extended(logs: Logs, edge: Edge) -> Logs:
    """A later export is added: the day after the cutoff and on, past records come in new guises.

    Some repeat a past record with its order and line ids; some go to other customers; some return
    what was bought; some are of new customers, divisions and SKUs; some rename the customer and
    change branch and rep.
    """
    chance = edge.chance("extend")
    source = max(logs, key=lambda log: int((~edge.unknown(log)).sum()))
    past = np.flatnonzero(~edge.unknown(source))
    size = int(np.clip(INVENTED_SHARE * len(past), FEWEST_INVENTED, MOST_INVENTED))
    repeated, moved, returned, strange, renamed = (
        source.take(rows) for rows in np.array_split(chance.choice(past, size), 5)
    )
    new = [
        _dated(repeated, np.full(len(repeated), edge.day + 1)),
        _dated(_to_others(moved, chance), _later(len(moved), edge, chance)),
        _dated(_negated(returned), _soon(len(returned), edge, chance)),
        _dated(_strangers(strange), _later(len(strange), edge, chance)),
        _dated(_renamed(renamed), _soon(len(renamed), edge, chance)),
    ]
    return [*logs, *(replace(log, name=f"{_after(logs, at)}") for at, log in enumerate(new))]


def late_posted(logs: Logs, edge: Edge) -> Logs:
    """Sales of the last weeks before the cutoff come to light: they are posted after it."""
    chance = edge.chance("late")
    source = max(logs, key=lambda log: int((~edge.unknown(log)).sum()))
    past = np.flatnonzero(~edge.unknown(source))
    size = int(np.clip(LATE_SHARE * len(past), FEWEST_INVENTED, MOST_INVENTED))
    late = _to_others(source.take(chance.choice(past, size)), chance)
    day = edge.day - chance.integers(0, RECENT_DAYS, size)
    known = edge.day + chance.integers(1, LATEST_POSTING_DAYS, size)
    name = _after(logs, 0)
    return [*logs, replace(late.with_days(day, known), name=name)]


CHANGES: dict[str, tuple[Change, str]] = {
    DELETED: (deleted, "Everything not known at the cutoff is taken out of the raw logs."),
    SCRAMBLED: (scrambled, "Customers, SKUs, divisions, amounts and days of its lines are mixed."),
    EXTENDED: (extended, "Invented lines are added from the day after the cutoff on."),
    SWAPPED: (swapped, "Each customer's purchases after the cutoff go to another customer."),
    LATE: (late_posted, "Lines are added that happened before the cutoff, posted after it."),
}
"""Name -> the change, and what it does."""


def hidden_lookups(lookups: dict[str, LookupCopy], edge: Edge) -> dict[str, LookupCopy]:
    """Lookups without what they say of later days: undated attributes become empty."""
    result = _without_later_rows(lookups, edge)
    if CUSTOMERS in result:
        people = result[CUSTOMERS]
        for place in people.attributes:
            texts = people.column(place)
            texts[people.unknown(place, edge.cutoff)] = ""
            people = people.with_column(place, texts)
        result[CUSTOMERS] = people
    return result


def mixed_lookups(lookups: dict[str, LookupCopy], edge: Edge) -> dict[str, LookupCopy]:
    """Lookups in which what was not known at the cutoff is exchanged between the rows."""
    result = _with_later_products_moved(lookups, edge)
    if CUSTOMERS in result:
        people, chance = result[CUSTOMERS], edge.chance("attributes")
        for place in people.attributes:
            texts = people.column(place)
            rows = np.flatnonzero(people.unknown(place, edge.cutoff))
            texts[rows] = texts[chance.permutation(rows)]
            people = people.with_column(place, texts)
        result[CUSTOMERS] = people
    return result


def _without_later_rows(lookups: dict[str, LookupCopy], edge: Edge) -> dict[str, LookupCopy]:
    """Later periods of attributes and statuses are not there; products lose later retirements."""
    result = _with_later_products_moved(lookups, edge)
    for name in {CUSTOMERS, CELLS} & set(result):
        result[name] = result[name].where(~result[name].after("valid_from", edge.cutoff))
    return result


def _with_later_products_moved(lookups: dict[str, LookupCopy], edge: Edge) -> dict[str, LookupCopy]:
    """Products that were retired after the cutoff are not; later launches come a year later."""
    result = dict(lookups)
    if PRODUCTS not in result:
        return result
    products = result[PRODUCTS]
    for column, (place, days) in products.days.items():
        texts = products.column(place)
        for row in np.flatnonzero(products.after(column, edge.cutoff)):
            later = days[row].astype(dt.date) + dt.timedelta(days=365)
            texts[row] = later.isoformat() if column == "launched" else ""
        products = products.with_column(place, texts)
    return {**result, PRODUCTS: products}


def _after(logs: Logs, at: int) -> str:
    """A file name that sorts after all others, of the same form as the last one."""
    ending = ".parquet" if logs[-1].is_parquet else ".csv"
    return f"9999_invented_{at}{ending}"


def _redated(log: LogCopy, day: Days, known: Days) -> LogCopy:
    """Other days, written anew only where they changed, as dates may be written in any style."""
    before = {role: log.texts(role) for role in ("date", "known_at")}
    changed = {"date": day != log.day, "known_at": _differ(known, log.known)}
    after = log.with_days(day, known)
    for role, columns in before.items():
        fresh = after.texts(role)
        kept = [np.where(changed[role], new, old) for new, old in zip(fresh, columns, strict=True)]
        after = after.with_texts(role, kept)
    return after


def _differ(one: Days, other: Days) -> Flags:
    return np.asarray((one != other) & ~(np.isnat(one) & np.isnat(other)))


def _dated(log: LogCopy, day: Days) -> LogCopy:
    """Happened and posted on `day`."""
    return log.with_days(day, day.copy())


def _soon(size: int, edge: Edge, chance: np.random.Generator) -> Days:
    return np.asarray(edge.day + chance.integers(1, 60, size))


def _later(size: int, edge: Edge, chance: np.random.Generator) -> Days:
    """Days spread over the horizon."""
    return np.asarray(edge.day + chance.integers(1, 30 * edge.horizon_months, size))


def _to_others(log: LogCopy, chance: np.random.Generator) -> LogCopy:
    """The same baskets, given to other customers of the same records."""
    order = chance.permutation(len(log))
    for role in (CUSTOMER, "customer_name"):
        log = log.with_texts(role, [column[order] for column in log.texts(role)])
    return log


def _negated(log: LogCopy) -> LogCopy:
    """Sales as returns, and returns as sales are left alone."""
    for role in ("value", "quantity"):
        columns = [
            np.array([_minus(text) for text in column], object) for column in log.texts(role)
        ]
        log = log.with_texts(role, columns)
    return log


def _minus(text: str) -> str:
    bare = text.strip()
    return text if not bare or bare[0] in "-(\u2212" or bare[-1] == "-" else f"-{bare}"


def _strangers(log: LogCopy) -> LogCopy:
    """New customers with new SKUs of a new division."""
    number = np.array([f"{at:05d}" for at in range(len(log))], object)
    given = {
        CUSTOMER: "INVENTED-" + number,
        "customer_name": "Invented Customer " + number,
        SKU: "INVENTED-SKU-" + np.array([text[-1] for text in number], object),
        "division": np.full(len(log), "Invented Division", object),
    }
    for role, texts in given.items():
        log = log.with_texts(role, [texts for _ in log.roles.get(role, ())])
    return log


def _renamed(log: LogCopy) -> LogCopy:
    """The same customers under new names, in a new branch, with a new rep."""
    names = [column + " (renamed)" for column in log.texts("customer_name")]
    log = log.with_texts("customer_name", names)
    for role in ("branch", "rep"):
        texts = np.full(len(log), f"Invented {role}", object)
        log = log.with_texts(role, [texts for _ in log.roles.get(role, ())])
    return log
