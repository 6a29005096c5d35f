"""What a plan leaves to chance, with a seed: cells to explore, and the control group."""

from __future__ import annotations

import numpy as np

from gosales.whitespace.plan_greedy import fill
from gosales.whitespace.plan_problem import (
    Assignment,
    Bools,
    Floats,
    Ints,
    PlanProblem,
    places,
)

BANDS = 3
UPPER_HALF = 0.5


def shared_out(counts: Ints, share: float, start: float) -> Ints:
    """A share of each count in whole numbers that add up like the shares.

    Systematic rounding: each is one of the two whole numbers beside its share, and over a random
    `start` in [0, 1) it is its share on average.

    >>> shared_out(np.array([5, 5, 12]), 0.1, 0.0)
    array([0, 1, 1])
    """
    steps = np.floor(np.cumsum(counts) * share + start + 1e-9)
    return np.diff(np.r_[0.0, steps]).astype(np.int64)


def explored(
    problem: PlanProblem, score: Floats, open_to: Bools, rng: np.random.Generator
) -> Assignment:
    """Draw cells whose outcome would teach most, one per account, up to the slots of `problem`.

    Only the upper half of each division by score is drawn from: uncertain, not hopeless. A cell's
    chance goes with the spread of its outcome, v * sqrt((1 - p) / p) for the expected value v.

    Args:
        score: Shape (m,), probabilities.
        open_to: Shape (m,), cells that may be drawn.
    """
    place = places(problem.division, score)
    half = np.bincount(problem.division, minlength=len(problem.floors)) * UPPER_HALF
    open_to = open_to & (place < np.ceil(half)[problem.division])
    spread = problem.value * np.sqrt((1.0 - score) / score)
    key = rng.exponential(size=len(score)) / np.maximum(spread, 1e-12)
    order = np.argsort(key, kind="stable")
    nobody = np.zeros(len(problem.territory), bool)
    return fill(problem, order[open_to[order]], nobody)


def control_group(
    rep: Ints, division: Ints, value: Floats, counts: Ints, rng: np.random.Generator
) -> Bools:
    """Shape (k,): which pitches are set aside, so many of each rep, spread over like ones.

    Each rep's list is sorted by division and, within it, by band of value, in random order within
    a band; from a random start every so-manieth pitch is taken. So each pitch of a rep has the
    same chance, and each division and band gives its share, as far as whole numbers allow.
    """
    band = places(np.zeros(len(value), np.int64), value) * BANDS // max(len(value), 1)
    order = np.lexsort((rng.random(len(value)), band, division, rep))
    aside = np.zeros(len(value), bool)
    for one in np.unique(rep):
        rows = order[rep[order] == one]
        step = len(rows) / max(int(counts[one]), 1)
        picks = np.floor((rng.random() + np.arange(counts[one])) * step).astype(np.int64)
        aside[rows[picks]] = True
    return aside
