"""From a history to feature frames, at its own cutoff and at earlier ones.

A `FeatureEngine` condenses the history once (see `cube`) and then makes a `Snapshot`'s features
for any number of whole months before its cutoff. Everything comes from `history`, so nothing after
its cutoff can enter, and each snapshot sees only what was known at its own day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import FeatureFrame, Spine
from gosales.core.star import History
from gosales.features.cube import Cube, build_cube
from gosales.features.families.adoption_paths import (
    PATH_FEATURES,
    Paths,
    adoption_paths,
    fit_paths,
)
from gosales.features.families.collaborative import COLLABORATIVE_FEATURES, collaborative
from gosales.features.families.popularity import (
    DIVISION_FEATURES,
    SEGMENT_FEATURES,
    division_popularity,
    segment_popularity,
)
from gosales.features.families.profile import PROFILE_FEATURES, profile
from gosales.features.families.tastes import TASTE_FEATURES, Patterns, fit_patterns, tastes
from gosales.features.ledger import Ledger
from gosales.features.panel import Panel, Relational, Rows, Sources, relational
from gosales.features.relational import ADOPTED, Snapshots, customers_by_age
from gosales.utils.parallel import in_threads

HORIZON_FEATURE = "horizon__months"
CUSTOMERS_AT_ONCE = 25_000
"""Cutoffs share one query until so many customers are asked for in it."""

CELLS_AT_ONCE = 2_000_000
"""Features of more cells are made for a block of customers at a time."""

LEARNED_NAMES = (
    *(f"segment__{name}" for name in SEGMENT_FEATURES),
    *(f"profile__{name}" for name in PROFILE_FEATURES),
    *(f"collaborative__{name}" for name in COLLABORATIVE_FEATURES),
    *(f"tastes__{name}" for name in TASTE_FEATURES),
    *(f"paths__{name}" for name in PATH_FEATURES),
)
DIVISION_NAMES = tuple(f"division__{name}" for name in DIVISION_FEATURES)


def everyone(panel: Panel) -> Rows:
    """All of a panel's customers."""
    return panel.everyone


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

    def at(self, age: int) -> CellFeatures:
        """The features at the cutoff `age` whole months before the history's own."""
        return next(self.several([age]))

    def several(
        self, ages: Sequence[int], chosen: Callable[[Panel], Rows] = everyone
    ) -> Iterator[CellFeatures]:
        """The features at several cutoffs, in the order of `ages`; one is held at a time.

        Args:
            ages: Months before the history's cutoff.
            chosen: Of a panel, the rows of the customers whose features are wanted, in ascending
                order; by default everybody. What is learned is learned from all customers.
        """
        waiting: list[tuple[int, Panel, Rows]] = []
        for age in ages:
            cutoff = self.history.cutoff.months_before(age)
            panel = self.sources.panel(age, cutoff, self.horizon_months)
            rows = chosen(panel)
            if len(rows) * panel.shape[1] > CELLS_AT_ONCE:
                yield from self._made(waiting)
                waiting = []
                yield self._in_blocks(age, panel)
                continue
            waiting.append((age, panel, rows))
            if sum(len(rows) for *_, rows in waiting) >= CUSTOMERS_AT_ONCE:
                yield from self._made(waiting)
                waiting = []
        yield from self._made(waiting)

    def _made(self, asked: list[tuple[int, Panel, Rows]]) -> Iterator[CellFeatures]:
        """The features of chosen customers at some cutoffs, by one query of the engine."""
        if not asked:
            return
        ages, panels, chosen = (list(part) for part in zip(*asked, strict=True))
        whole = all(len(rows) == len(panel.customers) for _, panel, rows in asked)
        wanted = None if whole else customers_by_age((a, p.customers[r]) for a, p, r in asked)
        snapshots = Snapshots(self.cube, tuple(ages), self.horizon_months, wanted)
        found = relational(snapshots, panels, chosen)
        for panel, rows, values in zip(panels, chosen, found, strict=True):
            yield cell_features(panel, learn(panel), rows, values)

    def _in_blocks(self, age: int, panel: Panel) -> CellBlocks:
        learned = learn(panel)

        def make(rows: Rows) -> CellFeatures:
            wanted = customers_by_age([(age, panel.customers[rows])])
            snapshots = Snapshots(self.cube, (age,), self.horizon_months, wanted)
            (found,) = relational(snapshots, [panel], [rows])
            return cell_features(panel, learned, rows, found)

        return CellBlocks.of(panel, make)

    @property
    def months(self) -> int:
        """Whole months of history before the cutoff."""
        return self.ledger.months


@dataclass(frozen=True)
class Learned:
    """What costs the most to learn of a panel's own past, learned once for all its customers."""

    paths: Paths
    patterns: Patterns
    division_values: NDArray[np.float32]


def learn(panel: Panel) -> Learned:
    """Fit on the panel's own past."""
    fits: list[Callable[[], Any]] = [partial(fit, panel) for fit in (fit_paths, fit_patterns)]
    paths, patterns = in_threads(lambda fit: fit(), fits)
    return Learned(paths, patterns, division_popularity(panel))


def cell_features(
    panel: Panel, learned: Learned, rows: Rows, relational: Relational
) -> CellFeatures:
    """Apply the learned families to chosen customers; the small ones are fitted here.

    Args:
        rows: The customers' rows in the panel, in ascending order.
        relational: Their relational features.
    """
    families: list[Callable[[], NDArray[np.float32]]] = [
        partial(tastes, panel, learned.patterns, rows),
        partial(collaborative, panel, rows),
        partial(adoption_paths, panel, learned.paths, rows),
        partial(profile, panel, rows),
        partial(segment_popularity, panel, rows),
    ]
    taste, alike, followed, told, segment = in_threads(lambda make: make(), families)
    joined = np.concatenate([segment, told, alike, taste, followed], axis=2)
    return CellFeatures(panel, rows, relational, learned.paths, learned.division_values, joined)


