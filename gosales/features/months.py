"""The cube's rows of some customers on the driver, and the relational features made of them.

What a database would have to find again for every cutoff is sorted once: the rows of a cell, the
oldest first. The features of any cutoff are then sums over runs of rows (see `sums`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.panel import Panel, Rows
from gosales.features.relational import Relational, of_cells, of_customers, of_mix
from gosales.features.sums import Array, Places, Sums, TouchedCells
from gosales.utils.coding import Ints, Names, coded, order_by
from gosales.utils.parallel import in_threads

Features = dict[str, Array]

KINDS = {
    **dict.fromkeys((C.AGE, C.SEEN, C.ORDERS, C.LINES, C.RETURN_LINES, C.KEPT, C.MONTHS), np.int32),
    **dict.fromkeys((C.VALUE, C.RETURNED), np.int64),
    **dict.fromkeys((C.FIRST, C.LAST), np.float32),  # days; a short float holds them exactly
}


@dataclass(frozen=True)
class Months:
    """Rows of a cube's table; by customer, then division, then the oldest first.

    Attributes:
        customers, divisions: Ids and names, sorted; one division without a name where the table
            has none.
        customer, division: Shape (rows,), codes into the two.
        columns: By the names of `C`, shape (rows,); FIRST and LAST are NaN for no sale.
    """

    customers: Names
    divisions: Names
    customer: Ints
    division: Ints
    columns: dict[str, Array]

    @classmethod
    def of(cls, table: ir.Table) -> Months:
        """Fetch a table of a `Cube`."""
        found = table.to_pyarrow()
        customer, customers = coded(found[Fact.CUSTOMER])
        division, divisions = np.zeros(len(found), np.int32), np.array([""], object)
        if Fact.DIVISION in found.column_names:
            division, divisions = coded(found[Fact.DIVISION])
        age = found[C.AGE].to_numpy()
        order = order_by(customer, division, age.max(initial=0) - age)
        columns = {name: found[name].to_numpy().astype(kind)[order] for name, kind in KINDS.items()}
        return cls(customers, divisions, customer[order], division[order], columns)

    def known_at(self, age: int, days: int, chosen: pd.Index, horizon_months: int) -> Known:
        """The rows of chosen customers that are known at a cutoff, by group.

        Args:
            age, days: Of the cutoff, in months and in days before the cube's anchor.
            chosen: Ids of customers, sorted.
            horizon_months: Length of the outcome.
        """
        place = chosen.get_indexer(self.customers)
        rows = np.flatnonzero((self.columns[C.SEEN] >= age) & (place >= 0)[self.customer])
        shifts = {C.AGE: age, C.FIRST: days, C.LAST: days}
        columns = {name: values[rows] for name, values in self.columns.items() if name != C.SEEN}
        columns |= {name: columns[name] - by for name, by in shifts.items()}
        customer, division = self.customer[rows], self.division[rows]
        starts = starts_of(customer, division)
        sums = Sums(columns, starts, horizon_months)
        return Known(place[customer[starts]], division[starts], sums)


@dataclass(frozen=True)
class Known:
    """The g groups known at a cutoff, and what their rows sum up to.

    Attributes:
        customer: Shape (g,), place among the chosen; in ascending order.
        division: Shape (g,), code.
    """

    customer: NDArray[np.intp]
    division: Ints
    sums: Sums


def starts_of(*codes: NDArray[np.integer]) -> Places:
    """The first row of each run of rows that have the same codes."""
    new = np.ones(len(codes[0]), bool)
    new[1:] = np.any([one[1:] != one[:-1] for one in codes], axis=0)
    return np.flatnonzero(new)


@dataclass(frozen=True)
class CubeRows:
    """The rows of both tables of a cube, for what is asked of them at any of its cutoffs."""

    anchor: Cutoff
    horizon_months: int
    cells: Months
    people: Months

    @classmethod
    def of(cls, cube: Cube, horizon_months: int, wanted: Names | None) -> CubeRows:
        """Fetch them.

        Args:
            wanted: Ids of customers; None for everybody.
        """
        tables = [cube.cells, cube.customers]
        if wanted is not None:
            ids = pd.DataFrame({Fact.CUSTOMER: wanted})
            asked = ibis.memtable(ids, schema={Fact.CUSTOMER: "string"})
            tables = [table.semi_join(asked, Fact.CUSTOMER) for table in tables]
        return cls(cube.anchor, horizon_months, *map(Months.of, tables))

    def relational(self, age: int, panel: Panel, rows: Rows) -> Relational:
        """The relational features of chosen customers at one cutoff.

        Args:
            age: Months before the cube's anchor.
            panel: At that cutoff.
            rows: The customers' rows in the panel, in ascending order.
        """
        chosen = pd.Index(panel.customers[rows], dtype=object)
        days = (self.anchor.date - panel.cutoff.date).days

        def summed(months: Months, features: Callable[[Sums], Features]) -> tuple[Known, Features]:
            groups = months.known_at(age, days, chosen, self.horizon_months)
            return groups, features(groups.sums)

        parts = (self.cells, of_cells), (self.people, of_customers)
        (cells, own), (_, anywhere) = in_threads(lambda part: summed(*part), parts)
        mixed = of_mix(TouchedCells(own, starts_of(cells.customer)))
        column = pd.Index(panel.divisions).get_indexer(self.cells.divisions)[cells.division]
        cell_row = np.full((len(rows), len(panel.divisions)), -1, np.int32)
        cell_row[cells.customer, column] = np.arange(len(column), dtype=np.int32)
        return Relational(
            customer_names=(*anywhere, *mixed),
            customer_values=_stacked([*anywhere.values(), *mixed.values()]),
            own_names=tuple(own),
            own_values=_stacked(list(own.values())),
            cell_row=cell_row,
        )


def _stacked(features: list[Array]) -> NDArray[np.float32]:
    """Shape (groups, features)."""
    return np.stack(features, axis=1, dtype=np.float32, casting="same_kind")
