"""Words in which a relational family is written: lookbacks over the rows of one group.

A family is a function from `Measures` to features. The same family runs over the rows of a
customer x division ("own_") and over all rows of a customer ("any_").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from gosales.features.cube import C


@dataclass(frozen=True)
class Feature:
    """One number, and the sentence that tells what it means to the business."""

    value: ir.NumericScalar
    meaning: str


@dataclass(frozen=True)
class Measures:
    """The rows known at one cutoff for one group, before they are aggregated.

    Args:
        rows: Cube rows known at the cutoff; the columns of `C`.
        age: Months from the cutoff to the cube's anchor.
        day: Days from the cutoff to the cube's anchor.
        horizon_months: Length of the outcome that the features shall foretell.
    """

    rows: ir.Table
    age: int
    day: int
    horizon_months: int

    @property
    def months_ago(self) -> ir.IntegerColumn:
        """Whole months before this cutoff (not the anchor)."""
        return self.rows[C.AGE] - self.age

    def total(self, column: str) -> ir.IntegerScalar:
        """Sum over everything known."""
        return self.rows[column].sum()

    def within(self, column: str, months: int, start: int = 0) -> ir.IntegerScalar:
        """Sum over the lookback that ends `start` months before the cutoff, `months` long."""
        inside = (self.months_ago >= start) & (self.months_ago < start + months)
        return ibis.ifelse(inside, self.rows[column], 0).sum()

    def decayed(self, column: str, half_life_months: float, oldest: int = 60) -> ir.NumericScalar:
        """Sum in which a month counts half as much every `half_life_months`.

        Weights are whole 1/1024ths, so that the sum is exact in any order.
        """
        weights = ((k, round(1024 * 0.5 ** (k / half_life_months))) for k in range(oldest))
        weight = ibis.cases(*((self.months_ago == k, w) for k, w in weights if w), else_=0)
        return (self.rows[column] * weight).sum() / 1024

    def days_since_first(self) -> ir.IntegerScalar:
        """Days from the first order to the cutoff."""
        return self.rows[C.FIRST].max() - self.day

    def days_since_last(self) -> ir.IntegerScalar:
        """Days from the last order to the cutoff."""
        return self.rows[C.LAST].min() - self.day

    def months_since_first(self) -> ir.IntegerScalar:
        """Age in months of the first order."""
        return ibis.ifelse(self.rows[C.ORDERS] > 0, self.months_ago, ibis.null("int32")).max()


Family = Callable[[Measures], dict[str, Feature]]


def ratio(top: ir.NumericValue, bottom: ir.NumericValue) -> ir.NumericValue:
    """Top / bottom as a float; null where the bottom is 0, in every engine."""
    return top.cast("float64") / bottom.cast("float64").nullif(0.0)
