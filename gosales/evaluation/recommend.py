"""How well are never-bought products ranked? Each customer's list against what it then took up.

Only products that the customer did not own count, and only customers who took one up can be judged.

- recall@k: share of a customer's new products that are among its first k, of at most k.
- NDCG@k: the same with places counting less further down (Jarvelin and Kekalainen, 2002).
- coverage: share of all candidates that are in anybody's first k.
- novelty: mean of -log2 of the share of customers who own the listed product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.paired import Z95, Difference

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FIVE, TEN = 5, 10


@dataclass(frozen=True)
class Ranked:
    """The first TEN products of each judged customer.

    Attributes:
        first: Shape (customers, TEN), column of the product, best first; -1 where there are fewer.
        hit: Shape (customers, TEN), whether it was taken up.
        taken: Shape (customers,), new products in all.
    """

    first: NDArray[np.intp]
    hit: Flags
    taken: NDArray[np.intp]

    def recall(self, k: int) -> Floats:
        """Shape (customers,)."""
        return np.asarray(self.hit[:, :k].sum(1) / np.minimum(self.taken, k))

    def ndcg(self) -> Floats:
        """Shape (customers,), of the first TEN."""
        worth = 1.0 / np.log2(np.arange(TEN) + 2.0)
        best = np.concatenate([[0.0], worth.cumsum()])[np.minimum(self.taken, TEN)]
        return np.asarray((self.hit * worth).sum(1) / best)

    @classmethod
    def joined(cls, parts: list[Ranked]) -> Ranked:
        """The customers of all parts."""
        return cls(
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.hit for part in parts]),
            np.concatenate([part.taken for part in parts]),
        )


def ranked(score: Floats, free: Flags, taken: Flags) -> Ranked:
    """Rank each customer's free products, ties in the order of the columns.

    Args:
        score, free, taken: Shape (customers, products); `taken` only where `free`.
    """
    shown = np.where(free, score, -np.inf)
    width = min(TEN, score.shape[1])
    order = np.argsort(-shown, axis=1, kind="stable")[:, :width]
    first = np.where(np.take_along_axis(free, order, 1), order, -1)
    hit = np.take_along_axis(taken & free, order, 1)
    short = TEN - width
    return Ranked(
        np.pad(first, ((0, 0), (0, short)), constant_values=-1),
        np.pad(hit, ((0, 0), (0, short))),
        (taken & free).sum(1),
    )


def figures(lists: Ranked, owner_share: Floats) -> dict[str, float]:
    """The means over customers.

    Args:
        owner_share: Shape (products,), share of the customers who own each.
    """
    shown = lists.first[lists.first >= 0]
    rarity = -np.log2(np.maximum(owner_share, 1e-6))
    return {
        "recall_5": _mean(lists.recall(FIVE)),
        "recall_10": _mean(lists.recall(TEN)),
        "ndcg_10": _mean(lists.ndcg()),
        "coverage": round(len(np.unique(shown)) / max(len(owner_share), 1), 4),
        "novelty": _mean(rarity[shown]) if len(shown) else 0.0,
    }


def gain(a: Ranked, b: Ranked) -> Difference:
    """Mean recall@10 of `a` minus that of `b` with its 95 % interval, customers as the unit."""
    difference = a.recall(TEN) - b.recall(TEN)
    value = float(difference.mean())
    spread = Z95 * float(difference.std()) / max(len(difference), 1) ** 0.5
    return Difference(value, value - spread, value + spread)


def _mean(values: Floats) -> float:
    return round(float(values.mean()), 4)
