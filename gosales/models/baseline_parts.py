"""What each input of a simple score adds to its log odds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.core.concepts import CONCEPTS, concept_columns
from gosales.models.baselines import BASELINES, OWNED, Baseline, baseline_columns
from gosales.models.ridge_logistic import CLIP, RidgeLogistic

Floats = NDArray[np.float64]


def baseline_parts(
    baseline: Baseline, names: tuple[str, ...], values: NDArray[np.float32], division: str
) -> tuple[Floats, Floats]:
    """Base of shape (rows,) and parts of shape (rows, concepts) that sum to a horizon's log odds.

    Args:
        values: Shape (rows, len(names)), of one division.
    """
    spec = BASELINES[baseline.name]
    model = baseline.models.get(division, baseline.models[""])
    columns = baseline_columns(spec, names, values).astype(np.float64)
    parts = _separate(model, columns) if spec.separate else _summed(model, columns)
    owned = values[:, names.index(OWNED)] > 0
    slope = np.where(owned, baseline.held.slope, baseline.never.slope)
    shift = np.where(owned, baseline.held.shift, baseline.never.shift)
    result = np.zeros((len(values), len(CONCEPTS)))
    for part, concept in zip(parts.T, concept_columns(spec.columns), strict=True):
        result[:, concept] += slope * part
    return slope * model.weights[-1] + shift, result


def _separate(model: RidgeLogistic, columns: Floats) -> Floats:
    """Every column with a weight of its own."""
    standard = np.clip((columns - model.mean) / model.scale, -CLIP, CLIP)
    return np.asarray(standard * model.weights[:-1])


def _summed(model: RidgeLogistic, columns: Floats) -> Floats:
    """The columns are summed before they are weighed.

    They share the mean, and what the clip cuts off, equally.
    """
    count = columns.shape[1]
    total = columns.sum(1, dtype=np.float32).astype(np.float64)
    standard = (total - model.mean[0]) / model.scale[0]
    cut = np.clip(standard, -CLIP, CLIP) - standard
    even = (columns - model.mean[0] / count) / model.scale[0] + cut[:, None] / count
    return np.asarray(even * model.weights[0])
