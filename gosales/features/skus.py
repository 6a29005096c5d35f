"""Which SKUs each customer bought, month by month, on the driver: what tastes are read from.

Which SKUs are the commonest is asked anew at every cutoff, of what was known by then: a choice
made once, at the end, would tell an earlier cutoff what was going to sell.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.columns import Fact
from gosales.features.cube import C, Cube
from gosales.features.holdings import KEY
from gosales.utils.coding import order_by

Ints = NDArray[np.int32]
MOST_SKUS = 2_000
MOST_ROWS = 20_000_000
DECAY_MONTHS = 12.0
BUYERS, ROWS, CODE = "buyers", "rows", "code"


@dataclass(frozen=True)
class SkuHistory:
    """Months in which a customer bought a SKU, for the SKUs with the most customers.

    As many SKUs are taken at a cutoff, at most MOST_SKUS, as have MOST_ROWS rows together, so that
    a long log fits into memory.

    Attributes:
        customers: Shape (c,), ids.
        customer, sku: Shape (rows,), codes; those of SKUs follow their names.
        age, seen: Shape (rows,), months before the cube's anchor: of the purchase, and of the day
            on which it became known.
        commonest: By months before the anchor, the codes of the SKUs that a cutoff of then takes,
            those with the most customers first.
        count: How many SKUs there are, taken or not.
    """

    customers: NDArray[np.object_]
    customer: Ints
    sku: Ints
    age: Ints
    seen: Ints
    commonest: tuple[Ints, ...]
    count: int

    @classmethod
    def of(cls, cube: Cube) -> SkuHistory:
        """Read what the cube holds of the SKUs that are among the commonest at any cutoff."""
        support = _support(cube.skus)
        names = support[[*KEY, CODE]].drop_duplicates()
        commonest = _commonest(support, len(names))
        ever = names[names[CODE].isin(np.concatenate([[], *commonest]))]
        if ever.empty:
            nothing = np.empty(0, np.int32)
            return cls(np.empty(0, object), nothing, nothing, nothing, nothing, (), 0)
        taken = cube.skus.join(ibis.memtable(ever), KEY)
        numbers = [CODE, C.AGE, C.SEEN]
        table = taken.select(Fact.CUSTOMER, *numbers).to_pyarrow()
        codes, ids = cube.codes(table, Fact.CUSTOMER)
        columns = codes, *(table[name].to_numpy().astype(np.int32) for name in numbers)
        order = order_by(*columns)
        codes, sku, age, seen = (column[order] for column in columns)
        return cls(ids, codes, sku, age, seen, commonest, len(names))

    def known_at(self, age: int, customers: pd.Index) -> sparse.csr_array:
        """Shape (len(customers), SKUs taken): log of the purchases known at that age's cutoff.

        A month with a purchase counts once, and half as much every DECAY_MONTHS.
        """
        taken = self.commonest[age] if age < len(self.commonest) else np.empty(0, np.int32)
        place = np.full(self.count, -1, np.int32)
        place[taken] = np.arange(len(taken), dtype=np.int32)
        at = customers.get_indexer(self.customers)
        asked = np.flatnonzero((at >= 0)[self.customer] & (self.seen >= age))
        rows = asked[place[self.sku[asked]] >= 0]
        weight = 0.5 ** ((self.age[rows] - age) / DECAY_MONTHS)
        cell = at[self.customer[rows]], place[self.sku[rows]]
        shape = (len(customers), len(taken))
        bought = sparse.csr_array((weight, cell), shape=shape)
        bought.sum_duplicates()
        bought.data = np.log1p(bought.data)
        return bought


def _support(rows: ir.Table) -> pd.DataFrame:
    """division, product_sku, CODE, SEEN: BUYERS and ROWS that became known in that month.

    Sorted from the oldest month on; codes count the names in their order.
    """
    first = rows.group_by([Fact.CUSTOMER, *KEY]).aggregate(**{C.SEEN: rows[C.SEEN].max()})
    buyers = first.group_by([*KEY, C.SEEN]).aggregate(**{BUYERS: first.count()})
    size = rows.group_by([*KEY, C.SEEN]).aggregate(**{ROWS: rows.count()})
    table = size.left_join(buyers, [*KEY, C.SEEN])[[*KEY, C.SEEN, ROWS, BUYERS]].to_pandas()
    code = table.groupby(KEY).ngroup().astype(np.int32)
    known = table.fillna({BUYERS: 0}).assign(**{CODE: code})
    return known.sort_values([C.SEEN, CODE], ascending=[False, True])


def _commonest(support: pd.DataFrame, count: int) -> tuple[Ints, ...]:
    """For each age: codes of the SKUs with the most customers by then, ties by name."""
    seen, code = support[C.SEEN].to_numpy(), support[CODE].to_numpy()
    new = support[[BUYERS, ROWS]].to_numpy(np.int64)
    total = np.zeros((count, 2), np.int64)
    found = []
    for age in range(int(seen.max(initial=-1)), -1, -1):
        total[code[seen == age]] += new[seen == age]
        top = np.argsort(-total[:, 0], kind="stable")[:MOST_SKUS]
        top = top[total[top, 0] > 0]
        found.append(top[total[top, 1].cumsum() <= MOST_ROWS].astype(np.int32))
    return tuple(reversed(found))
