"""What a purchase of a division usually brings, before anything is known of the customer.

Where a division's buyers are few, its usual money follows its price level (what an order day
brought lately, known for a division from its first line on), and the way in which money follows
prices in all divisions. First purchases and later ones differ, and so do outcomes of two months
and of six.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet

Floats = NDArray[np.float64]
MONTHS = "horizon__months"
OWNED = "own_breadth__skus_owned"
PRIOR = 20.0
"""A division is pulled to the others as if by so many of their buyers."""


@dataclass(frozen=True)
class PriceBase:
    """Usual money of a purchase, as the log of cents.

    Attributes:
        usual: Division -> for never-bought and for owned cells, over a whole horizon; "" for a
            division that is not among them.
        growth: For never-bought and owned cells: money grows as the outcome's months to this power.
        months: Length of a whole horizon.
    """

    usual: dict[str, tuple[float, float]]
    growth: tuple[float, float]
    months: int

    def log_cents(
        self, names: tuple[str, ...], values: NDArray[np.float32], divisions: NDArray[np.object_]
    ) -> Floats:
        """Shape (rows,), for rows of features of shape (rows, len(names))."""
        side = owned_rows(names, values).astype(np.intp)
        usual = side_of(self.usual, divisions, side)
        length = np.log(values[:, names.index(MONTHS)].astype(np.float64) / self.months)
        return np.asarray(usual + np.array(self.growth)[side] * length)


def owned_rows(names: tuple[str, ...], values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Shape (rows,): whether the customer owns the division."""
    return np.nan_to_num(values[:, names.index(OWNED)]) > 0


def side_of(
    pairs: dict[str, tuple[float, float]], divisions: NDArray[np.object_], side: NDArray[np.intp]
) -> Floats:
    """Shape (rows,): of each row's division the number for never-bought or for owned cells.

    Args:
        pairs: Division -> the two; "" for any other division.
        side: Shape (rows,), 0 for never-bought and 1 for owned.
    """
    code, names = pd.factorize(divisions)
    table = np.array([pairs.get(name, pairs[""]) for name in names], np.float64).reshape(-1, 2)
    return np.asarray(table[code, side])


def fit_price_base(paid: TrainingSet, levels: dict[str, float]) -> PriceBase:
    """Fit on the rows that bought for money.

    Args:
        paid: Rows with `value_cents` above zero; may be none.
        levels: Division -> log of the cents that an order day brings; may know more divisions than
            `paid` does, and must know those of `paid`.
    """
    months = paid.values[:, paid.names.index(MONTHS)].astype(np.float64)
    whole = float(months.max(initial=1.0))
    level = np.array([levels[name] for name in paid.divisions])
    y = np.log(paid.value_cents.astype(np.float64)) - level[paid.division]
    length, weight, side = np.log(months / whole), paid.weight, paid.owned.astype(np.intp)
    growth = np.array([_growth(y[side == s], length[side == s], weight[side == s]) for s in (0, 1)])
    rest = y - growth[side] * length
    overall = float(weight @ rest / max(weight.sum(), 1e-9))
    of_side = overall + _pulled(rest - overall, weight, side, 2)
    rest = rest - of_side[side]
    count = len(paid.divisions)
    of_division = _pulled(rest, weight, paid.division, count)
    rest = rest - of_division[paid.division]
    of_cell = _pulled(rest, weight, paid.division * 2 + side, 2 * count).reshape(count, 2)
    shift = of_division[:, None] + of_cell
    found = {name: shift[d] for d, name in enumerate(paid.divisions)}
    usual = {
        name: _pair(levels[name] + of_side + found.get(name, np.zeros(2)))
        for name in sorted(levels)
    }
    usual[""] = _pair(np.median(list(usual.values()), axis=0) if usual else of_side)
    return PriceBase(usual, _pair(growth), int(whole))


def _growth(y: Floats, length: Floats, weight: Floats) -> float:
    """Slope of log money over the log of the outcome's length, between 0 and 1."""
    if not len(y):
        return 0.0
    if not (length < 0).any() or not (length == 0).any():
        return 0.5
    centre = np.average(y[length == 0], weights=weight[length == 0])
    slope = (weight * length) @ (y - centre) / ((weight * length) @ length)
    return float(np.clip(slope, 0.0, 1.0))


def _pulled(rest: Floats, weight: Floats, group: NDArray[np.integer], groups: int) -> Floats:
    """Shape (groups,): mean of each group, pulled to zero as if by PRIOR rows."""
    total = np.bincount(group, weights=weight * rest, minlength=groups)
    return np.asarray(total / (np.bincount(group, weights=weight, minlength=groups) + PRIOR))


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
