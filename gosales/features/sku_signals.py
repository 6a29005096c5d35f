"""What speaks for a SKU that a customer never bought: unsupervised, from what is known at a cutoff.

popularity      log of the share of customers who took the SKU up within the last horizon
segment         log of how much likelier owners are among the customer's like, shrunk to zero; mean
                over the kinds of segment
items           what the customer's SKUs say of the SKU, by EASE; above and below zero apart
patterns        the SKU in the customer's purchases as a truncated SVD rebuilds them
alike           cosine of the SKU with the customer's SKUs, summed
division_skus   log of one plus the SKUs of the division that the customer owns
basket          log of one plus all SKUs that it owns

Purchases fade by half in a year. References: EASE, Steck 2019 ("Embarrassingly shallow
autoencoders"); item-based cosine, Sarwar et al. 2001.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from gosales.core.columns import Fact
from gosales.features.holdings import KEY, Holdings
from gosales.features.panel import MOST_FITTED, Panel, Rows, spread

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]
SIGNALS = (
    "popularity",
    "segment",
    "items",
    "items_against",
    "patterns",
    "alike",
    "division_skus",
    "basket",
)
MOST_ITEMS = 2_000
"""SKUs with the most owners, between which likeness is learned; others have popularity only."""

FADE_MONTHS = 12.0
RIDGE = 50.0
PATTERNS = 32
PRIOR_OWNERS = 20.0


@dataclass(frozen=True)
class _Items:
    """What the SKUs say of each other, over the M SKUs with the most owners.

    Attributes:
        bought: Shape (n, M), how much of each a customer bought.
        ease, alike: Shape (M, M), zero on the diagonal.
        axes: Shape (M, k), orthonormal.
        place: Shape (candidates,), which of the M each candidate is; -1 for none.
    """

    bought: sparse.csr_array
    ease: Matrix
    alike: Matrix
    axes: Matrix
    place: NDArray[np.intp]


@dataclass(frozen=True)
class SkuSignals:
    """The signals of n customers x S candidate SKUs, made for a few customers at a time.

    Attributes:
        customers: Shape (n,), ids.
        keys: The S candidates, (division, SKU), sorted.
        division: Shape (S,), column in the panel's divisions.
        owned: Shape (n, S), what is not to be offered.
        popularity: Shape (S,).
        lifts: For each kind of segment: codes of shape (n,), and logs of shape (segments + 1, S),
            the last row zero, for customers of none.
    """

    customers: NDArray[np.object_]
    keys: pd.MultiIndex
    division: NDArray[np.intp]
    owned: sparse.csr_array
    popularity: Matrix
    lifts: list[tuple[NDArray[np.int32], Matrix]]
    items: _Items

    @classmethod
    def of(cls, holdings: Holdings, sold: pd.DataFrame, panel: Panel, rows: Rows) -> SkuSignals:
        """Learn from what is known at the panel's cutoff.

        Args:
            holdings: What each customer owns.
            sold: division, product_sku of the candidates.
            rows: Shape (n,), of the customers in the panel, in ascending order.
        """
        customers = panel.customers[rows]
        sold = sold[sold[Fact.DIVISION].isin(panel.divisions)].sort_values(KEY)
        candidates = pd.MultiIndex.from_frame(sold[KEY].astype(object))
        row, column = holdings.pairs.places(customers, candidates)
        offered = (row >= 0) & (column >= 0)
        shape = len(customers), len(candidates)
        owned = _matrix(np.ones(offered.sum()), row[offered], column[offered], shape)
        new = offered & (holdings.first < panel.horizon_months)
        adopters = np.bincount(column[new], minlength=shape[1])
        free = shape[0] - np.bincount(column[offered], minlength=shape[1]) + adopters
        return cls(
            customers,
            candidates,
            pd.Index(panel.divisions).get_indexer(candidates.get_level_values(0)),
            owned,
            np.log((adopters + 0.5) / (free + 1.0)),
            [(codes[rows], _lift(codes[rows], owned)) for codes in panel.segments.values()],
            _items(holdings, row, candidates, shape[0]),
        )

    def values(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Shape (len(rows), S, len(SIGNALS))."""
        items, here = self.items, self.items.place >= 0
        bought = items.bought[rows]
        shape = len(rows), len(self.keys)
        found = {name: np.zeros(shape, np.float32) for name in SIGNALS}
        at = items.place[here]
        says = bought @ items.ease[:, at]
        found["items"][:, here] = np.sqrt(np.maximum(says, 0))
        found["items_against"][:, here] = np.minimum(says, 0)
        found["alike"][:, here] = np.log1p(bought @ items.alike[:, at])
        rebuilt = (bought @ items.axes) @ items.axes[at].T
        found["patterns"][:, here] = np.sqrt(np.maximum(rebuilt, 0))
        found["popularity"][:] = self.popularity
        for codes, lift in self.lifts:
            found["segment"] += (lift[codes[rows]] / len(self.lifts)).astype(np.float32)
        held = self.owned[rows]
        of_division = sparse.csr_array(
            (np.ones(shape[1]), (np.arange(shape[1]), self.division)),
            shape=(shape[1], int(self.division.max(initial=0)) + 1),
        )
        found["division_skus"][:] = np.log1p((held @ of_division).todense())[:, self.division]
        found["basket"][:] = np.log1p(held.sum(1))[:, None]
        return np.stack([found[name] for name in SIGNALS], axis=2)

    def free(self, rows: NDArray[np.intp]) -> Flags:
        """Shape (len(rows), S): not owned."""
        return np.asarray(self.owned[rows].toarray() == 0, bool)


