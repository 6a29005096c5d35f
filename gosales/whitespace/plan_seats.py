"""Who of a territory's reps pitches which chosen cell: own accounts first, the best ones shared."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from gosales.whitespace.plan_problem import Assignment, Ints, PlanProblem

OWN, NEVER = 1e3, 1e6
MOST = 1000
"""Seats of a territory up to which the best seating is looked for; it takes cubic time."""


def seat(problem: PlanProblem, cells: Ints, counts: Ints) -> Assignment:
    """Give each chosen cell to a rep, so that every rep of a territory gets his count.

    Any such choice is worth the same to the plan. This one leaves accounts with their own reps
    where it can, and among the rest gives each rep a share of the most valuable ones.

    Args:
        cells: Positions of the chosen cells.
        counts: Shape (T, D, R), one way to share them out by numbers.
    """
    rep = np.full(len(cells), -1, np.int64)
    area = problem.area[cells]
    for territory in np.unique(area):
        here = np.flatnonzero(area == territory)
        how = _match if len(here) <= MOST else _deal
        rep[here] = how(problem, cells[here], counts[territory])
    return Assignment.of(cells, rep)


def _match(problem: PlanProblem, cells: Ints, counts: Ints) -> Ints:
    """Reps of one territory's cells: the cheapest matching of cells and seats.

    The cost of a seat is its number times the cell's rank by value, which puts the best cells on
    everybody's first seats.
    """
    each = counts.sum(axis=0)
    seats = np.repeat(np.arange(len(each)), each)
    if len(np.unique(seats)) == 1:
        return seats
    number = np.concatenate([np.arange(count) for count in each])
    rank = np.empty(len(cells))
    rank[np.argsort(-problem.value[cells], kind="stable")] = np.arange(len(cells), 0, -1)
    cost = np.outer(rank / len(cells), number / max(number.max(), 1))
    cost -= OWN * (problem.owner[problem.account[cells]][:, None] == seats[None, :])
    cost += NEVER * ~problem.skill[seats][:, problem.division[cells]].T
    return np.asarray(seats[linear_sum_assignment(cost)[1]])


def _deal(problem: PlanProblem, cells: Ints, counts: Ints) -> Ints:
    """The same, division by division: own accounts first, then in turn from the most valuable."""
    rep = np.full(len(cells), -1, np.int64)
    owner = problem.owner[problem.account[cells]]
    for division in np.unique(problem.division[cells]):
        here = np.flatnonzero(problem.division[cells] == division)
        here = here[np.argsort(-problem.value[cells[here]], kind="stable")]
        left = counts[division].copy()
        for own in np.unique(owner[here]):
            if own >= 0:
                kept = here[owner[here] == own][: left[own]]
                rep[kept] = own
                left[own] -= len(kept)
        turn = np.concatenate([np.arange(count) for count in left])
        whose = np.repeat(np.arange(len(left)), left)
        rep[here[rep[here] < 0]] = whose[np.lexsort((whose, turn))]
    return rep
