"""What customers with a like purchase history bought: five classic recommenders.

Fitted on the panel's own past only, so that nothing after its cutoff can enter; scores, not
factors, are the features, since factors of two cutoffs are rotated against each other.

References: item cosine, Sarwar et al. 2001; EASE, Steck 2019 (arXiv 1905.03375); truncated SVD,
Cremonesi et al. 2010 (PureSVD).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.features.ledger import NEVER
from gosales.features.panel import Floats, Panel, Rows, spread
from gosales.utils.parallel import in_threads

Matrix = NDArray[np.float64]
EVERYBODY = slice(None)
RANK = 8
RIDGE = 50.0
NEIGHBOURS = 60
REFERENCES = 2_000
BLOCK = 256
"""Customers whose likenesses are held at once: few, so that they stay near the processor."""

GROUP = 8
"""Likenesses of which the greatest is looked at first."""

DIGITS = 9
"""Similarities are rounded, so that the machine's arithmetic decides no tie."""

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


def collaborative(panel: Panel, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(COLLABORATIVE_FEATURES))."""
    owned = panel.owned.astype(np.float64)
    recent = (panel.orders_12m > 0).astype(np.float64)
    decayed = np.log1p(decayed_orders(panel))
    adopted, free = adopters(panel)
    near_owned, near_recent, near_new, near_free = neighbour_shares(
        decayed, owned, recent, adopted, free, rows=rows
    )
    scores = (
        item_cosine(owned, rows),
        item_cosine(recent, rows),
        item_cosine(decayed, rows),
        ease(owned, rows),
        truncated(decayed, rows),
        near_owned,
        near_recent,
        adopting_share(near_new, near_free, adopted, free),
    )
    return np.stack(scores, axis=2).astype(np.float32)


def adopters(panel: Panel) -> tuple[Matrix, Matrix]:
    """Shape (n, D) each: who adopted the division lately; those and all who never bought it."""
    first = panel.months_since_first
    adopted = (first < ADOPTION_MONTHS).astype(np.float64)
    return adopted, (first == NEVER).astype(np.float64) + adopted


def decayed_orders(panel: Panel) -> Matrix:
    """Shape (n, D): order days, each counting half as much every DECAY_MONTHS."""
    p, (n, d) = panel.purchases, panel.shape
    fading = p.orders * 0.5 ** (p.months_ago / DECAY_MONTHS)
    cell = p.customer.astype(np.intp) * d + p.division
    return np.asarray(np.bincount(cell, fading, n * d).reshape(n, d), np.float64)


def item_cosine(x: Matrix, rows: Rows | slice = EVERYBODY) -> Matrix:
    """X times the cosine similarities of its columns, without a column's own contribution."""
    gram = x.T @ x
    norm = np.sqrt(np.maximum(np.diag(gram), 1e-12))
    similar = gram / np.outer(norm, norm)
    np.fill_diagonal(similar, 0.0)
    return np.asarray(x[rows] @ similar)


def ease(x: Matrix, rows: Rows | slice = EVERYBODY) -> Matrix:
    """The closed-form item model with a zero diagonal, ridge RIDGE."""
    precision = np.linalg.inv(x.T @ x + RIDGE * np.eye(x.shape[1]))
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(x[rows] @ weights)


