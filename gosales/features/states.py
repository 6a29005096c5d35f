"""What an account looked like on an earlier day: its purchases up to then, in a few numbers.

Read off the months with an order, so any customer on any month costs a look at its own purchases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gosales.features.ledger import pieces
from gosales.features.panel import Panel

Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]
DECAY_MONTHS = 12.0
YEAR = 12
SCALARS = 4
"""Volume, growth, rhythm and breadth, behind the divisions."""


@dataclass(frozen=True)
class States:
    """States of a panel's customers: shape (rows, D + SCALARS).

    The divisions' columns are logs of order days with fading memory; then come the log of the order
    days of a year, that over the year before, the log of the months since the last order, and the
    number of divisions.
    """

    panel: Panel

    def at(self, customer: Ints, months_ago: Ints) -> tuple[Matrix, NDArray[np.bool_]]:
        """The states of customers so many months ago, and who had bought anything by then.

        Args:
            customer, months_ago: Shape (rows,); a purchase in the month `months_ago` is known.
        """
        p, d = self.panel.purchases, self.panel.shape[1]
        row, place = self._pairs(customer)
        age = p.months_ago[place] - months_ago[row]
        row, place, age = row[age >= 0], place[age >= 0], age[age >= 0]
        orders = p.orders[place].astype(np.float64)
        held = np.zeros((len(customer), d))
        np.add.at(held, (row, p.division[place]), orders * 0.5 ** (age / DECAY_MONTHS))
        year, before = np.zeros(len(customer)), np.zeros(len(customer))
        np.add.at(year, row[age < YEAR], orders[age < YEAR])
        older = (age >= YEAR) & (age < 2 * YEAR)
        np.add.at(before, row[older], orders[older])
        last = np.full(len(customer), np.inf)
        np.minimum.at(last, row, age)
        known = np.isfinite(last)
        scalars = (
            np.log1p(year),
            np.log((year + 1) / (before + 1)),
            np.log1p(np.where(known, last, 0.0)),
            (held > 0).sum(1).astype(np.float64),
        )
        return np.column_stack([np.log1p(held), *scalars]), known

    @cached_property
    def now(self) -> Matrix:
        """The states of everybody at the panel's cutoff."""
        everyone = pieces(np.arange(self.panel.shape[0]))
        return np.vstack([self.at(some, np.zeros(len(some), np.int64))[0] for some in everyone])

    @cached_property
    def scale(self) -> Matrix:
        """Shape (D + SCALARS,): the divisions together weigh as much as the rest.

        A column that is the same for everybody says nothing, and weighs nothing.
        """
        d, spread = self.panel.shape[1], self.now.std(0)
        weight = np.zeros(len(spread))
        weight[spread > 1e-9] = 1 / spread[spread > 1e-9]
        weight[:d] *= np.sqrt(SCALARS / max(d, 1))
        return weight

    @cached_property
    def _order(self) -> tuple[Ints, Ints]:
        """The purchases by customer, and where each customer's begin."""
        customer = self.panel.purchases.customer
        order = np.argsort(customer, kind="stable")
        starts = np.searchsorted(customer[order], np.arange(self.panel.shape[0] + 1))
        return order, starts

    def _pairs(self, customer: Ints) -> tuple[Ints, Ints]:
        """Every row beside every purchase of its customer."""
        order, starts = self._order
        count = starts[customer + 1] - starts[customer]
        row = np.repeat(np.arange(len(customer)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, order[starts[customer][row] + within]
