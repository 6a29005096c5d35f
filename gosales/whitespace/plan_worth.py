"""What one more slot would be worth to each rep.

A new slot is filled by a chain: a new account joins some rep, who hands one of his to the next, and
so on to the rep with the new slot. The best chain is a longest path between reps. Without floors it
gives exactly what solving again would give; with floors, divisions are priced as the relaxation
prices them, and the answer is an upper bound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gosales.whitespace.plan_problem import Floats, PlanProblem, contenders
from gosales.whitespace.plan_solve import Solution


def worth_of_one_more_slot(problem: PlanProblem, found: Solution) -> Floats:
    """Shape (R,), in money; 0 for a rep who has slots left over."""
    start, step = _gains(problem, found)
    reach = start.copy()
    for _ in range(len(problem.slots)):
        further = np.maximum(reach, (reach[:, None] + step).max(axis=0))
        if np.array_equal(further, reach):
            break
        reach = further
    idle = found.chosen.used(problem) < problem.slots
    return np.where(idle, 0.0, reach)


def _gains(problem: PlanProblem, found: Solution) -> tuple[Floats, Floats]:
    """What a new account brings to each rep (R,), and what handing one over brings (R, R)."""
    chosen = found.chosen
    value = problem.value + found.prices[problem.division]
    cells = np.union1d(contenders(_everyone(problem)), chosen.cell)
    accounts, row = np.unique(problem.account[cells], return_inverse=True)
    best = np.full((len(accounts), len(problem.slots)), -np.inf)
    for rep in range(len(problem.slots)):
        able = (problem.serves[problem.area, rep] & problem.skill[rep, problem.division])[cells]
        np.maximum.at(best[:, rep], row[able], value[cells[able]])
    held = np.searchsorted(accounts, problem.account[chosen.cell])
    free = np.ones(len(accounts), bool)
    free[held] = False
    start = np.maximum(best[free].max(axis=0, initial=-np.inf), 0.0)
    step = np.full((len(problem.slots),) * 2, -np.inf)
    np.maximum.at(step, chosen.rep, best[held] - value[chosen.cell][:, None])
    return start, step


def _everyone(problem: PlanProblem) -> PlanProblem:
    """Reps without slots count too: one more would be their first."""
    return replace(problem, slots=np.maximum(problem.slots, 1))
