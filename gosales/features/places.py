"""Where each customer belongs: branch and rep of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.features.cube import C
from gosales.utils.coding import Ints, Names, coded, order_by, placed


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
        table = rows.to_pyarrow()
        customer = placed(table[Fact.CUSTOMER], pd.Index(customers))
        (branch, branches), (rep, reps) = (coded(table[name]) for name in (Fact.BRANCH, Fact.REP))
        ranks = (np.where(code < 0, code.max(initial=0) + 1, code) for code in (branch, rep))
        order = order_by(customer, table[C.LAST].to_numpy(), *ranks)
        return cls(
            customer[order],
            table[C.SEEN].to_numpy().astype(np.int32)[order],
            np.array([*branches, None], object)[branch[order]],
            np.array([*reps, None], object)[rep[order]],
        )

    def known_at(self, age: int, customers: int) -> tuple[Names, Names]:
        """Shape (customers,) each: branch and rep of everybody in the ledger."""
        keep = np.flatnonzero(self.seen >= age)
        code, at = np.unique(self.customer[keep], return_index=True)
        found = np.full(customers, None, object), np.full(customers, None, object)
        for names, known in zip(found, (self.branch, self.rep), strict=True):
            names[code] = known[keep[at]]
        return found
