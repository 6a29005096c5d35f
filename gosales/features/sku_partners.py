"""Which product that a customer owns goes together the most with one that it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.features.sku_signals import MOST_ITEMS, SkuSignals

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
LEAST_OWNERS = 20
"""Of the product that the customer owns: fewer tell too little."""


@dataclass(frozen=True)
class Partners:
    """For each of some rows, a customer and a product that it may buy; all of shape (rows,).

    Attributes:
        product: Place among the signals' candidates of the product that it owns; -1 for none.
        share: Of that product's owners, how many own the row's too.
        usual: Of the owners of the row's division how many own the product, where the customer is
            one of them; else of all customers.
    """

    product: Ints
    share: Floats
    usual: Floats


def partners(
    signals: SkuSignals, owner: NDArray[np.bool_], customer: Ints, product: Ints
) -> Partners:
    """The product with the largest share; of equal ones the first by division and SKU.

    Args:
        owner: Shape (n, D), who owns something of each division.
        customer, product: Shape (rows,), places in the signals.
    """
    held: sparse.csr_array = signals.owned
    owners = np.asarray(held.sum(0), np.float64).ravel()
    top = np.flatnonzero(owners >= LEAST_OWNERS)
    top = np.sort(top[np.argsort(-owners[top], kind="stable")[:MOST_ITEMS]])
    mine = sparse.csr_array(held[:, top])
    mine.sort_indices()
    common = sparse.csc_array(mine.T @ held)
    division = signals.division[product]
    among = np.where(owner[customer, division], owner.sum(0)[division], len(owner))
    found = Partners(
        np.full(len(product), -1, np.intp),
        np.zeros(len(product)),
        owners[product] / np.maximum(among, 1),
    )
    for one in np.unique(product):
        rows = np.flatnonzero(product == one)
        share = common[:, [one]].toarray().ravel() / owners[top]
        for row, place in zip(rows, customer[rows], strict=True):
            own = mine.indices[mine.indptr[place] : mine.indptr[place + 1]]
            if len(own):
                best = own[np.argmax(share[own])]
                found.product[row], found.share[row] = top[best], share[best]
    return found
