"""Where each customer belongs: branch and rep of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gosales.core.columns import Fact
from gosales.features.cube import C, Cube
from gosales.utils.coding import Ints, Names, coded, order_by


@dataclass(frozen=True)
class Places:
    """Branch and rep of customers' lines; by customer, the latest line first.

    Attributes:
        customer: Shape (rows,), codes into the ledger's customers.
        seen: Shape (rows,), months before the anchor of the day on which the line became known.
        branch, rep: Shape (rows,), None for none.
    """

    customer: Ints
    seen: Ints
    branch: Names
    rep: Names

    @classmethod
    def of(cls, cube: Cube, customers: Names) -> Places:
        """Where two lines are of the same day, the first by name counts, none after any.

        Args:
            customers: Of the ledger, sorted.
        """
        table = cube.places.to_pyarrow()
        code, names = cube.codes(table, Fact.CUSTOMER)
        customer = pd.Index(customers).get_indexer(names).astype(np.int32)[code]
        (branch, branches), (rep, reps) = (coded(table[name]) for name in (Fact.BRANCH, Fact.REP))
        ranks = (np.where(code < 0, code.max(initial=0) + 1, code) for code in (branch, rep))
        order = order_by(customer, table[C.LAST].to_numpy(), *ranks)
        seen = table[C.SEEN].to_numpy().astype(np.int32)
        told = _telling(*(column[order] for column in (customer, branch, rep, seen)))
        customer, branch, rep, seen = told
        return cls(
            customer,
            seen,
            np.array([*branches, None], object)[branch],
            np.array([*reps, None], object)[rep],
        )

    def known_at(self, age: int, customers: int) -> tuple[Names, Names]:
        """Shape (customers,) each: branch and rep of everybody in the ledger."""
        keep = np.flatnonzero(self.seen >= age)
        code, at = np.unique(self.customer[keep], return_index=True)
        found = np.full(customers, None, object), np.full(customers, None, object)
        for names, known in zip(found, (self.branch, self.rep), strict=True):
            names[code] = known[keep[at]]
        return found


def _telling(customer: Ints, branch: Ints, rep: Ints, seen: Ints) -> list[Ints]:
    """The rows without those that an older one stands for: of the same place, and known before."""
    same = [column[1:] == column[:-1] for column in (customer, branch, rep)]
    kept = np.ones(len(customer), bool)
    kept[:-1] = ~(np.all(same, axis=0) & (seen[1:] >= seen[:-1]))
    return [column[kept] for column in (customer, branch, rep, seen)]
