"""What each concept adds to the sum of a boosted model, read off the paths through its trees.

Every node of a tree has an expected value: the mean of its leaves, weighted by the training rows
in them. A row walks from the root to its leaf, and each step moves that value; the move counts for
the concept of the feature that the step looks at (Saabas 2014). The moves of a tree add up to leaf
minus root, so concepts and base add up to the model's sum exactly, for the price of a prediction;
TreeSHAP costs a hundred times as much, which 40,000 listed rows could not wait for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.models.boosting import Booster, leaves, trees

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PathTable:
    """The parts of every leaf of a model.

    Attributes:
        booster: The model.
        base: Sum of the trees' roots.
        parts: Shape (all leaves, concepts), of one tree after the other.
        start: Shape (trees,), where each tree's leaves begin.
    """

    booster: Booster
    base: float
    parts: Floats
    start: NDArray[np.int64]

    @classmethod
    def of(cls, booster: Booster, concepts: NDArray[np.int64], count: int) -> PathTable:
        """Read the trees.

        Args:
            concepts: Shape (columns,), the concept of each column of the model.
            count: Of the concepts.
        """
        base, start, parts = 0.0, [], []
        total = 0
        for tree in trees(booster):
            leaf_parts = np.zeros((tree["num_leaves"], count))
            root = _expected(tree["tree_structure"])[0]
            _walk(tree["tree_structure"], np.zeros(count), leaf_parts, concepts)
            base += root
            start.append(total)
            total += len(leaf_parts)
            parts.append(leaf_parts)
        stacked = np.vstack(parts) if parts else np.zeros((0, count))
        return cls(booster, base, stacked, np.array(start, np.int64))

    def __call__(self, x: NDArray[np.float32]) -> Floats:
        """Shape (rows, concepts): what each adds to `base`, of rows of shape (rows, columns)."""
        result = np.zeros((len(x), self.parts.shape[1]))
        if not len(x) or not len(self.start):
            return result
        found = leaves(self.booster, x) + self.start
        for column in found.T:
            result += self.parts[column]
        return result


def _expected(node: dict[str, Any]) -> tuple[float, float]:
    """The node's expected value and its training rows; kept in the node."""
    if "expected" not in node:
        if "left_child" not in node:
            node["expected"] = float(node["leaf_value"]), float(node.get("leaf_count", 1) or 1)
        else:
            (a, n), (b, m) = _expected(node["left_child"]), _expected(node["right_child"])
            node["expected"] = (a * n + b * m) / (n + m), n + m
    found: tuple[float, float] = node["expected"]
    return found


def _walk(
    node: dict[str, Any], parts: Floats, leaf_parts: Floats, concepts: NDArray[np.int64]
) -> None:
    """Fill `leaf_parts` (leaves, concepts) with the moves on the way to each leaf."""
    if "left_child" not in node:
        leaf_parts[node.get("leaf_index", 0)] = parts
        return
    here = _expected(node)[0]
    for child in (node["left_child"], node["right_child"]):
        moved = parts.copy()
        moved[concepts[node["split_feature"]]] += _expected(child)[0] - here
        _walk(child, moved, leaf_parts, concepts)
