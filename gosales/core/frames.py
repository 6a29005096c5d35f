"""What the stages hand to each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gosales.core.timeline import Cutoff


@dataclass(frozen=True)
class Spine:
    """All customers x divisions that a frame may speak of, at one cutoff.

    Attributes:
        customers: Shape (n,), ids sorted.
        divisions: The D names, sorted.
        owned: Shape (n, D), bought by the cutoff and not fully returned.
    """

    cutoff: Cutoff
    customers: NDArray[np.object_]
    divisions: tuple[str, ...]
    owned: NDArray[np.bool_]


@dataclass(frozen=True)
class FeatureFrame:
    """Rows of customer x division at one cutoff, as numbers.

    Attributes:
        customer: Shape (rows,), index into `spine.customers`.
        division: Shape (rows,), index into `spine.divisions`.
        names: Of the columns.
        values: Shape (rows, len(names)), float32; NaN where there is nothing to say.
    """

    spine: Spine
    customer: NDArray[np.int32]
    division: NDArray[np.int32]
    names: tuple[str, ...]
    values: NDArray[np.float32]

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of all rows."""
        return self.values[:, self.names.index(name)]

    @property
    def owned(self) -> NDArray[np.bool_]:
        """Shape (rows,)."""
        return self.spine.owned[self.customer, self.division]


@dataclass(frozen=True)
class LabelFrame:
    """What happened in the horizon, for every cell of a spine.

    Attributes:
        months: Length of the outcome; less than the horizon for a partial one.
        bought: Shape (n, D).
        value_cents: Shape (n, D), net value of the cells that bought; 0 elsewhere.
    """

    months: int
    bought: NDArray[np.bool_]
    value_cents: NDArray[np.int64]

    def where(self, keep: NDArray[np.bool_ | np.intp]) -> LabelFrame:
        """Those of some customers, by mark or place."""
        return replace(self, bought=self.bought[keep], value_cents=self.value_cents[keep])


@dataclass(frozen=True)
class TrainingSet:
    """Sampled rows of many cutoffs, with what happened after each.

    Attributes:
        divisions: Names that `division` indexes.
        names: Of the feature columns.
        values: Shape (rows, len(names)).
        division: Shape (rows,).
        owned: Shape (rows,), bought by the row's cutoff.
        bought: Shape (rows,), the label.
        value_cents: Shape (rows,), net value bought in the outcome.
        weight: Shape (rows,), how many rows of the population each stands for.
        exposure: Shape (rows,), log odds that are known beforehand, which the models do not learn:
            what a shorter outcome and another season than the scored one add.
        cutoffs: Every cutoff that went in, oldest first.
        outcomes_end: Last day that any of the outcomes covers.
    """

    divisions: tuple[str, ...]
    names: tuple[str, ...]
    values: NDArray[np.float32]
    division: NDArray[np.int32]
    owned: NDArray[np.bool_]
    bought: NDArray[np.bool_]
    value_cents: NDArray[np.int64]
    weight: NDArray[np.float64]
    exposure: NDArray[np.float64]
    cutoffs: tuple[Cutoff, ...]
    outcomes_end: dt.date

    @property
    def learnable(self) -> bool:
        """Whether both outcomes occur."""
        return 0 < int(self.bought.sum()) < len(self.bought)

    def where(self, keep: NDArray[np.bool_]) -> TrainingSet:
        """The rows that `keep` (shape (rows,)) marks."""
        return replace(
            self,
            values=self.values[keep],
            division=self.division[keep],
            owned=self.owned[keep],
            bought=self.bought[keep],
            value_cents=self.value_cents[keep],
            weight=self.weight[keep],
            exposure=self.exposure[keep],
        )
