"""What many would build first: boosted trees for one division, learned at one cutoff.

A competitor for `gosales backtest --reference`, never shipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.models.boosting import fit_booster, raw

LEAST_BUYERS = 5
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 20,
    "feature_fraction": 1.0,
    "bagging_fraction": 1.0,
    "lambda_l2": 0.0,
}
ROUNDS = 100


def reference_scores(
    past: NDArray[np.float32],
    bought: NDArray[np.bool_],
    now: NDArray[np.float32],
    seed: int,
) -> NDArray[np.float64]:
    """Probabilities for the rows `now`.

    Args:
        past: Shape (rows, k), the features of the division's cells at an earlier cutoff.
        bought: Shape (rows,), what they did in the horizon after it.
        now: Shape (rows now, k).

    Returns:
        Shape (rows now,); the smoothed base rate for all where there are under five buyers, or
        under five others, to learn from.
    """
    buyers = int(bought.sum())
    if min(buyers, len(bought) - buyers) < LEAST_BUYERS:
        return np.full(len(now), (buyers + 0.5) / (len(bought) + 1.0))
    even = np.ones(len(bought))
    trees = fit_booster(past, bought, even, rounds=ROUNDS, seed=seed, **PARAMETERS)
    return np.asarray(1 / (1 + np.exp(-raw(trees, now))))
