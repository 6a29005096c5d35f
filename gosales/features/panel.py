"""All customers x divisions at one cutoff, as arrays: what the learned families work on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.columns import Attribute
from gosales.core.frames import Spine
from gosales.core.star import History
from gosales.core.timeline import Cutoff
from gosales.features.cube import Cube
from gosales.features.ledger import Ledger, Places
from gosales.features.skus import SkuHistory

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Rows = NDArray[np.intp]
EVERYBODY = slice(None)
YEAR = 12

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

    @classmethod
    def of(cls, known: Ledger) -> Purchases:
        """The months with an order of a ledger cut at the panel's cutoff."""
        sold = np.flatnonzero(known.orders > 0)
        return cls(known.customer[sold], known.division[sold], known.age[sold], known.orders[sold])


@dataclass(frozen=True)
class Panel:
    """Everybody at `cutoff`: n customers (sorted by id) x D divisions (sorted by name).

    Attributes:
        customers: Shape (n,), ids.
        divisions: The D names.
        owned: Shape (n, D): bought and not fully returned.
        months_since_first: Shape (n, D): age of the first order in months, NEVER for none.
        orders_12m, orders_season: Shape (n, D): order days of the last 12 months, and of the
            horizon's months a year earlier.
        value_12m: Shape (n, D): cents of the last 12 months, returns taken off.
        branch, rep: Shape (n,), of the customer's latest line that names them; None for none.
        segments: Kind of segment -> shape (n,), code of the customer's segment, -1 for none.
        purchases: The purchase calendar.
        skus: Of the customers in the given rows: shape (len(rows), SKUs), how much each bought of
            the commonest SKUs.
        horizon_months: Length of the outcome that is to be foretold.
    """

    cutoff: Cutoff
    horizon_months: int
    customers: NDArray[np.object_]
    divisions: tuple[str, ...]
    owned: NDArray[np.bool_]
    months_since_first: Floats
    orders_12m: Floats
    orders_season: Floats
    value_12m: Floats
    branch: NDArray[np.object_]
    rep: NDArray[np.object_]
    segments: dict[str, Ints]
    purchases: Purchases
    skus: Callable[[Rows], sparse.csr_array]

    @property
    def shape(self) -> tuple[int, int]:
        return self.owned.shape[0], self.owned.shape[1]

    @property
    def everyone(self) -> Rows:
        """The rows of all customers."""
        return np.arange(self.shape[0])

    @cached_property
    def spine(self) -> Spine:
        return Spine(self.cutoff, self.customers, self.divisions, self.owned)


@dataclass(frozen=True)
class Sources:
    """What panels are built from, on the driver, beside the cube.

    `attributes` holds the imported attributes of customers with their validity.
    """

    ledger: Ledger
    places: Places
    attributes: pd.DataFrame
    skus: SkuHistory

    @classmethod
    def of(cls, history: History, cube: Cube) -> Sources:
        attributes = history.tables.attributes.to_pandas()
        order = [Attribute.CUSTOMER, Attribute.NAME, Attribute.VALID_FROM, Attribute.VALUE]
        ordered = attributes.sort_values(order, na_position="first")
        ledger = Ledger.of(cube)
        places = Places.of(cube.places, ledger.customers)
        return cls(ledger, places, ordered, SkuHistory.of(cube))

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

    def panel(self, age: int, cutoff: Cutoff, horizon_months: int) -> Panel:
        """Everybody at the cutoff `age` months before the ledger's end."""
        known = self.ledger.known_at(age)
        everybody = self.ledger.customers
        row = pd.Index(everybody).get_indexer(known.customers)
        branch, rep = (name[row] for name in self.places.known_at(age, len(everybody)))
        season = max(YEAR - horizon_months, 0)
        attributes = self.attributes_on(cutoff.date).reindex(pd.Index(known.customers))
        return Panel(
            cutoff=cutoff,
            horizon_months=horizon_months,
            customers=known.customers,
            divisions=tuple(known.divisions),
            owned=known.total(known.kept) > 0,
            months_since_first=known.first(),
            orders_12m=known.total(known.orders, 0, YEAR).astype(np.float32),
            orders_season=known.total(
                known.orders, season, season + min(horizon_months, YEAR)
            ).astype(np.float32),
            value_12m=known.total(known.value, 0, YEAR).astype(np.float32),
            branch=branch,
            rep=rep,
            segments=_segments(size_band(known.spent(YEAR)), branch, rep, attributes),
            purchases=Purchases.of(known),
            skus=partial(_skus_of, self.skus, age, known.customers),
        )


def _skus_of(
    skus: SkuHistory, age: int, customers: NDArray[np.object_], rows: Rows
) -> sparse.csr_array:
    return skus.known_at(age, pd.Index(customers[rows]))


def _segments(
    size: Ints, branch: NDArray[np.object_], rep: NDArray[np.object_], attributes: pd.DataFrame
) -> dict[str, Ints]:
    """Groups of like customers: by size, branch, rep and each imported attribute."""
    kinds = {SIZE_KIND: size, BRANCH_KIND: _codes(branch), REP_KIND: _codes(rep)}
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


def _codes(values: pd.Series | NDArray[np.object_]) -> Ints:
    """Codes in the order of the sorted values; -1 for none."""
    return np.asarray(pd.Categorical(values).codes, np.int32)


def spread(n: int, most: int) -> Rows:
    """At most so many of n rows, evenly, in ascending order."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))
