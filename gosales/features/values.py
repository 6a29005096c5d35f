"""The relational features of chosen customers, made on this machine from a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.features.cube import Cube
from gosales.features.ledger import COLUMNS, Ledger, pieces
from gosales.features.relational import Relational, joined, of_cells, of_customers, of_mix
from gosales.features.sums import Array, TouchedCells, starts_of
from gosales.utils.coding import Ints
from gosales.utils.parallel import in_threads


@dataclass(frozen=True)
class Books:
    """The ledgers of both tables of a cube, with all columns."""

    cells: Ledger
    people: Ledger

    @classmethod
    def of(cls, cube: Cube, customers: Ints | None = None) -> Books:
        """Fetch the rows of some customers, by their codes in the cube; by default everybody's."""
        return cls(
            *(Ledger.of(cube, one, COLUMNS, customers) for one in (cube.cells, cube.customers))
        )

    def relational(
        self, age: int, divisions: Sequence[str], horizon_months: int, customers: Ints
    ) -> Relational:
        """The relational features of chosen customers at one cutoff.

        Args:
            age: Months before the cube's anchor.
            divisions: All that were known at that cutoff, whoever bought from them.
            horizon_months: Length of the outcome.
            customers: Codes of customers that were known then, in ascending order.
        """
        make = partial(self._piece, age, divisions, horizon_months)
        return joined(in_threads(make, pieces(customers)))

    def _piece(
        self, age: int, divisions: Sequence[str], horizon_months: int, customers: Ints
    ) -> Relational:
        known = self.cells.known_at(age, customers)
        own = of_cells(known.sums(horizon_months))
        anywhere = of_customers(self.people.known_at(age, customers).sums(horizon_months))
        customer, division = known.cells
        mixed = of_mix(TouchedCells(own, starts_of(customer)))
        column = pd.Index(divisions).get_indexer(known.divisions)
        cell_row = np.full((len(customers), len(divisions)), -1, np.int32)
        cell_row[customer, column[division]] = np.arange(len(customer), dtype=np.int32)
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
