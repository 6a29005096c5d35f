"""What customers with like tastes bought: neighbours by SKU, not by division.

Two customers of the same divisions may have little in common. Here each is placed by the SKUs it
bought (with fading memory, rare SKUs weighing more), condensed to a few patterns by a truncated
SVD; the features are shares among the nearest customers, as in `collaborative`.

Reference: latent semantic indexing, Deerwester et al. 1990; inverse document frequency, Sparck
Jones 1972.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from gosales.features.families.collaborative import (
    REFERENCES,
    adopters,
    adopting_share,
    neighbour_shares,
    spread,
)
from gosales.features.panel import EVERYBODY, Floats, Panel, Rows

Matrix = NDArray[np.float64]
PATTERNS = 48
NOISE = 1e-9
MOST_FITTED = 40_000
"""Customers that the patterns are learned from, spread evenly."""

TASTE_FEATURES = {
    "neighbours": "Share of the customers with the most similar SKUs who own the division.",
    "neighbours_recent": "Share of them who bought from it in the last 12 months.",
    "neighbours_adopting": "Share of the non-owners among them who adopted it in the last year.",
}


def tastes(panel: Panel, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(TASTE_FEATURES))."""
    n = panel.shape[0]
    fitted, reference = spread(n, MOST_FITTED), spread(n, REFERENCES)
    placed = np.unique(np.concatenate([fitted, reference, rows]))
    place = patterns(panel.skus(placed), np.searchsorted(placed, fitted))
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


def patterns(bought: sparse.csr_array, fitted: Rows | slice = EVERYBODY) -> Matrix:
    """Shape (n, k): each customer's place among the others, k PATTERNS or, of few, the SKUs.

    Args:
        bought: Shape (n, SKUs), how much of each SKU.
        fitted: Rows that rarity and patterns are learned from.
    """
    learned = bought[fitted]
    n, skus = learned.shape
    buyers = np.bincount(learned.indices, minlength=skus)
    rarity = sparse.diags_array(np.log((n + 1.0) / (buyers + 1.0)))
    weighted, learned = bought @ rarity, learned @ rarity
    if min(n, skus) <= PATTERNS:
        return np.asarray(weighted.todense())
    if not learned.count_nonzero():  # everybody bought everything; no SVD starts from zero
        return np.zeros((bought.shape[0], PATTERNS))
    start = np.random.default_rng(1).random(min(n, skus))
    right = svds(learned, k=PATTERNS, v0=start)[2]
    return _without_noise(weighted @ right.T)


def _without_noise(places: Matrix) -> Matrix:
    """A customer without SKUs gets an exact zero from no SVD, and would be like somebody."""
    length = np.linalg.norm(places, axis=1, keepdims=True)
    return np.where(length > NOISE * length.max(), places, 0.0)
