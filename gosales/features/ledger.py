"""What the cube knows, month by month, on the driver as codes.

Whatever a snapshot needs of all customers is cut from here without another query, and where the
star is in DuckDB the features of chosen customers too: what a database would have to find again
for every cutoff is sorted once, the rows of a cell from the oldest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.sums import Array, Sums, starts_of
from gosales.utils.coding import Ints, Names, order_by
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float32]
Codes = TypeVar("Codes", NDArray[np.int32], NDArray[np.int64])
NEVER = 9999
"""Months since the first order where there was none."""

ROWS_AT_ONCE = 20_000_000
"""Of a table that are fetched together; each takes some 150 bytes meanwhile."""

CUSTOMERS_AT_ONCE = 5_000
"""Worked on together, on one core: what they take fits into its cache."""

KINDS: dict[str, type] = {
    **dict.fromkeys((C.AGE, C.SEEN), np.int16),
    **dict.fromkeys((C.ORDERS, C.LINES, C.RETURN_LINES, C.KEPT, C.MONTHS), np.int32),
    **dict.fromkeys((C.VALUE, C.RETURNED), np.int64),
    **dict.fromkeys((C.FIRST, C.LAST), np.float32),  # days: NaN is none, and it holds them exactly
}
COLUMNS = tuple(KINDS)
OF_EVERYBODY = (C.AGE, C.SEEN, C.ORDERS, C.KEPT, C.VALUE)
"""What a snapshot needs of all customers."""


@dataclass(frozen=True)
class Ledger:
    """Rows of one of a cube's tables; by customer, then division, then the oldest first.

    Attributes:
        anchor: Of the cube.
        customers, divisions: Ids and names, sorted; one division without a name where the table
            has none.
        customer, division: Shape (rows,), codes into the two.
        columns: By the names of `C`, shape (rows,).
    """

    anchor: Cutoff
    customers: Names
    divisions: Names
    customer: Ints
    division: Ints
    columns: dict[str, Array]

    @classmethod
    def of(
        cls,
        cube: Cube,
        table: ir.Table,
        columns: Sequence[str] = COLUMNS,
        customers: Ints | None = None,
    ) -> Ledger:
        """Fetch rows of one of the cube's tables.

        Args:
            customers: Codes of those whose rows are wanted, where the cube has codes; by default
                everybody's.
        """
        if customers is not None:
            asked = ibis.memtable({Fact.CUSTOMER: customers}, schema={Fact.CUSTOMER: "int32"})
            return cls._fetched(cube, table.semi_join(asked, Fact.CUSTOMER), columns)
        return cls._joined([cls._fetched(cube, part, columns) for part in _parts(cube, table)])

    @classmethod
    def _fetched(cls, cube: Cube, table: ir.Table, columns: Sequence[str]) -> Ledger:
        keys = [name for name in (Fact.CUSTOMER, Fact.DIVISION) if name in table.columns]
        found = table.select(*keys, *columns).to_pyarrow()
        customer, customers = cube.codes(found, Fact.CUSTOMER)
        division, divisions = np.zeros(len(found), np.int32), np.array([""], object)
        if Fact.DIVISION in keys:
            division, divisions = cube.codes(found, Fact.DIVISION)
        age, seen = (found[name].to_numpy() for name in (C.AGE, C.SEEN))
        order = order_by(customer, division, age.max(initial=0) - age, seen)
        taken = in_threads(lambda name: found[name].to_numpy().astype(KINDS[name])[order], columns)
        by_name = dict(zip(columns, taken, strict=True))
        return cls(cube.anchor, customers, divisions, customer[order], division[order], by_name)

    @classmethod
    def _joined(cls, parts: list[Ledger]) -> Ledger:
        """One range of customers after the other; theirs are let go column by column."""
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        customer = np.concatenate([part.customer for part in parts])
        division = np.concatenate([part.division for part in parts])
        columns = {
            name: np.concatenate([part.columns.pop(name) for part in parts])
            for name in tuple(first.columns)
        }
        return cls(first.anchor, first.customers, first.divisions, customer, division, columns)

    @cached_property
    def _sold(self) -> NDArray[np.bool_]:
        return np.asarray(self.columns[C.ORDERS] > 0)

    @cached_property
    def months(self) -> int:
        """Whole months since the first order."""
        return int(self.columns[C.AGE][self._sold].max(initial=0)) + 1

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """Divisions with an order."""
        return tuple(self.divisions[np.unique(self.division[self._sold])])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.divisions)

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        """Shape (customers + 1,): the first row of each, and the end."""
        return np.searchsorted(self.customer, np.arange(len(self.customers) + 1))

    @cached_property
    def _customers_seen(self) -> NDArray[np.int16]:
        """Shape (customers,): the age at which each was first known; -1 for never."""
        return _largest(self.columns[C.SEEN], self.customer, len(self.customers))

    @cached_property
    def _divisions_seen(self) -> NDArray[np.int16]:
        return _largest(self.columns[C.SEEN], self.division, len(self.divisions))

    def active_by_month(self, age: int, most: int) -> NDArray[np.int64]:
        """Customers with an order in each month before a cutoff, as known then; oldest first.

        Args:
            age: Of the cutoff.
            most: Months that are counted, of the newest.
        """
        when = self.columns[C.AGE]
        there = self._sold & (self.columns[C.SEEN] >= age) & (when < age + most)
        month = when[there] - age
        active = np.zeros((int(month.max(initial=-1)) + 1, len(self.customers)), bool)
        active[month, self.customer[there]] = True
        return np.asarray(active.sum(axis=1)[::-1])

    def customers_at(self, age: int) -> Ints:
        """Codes of the customers that were known at a cutoff, in ascending order."""
        return np.flatnonzero(self._customers_seen >= age).astype(np.int32)

    def known_at(self, age: int, customers: Ints | None = None) -> Known:
        """What was known so many months before the anchor, with ages and days counted from there.

        Args:
            age: Of the cutoff.
            customers: Codes of customers that were known then, in ascending order, whose rows are
                wanted; by default everybody's.
        """
        wanted = self.customers_at(age) if customers is None else customers
        begin, count = self._starts[wanted], np.diff(self._starts)[wanted]
        customer = np.repeat(np.arange(len(wanted), dtype=np.int32), count)
        rows = np.arange(len(customer)) + np.repeat(begin - count.cumsum() + count, count)
        there = self.columns[C.SEEN][rows] >= age
        rows, customer = rows[there], customer[there]
        used = self._divisions_seen >= age
        number = np.cumsum(used, dtype=np.int32) - np.int32(1)
        days = (self.anchor.date - self.anchor.months_before(age).date).days
        shifts = {C.AGE: age, C.FIRST: days, C.LAST: days}

        @cache
        def column(name: str) -> Array:
            values: Array = self.columns[name][rows]
            return values - KINDS[name](shifts[name]) if name in shifts else values

        names = self.customers[wanted], self.divisions[used]
        return Known(*names, customer, number[self.division[rows]], column)


@dataclass(frozen=True)
class Known:
    """A ledger cut at a cutoff: n of its customers, and the D divisions that were known then.

    Attributes:
        customers, divisions: Shape (n,) and (D,).
        customer, division: Shape (rows,), codes into the two.
        column: Gives a column of `C`, of shape (rows,); ages and days count from the cutoff.
    """

    customers: Names
    divisions: Names
    customer: Ints
    division: Ints
    column: Callable[[str], Array]

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Shape (cells,), the first row of each."""
        return starts_of(self.customer, self.division)

    @property
    def cells(self) -> tuple[Ints, Ints]:
        """Customer and division of each cell."""
        return self.customer[self.starts], self.division[self.starts]

    def sums(self, horizon_months: int) -> Sums:
        """The measures of the cells, for an outcome of so many months."""
        return Sums(self.column, self.starts, horizon_months)

    def dense(self, values: Array, missing: float = 0.0) -> Floats:
        """Shape (n, D): one value for each cell, `missing` where there is none or NaN."""
        found = np.full((len(self.customers), len(self.divisions)), missing, np.float32)
        found[self.cells] = np.nan_to_num(values, nan=missing)
        return found


def pieces(customers: Codes) -> list[Codes]:
    """So many customers at a time as are worked on together, in their order; at least one piece."""
    return np.array_split(customers, max(-(-len(customers) // CUSTOMERS_AT_ONCE), 1))


def _parts(cube: Cube, table: ir.Table) -> Iterator[ir.Table]:
    """The table, or ranges of customers of one that has too many rows and has codes."""
    codes = len(cube.names.get(Fact.CUSTOMER, ()))
    parts = -(-int(table.count().execute()) // ROWS_AT_ONCE) if codes else 1
    if parts <= 1:
        yield table
        return
    edges = np.linspace(0, codes, parts + 1).astype(int).tolist()
    for first, end in pairwise(edges):
        yield table.filter(table[Fact.CUSTOMER] >= first, table[Fact.CUSTOMER] < end)


def _largest(values: Array, codes: Ints, count: int) -> NDArray[np.int16]:
    """Shape (count,): the largest value of each code; -1 where there is none."""
    found = np.full(count, -1, np.int16)
    np.maximum.at(found, codes, values)
    return found
