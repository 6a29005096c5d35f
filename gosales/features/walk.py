"""A walk through the panel's past, month by month: what was held then, what was adopted next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.features.ledger import NEVER
from gosales.features.panel import MOST_FITTED, Panel, Rows, spread

FRESH_MONTHS = 8
ACTIVE_MONTHS = 12
STATES = ("fresh", "active", "stale")
"""How a customer holds a division: first bought lately; bought in the last year; longer ago."""


@dataclass(frozen=True)
class PastMonth:
    """The panel's customers as they were `months_ago` months before its cutoff.

    Attributes:
        holds: Shape (3, n, D), one-hot over STATES; all zero where the division was not bought.
        known: Shape (n,), customers who had bought anything by then.
        adopted: Shape (n, D), first bought in the horizon after that month.
    """

    months_ago: int
    holds: NDArray[np.float32]
    known: NDArray[np.bool_]
    adopted: NDArray[np.bool_]


def past_months(panel: Panel, months: range, sample: NDArray[np.int64]) -> Iterator[PastMonth]:
    """Yield the months of `months` (months ago), oldest first, for the customers in `sample`.

    A month of 0 is the panel's own cutoff; its `adopted` is empty, as the future is not known.
    """
    first = panel.months_since_first[sample]
    position = np.full(panel.shape[0], -1, np.int32)
    position[sample] = np.arange(len(sample), dtype=np.int32)
    p = panel.purchases
    theirs = np.flatnonzero(position[p.customer] >= 0)
    customer, division = position[p.customer[theirs]], p.division[theirs]
    ago = p.months_ago[theirs]
    last = np.full(first.shape, NEVER, np.float32)
    done = 0
    for month in sorted(months, reverse=True):
        until = int(np.searchsorted(-ago, -month, side="right"))
        last[customer[done:until], division[done:until]] = ago[done:until]
        done = until
        yield _month(month, first, last, panel.horizon_months)


def _month(
    month: int, first: NDArray[np.float32], last: NDArray[np.float32], horizon: int
) -> PastMonth:
    bought = (first >= month) & (first < NEVER)
    fresh = bought & (first - month < FRESH_MONTHS)
    active = bought & ~fresh & (last - month < ACTIVE_MONTHS)
    holds = np.stack([fresh, active, bought & ~fresh & ~active]).astype(np.float32)
    adopted = (first < month) & (first >= month - horizon)
    return PastMonth(month, holds, np.asarray(bought.any(1)), adopted)


def fit_sample(panel: Panel, budget: int) -> Rows:
    """Rows of customers to fit on, spread evenly, so that n x D x D stays within `budget`."""
    n, d = panel.shape
    size = max(min(n, budget // max(d * d, 1), MOST_FITTED), min(n, 500))
    return spread(n, size)
