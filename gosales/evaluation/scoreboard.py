"""The figures of `metrics.json`: populations x divisions, and their macro means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import summary

NEVER, LAPSED, ACTIVE, ALL = "never_bought", "lapsed", "active", "all"
POPULATIONS = (NEVER, LAPSED, ACTIVE, ALL)
MACRO = "_macro"
MIN_BUYERS = 10
"""Divisions with fewer buyers in a population are left out of its macro mean."""

Figures = dict[str, float | int | None]


def scoreboard(
    score: NDArray[np.float64],
    bought: NDArray[np.bool_],
    population: NDArray[np.object_],
    divisions: tuple[str, ...],
) -> dict[str, dict[str, Figures]]:
    """Population -> division (and "_macro") -> figures.

    Args:
        score: Shape (n, D), probabilities.
        bought: Shape (n, D).
        population: Shape (n, D), NEVER, LAPSED or ACTIVE, fixed at the cutoff.
        divisions: The D names.

    Returns:
        Undefined figures (no buyer, say) are None. The macro mean is over the divisions with at
        least MIN_BUYERS buyers in the population; its n and buyers are sums over all divisions.
    """
    board = {}
    for name in POPULATIONS:
        inside = np.ones(score.shape, bool) if name == ALL else population == name
        rows = {
            division: summary(score[inside[:, d], d], bought[inside[:, d], d])
            for d, division in enumerate(divisions)
        }
        macro = _macro(list(rows.values()))
        board[name] = {
            division: {key: _clean(value) for key, value in figures.items()}
            for division, figures in {**rows, MACRO: macro}.items()
        }
    return board


def _macro(rows: list[dict[str, float]]) -> dict[str, float]:
    counts = {key: sum(row[key] for row in rows) for key in ("n", "buyers", "expected")}
    solid = [row for row in rows if row["buyers"] >= MIN_BUYERS]
    keys = ("base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual")
    means = {
        key: float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
        for key in keys
        if (values := np.array([row[key] for row in solid] or [np.nan])).size
    }
    return {**counts, **means, "divisions": len(solid)}


def _clean(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    return round(float(value), 6) if np.isfinite(value) else None