@dataclass(frozen=True)
class CellFeatures:
    """The features of m chosen customers' cells at one cutoff; `rows` puts chosen ones together.

    Attributes:
        panel: Everybody.
        chosen: Shape (m,), their rows in the panel, in ascending order.
        relational: Their relational features.
        paths: Adoption paths as learned at this cutoff.
        division_values: Shape (D, len(DIVISION_NAMES)).
        learned_values: Shape (m, D, len(LEARNED_NAMES)).
    """

    panel: Panel
    chosen: Rows
    relational: Relational
    paths: Paths
    division_values: NDArray[np.float32]
    learned_values: NDArray[np.float32]

    @property
    def spine(self) -> Spine:
        return self.panel.spine

    @cached_property
    def names(self) -> tuple[str, ...]:
        own = (name for name in self.relational.own_names if name != ADOPTED)
        return (
            *own,
            *self.relational.customer_names,
            *DIVISION_NAMES,
            *LEARNED_NAMES,
            HORIZON_FEATURE,
        )

    @cached_property
    def _own(self) -> NDArray[np.float32]:
        """The own features that are columns of a frame; a last row of NaN for untouched cells."""
        found = self.relational
        kept = [i for i, name in enumerate(found.own_names) if name != ADOPTED]
        return np.vstack([found.own_values[:, kept], np.full((1, len(kept)), np.nan, np.float32)])

    @cached_property
    def _place(self) -> NDArray[np.intp]:
        """Shape (n,), which of the chosen each customer is; -1 for none of them."""
        place = np.full(self.panel.shape[0], -1)
        place[self.chosen] = np.arange(len(self.chosen))
        return place

    def blocks(self) -> Iterator[NDArray[np.int32]]:
        """All customers of the panel, so many at a time as memory bears, in ascending order."""
        n, size = self.panel.shape[0], block_size(self.panel)
        for start in range(0, n, size):
            yield np.arange(start, min(start + size, n), dtype=np.int32)

    def rows(
        self,
        customer: NDArray[np.int32],
        division: NDArray[np.int32],
        months: int | None = None,
    ) -> FeatureFrame:
        """The chosen cells as a frame.

        Args:
            customer: Shape (rows,), index into the spine's customers.
            division: Shape (rows,), index into the spine's divisions.
            months: Length of the outcome that is asked for; by default the whole horizon.

        Raises:
            ValueError: The features of one of the customers were not made.
        """
        place, found = self._place[customer], self.relational
        if (place < 0).any():
            raise ValueError("the features of this customer were not asked for")
        length = np.full((len(customer), 1), months or self.panel.horizon_months, np.float32)
        values = np.hstack(
            [
                self._own[found.cell_row[place, division]],
                found.customer_values[place],
                self.division_values[division],
                self.learned_values[place, division],
                length,
            ]
        )
        return FeatureFrame(self.spine, customer, division, self.names, values)


def block_size(panel: Panel) -> int:
    """Customers whose features are held at once."""
    return max(CELLS_AT_ONCE // max(panel.shape[1], 1), 1)


@dataclass(frozen=True)
class CellBlocks(CellFeatures):
    """The features of all cells of many customers; those of a block are made when they are asked.

    Ask block by block (see `blocks`): only the features of the newest block are kept. Its own
    fields hold those of nobody.

    Attributes:
        make: Gives the features of chosen customers.
        newest: The block that was made last, by its place.
        making: Held while features are made: threads that ask for a block make it once, and the
            database answers one at a time.
    """

    make: Callable[[Rows], CellFeatures]
    newest: dict[int, CellFeatures]
    making: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, panel: Panel, make: Callable[[Rows], CellFeatures]) -> CellBlocks:
        """Make the first block."""
        first = make(np.arange(min(block_size(panel), panel.shape[0])))
        found, none = first.relational, slice(0)
        nobody = Relational(
            found.customer_names,
            found.customer_values[none].copy(),
            found.own_names,
            found.own_values[none].copy(),
            found.cell_row[none].copy(),
        )
        return cls(
            panel,
            first.chosen[none],
            nobody,
            first.paths,
            first.division_values,
            first.learned_values[none].copy(),
            make,
            {0: first},
        )

    def rows(
        self,
        customer: NDArray[np.int32],
        division: NDArray[np.int32],
        months: int | None = None,
    ) -> FeatureFrame:
        """The chosen cells as a frame, as of `CellFeatures`.

        Cells of more than one block are made for this frame alone when their customers are few.
        """
        block = customer // block_size(self.panel)
        places = np.unique(block)
        if len(places) == 1:
            return self._block(int(places[0])).rows(customer, division, months)
        asked = np.unique(customer)
        if len(asked) <= block_size(self.panel):
            with self.making:
                made = self.make(asked.astype(np.intp))
            return made.rows(customer, division, months)
        values = np.empty((len(customer), len(self.names)), np.float32)
        for place in places:
            inside = block == place
            part = self._block(int(place)).rows(customer[inside], division[inside], months)
            values[inside] = part.values
        return FeatureFrame(self.spine, customer, division, self.names, values)

    def _block(self, place: int) -> CellFeatures:
        with self.making:
            if place not in self.newest:
                self.newest.clear()  # before the next is made, so that two are never held
                size = block_size(self.panel)
                rows = np.arange(place * size, min((place + 1) * size, self.panel.shape[0]))
                self.newest[place] = self.make(rows)
            return self.newest[place]
