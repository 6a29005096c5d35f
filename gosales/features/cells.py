"""The features of customers' cells at one cutoff, and what is learned to make them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import FeatureFrame, Spine
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
from gosales.features.measures import ADOPTED
from gosales.features.panel import Ints, Panel, Rows
from gosales.features.relational import Relational
from gosales.utils.parallel import in_threads

HORIZON_FEATURE = "horizon__months"
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


@dataclass(frozen=True)
class Learned:
    """What costs the most to learn of a panel's own past, learned once for all its customers.

    `division_values` has the shape (D, len(DIVISION_NAMES)).
    """

    paths: Paths
    patterns: Patterns
    division_values: NDArray[np.float32]


def learn(panel: Panel) -> Learned:
    """Fit on the panel's own past."""
    fits: list[Callable[[], Any]] = [partial(fit, panel) for fit in (fit_paths, fit_patterns)]
    paths, patterns = in_threads(lambda fit: fit(), fits)
    return Learned(paths, patterns, division_popularity(panel))


def column_names(own: tuple[str, ...], customer: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a frame, by the names of the relational features of cells and customers."""
    kept = (name for name in own if name != ADOPTED)
    return (*kept, *customer, *DIVISION_NAMES, *LEARNED_NAMES, HORIZON_FEATURE)


@dataclass(frozen=True)
class CellFeatures(ABC):
    """The features of cells at one cutoff; `rows` puts chosen ones together.

    Attributes:
        panel: Everybody.
        learned: At this cutoff, of everybody.
        names: The columns of a frame.
    """

    panel: Panel
    learned: Learned
    names: tuple[str, ...]

    @abstractmethod
    def rows(self, customer: Ints, division: Ints, months: int | None = None) -> FeatureFrame:
        """The chosen cells as a frame.

        Args:
            customer: Shape (rows,), index into the spine's customers.
            division: Shape (rows,), index into the spine's divisions.
            months: Length of the outcome that is asked for; by default the whole horizon.

        Raises:
            ValueError: The features of one of the customers were not made.
        """

    @abstractmethod
    def of(self, customers: Rows) -> CellFeatures:
        """At least the features of these customers, in memory, for several frames of them.

        Args:
            customers: Their rows in the panel, in ascending order.

        Raises:
            ValueError: The features of one of them were not made.
        """

    def let_go(self) -> None:  # noqa: B027 - features in memory are needed as long as they are
        """Drop what can be made again, before memory is wanted for something else."""

    @property
    def spine(self) -> Spine:
        return self.panel.spine

    def blocks(self, of: Rows | None = None) -> Iterator[Ints]:
        """Customers, so many at a time as memory bears, in ascending order.

        Args:
            of: Shape (m,), their rows in the panel, in ascending order; by default everybody.
        """
        asked = self.panel.everyone if of is None else of
        size = block_size(self.panel)
        edges = np.searchsorted(asked, np.arange(size, self.panel.shape[0], size))
        for block in np.split(asked.astype(np.int32), edges):
            if len(block):
                yield block


def block_size(panel: Panel) -> int:
    """Customers whose features are held at once."""
    return max(CELLS_AT_ONCE // max(panel.shape[1], 1), 1)


@dataclass(frozen=True)
class ChosenCells(CellFeatures):
    """The features of m chosen customers, held in memory.

    Attributes:
        chosen: Shape (m,), their rows in the panel, in ascending order.
        relational: Their relational features.
        learned_values: Shape (m, D, len(LEARNED_NAMES)).
    """

    chosen: Rows
    relational: Relational
    learned_values: NDArray[np.float32]

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

    def rows(self, customer: Ints, division: Ints, months: int | None = None) -> FeatureFrame:
        place, found = self._places(customer), self.relational
        length = np.full((len(customer), 1), months or self.panel.horizon_months, np.float32)
        values = np.hstack(
            [
                self._own[found.cell_row[place, division]],
                found.customer_values[place],
                self.learned.division_values[division],
                self.learned_values[place, division],
                length,
            ]
        )
        return FeatureFrame(self.spine, customer, division, self.names, values)

    def of(self, customers: Rows) -> ChosenCells:
        self._places(customers)
        return self

    def _places(self, customers: NDArray[Any]) -> NDArray[np.intp]:
        """Which of the chosen these are, of the same shape. Raises ValueError where one is not."""
        place: NDArray[np.intp] = self._place[customers]
        if (place < 0).any():
            raise ValueError("the features of this customer were not asked for")
        return place


def chosen_cells(panel: Panel, learned: Learned, rows: Rows, relational: Relational) -> ChosenCells:
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
    names = column_names(relational.own_names, relational.customer_names)
    return ChosenCells(panel, learned, names, rows, relational, joined)
