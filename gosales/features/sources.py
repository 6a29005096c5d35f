"""How everybody at a cutoff is put together from what the driver holds of the star."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.columns import Attribute
from gosales.core.star import History
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.ledger import NEVER, OF_EVERYBODY, ROWS_AT_ONCE, Known, Ledger, pieces
from gosales.features.panel import (
    BRANCH_KIND,
    REP_KIND,
    SIZE_KIND,
    Ints,
    Panel,
    Purchases,
    Rows,
)
from gosales.features.places import Places
from gosales.features.skus import SkuHistory
from gosales.features.sums import starts_of
from gosales.features.values import Books
from gosales.utils.engines import release
from gosales.utils.parallel import in_threads

YEAR = 12
MAX_ATTRIBUTES = 12
BANDS = 9
"""Bands of size below and above the middle one; a factor of four each."""


@dataclass(frozen=True)
class Sources:
    """What panels are built from, on the driver.

    Attributes:
        ledger: Of the cube's cells.
        books: Gives what the features of customers are made from, by their codes in the ledger;
            None where another engine makes them.
        attributes: The imported attributes of customers with their validity.
    """

    ledger: Ledger
    books: Callable[[Ints], Books] | None
    places: Places
    attributes: pd.DataFrame
    skus: SkuHistory

    @classmethod
    def of(cls, history: History, cube: Cube) -> Sources:
        """Read what the cube has; tables of it that nobody asks again are let go."""
        attributes = history.tables.attributes.to_pandas()
        order = [Attribute.CUSTOMER, Attribute.NAME, Attribute.VALID_FROM, Attribute.VALUE]
        ordered = attributes.sort_values(order, na_position="first")
        ledger, books = _books(cube)
        places = Places.of(cube, ledger.customers)
        skus = SkuHistory.of(cube)
        for spent in (cube.places, cube.skus):  # gigabytes of a long log
            release(spent)
        return cls(ledger, books, places, ordered, skus)

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
        known = self.ledger.customers_at(age)

        def piece_of(some: Ints) -> _Piece:
            return _Piece.of(self.ledger.known_at(age, some), horizon_months)

        found = in_threads(piece_of, pieces(known))
        customers = self.ledger.customers[known]
        branch, rep = (
            name[known] for name in self.places.known_at(age, len(self.ledger.customers))
        )
        attributes = self.attributes_on(cutoff.date).reindex(pd.Index(customers))
        in_all = np.concatenate([piece.in_all for piece in found])
        return Panel(
            cutoff=cutoff,
            horizon_months=horizon_months,
            customers=customers,
            divisions=found[0].divisions,
            **{name: np.vstack([piece.cells[name] for piece in found]) for name in found[0].cells},
            branch=branch,
            rep=rep,
            segments=_segments(size_band(in_all), branch, rep, attributes),
            purchases=Purchases.joined(
                [piece.purchases for piece in found], [len(piece.in_all) for piece in found]
            ),
            skus=partial(_skus_of, self.skus, age, customers),
        )


@dataclass(frozen=True)
class _Piece:
    """What a panel has of n of its customers.

    Attributes:
        cells: By their names in a panel, shape (n, D).
        in_all: Shape (n,), cents of the last 12 months.
        purchases: Of these, the first of them is 0.
    """

    divisions: tuple[str, ...]
    cells: dict[str, NDArray[np.generic]]
    in_all: NDArray[np.float64]
    purchases: Purchases

    @classmethod
    def of(cls, known: Known, horizon_months: int) -> _Piece:
        sums = known.sums(horizon_months)
        season = max(YEAR - horizon_months, 0)
        spent = sums.within(C.VALUE, YEAR)
        cells = {
            "owned": known.dense(sums.total(C.KEPT)) > 0,
            "months_since_first": known.dense(sums.months_since_first(), NEVER),
            "orders_12m": known.dense(sums.within(C.ORDERS, YEAR)),
            "orders_season": known.dense(sums.within(C.ORDERS, min(horizon_months, YEAR), season)),
            "value_12m": known.dense(spent),
        }
        in_all = np.add.reduceat(spent, starts_of(known.cells[0]))
        return cls(tuple(known.divisions), cells, in_all, Purchases.of(known))


def _books(cube: Cube) -> tuple[Ledger, Callable[[Ints], Books] | None]:
    """The ledger of the cells, and how books come about: held for everybody where they are few."""
    if cube.here and cube.rows <= ROWS_AT_ONCE:
        whole = Books.of(cube)
        for spent in (cube.cells, cube.customers):
            release(spent)
        return whole.cells, lambda _customers: whole
    return Ledger.of(cube, cube.cells, OF_EVERYBODY), partial(Books.of, cube) if cube.here else None


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
