"""The features of all cells of many customers, made for a block of customers when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from gosales.core.frames import FeatureFrame
from gosales.features.cells import CellFeatures, ChosenCells, block_size
from gosales.features.panel import Ints, Rows


@dataclass(frozen=True)
class CellBlocks(CellFeatures):
    """Ask block by block (see `blocks`): only the features of the newest block are kept.

    Attributes:
        make: Gives the features of chosen customers.
        newest: The block that was made last, by its place.
        making: Held while features are made: threads that ask for a block make it once, and the
            database answers one at a time.
    """

    make: Callable[[Rows], ChosenCells]
    newest: dict[int, ChosenCells] = field(default_factory=dict)
    making: Lock = field(default_factory=Lock)

    def rows(self, customer: Ints, division: Ints, months: int | None = None) -> FeatureFrame:
        """The chosen cells as a frame.

        Cells of more than one block are made for this frame alone when their customers are few.
        """
        block = customer // block_size(self.panel)
        places = np.unique(block)
        if len(places) == 1:
            return self._block(int(places[0])).rows(customer, division, months)
        made = self.of(np.unique(customer).astype(np.intp))
        if made is not self:
            return made.rows(customer, division, months)
        values = np.empty((len(customer), len(self.names)), np.float32)
        for place in places:
            inside = block == place
            part = self._block(int(place)).rows(customer[inside], division[inside], months)
            values[inside] = part.values
        return FeatureFrame(self.spine, customer, division, self.names, values)

    def of(self, customers: Rows) -> CellFeatures:
        """As of `CellFeatures`; more customers than a block has are left to be asked for."""
        if len(customers) > block_size(self.panel):
            return self
        with self.making:
            return self.make(customers)

    def let_go(self) -> None:
        with self.making:
            self.newest.clear()

    def _block(self, place: int) -> ChosenCells:
        with self.making:
            if place not in self.newest:
                self.newest.clear()  # before the next is made, so that two are never held
                size = block_size(self.panel)
                rows = np.arange(place * size, min((place + 1) * size, self.panel.shape[0]))
                self.newest[place] = self.make(rows)
            return self.newest[place]
