"""The hidden state of the market at the end of a month: all that the next months depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.simulate.tables import NAMES, FloatArray

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders of one month: a cell is division x customers + customer; parallel arrays."""

    cells: NDArray[np.int64]
    cents: NDArray[np.int64]
    numbers: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> Orders:
        """The orders at these positions, or where a mask is true."""
        return Orders(self.cells[rows], self.cents[rows], self.numbers[rows])


@dataclass(slots=True)
class MarketState:
    """State of R customers over D divisions; a step changes it in place.

    Attributes:
        owned: (D, R) months since the first order, 0 = never, at most `LONGEST`.
        quiet: (D, R) months since the last order, 0 = never, at most `LONGEST`.
        contract: (D, R) months since the running contract began, 0 = none.
        health: (R,) position in `law.HEALTH`.
        energy: (R,) slow mood, log scale.
        momentum: (R,) decayed count of recent orders.
        project: (R,) months until the planned or running project ends, 0 = none.
        project_kind: (R,) position in `law.PROJECTS`.
        recent: Orders of the last month and of the month before that have not come back.
        next_number: Number of the next order.
    """

    owned: Bytes
    quiet: Bytes
    contract: Bytes
    health: NDArray[np.int8]
    energy: FloatArray
    momentum: FloatArray
    project: NDArray[np.int8]
    project_kind: NDArray[np.int8]
    recent: tuple[Orders, Orders]
    next_number: int = 0

    @property
    def customers(self) -> int:
        return len(self.health)

    def repeated(self, rows: NDArray[Any], copies: int) -> MarketState:
        """The chosen customers' state, `copies` times one after the other, independent of this.

        Args:
            rows: (C,) distinct positions of customers.
            copies: How many futures are to start from it.

        Returns:
            A state of `copies` x C customers, copy by copy.
        """
        tiled = np.tile(rows, copies)
        return MarketState(
            owned=self.owned[:, tiled],
            quiet=self.quiet[:, tiled],
            contract=self.contract[:, tiled],
            health=self.health[tiled],
            energy=self.energy[tiled],
            momentum=self.momentum[tiled],
            project=self.project[tiled],
            project_kind=self.project_kind[tiled],
            recent=(
                self._moved(self.recent[0], rows, copies),
                self._moved(self.recent[1], rows, copies),
            ),
            next_number=self.next_number,
        )

    def _moved(self, orders: Orders, rows: NDArray[Any], copies: int) -> Orders:
        """Orders of the chosen customers with the cells of the repeated state."""
        place = np.full(self.customers, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = orders.take(place[orders.cells % self.customers] >= 0)
        division, customer = np.divmod(kept.cells, self.customers)
        first = division * (copies * len(rows)) + place[customer]
        cells = (np.arange(copies)[:, None] * len(rows) + first).ravel()
        return Orders(cells, np.tile(kept.cents, copies), np.tile(kept.numbers, copies))


def empty_state(customers: int) -> MarketState:
    """Nobody has arrived, nothing is owned."""
    cells = (len(NAMES), customers)
    none = np.zeros(0, dtype=np.int64)
    return MarketState(
        owned=np.zeros(cells, dtype=np.uint8),
        quiet=np.zeros(cells, dtype=np.uint8),
        contract=np.zeros(cells, dtype=np.uint8),
        health=np.zeros(customers, dtype=np.int8),
        energy=np.zeros(customers, dtype=np.float32),
        momentum=np.zeros(customers, dtype=np.float32),
        project=np.zeros(customers, dtype=np.int8),
        project_kind=np.zeros(customers, dtype=np.int8),
        recent=(Orders(none, none, none), Orders(none, none, none)),
    )
