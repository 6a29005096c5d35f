"""The relational features as tables of the engine where the cube is, all Ibis.

cells      customer x division that the customer ever touched: the `own_` families
customers  every customer known: the `any_` families, and how its divisions mix
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.expressions import Expressions, TouchedRows
from gosales.features.measures import Number
from gosales.features.panel import Panel, Rows
from gosales.features.relational import (
    Relational,
    of_cells,
    of_customers,
    of_mix,
    relational_of,
)
from gosales.utils.engines import materialise, release

CUT = "cut"
"""Column with the age of a row's cutoff, in months before the cube's anchor."""

OFFSET = "offset"


@dataclass(frozen=True)
class Snapshots:
    """Several cutoffs, each so many whole months (its age) before the cube's anchor.

    All tables below hold the rows of every cutoff, told apart by CUT: building and compiling one
    large expression costs far more than another cutoff does.
    """

    cube: Cube
    ages: tuple[int, ...]
    horizon_months: int
    wanted: ir.Table | None = None
    """CUT and customer_id of those whose rows are wanted; None for everybody."""

    def cutoff(self, age: int) -> Cutoff:
        return self.cube.anchor.months_before(age)

    def known(self, rows: ir.Table) -> ir.Table:
        """Rows known at each cutoff, with ages and days counted from it."""
        anchor = self.cube.anchor.date
        offsets = [(anchor - self.cutoff(age).date).days for age in self.ages]
        cuts = ibis.memtable(
            {CUT: list(self.ages), OFFSET: offsets}, schema={CUT: "int32", OFFSET: "int32"}
        )
        if self.wanted is None:
            joined = rows.join(cuts, rows[C.SEEN] >= cuts[CUT])
        else:  # asked for by customer first, so that no other customer's rows are multiplied
            asked = self.wanted.join(cuts, CUT)
            same = rows[Fact.CUSTOMER] == asked[Fact.CUSTOMER]
            joined = rows.join(asked, [same, rows[C.SEEN] >= asked[CUT]])
        shifts = {C.AGE: CUT, C.FIRST: OFFSET, C.LAST: OFFSET}
        return joined.mutate(
            **{
                name: joined[name] - joined[by]
                for name, by in shifts.items()
                if name in rows.columns
            }
        )

    def measures(self, rows: ir.Table) -> Expressions:
        """The measures over what was known at each cutoff."""
        return Expressions(self.known(rows), self.horizon_months)


def customers_by_age(asked: Iterable[tuple[int, NDArray[np.object_]]]) -> ir.Table:
    """CUT and customer_id: for each age, the customers that are asked for."""
    ages, customers = zip(*asked, strict=True)
    age = np.repeat(np.array(ages, np.int32), [len(names) for names in customers])
    rows = pd.DataFrame({CUT: age, Fact.CUSTOMER: np.concatenate(customers).astype(object)})
    return ibis.memtable(rows, schema={CUT: "int32", Fact.CUSTOMER: "string"})


def cell_table(snapshots: Snapshots) -> ir.Table:
    """CUT, customer_id, division, ADOPTED and the own_ features; a row per cell ever touched."""
    m = snapshots.measures(snapshots.cube.cells)
    return m.rows.group_by([CUT, Fact.CUSTOMER, Fact.DIVISION]).aggregate(**_floats(of_cells(m)))


def customer_table(snapshots: Snapshots, cells: ir.Table) -> ir.Table:
    """CUT, customer_id, the any_ features and the mix_ features; a row per customer known."""
    key = [CUT, Fact.CUSTOMER]
    m = snapshots.measures(snapshots.cube.customers)
    base = m.rows.group_by(key).aggregate(**_floats(of_customers(m)))
    mixed = cells.group_by(key).aggregate(**_floats(of_mix(TouchedRows(cells))))
    return base.left_join(mixed, key).drop(*(f"{name}_right" for name in key))


def _floats(features: dict[str, Number]) -> dict[str, ir.Value]:
    return {name: value.cast("float64") for name, value in features.items()}


@contextmanager
def computed(snapshots: Snapshots) -> Iterator[tuple[ir.Table, ir.Table]]:
    """The relational features of customers and of cells, as tables for as long as it lasts."""
    cells = materialise(cell_table(snapshots))
    try:
        yield customer_table(snapshots, cells), cells
    finally:
        release(cells)


def fetched(snapshots: Snapshots, panels: list[Panel], chosen: list[Rows]) -> Iterator[Relational]:
    """Run the relational families at all cutoffs of `snapshots`, one by one for its customers.

    Args:
        panels: One for each cutoff.
        chosen: Of each panel, the rows of the customers that are wanted, in ascending order; those
            of `snapshots.wanted`, or everybody.
    """
    with computed(snapshots) as tables:
        key = [CUT, Fact.CUSTOMER, Fact.DIVISION]
        people = tables[0].order_by(key[:2]).to_pandas()
        touched = tables[1].order_by(key).to_pandas()
    for age, panel, rows in zip(snapshots.ages, panels, chosen, strict=True):
        parts = (table[table[CUT] == age].drop(columns=CUT) for table in (people, touched))
        yield relational_of(panel, rows, *parts)
