"""The star schema, and the two views of it that keep past and future apart.

A `Star` is everything that was loaded. `Star.as_of(cutoff)` is all that features and models may
see; `Star.outcome(cutoff, months)` is all that judges them. A `History` can be cut again, for
training at earlier days, but it never gives back what lies after its own cutoff.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import UNASSIGNED, Attribute, CellStatus, Customer, Fact
from gosales.core.errors import TimelineError
from gosales.core.timeline import Cutoff

MIGRATION_DELAY_DAYS = 90
"""A line that became known later than this after its event counts as migrated."""

MIGRATION_SHARE = 0.2
"""Above this share of migrated lines the knowledge clock says nothing and is ignored."""


def visible_date(facts: ir.Table) -> ir.DateColumn:
    """The day on which a line could be known: its event, or its posting when that came later."""
    return ibis.greatest(facts[Fact.DATE], facts[Fact.KNOWN_AT].fill_null(facts[Fact.DATE]))


def begun(table: ir.Table, start: str, day: dt.date) -> ir.Table:
    """Rows of an imported table that had begun to be valid by `day`, or have no such date."""
    return table.filter(table[start].isnull() | (table[start] <= day))


@dataclass(frozen=True)
class Tables:
    """The star's tables, in any engine that Ibis speaks."""

    facts: ir.Table
    products: ir.Table
    names: ir.Table
    attributes: ir.Table
    statuses: ir.Table


@dataclass(frozen=True)
class Star:
    """Everything that was loaded; contract-checked."""

    tables: Tables

    @cached_property
    def last_day(self) -> dt.date:
        """The history's last order date. Raises TimelineError when the star has no line."""
        day = self.tables.facts[Fact.DATE].max().execute()
        if day is None or day != day:
            raise TimelineError(
                "The star holds no sales line, so there is no day to score on.",
                remedy="Put raw sales logs into data/database_samples and see `gosales check`.",
            )
        return day if type(day) is dt.date else day.date()

    def close(self) -> None:
        """Let go of the database: on Windows an open file cannot be replaced."""
        self.tables.facts.get_backend().disconnect()

    def as_of(self, cutoff: Cutoff, two_clocks: bool | None = None) -> History:
        """All that could be known at the end of the cutoff day.

        Args:
            two_clocks: Whether posting dates are trusted; by default the lines themselves tell.
        """
        if two_clocks is None:
            two_clocks = posting_dates_trusted(self.tables.facts, cutoff)
        return History(cutoff, known_by(self.tables, cutoff, two_clocks), two_clocks)

    def outcome(self, cutoff: Cutoff, horizon_months: int) -> Outcome:
        """What happened in `(cutoff, cutoff + horizon]`, by event date."""
        day = self.tables.facts[Fact.DATE]
        window = (day > cutoff.date) & (day <= cutoff.plus_months(horizon_months))
        return Outcome(cutoff, horizon_months, self.tables.facts.filter(window))


@dataclass(frozen=True)
class History:
    """All that could be known at `cutoff`. The only thing a feature may look at.

    `tables` are already cut; imported facts that have ended since are still there, with the day of
    their end, since earlier cutoffs need them. `two_clocks` tells whether posting dates were used
    to cut them.
    """

    cutoff: Cutoff
    tables: Tables
    two_clocks: bool

    @property
    def sales(self) -> ir.Table:
        """Fact rows with a division; unassigned SKUs are never scored."""
        return self.tables.facts.filter(self.tables.facts[Fact.DIVISION] != UNASSIGNED)

    def of_customers(self, customers: NDArray[np.object_]) -> History:
        """Of the sales, those of some customers only, by their ids."""
        asked = ibis.memtable({Fact.CUSTOMER: customers}, schema={Fact.CUSTOMER: "string"})
        facts = self.tables.facts.semi_join(asked, Fact.CUSTOMER)
        return replace(self, tables=replace(self.tables, facts=facts))

    def as_of(self, cutoff: Cutoff) -> History:
        """The same knowledge at an earlier day. Raises TimelineError for a later one."""
        if cutoff > self.cutoff:
            raise TimelineError(
                f"A history cut at {self.cutoff} knows nothing of {cutoff}.",
                remedy="Cut the star itself at the later day.",
            )
        return History(cutoff, known_by(self.tables, cutoff, self.two_clocks), self.two_clocks)

    def outcome(self, cutoff: Cutoff, horizon_months: int) -> Outcome:
        """What happened after an earlier cutoff, as far as it is known by this one.

        Raises TimelineError when the outcome would reach beyond this history's cutoff.
        """
        if cutoff.plus_months(horizon_months) > self.cutoff.date:
            raise TimelineError(
                f"The {horizon_months} months after {cutoff} reach beyond {self.cutoff}.",
                remedy="Train on an earlier cutoff or with a shorter horizon.",
            )
        return Star(self.tables).outcome(cutoff, horizon_months)

    def customer_names(self) -> ir.Table:
        """customer_id, customer_name: the latest name by event date, among those known."""
        names = self.tables.names
        latest = ibis.row_number().over(
            group_by=Customer.ID,
            order_by=[names[Fact.DATE].desc(), names[Customer.NAME].asc()],
        )
        ranked = names.mutate(newest=latest)
        return ranked.filter(ranked.newest == 0).select(Customer.ID, Customer.NAME)


