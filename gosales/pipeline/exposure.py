"""How much of a horizon's buying the first months of it see: the offset of an open outcome.

A lesson whose outcome is still open tells the newest level of buying, if its few months can be read
as a whole horizon. By the law of a constant hazard m of H months see m / H of the odds. Seasons
bend that: the same months of earlier years tell how. Both are joined as if the law were one more
year.

For never-bought cells only: owners have rhythms of their own, and `models.recipe` an offset for a
usual one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.features.ledger import NEVER
from gosales.features.panel import Panel

YEAR = 12
LEAST_BUYERS = 30
"""A past year with fewer in the horizon's months tells nothing."""


def exposure(panel: Panel, months: int) -> float:
    """The log odds of a never-bought cell to buy within `months`, less those within the horizon.

    Reads only what was known at the panel's cutoff.
    """
    horizon = panel.horizon_months
    if months == horizon:
        return 0.0
    found = [float(np.log(months / horizon))]
    first = panel.months_since_first
    age = YEAR
    while (free := _free(first, age)).any():
        part, whole = (
            int((free & (first < age) & (first >= age - length)).sum())
            for length in (months, horizon)
        )
        if whole < LEAST_BUYERS:
            break
        cells = int(free.sum())
        found.append(_log_odds(part, cells) - _log_odds(whole, cells))
        age += YEAR
    return float(np.mean(found))


def _free(first: NDArray[np.float32], age: int) -> NDArray[np.bool_]:
    """Shape (n, D): never bought by `age` months ago, of the customers known by then."""
    bought = (first >= age) & (first < NEVER)
    known = np.any(bought, axis=1, keepdims=True)
    return np.asarray(known & ~bought)


def _log_odds(buyers: int, cells: int) -> float:
    return float(np.log((buyers + 0.5) / (cells - buyers + 0.5)))
