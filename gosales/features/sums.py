"""The words of `measures` on arrays: rows sorted by group, the oldest first, and running sums.

A lookback is then a run of rows in every group, and its sum the difference of two running sums.
All sums are of whole numbers, or of fractions that a float holds exactly, so they equal those that
another engine finds in another order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gosales.features.cube import C
from gosales.features.measures import Measures, Touched

Array = NDArray[np.float64] | NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Sums(Measures):
    """g groups of cube rows, each with at least one row.

    Attributes:
        column: Gives a column of `C`, of shape (rows,), the same array each time; ages and days are
            counted from the cutoff. FIRST and LAST are NaN in months without a sale.
        starts: Shape (g,), the first row of each group.
        horizon_months: Length of the outcome.
        running: Running sums by column, of shape (rows + 1,).
        edges: By age, the first row of each group that is younger, of shape (g,).
    """

    column: Callable[[str], Array]
    starts: Places
    horizon_months: int
    running: dict[str, NDArray[np.int64]] = field(default_factory=dict, init=False)
    edges: dict[int, Places] = field(default_factory=dict, init=False)

    @classmethod
    def of_nobody(cls, horizon_months: int) -> Sums:
        """No row and no group: for the names of features."""
        return cls(lambda _name: np.empty(0, np.int64), np.empty(0, np.intp), horizon_months)

    def total(self, column: str) -> NDArray[np.int64]:
        sums = self._running(column)
        return sums[self._edge(0)] - sums[self.starts]

    def within(self, column: str, months: int, start: int = 0) -> NDArray[np.int64]:
        sums = self._running(column)
        return sums[self._edge(start)] - sums[self._edge(start + months)]

    def decayed(self, column: str, half_life_months: int) -> Floats:
        age = self.column(C.AGE)
        months = np.arange(int(age.max(initial=0)) + 1)
        left = 2 * half_life_months - months % half_life_months
        weight = left * 0.5 ** (months // half_life_months)
        found: Floats = np.add.reduceat(self.column(column) * weight[age], self.starts)
        return found / (2 * half_life_months)

    def days_since_first(self) -> Floats:
        return np.fmax.reduceat(self.column(C.FIRST), self.starts)

    def days_since_last(self) -> Floats:
        return np.fmin.reduceat(self.column(C.LAST), self.starts)

    def months_since_first(self) -> Floats:
        age = np.where(self.column(C.ORDERS) > 0, self.column(C.AGE), np.nan)
        return np.fmax.reduceat(age, self.starts)

    def ratio(self, top: Array, bottom: Array) -> Floats:
        return _ratio(top, bottom)

    def change(self, now: Array, before: Array) -> Floats:
        found = _ratio(now - before, np.abs(now) + np.abs(before))
        return np.nan_to_num(found, copy=False, nan=0.0)

    def _running(self, column: str) -> NDArray[np.int64]:
        if column not in self.running:
            values = self.column(column)
            sums = np.zeros(len(values) + 1, np.int64)
            np.cumsum(values, out=sums[1:])
            self.running[column] = sums
        return self.running[column]

    def _edge(self, age: int) -> Places:
        if age not in self.edges:
            older = np.add.reduceat(self.column(C.AGE) >= age, self.starts, dtype=np.intp)
            self.edges[age] = self.starts + older
        return self.edges[age]


@dataclass(frozen=True)
class TouchedCells(Touched):
    """The cells of n customers, at least one of each.

    Attributes:
        features: By name, shape (cells,); NaN is none.
        starts: Shape (n,), the first cell of each customer.
    """

    features: dict[str, Array]
    starts: Places

    def above(self, feature: str, limit: int) -> Places:
        return self._count(self.features[feature] > limit)

    def below(self, feature: str, limit: int) -> Places:
        return self._count(self.features[feature] < limit)

    def least(self, feature: str) -> Array:
        return np.fmin.reduceat(self.features[feature], self.starts)

    def total(self, feature: str) -> Array:
        return np.add.reduceat(self.features[feature], self.starts)

    def largest_share(self, feature: str) -> Floats:
        positive = np.maximum(self.features[feature], 0)
        largest = np.maximum.reduceat(positive, self.starts)
        return _ratio(largest, np.add.reduceat(positive, self.starts))

    def _count(self, true: NDArray[np.bool_]) -> Places:
        return np.add.reduceat(true, self.starts, dtype=np.intp)


def starts_of(*codes: NDArray[np.integer]) -> Places:
    """The first row of each run of rows that have the same codes."""
    new = np.ones(len(codes[0]), bool)
    new[1:] = np.any([one[1:] != one[:-1] for one in codes], axis=0)
    return np.flatnonzero(new)


def _ratio(top: Array, bottom: Array) -> Floats:
    found = np.full(len(top), np.nan)
    np.divide(top, bottom, out=found, where=bottom != 0, dtype=np.float64)
    return found