@dataclass(frozen=True)
class Outcome:
    """Sales in `(cutoff, cutoff + horizon]`. The only thing a label may look at."""

    cutoff: Cutoff
    horizon_months: int
    facts: ir.Table


def posting_dates_trusted(facts: ir.Table, cutoff: Cutoff) -> bool:
    """Whether posting dates tell when lines became known, judged on lines up to the cutoff.

    False when the log has none, or when over a fifth of the lines that have one were posted more
    than 90 days after their event, as after a migration between systems.
    """
    dated = facts.filter(facts[Fact.KNOWN_AT].notnull() & (facts[Fact.DATE] <= cutoff.date))
    late = dated[Fact.KNOWN_AT] > dated[Fact.DATE] + ibis.interval(days=MIGRATION_DELAY_DAYS)
    row = dated.aggregate(lines=dated.count(), late=ibis.ifelse(late, 1, 0).sum().fill_null(0))
    lines, migrated = (int(value) for value in row.execute().iloc[0][["lines", "late"]])
    return lines > 0 and migrated <= MIGRATION_SHARE * lines


def known_by(tables: Tables, cutoff: Cutoff, two_clocks: bool) -> Tables:
    """Every table cut to what was known at the end of the cutoff day."""

    def cut(rows: ir.Table) -> ir.Table:
        return rows.filter((visible_date(rows) if two_clocks else rows[Fact.DATE]) <= cutoff.date)

    return replace(
        tables,
        facts=cut(tables.facts),
        names=cut(tables.names),
        attributes=begun(tables.attributes, Attribute.VALID_FROM, cutoff.date),
        statuses=begun(tables.statuses, CellStatus.VALID_FROM, cutoff.date),
    )


def is_kept(sums: ir.Table) -> ir.IntegerColumn:
    """1 where what was sold is not fully returned, in units and in money; else 0.

    A measure that was never sold (a free item has no money, a service no units) has no say.

    Args:
        sums: Rows with the sums of `sku_sums`. A sale at a loss is no return: what came back is
            told by the return lines alone.
    """
    in_units = (sums.sold_quantity == 0) | (sums.quantity > 0)
    in_money = (sums.sold_value == 0) | (sums.sold_value + sums.returned_value > 0)
    return ibis.ifelse((sums.sales > 0) & in_units & in_money, 1, 0)


def takes_nothing_back(lines: ir.Table) -> ir.BooleanColumn:
    """Lines after which a SKU is kept, whatever other such lines there are (see `is_kept`)."""
    return (lines[Fact.LINE_TYPE] == Fact.SALE) & (lines[Fact.QUANTITY].fill_null(0) >= 0)


def sku_sums(facts: ir.Table, keys: list[str], **more: ir.Scalar) -> ir.Table:
    """The sums that `is_kept` reads, and more, per `keys`; QUANTITY may be null, money may not."""
    quantity, value = facts[Fact.QUANTITY].fill_null(0), facts[Fact.VALUE]
    sale = facts[Fact.LINE_TYPE] == Fact.SALE
    return facts.group_by(keys).aggregate(
        quantity=quantity.sum(),
        value=value.sum().cast("int64"),
        sold_quantity=ibis.ifelse(sale & (quantity > 0), quantity, 0).sum(),
        sold_value=ibis.ifelse(sale & (value > 0), value, 0).sum(),
        returned_value=ibis.ifelse(sale, 0, value).sum(),
        sales=ibis.ifelse(sale, 1, 0).sum(),
        **more,
    )
