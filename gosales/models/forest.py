"""Boosted trees applied to many rows at once, with the very sums that LightGBM gives.

LightGBM walks each row down each tree, where a processor guesses every other turn wrong. Here a
split is one comparison of a whole column: a row's leaf is found by counting the leaves that it
passes by on the left, and then all rows take their leaf's value. Which way each row goes and the
order of the sums are LightGBM's own, so the result is equal to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
ROWS_AT_ONCE = 65_536
"""Long enough that the comparisons outweigh Python, and few enough for a processor's cache."""

MOST_LEAVES = 255
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Split:
    """A node that is no leaf; of its children, None is a leaf.

    Attributes:
        most: Rows with more go right. As exact as LightGBM's own, since features are float32.
        nan_right: Where rows without the feature go.
        passed: Leaves below the left child, which a row that goes right has passed by.
    """

    column: int
    most: np.float32
    nan_right: bool
    passed: np.uint8
    left: Split | None
    right: Split | None

    def count(self, here: Flags, x: NDArray[np.float32], passed: NDArray[np.uint8]) -> None:
        """Add to `passed` how many leaves below this node the rows pass by.

        Args:
            here: Shape (rows,), who comes to this node.
            x: Shape (columns, rows).
        """
        column = x[self.column]
        right = ~(column <= self.most) if self.nan_right else column > self.most
        right &= here
        passed += right.view(np.uint8) * self.passed
        if self.left is not None:
            self.left.count(here ^ right, x, passed)
        if self.right is not None:
            self.right.count(right, x, passed)


@dataclass(frozen=True)
class Tree:
    """A tree, with its leaves' values from left to right."""

    root: Split | None
    values: Floats

    @classmethod
    def of(cls, structure: dict[str, Any]) -> Tree:
        """Read a tree as LightGBM tells it.

        Raises:
            ValueError: It has another kind of split than the numerical ones that we train.
        """
        values: list[float] = []
        return cls(_split(structure, values), np.array(values))

    def leaves(self, x: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Shape (rows,): which leaf from the left each row falls into; x of (columns, rows)."""
        passed = np.zeros(x.shape[1], np.uint8)
        if self.root is not None:
            self.root.count(np.ones(x.shape[1], bool), x, passed)
        return passed


@dataclass(frozen=True)
class Forest:
    """The trees of a model, in the order in which they are summed."""

    trees: tuple[Tree, ...]

    @classmethod
    def of(cls, told: list[dict[str, Any]]) -> Forest:
        """Read a model as `boosting.trees` tells it."""
        return cls(tuple(Tree.of(one["tree_structure"]) for one in told))

    def raw(self, x: NDArray[np.float32]) -> Floats:
        """Shape (rows,): the sum over the trees, of rows of shape (rows, columns)."""
        result = np.zeros(len(x))
        for start in range(0, len(x), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            columns = np.ascontiguousarray(x[rows].T)
            value = np.empty(columns.shape[1])  # once: new memory costs more than the look-up
            for tree in self.trees:
                tree.values.take(tree.leaves(columns), out=value, mode="clip")
                result[rows] += value
        return result


def _split(node: dict[str, Any], values: list[float]) -> Split | None:
    """Read a node and all below it; adds the leaves' values, from left to right."""
    if "left_child" not in node:
        values.append(node["leaf_value"])
        return None
    if node["decision_type"] != "<=" or node["missing_type"] not in ("None", "NaN"):
        raise ValueError("a split of another kind than numbers")
    before, threshold = len(values), float(node["threshold"])
    left = _split(node["left_child"], values)
    passed = len(values) - before
    right = _split(node["right_child"], values)
    if len(values) > MOST_LEAVES:
        raise ValueError(f"a tree of more than {MOST_LEAVES} leaves")
    # Where training saw no NaN, LightGBM takes it for 0. (What is below 1e-35 as well: no feature.)
    left_too = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0
    most = _at_most(threshold)
    return Split(node["split_feature"], most, not left_too, np.uint8(passed), left, right)


def _at_most(threshold: float) -> np.float32:
    """The largest float32 that is not above the threshold."""
    near = np.float32(min(max(threshold, -LARGEST), LARGEST))
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))
