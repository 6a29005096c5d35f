"""What customers with like tastes bought: neighbours by SKU, not by division.

Two customers of the same divisions may have little in common. Here each is placed by the SKUs it
bought (with fading memory, rare SKUs weighing more), condensed to a few patterns by a truncated
SVD; the features are shares among the nearest customers, as in `collaborative`.

Reference: latent semantic indexing, Deerwester et al. 1990; inverse document frequency, Sparck
Jones 1972.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from gosales.features.families.collaborative import (
    REFERENCES,
    adopters,
    adopting_share,
    neighbour_shares,
)
from gosales.features.panel import MOST_FITTED, Floats, Panel, Rows, spread

Matrix = NDArray[np.float64]
PATTERNS = 48
NOISE = 1e-9
TASTE_FEATURES = {
    "neighbours": "Share of the customers with the most similar SKUs who own the division.",
    "neighbours_recent": "Share of them who bought from it in the last 12 months.",
    "neighbours_adopting": "Share of the non-owners among them who adopted it in the last year.",
}


@dataclass(frozen=True)
class Patterns:
    """What condenses purchases of SKUs to a place among the customers.

    Attributes:
        rarity: Shape (SKUs,), what each SKU weighs.
        axes: Shape (SKUs, k), k PATTERNS; None where there are so few SKUs or customers that the
            purchases themselves are the place.
    """

    rarity: Matrix
    axes: Matrix | None

    def place(self, bought: sparse.csr_array) -> Matrix:
        """Shape (n, k) of customers' purchases, shape (n, SKUs)."""
        weighted = bought @ sparse.diags_array(self.rarity)
        if self.axes is None:
            return np.asarray(weighted.todense())
        return _without_noise(weighted @ self.axes)


def fit_patterns(panel: Panel) -> Patterns:
    """Learn from customers spread evenly."""
    return patterns_of(panel.skus(spread(panel.shape[0], MOST_FITTED)))


def patterns_of(bought: sparse.csr_array) -> Patterns:
    """Learn rarity and patterns from purchases, shape (n, SKUs)."""
    n, skus = bought.shape
    buyers = np.bincount(bought.indices, minlength=skus)
    rarity = np.log((n + 1.0) / (buyers + 1.0))
    if min(n, skus) <= PATTERNS:
        return Patterns(rarity, None)
    learned = bought @ sparse.diags_array(rarity)
    if not learned.count_nonzero():  # everybody bought everything; no SVD starts from zero
        return Patterns(rarity, np.zeros((skus, PATTERNS)))
    start = np.random.default_rng(1).random(min(n, skus))
    return Patterns(rarity, svds(learned, k=PATTERNS, v0=start)[2].T)


def tastes(panel: Panel, patterns: Patterns, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(TASTE_FEATURES))."""
    reference = spread(panel.shape[0], REFERENCES)
    placed = np.union1d(reference, rows)
    place = patterns.place(panel.skus(placed))
    adopted, free = adopters(panel)
    held = panel.owned.astype(np.float64), (panel.orders_12m > 0).astype(np.float64), adopted, free
    near = neighbour_shares(
        place,
        *(matrix[placed] for matrix in held),
        rows=np.searchsorted(placed, rows),
        reference=np.searchsorted(placed, reference),
    )
    shares = near[0], near[1], adopting_share(near[2], near[3], adopted, free)
    return np.stack(shares, axis=2).astype(np.float32)


def _without_noise(places: Matrix) -> Matrix:
    """A customer without SKUs gets an exact zero from no SVD, and would be like somebody."""
    length = np.linalg.norm(places, axis=1, keepdims=True)
    return np.where(length > NOISE * length.max(), places, 0.0)