def truncated(x: Matrix, rows: Rows | slice = EVERYBODY) -> Matrix:
    """X projected on its RANK strongest patterns; independent of the factors' signs."""
    _, vectors = np.linalg.eigh(x.T @ x)
    top = vectors[:, -min(RANK, max(x.shape[1] // 2, 1)) :]
    return np.asarray(x[rows] @ top @ top.T)


def adopting_share(near_new: Matrix, near_free: Matrix, adopted: Matrix, free: Matrix) -> Matrix:
    """Neighbours who adopted over neighbours who could, shrunk to that share of all customers.

    Args:
        near_new, near_free: Shape (n, D), `neighbour_shares` of the two below.
        adopted: Shape (n, D), adopted lately.
        free: Shape (n, D), the same and all who never bought.
    """
    usual = adopted.sum(0) / np.maximum(free.sum(0), 1.0)
    return np.asarray((near_new + SHRINK * usual) / (near_free + SHRINK))


def neighbour_shares(
    x: Matrix, *held: Matrix, rows: Rows | None = None, reference: Rows | None = None
) -> list[Matrix]:
    """For each matrix of `held`: its mean over a customer's nearest neighbours in `x`.

    Neighbours are taken by cosine among at most REFERENCES customers spread evenly, so the work
    grows linearly; nobody is a neighbour of himself.

    Args:
        x: Shape (n, k).
        held: Shape (n, D).
        rows: For whom; by default all n.
        reference: Among whom.
    """
    reference = spread(len(x), REFERENCES) if reference is None else reference
    asked = np.arange(len(x)) if rows is None else rows
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    known = np.hstack([matrix[reference] for matrix in held])
    search = _Search(unit[reference].T.copy(), reference)

    def shares(start: int) -> Matrix:
        rows = asked[start : start + BLOCK]
        return np.asarray(search.weights(unit[rows], rows) @ known)

    found = [np.zeros((0, known.shape[1])), *in_threads(shares, range(0, len(asked), BLOCK))]
    return np.split(np.vstack(found), np.cumsum([one.shape[1] for one in held])[:-1], axis=1)


@dataclass(frozen=True)
class _Search:
    """The nearest of some customers.

    Attributes:
        across: Shape (k, references), unit vectors as columns.
        reference: Shape (references,), which customers they are.
    """

    across: Matrix
    reference: Rows

    def weights(self, unit: Matrix, rows: Rows) -> sparse.csr_array:
        """Shape (len(rows), references): likeness to the nearest, summing to 1; ties are all in."""
        count = len(self.reference)
        similar = unit @ self.across
        place = np.minimum(np.searchsorted(self.reference, rows), max(count - 1, 0))
        own = np.flatnonzero(self.reference[place] == rows)
        similar[own, place[own]] = -1.0
        row, column, likeness, least = _likest(similar, min(NEIGHBOURS, max(count - 1, 1)))
        weight = np.round(likeness, DIGITS)
        near = (weight >= np.round(least, DIGITS)[row]) & (weight > 0)
        row, column, weight = row[near], column[near], weight[near]
        weight /= np.maximum(np.bincount(row, weight, len(rows)), 1e-12)[row]
        starts = np.searchsorted(row, np.arange(len(rows) + 1))
        return sparse.csr_array((weight, column, starts), shape=similar.shape)


def _likest(
    similar: Matrix, k: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Row, column and value of the entries that may be among a row's k greatest, or tie with them.

    The k-th greatest of the GROUP's heads bounds the k-th of all from below, so that a few entries
    remain to be sorted. Entries that round to nothing are left out.

    Args:
        similar: Shape (rows, references).

    Returns:
        By row; and of each row, shape (rows,), the k-th greatest, 0 where there are fewer.
    """
    rows, count = similar.shape
    heads = count // GROUP
    bound = np.zeros(rows)
    if heads >= k:
        greatest = similar[:, : heads * GROUP].reshape(rows, GROUP, heads).max(axis=1)
        bound = np.partition(greatest, heads - k, axis=1)[:, heads - k]
    slack = 2 * 10.0**-DIGITS
    row, column = np.nonzero(similar >= np.maximum(bound - slack, 0.1 * 10.0**-DIGITS)[:, None])
    value = similar[row, column]
    held = np.bincount(row, minlength=rows)
    padded = np.zeros((rows, max(int(held.max(initial=0)), k)))
    padded[row, np.arange(len(row)) - (np.cumsum(held) - held)[row]] = value
    last = padded.shape[1] - k
    return row, column, value, np.partition(padded, last, axis=1)[:, last]
