"""The figures of `metrics.json`: populations x divisions, and their macro means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import UNKNOWN, Worth, at_capacity, summary, worked_part

NEVER, LAPSED, ACTIVE, ALL = "never_bought", "lapsed", "active", "all"
POPULATIONS = (NEVER, LAPSED, ACTIVE, ALL)
MACRO = "_macro"
MIN_BUYERS = 10
"""Divisions with fewer buyers in a population are left out of its macro mean."""

COUNTS = ("n", "buyers", "expected")
"""Figures that add up over divisions."""

RATIO = "expected_over_actual"
"""A figure of sums; never a mean of ratios."""

NO_SCORE, NO_FLAG = np.empty(0), np.empty(0, bool)
Figures = dict[str, float | int | None]


def scoreboard(
    score: NDArray[np.float64],
    bought: NDArray[np.bool_],
    population: NDArray[np.object_],
    divisions: tuple[str, ...],
    worth: Worth = UNKNOWN,
) -> dict[str, dict[str, Figures]]:
    """Population -> division (and "_macro") -> figures.

    Args:
        score: Shape (n, D), probabilities.
        bought: Shape (n, D).
        population: Shape (n, D), NEVER, LAPSED or ACTIVE, fixed at the cutoff.
        divisions: The D names.
        worth: What was bought, shape (n, D), and how many rows of a list can be worked.

    Returns:
        Undefined figures (no buyer, say) are None. The macro mean is over the divisions with at
        least MIN_BUYERS buyers in the population; its n, buyers and expected are sums over all
        divisions, and so is what expected_over_actual compares: a mean over divisions that turned
        out to have many buyers would be too low. Capacity is that of one list over all divisions: a
        division's figures are of its rows in the top of that list, those of the macro row are of
        the whole top.
    """
    board = {}
    for name in POPULATIONS:
        inside = members(population, name)
        worked = np.zeros(score.shape)
        worked[inside] = worked_part(score[inside], worth.capacity)
        rows = {}
        for d, division in enumerate(divisions):
            cells = np.flatnonzero(inside[:, d]), d
            value = None if worth.value is None else worth.value[cells].astype(float)
            rows[division] = summary(score[cells], bought[cells], worked[cells], value)
        one_list = at_capacity(bought[inside], worked[inside])
        macro = {**_macro(list(rows.values())), **one_list}
        board[name] = {
            division: {key: clean(value) for key, value in figures.items()}
            for division, figures in {**rows, MACRO: macro}.items()
        }
    return board


def members(population: NDArray[np.object_], name: str) -> NDArray[np.bool_]:
    """Shape (n, D): the cells of a population, which may be ALL."""
    return np.ones(population.shape, bool) if name == ALL else population == name


def _macro(rows: list[dict[str, float]]) -> dict[str, float]:
    counts = {key: sum(row[key] for row in rows) for key in COUNTS}
    solid = [row for row in rows if row["buyers"] >= MIN_BUYERS]
    names = [name for name in summary(NO_SCORE, NO_FLAG) if name not in COUNTS]
    means = {name: mean_of([row[name] for row in solid]) for name in names}
    return {**counts, **means, RATIO: ratio(counts), "divisions": len(solid)}


def ratio(counts: Mapping[str, float]) -> float:
    """Expected over actual buyers, of sums; NaN without buyers."""
    return counts["expected"] / counts["buyers"] if counts["buyers"] else float("nan")


def mean_of(values: Sequence[float]) -> float:
    """The mean of the numbers that are none of NaN; NaN without any."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def clean(value: float) -> float | int | None:
    """A figure for JSON: six decimals, None where it is undefined."""
    if isinstance(value, int):
        return value
    return round(float(value), 6) if np.isfinite(value) else None
