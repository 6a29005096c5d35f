"""A score asked what it would be if a concept were as usual: the test that a reason has to pass.

Each division has a usual never-bought and a usual owned cell: the median of every feature over a
sample of them at the cutoff. What a division's own popularity is compared with is the usual
division. A concept is neutralised by giving a row the usual values of all the concept's features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.core.concepts import CONCEPTS, Concept

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
SAMPLE = 400
"""Cells of a division and side that the usual one is made of."""


@dataclass(frozen=True)
class Usual:
    """The usual cell of one division and side.

    Attributes:
        values: Shape (features,), medians; NaN where most cells have nothing to say.
        parts: Shape (concepts,), mean parts of the cells, from which a row's are counted.
    """

    values: Values
    parts: Floats


def usual_values(values: Values) -> Values:
    """Medians of rows of shape (rows, features), NaN where over half of a column is."""
    known = (~np.isnan(values)).sum(0)
    ordered = np.sort(values, axis=0)  # NaN comes last
    low, high = (np.maximum(known - 1, 0) // 2), np.maximum(known, 1) // 2
    column = np.arange(values.shape[1])
    middle = (ordered[low, column] + ordered[high, column]) / 2
    return np.where(2 * known > len(values), middle, np.nan).astype(np.float32)


def neutralised(
    values: Values, usual: Values, concept: NDArray[np.int64], chosen: Concept
) -> Values:
    """The rows with the chosen concept's features at their usual values.

    Args:
        values: Shape (rows, features).
        usual: Shape (features,).
        concept: Shape (features,), place in CONCEPTS.
    """
    columns = concept == CONCEPTS.index(chosen)
    result = values.copy()
    result[:, columns] = usual[columns]
    return result
