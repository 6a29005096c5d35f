"""The orders of the log as parallel arrays, month by month, before they become lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.simulate.step import MonthEvents

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MonthOrders:
    """One month's orders, and the numbers of earlier orders that came back in it.

    Attributes:
        month: Absolute month (year x 12 + month - 1).
        numbers: (n,) order numbers, ascending.
        customer: (n,) positions.
        division: (n,) positions.
        cents: (n,) value in cents of a US dollar.
        first: (n,) whether it is the customer's first order from the division.
        returned: (m,) order numbers.
    """

    month: int
    numbers: Ints
    customer: Ints
    division: Ints
    cents: Ints
    first: NDArray[np.bool_]
    returned: Ints

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class OrderBook:
    """All orders of the log, oldest month first."""

    months: tuple[MonthOrders, ...]

    @classmethod
    def of(cls, events: dict[int, MonthEvents], customers: int) -> OrderBook:
        """Collect the events of the log's months.

        Args:
            events: By absolute month, oldest first.
            customers: How many customers a division has cells for.

        Returns:
            The orders; returns of orders from before the log are left out.
        """
        return cls(tuple(_month(month, event, customers) for month, event in events.items()))


def _month(month: int, events: MonthEvents, customers: int) -> MonthOrders:
    division, customer = np.divmod(events.orders.cells, customers)
    return MonthOrders(
        month=month,
        numbers=events.orders.numbers,
        customer=customer,
        division=division,
        cents=events.orders.cents,
        first=events.first,
        returned=np.sort(events.returns.numbers),
    )
