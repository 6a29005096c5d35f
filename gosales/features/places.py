"""Where each customer belongs: branch and rep of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.features.cube import C
from gosales.utils.coding import Ints, Names


@dataclass(frozen=True)
class Places:
    """Branch and rep of customers' lines; by customer, the latest line first.

    Attributes:
        customer: Shape (rows,), codes into the ledger's customers.
        seen: Shape (rows,), months before the anchor of the day on which the line became known.
        branch, rep: Shape (rows,), None for none.
    """

    customer: NDArray[np.intp]
    seen: Ints
    branch: Names
    rep: Names

    @classmethod
    def of(cls, rows: ir.Table, customers: Names) -> Places:
        """Where two lines are of the same day, the first by name counts, none after any."""
        table = rows.to_pandas()
        code = pd.Index(customers).get_indexer(table[Fact.CUSTOMER].astype(object))
        branch, rep = (table[name].astype(object) for name in (Fact.BRANCH, Fact.REP))
        ranks = [_rank(one) for one in (branch, rep)]
        last = table[C.LAST].to_numpy(np.int64)
        order = np.lexsort((ranks[1], ranks[0], last, code))
        names = (one.where(one.notna(), None).to_numpy(object)[order] for one in (branch, rep))
        return cls(code[order], table[C.SEEN].to_numpy(np.int32)[order], *names)

    def known_at(self, age: int, customers: int) -> tuple[Names, Names]:
        """Shape (customers,) each: branch and rep of everybody in the ledger."""
        keep = np.flatnonzero(self.seen >= age)
        code, at = np.unique(self.customer[keep], return_index=True)
        found = np.full(customers, None, object), np.full(customers, None, object)
        for names, known in zip(found, (self.branch, self.rep), strict=True):
            names[code] = known[keep[at]]
        return found


def _rank(names: pd.Series) -> NDArray[np.intp]:
    """Place in the order of the names; the missing come last."""
    codes = pd.factorize(names, sort=True)[0]
    return np.where(codes < 0, len(names), codes)
