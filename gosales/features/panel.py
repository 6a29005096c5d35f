"""All customers x divisions at one cutoff, as arrays: what the learned families work on.

Own features are kept sparse (one row per cell ever touched), since most cells are empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.columns import Attribute, Fact
from gosales.core.star import History
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.relational import (
    ADOPTED,
    CUT,
    OWNED,
    Snapshots,
    cell_table,
    customer_table,
    place_table,
)
from gosales.features.skus import SkuHistory
from gosales.utils.engines import materialise, release

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
NEVER = 9999
"""Months since the first order where there was none."""

MAX_ATTRIBUTES = 12
BANDS = 9
"""Bands of size below and above the middle one; a factor of four each."""

SIZE_KIND = "size"
BRANCH_KIND = "branch"
REP_KIND = "rep"


@dataclass(frozen=True)
class Purchases:
    """Months with an order, one entry per customer x division x month; sorted oldest first.

    Attributes:
        customer: Row in the panel's customers.
        division: Column in the panel's divisions.
        months_ago: Whole months before the panel's cutoff.
        orders: Order days in that month.
    """

    customer: Ints
    division: Ints
    months_ago: Ints
    orders: Ints


@dataclass(frozen=True)
class Panel:
    """Everything known at `cutoff`: n customers (sorted by id) x D divisions (sorted by name).

    Attributes:
        customers: Shape (n,), ids.
        divisions: The D names.
        customer_values: Shape (n, len(customer_names)), `any_` and `mix_` features; NaN is none.
        own_values: Shape (cells, len(own_names)), `own_` features of the touched cells.
        cell_row: Shape (n, D), row in `own_values`, -1 for an untouched cell.
        branch, rep: Shape (n,), of the customer's latest line that names them; None for none.
        segments: Kind of segment -> shape (n,), code of the customer's segment, -1 for none.
        purchases: The purchase calendar.
        skus: Shape (n, SKUs), how much each customer bought of the commonest SKUs.
        horizon_months: Length of the outcome that is to be foretold.
    """

    cutoff: Cutoff
    horizon_months: int
    customers: NDArray[np.object_]
    divisions: tuple[str, ...]
    customer_names: tuple[str, ...]
    customer_values: Floats
    own_names: tuple[str, ...]
    own_values: Floats
    cell_row: Ints
    branch: NDArray[np.object_]
    rep: NDArray[np.object_]
    segments: dict[str, Ints]
    purchases: Purchases
    skus: sparse.csr_array

    @property
    def shape(self) -> tuple[int, int]:
        return self.cell_row.shape[0], self.cell_row.shape[1]

    def own(self, name: str, missing: float = 0.0) -> Floats:
        """One own feature as a dense (n, D) array, `missing` in untouched cells."""
        column = np.append(self.own_values[:, self.own_names.index(name)], np.float32(missing))
        return column[self.cell_row]

    @cached_property
    def owned(self) -> NDArray[np.bool_]:
        """Shape (n, D): bought and not fully returned."""
        return self.own(OWNED) > 0

    @cached_property
    def months_since_first(self) -> Floats:
        """Shape (n, D): age of the first order in months, NEVER where there was none."""
        return np.nan_to_num(self.own(ADOPTED, NEVER), nan=NEVER)


@dataclass(frozen=True)
class Calendar:
    """The cube's months with an order, on the driver; cut again for each snapshot."""

    customer: NDArray[np.object_]
    division: NDArray[np.object_]
    age: Ints
    seen: Ints
    orders: Ints

    @classmethod
    def of(cls, cube: Cube) -> Calendar:
        rows = cube.cells.filter(cube.cells[C.ORDERS] > 0).select(
            Fact.CUSTOMER, Fact.DIVISION, C.AGE, C.SEEN, C.ORDERS
        )
        table = rows.order_by(
            [rows[C.AGE].desc(), Fact.CUSTOMER, Fact.DIVISION, C.SEEN]
        ).to_pandas()
        return cls(
            table[Fact.CUSTOMER].to_numpy(object),
            table[Fact.DIVISION].to_numpy(object),
            *(table[name].to_numpy(np.int32) for name in (C.AGE, C.SEEN, C.ORDERS)),
        )

    def known_at(self, age: int, customers: pd.Index, divisions: pd.Index) -> Purchases:
        """The purchases known at the cutoff of that age, with codes into the given axes."""
        keep = self.seen >= age
        customer = customers.get_indexer(self.customer[keep])
        division = divisions.get_indexer(self.division[keep])
        inside = (customer >= 0) & (division >= 0)
        return Purchases(
            customer[inside].astype(np.int32),
            division[inside].astype(np.int32),
            (self.age[keep] - age)[inside].astype(np.int32),
            self.orders[keep][inside],
        )


