"""What the cube knows, month by month, on the driver as codes.

Whatever a snapshot needs of all customers is cut from here without another query, and where the
star is in DuckDB the features of chosen customers too: what a database would have to find again
for every cutoff is sorted once, the rows of a cell from the oldest on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features.cube import C
from gosales.features.sums import Array, Sums, starts_of
from gosales.utils.coding import Ints, Names, coded, order_by
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float32]
NEVER = 9999
"""Months since the first order where there was none."""

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
    def of(cls, anchor: Cutoff, table: ir.Table, columns: tuple[str, ...] = COLUMNS) -> Ledger:
        """Fetch the rows of all customers."""
        keys = [name for name in (Fact.CUSTOMER, Fact.DIVISION) if name in table.columns]
        found = table.select(*keys, *columns).to_pyarrow()
        customer, customers = coded(found[Fact.CUSTOMER])
        division, divisions = np.zeros(len(found), np.int32), np.array([""], object)
        if Fact.DIVISION in keys:
            division, divisions = coded(found[Fact.DIVISION])
        age, seen = (found[name].to_numpy() for name in (C.AGE, C.SEEN))
        order = order_by(customer, division, age.max(initial=0) - age, seen)
        taken = in_threads(lambda name: found[name].to_numpy().astype(KINDS[name])[order], columns)
        by_name = dict(zip(columns, taken, strict=True))
        return cls(anchor, customers, divisions, customer[order], division[order], by_name)

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

    def known_at(self, age: int, customers: NDArray[np.bool_] | None = None) -> Known:
        """What was known so many months before the anchor, with ages and days counted from there.

        Args:
            age: Of the cutoff.
            customers: Shape (len(self.customers),), whose rows are wanted; by default everybody's.
        """
        there = self.columns[C.SEEN] >= age
        if customers is not None:
            there &= customers[self.customer]
        rows = slice(None) if there.all() else np.flatnonzero(there)
        days = (self.anchor.date - self.anchor.months_before(age).date).days
        shifts = {C.AGE: age, C.FIRST: days, C.LAST: days}

        @cache
        def column(name: str) -> Array:
            values: Array = self.columns[name][rows]
            return values - KINDS[name](shifts[name]) if name in shifts else values

        customer, known = _used(self.customer[rows], self.customers)
        division, divisions = _used(self.division[rows], self.divisions)
        return Known(known, divisions, customer, division, column)


@dataclass(frozen=True)
class Known:
    """A ledger cut at a cutoff: n customers and D divisions of which something was known then.

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


def _used(codes: Ints, names: Names) -> tuple[Ints, Names]:
    """The codes that occur, numbered anew, and their names."""
    used = np.zeros(len(names), bool)
    used[codes] = True
    if used.all():
        return codes, names
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return number[codes], names[used]
