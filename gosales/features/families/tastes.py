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

from gosales.features.families.collaborative import adopting_share, neighbour_shares
from gosales.features.panel import NEVER, Floats, Panel

Matrix = NDArray[np.float64]
PATTERNS = 48
NOISE = 1e-9
ADOPTION_MONTHS = 12

TASTE_FEATURES = {
    "neighbours": "Share of the customers with the most similar SKUs who own the division.",
    "neighbours_recent": "Share of them who bought from it in the last 12 months.",
    "neighbours_adopting": "Share of the non-owners among them who adopted it in the last year.",
}


def tastes(panel: Panel) -> Floats:
    """Shape (n, D, len(TASTE_FEATURES))."""
    owned = panel.owned.astype(np.float64)
    recent = (panel.own("own_frequency__orders_12m") > 0).astype(np.float64)
    adopted = (panel.months_since_first < ADOPTION_MONTHS).astype(np.float64)
    free = adopted + (panel.months_since_first == NEVER)
    near = neighbour_shares(patterns(panel.skus), owned, recent, adopted, free)
    shares = near[0], near[1], adopting_share(near[2], near[3], adopted, free)
    return np.stack(shares, axis=2).astype(np.float32)


def patterns(bought: sparse.csr_array) -> Matrix:
    """Shape (n, k): each customer's place among the others, k PATTERNS or, of few, the SKUs.

    Args:
        bought: Shape (n, SKUs), how much of each SKU.
    """
    n, skus = bought.shape
    buyers = np.bincount(bought.indices, minlength=skus)
    weighted = bought @ sparse.diags_array(np.log((n + 1.0) / (buyers + 1.0)))
    if min(n, skus) <= PATTERNS:
        return np.asarray(weighted.todense())
    if not weighted.count_nonzero():  # everybody bought everything; no SVD starts from zero
        return np.zeros((n, PATTERNS))
    start = np.random.default_rng(1).random(min(n, skus))
    left, scale, _ = svds(weighted, k=PATTERNS, v0=start)
    return _without_noise(left * scale)


def _without_noise(places: Matrix) -> Matrix:
    """A customer without SKUs gets an exact zero from no SVD, and would be like somebody."""
    length = np.linalg.norm(places, axis=1, keepdims=True)
    return np.where(length > NOISE * length.max(), places, 0.0)
