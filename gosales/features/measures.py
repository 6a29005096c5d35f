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
        rows: Cube rows known at the cutoff; the columns of `C`, with ages and days counted from it.
        horizon_months: Length of the outcome that the features shall foretell.
    """

    rows: ir.Table
    horizon_months: int

    def total(self, column: str) -> ir.IntegerScalar:
        """Sum over everything known."""
        return self.rows[column].sum()

    def within(self, column: str, months: int, start: int = 0) -> ir.IntegerScalar:
        """Sum over the lookback that ends `start` months before the cutoff, `months` long."""
        inside = (self.rows[C.AGE] >= start) & (self.rows[C.AGE] < start + months)
        return ibis.ifelse(inside, self.rows[column], 0).sum()

    def decayed(self, column: str, half_life_months: int) -> ir.NumericScalar:
        """Sum in which a month counts half as much every `half_life_months`.

        Between the halvings the weight falls in a straight line, in fractions that a float holds
        exactly, so that the sum is the same in any order.
        """
        age = self.rows[C.AGE]
        halvings = (age // half_life_months).cast("int64")
        left = 2 * half_life_months - age % half_life_months
        weight = left * ibis.literal(0.5).pow(halvings)
        return (self.rows[column] * weight).sum() / (2 * half_life_months)

    def days_since_first(self) -> ir.IntegerScalar:
        """Days from the first order to the cutoff."""
        return self.rows[C.FIRST].max()

    def days_since_last(self) -> ir.IntegerScalar:
        """Days from the last order to the cutoff."""
        return self.rows[C.LAST].min()

    def months_since_first(self) -> ir.IntegerScalar:
        """Age in months of the first order."""
        return ibis.ifelse(self.rows[C.ORDERS] > 0, self.rows[C.AGE], ibis.null("int32")).max()


Family = Callable[[Measures], dict[str, Feature]]


def ratio(top: ir.NumericValue, bottom: ir.NumericValue) -> ir.NumericValue:
    """Top / bottom as a float; null where the bottom is 0, in every engine."""
    return top.cast("float64") / bottom.cast("float64").nullif(0.0)
