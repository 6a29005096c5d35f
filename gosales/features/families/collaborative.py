"""What customers with a like purchase history bought: five classic recommenders.

Fitted on the panel's own past only, so that nothing after its cutoff can enter; scores, not
factors, are the features, since factors of two cutoffs are rotated against each other.

References: item cosine, Sarwar et al. 2001; EASE, Steck 2019 (arXiv 1905.03375); truncated SVD,
Cremonesi et al. 2010 (PureSVD).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.features.panel import NEVER, Floats, Panel
from gosales.utils.parallel import in_threads

Matrix = NDArray[np.float64]
RANK = 8
RIDGE = 50.0
NEIGHBOURS = 60
REFERENCES = 2_000
BLOCK = 4_096
DECAY_MONTHS = 12.0
ADOPTION_MONTHS = 12
SHRINK = 0.1
"""Neighbours' adoption rates are pulled to the overall ones by a tenth of the neighbourhood."""

COLLABORATIVE_FEATURES = {
    "cosine_owned": "How alike the division's owners are to the owners of what the customer owns.",
    "cosine_recent": "The same, over the last 12 months.",
    "cosine_decayed": "The same, with fading memory.",
    "ease": "What the rest of the customer's divisions foretell of this one (EASE).",
    "svd": "The division in the customer's purchase profile, smoothed to a few patterns.",
    "neighbours": "Share of the most similar customers who own the division.",
    "neighbours_recent": "Share of the most similar customers who bought it lately.",
    "neighbours_adopting": "Share of the most similar non-owners who adopted it in the last year.",
}


def collaborative(panel: Panel) -> Floats:
    """Shape (n, D, len(COLLABORATIVE_FEATURES))."""
    owned = panel.owned.astype(np.float64)
    recent = (panel.own("own_frequency__orders_12m") > 0).astype(np.float64)
    decayed = np.log1p(decayed_orders(panel))
    first = panel.months_since_first
    adopted = (first < ADOPTION_MONTHS).astype(np.float64)
    free = (first == NEVER).astype(np.float64) + adopted
    near_owned, near_recent, near_new, near_free = neighbour_shares(
        decayed, owned, recent, adopted, free
    )
    scores = (
        item_cosine(owned),
        item_cosine(recent),
        item_cosine(decayed),
        ease(owned),
        truncated(decayed),
        near_owned,
        near_recent,
        adopting_share(near_new, near_free, adopted, free),
    )
    return np.stack(scores, axis=2).astype(np.float32)


def decayed_orders(panel: Panel) -> Matrix:
    """Shape (n, D): order days, each counting half as much every DECAY_MONTHS."""
    p = panel.purchases
    total = np.zeros(panel.shape)
    np.add.at(total, (p.customer, p.division), p.orders * 0.5 ** (p.months_ago / DECAY_MONTHS))
    return total


def item_cosine(x: Matrix) -> Matrix:
    """X times the cosine similarities of its columns, without a column's own contribution."""
    gram = x.T @ x
    norm = np.sqrt(np.maximum(np.diag(gram), 1e-12))
    similar = gram / np.outer(norm, norm)
    np.fill_diagonal(similar, 0.0)
    return np.asarray(x @ similar)


def ease(x: Matrix) -> Matrix:
    """The closed-form item model with a zero diagonal, ridge RIDGE."""
    precision = np.linalg.inv(x.T @ x + RIDGE * np.eye(x.shape[1]))
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(x @ weights)


def truncated(x: Matrix) -> Matrix:
    """X projected on its RANK strongest patterns; independent of the factors' signs."""
    _, vectors = np.linalg.eigh(x.T @ x)
    top = vectors[:, -min(RANK, max(x.shape[1] // 2, 1)) :]
    return np.asarray(x @ top @ top.T)


def adopting_share(near_new: Matrix, near_free: Matrix, adopted: Matrix, free: Matrix) -> Matrix:
    """Neighbours who adopted over neighbours who could, shrunk to that share of all customers.

    Args:
        near_new, near_free: Shape (n, D), `neighbour_shares` of the two below.
        adopted: Shape (n, D), adopted lately.
        free: Shape (n, D), the same and all who never bought.
    """
    usual = adopted.sum(0) / np.maximum(free.sum(0), 1.0)
    return np.asarray((near_new + SHRINK * usual) / (near_free + SHRINK))


def neighbour_shares(x: Matrix, *held: Matrix) -> list[Matrix]:
    """For each matrix of `held`: its mean over each customer's nearest neighbours in `x`.

    Neighbours are taken by cosine among at most REFERENCES customers spread evenly over the
    panel, so the work grows linearly; nobody is a neighbour of himself.
    """
    n = x.shape[0]
    reference = np.unique(np.linspace(0, n - 1, min(n, REFERENCES)).astype(int))
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    k = min(NEIGHBOURS, max(len(reference) - 1, 1))
    known = np.hstack([matrix[reference] for matrix in held])

    def shares(start: int) -> Matrix:
        rows = np.arange(start, min(start + BLOCK, n))
        similar = np.round(unit[rows] @ unit[reference].T, 9)
        similar[rows[:, None] == reference[None, :]] = -1.0
        threshold = -np.partition(-similar, k - 1, axis=1)[:, k - 1 : k]
        weight = np.where((similar >= threshold) & (similar > 0), similar, 0.0)
        weight /= np.maximum(weight.sum(1, keepdims=True), 1e-12)
        return np.asarray(weight @ known)

    found = np.vstack(in_threads(shares, range(0, n, BLOCK)) or [np.zeros((0, known.shape[1]))])
    return np.split(found, np.cumsum([matrix.shape[1] for matrix in held])[:-1], axis=1)
