"""What one more slot would be worth to each rep.

A new slot is filled by a chain: a new account joins some rep, who hands one of his to the next, and
so on to the rep with the new slot. The best chain is a longest path between reps. Without floors it
gives exactly what solving again would give; with floors, divisions are priced as the relaxation
prices them, and the answer is an upper bound.
"""

from __future__ import annotations

import numpy as np

from gosales.whitespace.plan_problem import Assignment, Bools, Floats, PlanProblem
from gosales.whitespace.plan_solve import Solution


def worth_of_one_more_slot(problem: PlanProblem, found: Solution) -> Floats:
    """Shape (R,), in money; 0 for a rep who has slots left over."""
    best = _best_values(problem, problem.value + found.prices[problem.division])
    start, step = _gains(problem, found, best)
    reach = start.copy()
    for _ in range(len(problem.slots)):
        further = np.maximum(reach, (reach[:, None] + step).max(axis=0))
        if np.array_equal(further, reach):
            break
        reach = further
    idle = found.chosen.used(problem) < problem.slots
    return np.where(idle, 0.0, np.maximum(reach, 0.0))


def _best_values(problem: PlanProblem, value: Floats) -> Floats:
    """Shape (n, R): what an account is worth to a rep, -inf where he may not pitch it."""
    best = np.full((len(problem.territory), len(problem.slots)), -np.inf)
    for rep in range(len(problem.slots)):
        able = problem.serves[problem.area, rep] & problem.skill[rep, problem.division]
        np.maximum.at(best[:, rep], problem.account[able], value[able])
    return best


def _gains(problem: PlanProblem, found: Solution, best: Floats) -> tuple[Floats, Floats]:
    """What a new account brings to each rep (R,), and what handing one over brings (R, R)."""
    chosen: Assignment = found.chosen
    accounts = problem.account[chosen.cell]
    free: Bools = np.ones(len(problem.territory), bool)
    free[accounts] = False
    start = np.maximum(best[free].max(axis=0, initial=-np.inf), 0.0)
    now = problem.value[chosen.cell] + found.prices[problem.division[chosen.cell]]
    step = np.full((len(problem.slots),) * 2, -np.inf)
    np.maximum.at(step, chosen.rep, best[accounts] - now[:, None])
    return start, step
