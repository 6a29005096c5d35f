"""The plan of most expected money, and how sure it is that there is no better one.

First the linear relaxation: when its corner is whole, nothing better exists. Else branch and bound,
over the cells that can still matter. Above a size, or when the time runs out without a plan, the
greedy plan; its gap to a bound is stated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gosales.whitespace.plan_greedy import greedy, simple_bound
from gosales.whitespace.plan_problem import Assignment, Floats, Ints, PlanProblem, contenders
from gosales.whitespace.plan_program import Program
from gosales.whitespace.plan_seats import seat

WHOLE = 1e-6
RELAXATION, SEARCH, GREEDY = "linear programme", "mixed-integer programme", "greedy"
INFEASIBLE = 2


@dataclass(frozen=True)
class Limits:
    """How long to search, in seconds, and up to how many cells at all."""

    seconds: float = 60.0
    cells: int = 300_000


@dataclass(frozen=True)
class Solution:
    """A plan and how good it is.

    Attributes:
        chosen: Its pitches.
        value: Its expected money.
        bound: No plan is worth more.
        hurried: What the greedy plan of the same problem is worth.
        method: RELAXATION or SEARCH (both by HiGHS), or GREEDY.
        floors: Shape (D,), the floors asked, or what of them can be met.
        prices: Shape (D,), what the last pitch that a floor asks for costs.
        candidates: Cells that were left to choose from after pruning.
    """

    chosen: Assignment
    value: float
    bound: float
    hurried: float
    method: str
    floors: Ints
    prices: Floats
    candidates: int

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the bound."""
        share = 1.0 - self.value / self.bound if self.bound > 0 else 0.0
        return share if share > 1e-9 else 0.0

    @property
    def regret(self) -> float:
        """What the greedy plan would lose, as a share of this one; it may also miss floors."""
        return 1.0 - self.hurried / self.value if self.value > 0 else 0.0


def solve(problem: PlanProblem, limits: Limits) -> Solution:
    """The best plan; floors that cannot be met are met as far as they can."""
    cells = contenders(problem)
    found = _solve(problem.only(cells), limits)
    return replace(found, chosen=Assignment(cells[found.chosen.cell], found.chosen.rep))


def _solve(problem: PlanProblem, limits: Limits) -> Solution:
    fallback = _greedy(problem)
    if not len(problem.value) or len(problem.value) > limits.cells:
        return fallback
    program = Program(problem)
    corner = program.relaxation(limits.seconds)
    if corner.status == INFEASIBLE:
        return _eased(program, limits, fallback)
    if corner.x is None:
        return fallback
    known = replace(fallback, bound=-float(corner.fun), prices=program.prices(corner))
    if is_whole(corner.x):
        return _found(program, corner.x, replace(known, method=RELAXATION))
    return _search(program, corner, known, limits)


def is_whole(x: Floats) -> bool:
    """Whether all of `x` are whole numbers, as near as a solver comes to them."""
    return bool(np.abs(x - np.round(x)).max() <= WHOLE)


def _search(program: Program, corner: object, known: Solution, limits: Limits) -> Solution:
    """Branch and bound, without what costs more than the greedy plan leaves to win."""
    problem = program.problem
    met = bool((known.chosen.per_division(problem) >= problem.floors).all())
    room = known.bound - known.value + WHOLE * known.bound if met else np.inf
    keep = (corner.lower.marginals <= room) | (corner.x > 0)  # type: ignore[attr-defined]
    searched = program.search(limits.seconds, np.asarray(keep))
    if searched.status == INFEASIBLE:
        return _eased(program, limits, known)
    if searched.x is None:
        return known
    bound = min(known.bound, -float(searched.mip_dual_bound))
    found = _found(program, searched.x, replace(known, bound=bound, method=SEARCH))
    if met and known.value > found.value:
        return replace(known, bound=max(bound, known.value))
    return found


def _eased(program: Program, limits: Limits, fallback: Solution) -> Solution:
    """Lower the floors by as few pitches as possible, and solve again."""
    missing = program.missing(limits.seconds)
    if missing is None or not missing.any():
        return fallback
    problem = program.problem
    return _solve(replace(problem, floors=problem.floors - missing), limits)


def _found(program: Program, x: Floats, known: Solution) -> Solution:
    problem = program.problem
    chosen = seat(problem, *program.chosen(x))
    value = chosen.value(problem)
    return replace(known, chosen=chosen, value=value, bound=max(known.bound, value),
                   floors=problem.floors)  # fmt: skip


def _greedy(problem: PlanProblem) -> Solution:
    chosen = greedy(problem)
    value = chosen.value(problem)
    return Solution(
        chosen=chosen,
        value=value,
        bound=max(simple_bound(problem), value),
        hurried=value,
        method=GREEDY,
        floors=np.minimum(problem.floors, chosen.per_division(problem)),
        prices=np.zeros(len(problem.floors)),
        candidates=len(problem.value),
    )
