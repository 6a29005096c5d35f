"""From a history to feature frames, at its own cutoff and at earlier ones.

A `FeatureEngine` condenses the history once (see `cube`) and then makes a `Snapshot`'s features
for any number of whole months before its cutoff. Everything comes from `history`, so nothing after
its cutoff can enter, and each snapshot sees only what was known at its own day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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
from gosales.features.families.tastes import TASTE_FEATURES, tastes
from gosales.features.panel import Calendar, Panel, Sources, build_panels
from gosales.features.relational import ADOPTED, Snapshots

HORIZON_FEATURE = "horizon__months"
CELLS_AT_ONCE = 2_000_000
"""Cutoffs share one query as long as their cells stay below this number."""

LEARNED_NAMES = (
    *(f"segment__{name}" for name in SEGMENT_FEATURES),
    *(f"profile__{name}" for name in PROFILE_FEATURES),
    *(f"collaborative__{name}" for name in COLLABORATIVE_FEATURES),
    *(f"tastes__{name}" for name in TASTE_FEATURES),
    *(f"paths__{name}" for name in PATH_FEATURES),
)
DIVISION_NAMES = tuple(f"division__{name}" for name in DIVISION_FEATURES)


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
    def calendar(self) -> Calendar:
        return self.sources.calendar

    def at(self, age: int) -> CellFeatures:
        """The features at the cutoff `age` whole months before the history's own."""
        return next(self.several([age]))

    def several(self, ages: Sequence[int]) -> Iterator[CellFeatures]:
        """The features at several cutoffs, in the order of `ages`; one is held at a time."""
        together = max(CELLS_AT_ONCE // max(len(self.calendar.customer), 1), 1)
        for start in range(0, len(ages), together):
            chunk = tuple(ages[start : start + together])
            snapshots = Snapshots(self.cube, chunk, self.horizon_months)
            yield from map(cell_features, build_panels(snapshots, self.sources))

    @cached_property
    def months(self) -> int:
        """Whole months of history before the cutoff."""
        return int(self.calendar.age.max(initial=0)) + 1


def cell_features(panel: Panel) -> CellFeatures:
    """Fit the learned families on the panel's own past, and apply them to it."""
    paths = fit_paths(panel)
    learned = (
        segment_popularity(panel),
        profile(panel),
        collaborative(panel),
        tastes(panel),
        adoption_paths(panel, paths),
    )
    joined = np.concatenate(learned, axis=2)
    return CellFeatures(panel, paths, division_popularity(panel), joined)


@dataclass(frozen=True)
class CellFeatures:
    """The features of all cells at one cutoff; `rows` puts chosen ones side by side.

    Attributes:
        panel: Customers, divisions and the relational features.
        paths: Adoption paths as learned at this cutoff.
        division_values: Shape (D, len(DIVISION_NAMES)).
        learned_values: Shape (n, D, len(LEARNED_NAMES)).
    """

    panel: Panel
    paths: Paths
    division_values: NDArray[np.float32]
    learned_values: NDArray[np.float32]

    @cached_property
    def spine(self) -> Spine:
        p = self.panel
        return Spine(p.cutoff, p.customers, p.divisions, p.owned)

    @cached_property
    def names(self) -> tuple[str, ...]:
        own = (name for name in self.panel.own_names if name != ADOPTED)
        return (
            *own,
            *self.panel.customer_names,
            *DIVISION_NAMES,
            *LEARNED_NAMES,
            HORIZON_FEATURE,
        )

    @cached_property
    def _own(self) -> NDArray[np.float32]:
        """The own features that are columns of a frame; a last row of NaN for untouched cells."""
        panel = self.panel
        kept = [i for i, name in enumerate(panel.own_names) if name != ADOPTED]
        return np.vstack([panel.own_values[:, kept], np.full((1, len(kept)), np.nan, np.float32)])

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
        """
        panel = self.panel
        length = np.full((len(customer), 1), months or panel.horizon_months, np.float32)
        values = np.hstack(
            [
                self._own[panel.cell_row[customer, division]],
                panel.customer_values[customer],
                self.division_values[division],
                self.learned_values[customer, division],
                length,
            ]
        )
        return FeatureFrame(self.spine, customer, division, self.names, values)
