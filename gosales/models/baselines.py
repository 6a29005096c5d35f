"""The simple scores that a model has to beat, and that are shipped where it does not.

Each baseline is a short list of columns; its score is a ridge logistic regression on them, so that
it is a probability like any other. One-column baselines rank as the column does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.ridge_logistic import RidgeLogistic, fit_ridge_logistic

Floats = NDArray[np.float64]
PENALTY = 1.0
MIN_OUTCOMES = 5


@dataclass(frozen=True)
class BaselineSpec:
    """What a baseline looks at.

    Attributes:
        columns: Features, summed as logs into one number unless `separate`.
        separate: Whether each column gets a weight of its own.
        per_division: Whether each division gets weights of its own.
    """

    columns: tuple[str, ...]
    separate: bool = False
    per_division: bool = False


BASELINES: dict[str, BaselineSpec] = {
    "base_rate": BaselineSpec(("division__buyer_share",)),
    "recency": BaselineSpec(("any_recency__days_since_last",)),
    "frequency": BaselineSpec(("any_frequency__orders_12m",)),
    "spend_12m": BaselineSpec(("any_monetary__value_12m",)),
    "popularity_x_activity": BaselineSpec(
        (
            "division__adoption_rate_12m",
            "segment__size_adoption_lift",
            "any_frequency__orders_decay_12m",
        )
    ),
    "rfm_logistic": BaselineSpec(
        (
            "own_recency__days_since_last",
            "own_frequency__orders_12m",
            "own_monetary__value_12m",
            "any_recency__days_since_last",
            "any_frequency__orders_12m",
            "any_monetary__value_12m",
        ),
        separate=True,
        per_division=True,
    ),
}
MISSING = {"own_recency__days_since_last": 3650.0, "any_recency__days_since_last": 3650.0}


@dataclass(frozen=True)
class Baseline:
    """A fitted baseline; `models` maps a division to its weights, "" to everybody's."""

    name: str
    models: dict[str, RidgeLogistic]

    def logit(
        self, names: tuple[str, ...], values: NDArray[np.float32], divisions: NDArray[np.object_]
    ) -> Floats:
        """Log odds of rows of shape (rows, len(names)) in the named divisions (rows,)."""
        x = _inputs(BASELINES[self.name], names, values)
        result = self.models[""].logit(x)
        for division in set(self.models) - {""}:
            rows = divisions == division
            if rows.any():
                result[rows] = self.models[division].logit(x[rows])
        return result


def fit_baseline(name: str, training: TrainingSet) -> Baseline:
    """Fit on all rows, and on each division's own where the baseline asks for it."""
    spec = BASELINES[name]
    x = _inputs(spec, training.names, training.values)
    groups = {"": np.ones(len(x), bool)}
    if spec.per_division:
        for index, division in enumerate(training.divisions):
            rows = training.division == index
            if min(training.bought[rows].sum(), (~training.bought[rows]).sum()) >= MIN_OUTCOMES:
                groups[division] = rows
    return Baseline(
        name,
        {
            division: fit_ridge_logistic(
                x[rows], training.bought[rows], training.weight[rows], PENALTY
            )
            for division, rows in groups.items()
        },
    )


def _inputs(
    spec: BaselineSpec, names: tuple[str, ...], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Shape (rows, columns) or, summed, (rows, 1); counts and money as logs."""
    columns = [
        _log(name, np.nan_to_num(values[:, names.index(name)], nan=MISSING.get(name, 0.0)))
        for name in spec.columns
    ]
    stacked = np.column_stack(columns).astype(np.float32)
    return stacked if spec.separate else stacked.sum(1, keepdims=True)


def _log(name: str, column: NDArray[np.float32]) -> NDArray[np.float32]:
    if name.startswith("segment__"):
        return column
    if name.startswith("division__"):
        return np.log(column + 1e-6)
    if "recency" in name:
        return -np.log1p(np.maximum(column, 0))
    return np.log(np.maximum(column, 0) + 0.1)
