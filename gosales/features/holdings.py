"""Which SKUs each customer owns, and since when, as codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.utils.coding import Ints, Names, coded, order_by

FIRST, LAST = "first_months_ago", "last_months_ago"
KEY = [Fact.DIVISION, Fact.SKU]


@dataclass(frozen=True)
class Pairs:
    """Customer x SKU pairs; by customer, then by SKU.

    Attributes:
        customers: Shape (c,), ids, sorted.
        skus: The (division, SKU) that occur, sorted.
        customer, sku: Shape (rows,), codes into the two.
        order: Shape (rows,), the row of the table that each was.
    """

    customers: Names
    skus: pd.MultiIndex
    customer: Ints
    sku: NDArray[np.intp]
    order: NDArray[np.intp]

    @classmethod
    def of(cls, rows: pa.Table) -> Pairs:
        """Of a table with customer_id, division and product_sku."""
        customer, customers = coded(rows[Fact.CUSTOMER])
        division, divisions = coded(rows[Fact.DIVISION])
        sku, skus = coded(rows[Fact.SKU])
        pair, found = pd.factorize(division.astype(np.int64) * max(len(skus), 1) + sku, sort=True)
        names = [divisions[found // max(len(skus), 1)], skus[found % max(len(skus), 1)]]
        order = order_by(customer, pair)
        index = pd.MultiIndex.from_arrays(names, names=KEY)
        return cls(customers, index, customer[order], pair[order], order)

    def places(
        self, customers: Names, skus: pd.MultiIndex
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Shape (rows,) each: places among `customers` and among `skus`; -1 for none."""
        row = pd.Index(customers).get_indexer(self.customers)[self.customer]
        return row, skus.get_indexer(self.skus)[self.sku]


@dataclass(frozen=True)
class Holdings:
    """Pairs that are owned; months since the first and the last purchase, shape (rows,)."""

    pairs: Pairs
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pa.Table) -> Holdings:
        """Of a table with customer_id, division, product_sku, FIRST and LAST."""
        pairs = Pairs.of(rows)
        ages = (rows[name].to_numpy().astype(np.float64)[pairs.order] for name in (FIRST, LAST))
        return cls(pairs, *ages)
