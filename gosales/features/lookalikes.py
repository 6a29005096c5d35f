"""Owners who were like this customer before they bought: the references for a call.

An owner is compared as it was 1, 3 and 6 months (within the horizon) before the month of its first
purchase of the division, a customer as it is now. So an owner is not found for what it became.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.features.panel import spread
from gosales.features.states import States

MOST_OWNERS = 1_000
BLOCK = 2_048
LEADS = (1, 3, 6)
"""Months before the first purchase's at which an owner is looked at."""


@dataclass(frozen=True)
class Alike:
    """An owner, and when it was alike.

    Attributes:
        owner: Row of the panel.
        months_ago: Months before the panel's cutoff.
        distance: Between the two, in standard deviations.
    """

    owner: int
    months_ago: int
    distance: float


@dataclass(frozen=True)
class _Past:
    """Owners of a division before they bought it, several rows an owner; first axis: rows."""

    owner: NDArray[np.int64]
    months_ago: NDArray[np.int64]
    state: NDArray[np.float64]


def nearest_owners(
    states: States, division: int, customers: NDArray[np.int32], count: int = 3
) -> list[list[Alike]]:
    """For each customer, the `count` owners that were the most alike, nearest first.

    Alike by Euclidean distance of the states, the division itself left out. At most MOST_OWNERS
    owners, spread evenly, are looked at, so the work grows linearly.

    Args:
        division: Column of the panel.
        customers: Rows of the panel.

    Returns:
        As many lists as customers; shorter where fewer owners bought anything before.
    """
    past = _past(states, division)
    weight = states.scale.copy()
    weight[division] = 0.0
    reference = past.state * weight
    length = (reference**2).sum(1)
    result: list[list[Alike]] = []
    for start in range(0, len(customers), BLOCK):
        rows = customers[start : start + BLOCK].astype(np.int64)
        mine = states.now[rows] * weight
        squares = (mine**2).sum(1)[:, None] - 2 * mine @ reference.T + length
        far = np.round(np.sqrt(np.maximum(squares, 0.0)), 6)
        far[rows[:, None] == past.owner[None, :]] = np.inf
        best = _nearest(far, count * len(LEADS))
        result += [_distinct(past, one, order, count) for one, order in zip(far, best, strict=True)]
    return result


def _past(states: States, division: int) -> _Past:
    """Owners as they were; none that had bought nothing before."""
    panel = states.panel
    owners = np.flatnonzero(panel.owned[:, division])
    owners = owners[spread(len(owners), MOST_OWNERS)]
    leads = [lead for lead in LEADS if lead <= max(panel.horizon_months, 1)]
    owner = np.repeat(owners, len(leads))
    first = panel.months_since_first[owner, division].astype(np.int64)
    months_ago = first + np.tile(leads, len(owners))
    state, known = states.at(owner, months_ago)
    return _Past(owner[known], months_ago[known], state[known])


def _nearest(far: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Columns of the smallest values of each row, in order, ties by column."""
    if far.shape[1] > most:
        edge = np.partition(far, most - 1, axis=1)[:, most - 1 : most]
        wide = int((far <= edge).sum(1).max())
        kept = np.argsort(np.where(far <= edge, 0, 1), axis=1, kind="stable")[:, :wide]
        kept.sort(axis=1)
        inner = np.argsort(np.take_along_axis(far, kept, axis=1), axis=1, kind="stable")
        return np.take_along_axis(kept, inner, axis=1)
    return np.argsort(far, axis=1, kind="stable")


def _distinct(
    past: _Past, far: NDArray[np.float64], order: NDArray[np.int64], count: int
) -> list[Alike]:
    found: dict[int, Alike] = {}
    for place in order:
        owner = int(past.owner[place])
        if len(found) < count and owner not in found and np.isfinite(far[place]):
            found[owner] = Alike(owner, int(past.months_ago[place]), float(far[place]))
    return list(found.values())
