"""From a history to feature frames, at its own cutoff and at earlier ones.

A `FeatureEngine` condenses the history once (see `cube`) and then makes a `Snapshot`'s features
for any number of whole months before its cutoff. Everything comes from `history`, so nothing after
its cutoff can enter, and each snapshot sees only what was known at its own day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property

import ibis.expr.types as ir

from gosales.core.star import History
from gosales.features.cell_blocks import CellBlocks
from gosales.features.cells import (
    CellFeatures,
    ChosenCells,
    Learned,
    block_size,
    chosen_cells,
    column_names,
    learn,
)
from gosales.features.cube import Cube, build_cube
from gosales.features.ledger import Ledger
from gosales.features.panel import Panel, Rows
from gosales.features.relational import Relational, relational_names
from gosales.features.sources import Sources
from gosales.features.tables import Snapshots, computed, customers_by_age, fetched
from gosales.features.values import Books
from gosales.utils.coding import Ints
from gosales.utils.db import limit_memory
from gosales.utils.parallel import ahead

CUSTOMERS_AT_ONCE = 25_000
"""In another engine, cutoffs share one query until it asks for so many customers."""


def everyone(panel: Panel) -> Rows:
    """All of a panel's customers."""
    return panel.everyone


@dataclass(frozen=True)
class Asked:
    """Customers whose features are wanted at one cutoff.

    Attributes:
        age: Months before the history's cutoff.
        panel: Everybody.
        learned: At this cutoff, of everybody.
        rows: The customers' rows in the panel, in ascending order.
    """

    age: int
    panel: Panel
    learned: Learned
    rows: Rows

    @property
    def whole(self) -> bool:
        """Whether they are all there are."""
        return len(self.rows) == len(self.panel.customers)


@dataclass(frozen=True)
class FeatureEngine:
    """Makes features from one history, for an outcome of `horizon_months`."""

    history: History
    horizon_months: int

    @cached_property
    def cube(self) -> Cube:
        return build_cube(self.history)

    @cached_property
    def sources(self) -> Sources:
        return Sources.of(self.history, self.cube)

    @property
    def ledger(self) -> Ledger:
        return self.sources.ledger

    @property
    def months(self) -> int:
        """Whole months of history before the cutoff."""
        return self.ledger.months

    def limit_memory(self, memory_gb: float) -> None:
        """How much a database in this process may hold from now on; it spills what is more."""
        if self.cube.here:
            limit_memory(self.history.tables.facts.get_backend().con, memory_gb)

    def at(self, age: int) -> CellFeatures:
        """The features at the cutoff `age` whole months before the history's own."""
        return next(self.several([age]))

    def on_demand(self, age: int) -> CellBlocks:
        """The same, made of the customers that are asked for when they are asked for."""
        panel, learned = self._everybody(age)
        return self._in_blocks(Asked(age, panel, learned, panel.everyone))

    def tables(self, age: int) -> AbstractContextManager[tuple[ir.Table, ir.Table]]:
        """Everybody's relational features at that cutoff where the star is (see `computed`)."""
        return computed(Snapshots(self.cube, (age,), self.horizon_months))

    def several(
        self, ages: Sequence[int], chosen: Callable[[Panel], Rows] = everyone
    ) -> Iterator[CellFeatures]:
        """The features at several cutoffs, in the order of `ages`; one is held at a time.

        What the next cutoff's are learned from is put together in another thread while one's are
        used. It asks nothing of the database, whose connection serves one thread at a time.

        Args:
            ages: Months before the history's cutoff.
            chosen: Of a panel, the rows of the customers whose features are wanted, in ascending
                order; by default everybody. What is learned is learned from all customers, or an
                even draw of very many.
        """
        waiting: list[Asked] = []
        _ = self.sources  # here, since they do ask the database
        for age, (panel, learned) in zip(ages, ahead(self._everybody, ages), strict=True):
            asked = Asked(age, panel, learned, chosen(panel))
            if len(asked.rows) > block_size(asked.panel):
                yield from self._made(waiting)
                waiting = []
                yield self._in_blocks(asked)
                continue
            waiting.append(asked)
            asked_for = sum(len(one.rows) for one in waiting)
            if self.sources.books or asked_for >= CUSTOMERS_AT_ONCE:
                yield from self._made(waiting)
                waiting = []
        yield from self._made(waiting)

    def _everybody(self, age: int) -> tuple[Panel, Learned]:
        """Everybody at that cutoff, and what is learned of them."""
        cutoff = self.history.cutoff.months_before(age)
        panel = self.sources.panel(age, cutoff, self.horizon_months)
        return panel, learn(panel)

    def _made(self, asked: list[Asked]) -> Iterator[ChosenCells]:
        """The features of chosen customers at some cutoffs."""
        if not asked:
            return
        for one, values in zip(asked, self._relational(asked), strict=True):
            yield chosen_cells(one.panel, one.learned, one.rows, values)

    def _relational(self, asked: list[Asked]) -> Iterator[Relational]:
        """Of each that is asked: from the ledgers one by one, or by one query of another engine."""
        if self.sources.books:
            return (self._from_books(self.sources.books, one) for one in asked)
        ages = tuple(one.age for one in asked)
        names = [one.panel.customers[one.rows] for one in asked]
        whole = all(one.whole for one in asked)
        wanted = None if whole else customers_by_age(zip(ages, names, strict=True))
        snapshots = Snapshots(self.cube, ages, self.horizon_months, wanted)
        return fetched(snapshots, [one.panel for one in asked], [one.rows for one in asked])

    def _from_books(self, books: Callable[[Ints], Books], one: Asked) -> Relational:
        customers = self.ledger.customers_at(one.age)[one.rows]
        divisions, horizon = one.panel.divisions, self.horizon_months
        return books(customers).relational(one.age, divisions, horizon, customers)

    def _in_blocks(self, asked: Asked) -> CellBlocks:
        def make(rows: Rows) -> ChosenCells:
            return next(self._made([replace(asked, rows=rows)]))

        names = column_names(*relational_names(self.horizon_months))
        return CellBlocks(asked.panel, asked.learned, names, make)
