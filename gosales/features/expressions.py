"""The words of `measures` as Ibis expressions, for any engine."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from gosales.features.cube import C
from gosales.features.measures import Measures, Touched


@dataclass(frozen=True)
class Expressions(Measures):
    """To be aggregated by group.

    Args:
        rows: Cube rows known at the cutoff; the columns of `C`, with ages and days counted from it.
        horizon_months: Length of the outcome.
    """

    rows: ir.Table
    horizon_months: int

    def total(self, column: str) -> ir.IntegerScalar:
        return self.rows[column].sum()

    def within(self, column: str, months: int, start: int = 0) -> ir.IntegerScalar:
        inside = (self.rows[C.AGE] >= start) & (self.rows[C.AGE] < start + months)
        return ibis.ifelse(inside, self.rows[column], 0).sum()

    def decayed(self, column: str, half_life_months: int) -> ir.NumericScalar:
        age = self.rows[C.AGE]
        halvings = (age // half_life_months).cast("int64")
        left = 2 * half_life_months - age % half_life_months
        weight = left * ibis.literal(0.5).pow(halvings)
        return (self.rows[column] * weight).sum() / (2 * half_life_months)

    def days_since_first(self) -> ir.IntegerScalar:
        return self.rows[C.FIRST].max()

    def days_since_last(self) -> ir.IntegerScalar:
        return self.rows[C.LAST].min()

    def months_since_first(self) -> ir.IntegerScalar:
        return ibis.ifelse(self.rows[C.ORDERS] > 0, self.rows[C.AGE], ibis.null("int32")).max()

    def ratio(self, top: ir.NumericValue, bottom: ir.NumericValue) -> ir.NumericValue:
        return top.cast("float64") / bottom.cast("float64").nullif(0.0)

    def change(self, now: ir.NumericValue, before: ir.NumericValue) -> ir.NumericValue:
        return self.ratio(now - before, now.abs() + before.abs()).fill_null(0.0)


@dataclass(frozen=True)
class TouchedRows(Touched):
    """To be aggregated by customer.

    Args:
        rows: Of `tables.cell_table`.
    """

    rows: ir.Table

    def above(self, feature: str, limit: int) -> ir.IntegerScalar:
        return ibis.ifelse(self.rows[feature] > limit, 1, 0).sum()

    def below(self, feature: str, limit: int) -> ir.IntegerScalar:
        return ibis.ifelse(self.rows[feature] < limit, 1, 0).sum()

    def least(self, feature: str) -> ir.NumericScalar:
        return self.rows[feature].min()

    def total(self, feature: str) -> ir.NumericScalar:
        return self.rows[feature].sum()

    def largest_share(self, feature: str) -> ir.NumericScalar:
        value = self.rows[feature]
        positive = ibis.ifelse(value > 0, value, 0.0)
        return positive.max() / positive.sum().nullif(0.0)
