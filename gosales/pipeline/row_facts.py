"""Facts of scored rows, gathered from the features for the sentences of `whitespace`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gosales.core.concepts import Concept
from gosales.core.frames import FeatureFrame
from gosales.features.cells import CellFeatures
from gosales.features.families.popularity import SEGMENT_KINDS, adopters_and_free
from gosales.features.ledger import NEVER
from gosales.features.panel import BRANCH_KIND, REP_KIND, SIZE_KIND
from gosales.features.walk import STATES, past_months
from gosales.whitespace.facts import Facts, Group, Step
from gosales.whitespace.wording import together, words

Floats = NDArray[np.float64]
YEAR = 12
ATTRIBUTE = "attribute "
MOST_ATTRIBUTES = 3


def named(divisions: Sequence[str], leftover: Collection[str]) -> NDArray[np.bool_]:
    """Shape (D,): the divisions that a sentence may name, which are not leftovers."""
    return np.array([name not in leftover for name in divisions], bool)


@dataclass(frozen=True)
class RowFacts:
    """Makes the facts of a frame's rows, one at a time.

    Attributes:
        leftover: Divisions that are no step to another one.
    """

    cells: CellFeatures
    frame: FeatureFrame
    leftover: Collection[str] = ()

    def of(self, row: int, usual: dict[str, float], concepts: set[Concept]) -> Facts:
        """The facts of one row of the frame.

        Args:
            usual: By feature name, of the division's usual cell.
            concepts: What may be told of the row; the rest need not be looked up.
        """
        panel, d = self.cells.panel, int(self.frame.division[row])
        customer = int(self.frame.customer[row])
        values = dict(zip(self.frame.names, self.frame.values[row].tolist(), strict=True))
        owned = bool(self._owned[row])
        return Facts(
            panel.divisions[d],
            panel.cutoff.date,
            panel.horizon_months,
            owned,
            values,
            usual,
            self._steps(customer, d) if Concept.RELATED in concepts and not owned else (),
            self._groups(customer, values) if Concept.PROFILE in concepts else (),
            {name: float(share[d]) for name, share in self._shares.items()},
            {name: int(count[d]) for name, count in self._counts.items()},
        )

    @cached_property
    def _owned(self) -> NDArray[np.bool_]:
        return self.frame.owned

    @cached_property
    def _holds(self) -> NDArray[np.float32]:
        panel = self.cells.panel
        return next(past_months(panel, range(1), np.arange(panel.shape[0]))).holds

    @cached_property
    def _named(self) -> NDArray[np.bool_]:
        return named(self.cells.panel.divisions, self.leftover)

    @cached_property
    def _last(self) -> Floats:
        """Shape (n, D): months since the last order."""
        last = np.full(self.cells.panel.shape, float(NEVER))
        p = self.cells.panel.purchases
        np.minimum.at(last, (p.customer, p.division), p.months_ago)
        return last

    @cached_property
    def _shares(self) -> dict[str, Floats]:
        """Of all customers, as the neighbours' are counted: added lately, own, bought lately."""
        panel = self.cells.panel
        first = panel.months_since_first
        added, free = (first < YEAR).sum(0), (first == NEVER).sum(0)
        return {
            "added": added / np.maximum(added + free, 1),
            "owns": panel.owned.mean(0),
            "bought": (panel.orders_12m > 0).mean(0),
        }

    @cached_property
    def _counts(self) -> dict[str, NDArray[np.int64]]:
        """Customers by what the adoption rates are made of."""
        panel = self.cells.panel
        first, h = panel.months_since_first, panel.horizon_months
        return {
            "could_add": adopters_and_free(first, 0, YEAR)[1],
            "added": (first < h).sum(0),
            "before": ((first >= h) & (first < 2 * h)).sum(0),
        }

    def _steps(self, customer: int, division: int) -> tuple[Step, ...]:
        """The division it bought that raises the chance the most, and that lowers it the most."""
        state, held = np.nonzero(self._holds[:, customer] * self._named)
        if not len(held):
            return ()
        paths, panel = self.cells.learned.paths, self.cells.panel
        lift = paths.lift[state, held, division]
        chosen = dict.fromkeys((int(np.argmax(lift)), int(np.argmin(lift))))
        return tuple(
            Step(
                panel.divisions[held[i]],
                STATES[state[i]],
                float(panel.months_since_first[customer, held[i]]),
                float(self._last[customer, held[i]]),
                float(paths.rate[state[i], held[i], division]),
                float(paths.usual[division]),
            )
            for i in chosen
        )

    def _groups(self, customer: int, values: dict[str, float]) -> tuple[Group, ...]:
        names = {
            SIZE_KIND: "Customers of its size",
            BRANCH_KIND: f"Customers of its branch ({self.cells.panel.branch[customer]})",
            REP_KIND: f"Customers of its rep ({self.cells.panel.rep[customer]})",
            "attributes": f"Customers of its {self._attributes}",
        }
        return tuple(
            Group(
                names[kind],
                float(np.exp(values[f"segment__{kind}_owner_lift"])),
                float(np.exp(values[f"segment__{kind}_adoption_lift"])),
            )
            for kind in SEGMENT_KINDS
        )

    @cached_property
    def _attributes(self) -> str:
        found = [
            words(name.removeprefix(ATTRIBUTE))
            for name in self.cells.panel.segments
            if name.startswith(ATTRIBUTE)
        ]
        if not found or len(found) > MOST_ATTRIBUTES:
            return "kind"
        return together(found)
