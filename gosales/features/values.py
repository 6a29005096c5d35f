"""The relational features of chosen customers, made on this machine from a ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.features.ledger import Known, Ledger
from gosales.features.panel import Panel, Rows
from gosales.features.relational import Relational, of_cells, of_customers, of_mix
from gosales.features.sums import Array, Sums, TouchedCells, starts_of
from gosales.utils.parallel import in_threads

Features = dict[str, Array]


@dataclass(frozen=True)
class Books:
    """The ledgers of both tables of a cube, with all columns."""

    cells: Ledger
    people: Ledger

    def relational(self, age: int, panel: Panel, rows: Rows) -> Relational:
        """The relational features of chosen customers at one cutoff.

        Args:
            age: Months before the cube's anchor.
            panel: At that cutoff.
            rows: The customers' rows in the panel, in ascending order.
        """
        chosen = pd.Index(panel.customers[rows], dtype=object)

        def told(ledger: Ledger, of: Callable[[Sums], Features]) -> tuple[Known, Features]:
            known = ledger.known_at(age, chosen.get_indexer(ledger.customers) >= 0)
            return known, of(known.sums(panel.horizon_months))

        parts = (self.cells, of_cells), (self.people, of_customers)
        (known, own), (_, anywhere) = in_threads(lambda part: told(*part), parts)
        customer, division = known.cells
        mixed = of_mix(TouchedCells(own, starts_of(customer)))
        column = pd.Index(panel.divisions).get_indexer(known.divisions)
        cell_row = np.full((len(rows), len(panel.divisions)), -1, np.int32)
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
