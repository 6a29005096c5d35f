"""What the cube knows of every cell, month by month, on the driver as codes.

Whatever a snapshot needs of all customers is cut from here without another query; the features of
chosen customers, which are many more numbers, are made of more columns (see `relational`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.features.cube import C, Cube
from gosales.utils.coding import Ints, Names, coded, order_by

Floats = NDArray[np.float64]
NEVER = 9999
"""Months since the first order where there was none."""


@dataclass(frozen=True)
class Ledger:
    """Months in which something happened in a cell; the oldest first, then by customer, division.

    Attributes:
        customers: Shape (c,), ids, sorted.
        divisions: Their names, sorted.
        customer, division: Shape (rows,), codes into the two.
        age, seen: Shape (rows,), months before the cube's anchor: of the event, and of the day on
            which it became known.
        orders, kept: Shape (rows,), order days, and change in the number of SKUs owned.
        value: Shape (rows,), cents.
    """

    customers: Names
    divisions: Names
    customer: Ints
    division: Ints
    age: Ints
    seen: Ints
    orders: Ints
    kept: Ints
    value: NDArray[np.int64]

    @classmethod
    def of(cls, cube: Cube) -> Ledger:
        """Fetch the months of all cells."""
        numbers = [C.AGE, C.SEEN, C.ORDERS, C.KEPT]
        table = cube.cells.select(Fact.CUSTOMER, Fact.DIVISION, *numbers, C.VALUE).to_pyarrow()
        customer, customers = coded(table[Fact.CUSTOMER])
        division, divisions = coded(table[Fact.DIVISION])
        age, seen, orders, kept = (table[name].to_numpy().astype(np.int32) for name in numbers)
        value = table[C.VALUE].to_numpy().astype(np.int64)
        order = order_by(age.max(initial=0) - age, customer, division, seen)
        return cls(
            customers,
            divisions,
            customer[order],
            division[order],
            age[order],
            seen[order],
            orders[order],
            kept[order],
            value[order],
        )

    @cached_property
    def months(self) -> int:
        """Whole months since the first order."""
        return int(self.age[self.orders > 0].max(initial=0)) + 1

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """Divisions with an order."""
        return tuple(self.divisions[np.unique(self.division[self.orders > 0])])

    def known_at(self, age: int) -> Ledger:
        """What was known so many months before the anchor, with ages counted from there.

        Customers and divisions that nothing was known of are left out.
        """
        keep = np.flatnonzero(self.seen >= age)
        customer, customers = _used(self.customer[keep], self.customers)
        division, divisions = _used(self.division[keep], self.divisions)
        return Ledger(
            customers,
            divisions,
            customer,
            division,
            self.age[keep] - np.int32(age),
            self.seen[keep] - np.int32(age),
            self.orders[keep],
            self.kept[keep],
            self.value[keep],
        )

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.divisions)

    def total(self, column: NDArray[np.integer], first: int = 0, end: int | None = None) -> Floats:
        """Shape (c, D): sum of a column over the months `[first, end)` ago, by default all."""
        n, d = self.shape
        inside = self.age >= first
        if end is not None:
            inside &= self.age < end
        rows = np.flatnonzero(inside)
        flat = self.customer[rows].astype(np.int64) * d + self.division[rows]
        found = np.bincount(flat, column[rows].astype(np.float64), n * d)
        return found.astype(np.float64).reshape(n, d)

    def first(self) -> NDArray[np.float32]:
        """Shape (c, D): age in months of the first order, NEVER where there was none."""
        found = np.full(self.shape, -1, np.int32)
        sold = self.orders > 0
        np.maximum.at(found, (self.customer[sold], self.division[sold]), self.age[sold])
        return np.where(found < 0, NEVER, found).astype(np.float32)

    def spent(self, months: int) -> Floats:
        """Shape (c,): cents of the last so many months, returns taken off."""
        lately = self.age < months
        cents = self.value[lately].astype(np.float64)
        found = np.bincount(self.customer[lately], cents, len(self.customers))
        return found.astype(np.float64)


@dataclass(frozen=True)
class Places:
    """Branch and rep of customers' lines; by customer, the latest line first.

    Attributes:
        customer: Shape (rows,), codes into the ledger's customers.
        seen: Shape (rows,), months before the anchor of the day on which the line became known.
        branch, rep: Shape (rows,), None for none.
    """

    customer: NDArray[np.intp]
    seen: Ints
    branch: Names
    rep: Names

    @classmethod
    def of(cls, rows: ir.Table, customers: Names) -> Places:
        """Where two lines are of the same day, the first by name counts, none after any."""
        table = rows.to_pandas()
        code = pd.Index(customers).get_indexer(table[Fact.CUSTOMER].astype(object))
        branch, rep = (table[name].astype(object) for name in (Fact.BRANCH, Fact.REP))
        ranks = [_rank(one) for one in (branch, rep)]
        last = table[C.LAST].to_numpy(np.int64)
        order = np.lexsort((ranks[1], ranks[0], last, code))
        names = (one.where(one.notna(), None).to_numpy(object)[order] for one in (branch, rep))
        return cls(code[order], table[C.SEEN].to_numpy(np.int32)[order], *names)

    def known_at(self, age: int, customers: int) -> tuple[Names, Names]:
        """Shape (customers,) each: branch and rep of everybody in the ledger."""
        keep = np.flatnonzero(self.seen >= age)
        code, at = np.unique(self.customer[keep], return_index=True)
        found = np.full(customers, None, object), np.full(customers, None, object)
        for names, known in zip(found, (self.branch, self.rep), strict=True):
            names[code] = known[keep[at]]
        return found


def _used(codes: Ints, names: Names) -> tuple[Ints, Names]:
    """The codes that occur, numbered anew, and their names."""
    used = np.zeros(len(names), bool)
    used[codes] = True
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return number[codes], names[used]


def _rank(names: pd.Series) -> NDArray[np.intp]:
    """Place in the order of the names; the missing come last."""
    codes = pd.factorize(names, sort=True)[0]
    return np.where(codes < 0, len(names), codes)