def _matrix(
    values: Matrix, row: NDArray[np.intp], column: NDArray[np.intp], shape: tuple[int, int]
) -> sparse.csr_array:
    return sparse.csr_array((values, (row, column)), shape=shape)


def _lift(codes: NDArray[np.int32], owned: sparse.csr_array) -> Matrix:
    """Log of owners in the segment over owners expected there; the last row is for none."""
    kinds = int(codes.max(initial=-1)) + 1
    inside = np.flatnonzero(codes >= 0)
    member = _matrix(
        np.ones(len(inside)), codes[inside].astype(np.intp), inside, (kinds, len(codes))
    )
    expected = np.outer(member.sum(1), owned.sum(0) / max(len(codes), 1))
    found = np.asarray((member @ owned).todense())
    lift = np.log((found + PRIOR_OWNERS) / (expected + PRIOR_OWNERS))
    return np.vstack([lift, np.zeros((1, owned.shape[1]))])


def _items(
    holdings: Holdings, row: NDArray[np.intp], candidates: pd.MultiIndex, customers: int
) -> _Items:
    """Likeness between the SKUs with the most owners, ties by name."""
    pairs, known = holdings.pairs, row >= 0
    owners = np.bincount(pairs.sku[known], minlength=len(pairs.skus))
    top = np.argsort(-owners, kind="stable")[:MOST_ITEMS]
    top = top[owners[top] > 0]
    place = np.full(len(pairs.skus), -1)
    place[top] = np.arange(len(top))
    column = place[pairs.sku]
    taken = known & (column >= 0)
    fading = 0.5 ** (holdings.last[taken] / FADE_MONTHS)
    bought = _matrix(fading, row[taken], column[taken], (customers, len(top)))
    learned = bought[spread(customers, MOST_FITTED)]
    together = np.asarray((learned.T @ learned).todense(), np.float64)
    inverse = np.linalg.inv(together + RIDGE * np.eye(len(top)))
    ease = inverse / -np.diag(inverse)
    length = np.sqrt(np.diag(together)) + 1.0
    alike = together / np.outer(length, length)
    np.fill_diagonal(ease, 0.0)
    np.fill_diagonal(alike, 0.0)
    return _Items(bought, ease, alike, _axes(learned), pairs.skus[top].get_indexer(candidates))


def _axes(bought: sparse.csr_array) -> Matrix:
    """Shape (M, k): the main directions of what customers buy together."""
    smallest = min(bought.shape)
    if smallest <= PATTERNS or not bought.nnz:
        return np.zeros((bought.shape[1], 1))
    start = np.random.default_rng(1).random(smallest)
    return np.asarray(svds(bought, k=PATTERNS, v0=start)[2].T)
