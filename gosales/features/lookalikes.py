"""Customers like this one who own the division already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.features.families.collaborative import decayed_orders
from gosales.features.panel import Panel

MOST_OWNERS = 2_000
BLOCK = 2_048


def nearest_owners(
    panel: Panel, division: int, customers: NDArray[np.int32], count: int = 3
) -> list[list[int]]:
    """For each customer, the `count` owners with the most alike purchases, nearest first.

    Alike by the cosine of decayed order counts in the other divisions. At most MOST_OWNERS owners,
    spread evenly, are looked at, so the work grows linearly.

    Args:
        division: Column of the panel.
        customers: Rows of the panel.

    Returns:
        Rows of the panel, as many lists as customers; shorter where fewer owners are alike at all.
    """
    owners = np.flatnonzero(panel.owned[:, division])
    if len(owners) > MOST_OWNERS:
        owners = owners[np.linspace(0, len(owners) - 1, MOST_OWNERS).astype(int)]
    x = np.log1p(decayed_orders(panel))
    x[:, division] = 0.0
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    result: list[list[int]] = []
    for start in range(0, len(customers), BLOCK):
        rows = customers[start : start + BLOCK]
        similar = np.round(x[rows] @ x[owners].T, 9)
        similar[rows[:, None] == owners[None, :]] = -1.0
        best = np.argsort(-similar, axis=1, kind="stable")[:, :count]
        for row, order in zip(similar, best, strict=True):
            result.append([int(owners[i]) for i in order if row[i] > 0])
    return result