@dataclass(frozen=True)
class Sources:
    """What panels are built from, on the driver, beside the cube.

    `attributes` holds the imported attributes of customers with their validity.
    """

    calendar: Calendar
    attributes: pd.DataFrame
    skus: SkuHistory

    @classmethod
    def of(cls, history: History, cube: Cube) -> Sources:
        attributes = history.tables.attributes.to_pandas()
        order = [Attribute.CUSTOMER, Attribute.NAME, Attribute.VALID_FROM, Attribute.VALUE]
        ordered = attributes.sort_values(order, na_position="first")
        return cls(Calendar.of(cube), ordered, SkuHistory.of(cube))

    def attributes_on(self, day: dt.date) -> pd.DataFrame:
        """Customers x attributes as of `day`: the values valid then, the latest where several."""
        rows = self.attributes
        start = pd.to_datetime(rows[Attribute.VALID_FROM])
        end = pd.to_datetime(rows[Attribute.VALID_TO])
        at = pd.Timestamp(day)
        valid = rows[(start.isna() | (start <= at)) & (end.isna() | (end >= at))]
        key = [Attribute.CUSTOMER, Attribute.NAME]
        latest = valid.drop_duplicates(key, keep="last")
        return latest.pivot(
            index=Attribute.CUSTOMER, columns=Attribute.NAME, values=Attribute.VALUE
        )


def build_panels(snapshots: Snapshots, sources: Sources) -> Iterator[Panel]:
    """Run the relational families at all cutoffs of `snapshots`; yield their panels in order."""
    by_customer, by_cell = [CUT, Fact.CUSTOMER], [CUT, Fact.CUSTOMER, Fact.DIVISION]
    cells = materialise(cell_table(snapshots))
    people = customer_table(snapshots, cells).order_by(by_customer).to_pandas()
    touched = cells.order_by(by_cell).to_pandas()
    release(cells)
    places = place_table(snapshots).order_by(by_customer).to_pandas()
    for age in snapshots.ages:
        parts = (_of_age(table, age) for table in (people, touched, places))
        yield _panel(snapshots, age, sources, *parts)


def _of_age(table: pd.DataFrame, age: int) -> pd.DataFrame:
    return table[table[CUT] == age].drop(columns=CUT)


def _panel(snapshots: Snapshots, age: int, sources: Sources, *tables: pd.DataFrame) -> Panel:
    """The panel of one age, from its rows of the customer, cell and place tables."""
    people, touched, places = tables
    cutoff = snapshots.cutoff(age)
    customers = pd.Index(people.pop(Fact.CUSTOMER).astype(object))
    divisions = pd.Index(sorted(touched[Fact.DIVISION].unique()), dtype=object)
    row = customers.get_indexer(touched.pop(Fact.CUSTOMER).astype(object))
    column = divisions.get_indexer(touched.pop(Fact.DIVISION).astype(object))
    cell_row = np.full((len(customers), len(divisions)), -1, np.int32)
    cell_row[row, column] = np.arange(len(touched), dtype=np.int32)
    placed = places.set_index(Fact.CUSTOMER).reindex(customers)
    size = size_band(people["any_monetary__value_12m"].to_numpy(float))
    attributes = sources.attributes_on(cutoff.date).reindex(customers)
    return Panel(
        cutoff=cutoff,
        horizon_months=snapshots.horizon_months,
        customers=customers.to_numpy(object),
        divisions=tuple(divisions),
        customer_names=tuple(people.columns),
        customer_values=people.to_numpy(np.float32, na_value=np.nan),
        own_names=tuple(touched.columns),
        own_values=touched.to_numpy(np.float32, na_value=np.nan),
        cell_row=cell_row,
        branch=placed[Fact.BRANCH].to_numpy(object),
        rep=placed[Fact.REP].to_numpy(object),
        segments=_segments(size, placed, attributes),
        purchases=sources.calendar.known_at(age, customers, divisions),
        skus=sources.skus.known_at(age, customers),
    )


def _segments(size: Ints, placed: pd.DataFrame, attributes: pd.DataFrame) -> dict[str, Ints]:
    """Groups of like customers: by size, branch, rep and each imported attribute."""
    kinds = {
        SIZE_KIND: size,
        BRANCH_KIND: _codes(placed[Fact.BRANCH]),
        REP_KIND: _codes(placed[Fact.REP]),
    }
    for name in attributes.columns[:MAX_ATTRIBUTES]:
        kinds[f"attribute {name}"] = _codes(attributes[name])
    return kinds


def size_band(value_cents: NDArray[np.float64]) -> Ints:
    """Spend beside the median of those who spent, as whole powers of four; 0 for none.

    Beside the median, so that the bands are the same in any currency.
    """
    spent = value_cents > 0
    usual = np.median(value_cents[spent]) if spent.any() else 1.0
    steps = np.log2(np.where(spent, value_cents, usual) / usual) / 2
    band = np.clip(np.floor(steps + 0.5), -BANDS, BANDS) + BANDS + 1
    return np.where(spent, band, 0).astype(np.int32)


def _codes(values: pd.Series) -> Ints:
    """Codes in the order of the sorted values; -1 for none."""
    return np.asarray(pd.Categorical(values).codes, np.int32)
