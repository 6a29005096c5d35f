"""All customers x divisions at one cutoff, as arrays: what the learned families work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.frames import Spine
from gosales.core.timeline import Cutoff
from gosales.features.cube import C
from gosales.features.ledger import Known

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Rows = NDArray[np.intp]
MOST_FITTED = 40_000
"""Customers that weights and patterns are learned from at most, spread evenly."""

REST = ("division", "months_ago", "orders")
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
    def of(cls, known: Known) -> Purchases:
        """The months with an order of a ledger cut at the panel's cutoff."""
        orders = known.column(C.ORDERS)
        columns = (known.customer, known.division, known.column(C.AGE), orders)
        return cls._sorted(*(column[orders > 0].astype(np.int32) for column in columns))

    @classmethod
    def joined(cls, parts: Sequence[Purchases], customers: Sequence[int]) -> Purchases:
        """Those of some customers after those of others.

        Args:
            customers: How many each of the parts is about.
        """
        first = np.cumsum([0, *customers], dtype=np.int32)
        moved = [part.customer + start for part, start in zip(parts, first, strict=False)]
        rest = ([getattr(part, name) for part in parts] for name in REST)
        return cls._sorted(*map(np.concatenate, (moved, *rest)))

    @classmethod
    def _sorted(cls, customer: Ints, division: Ints, months_ago: Ints, orders: Ints) -> Purchases:
        order = np.argsort(-months_ago.astype(np.int16), kind="stable")
        return cls(*(column[order] for column in (customer, division, months_ago, orders)))


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


def spread(n: int, most: int) -> Rows:
    """At most so many of n rows, evenly, in ascending order."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))
