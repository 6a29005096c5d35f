"""From a table of cells and a team to its call plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gosales.core.columns import Plan, Scores, Whitespace
from gosales.whitespace.plan_draw import control_group, explored, shared_out
from gosales.whitespace.plan_problem import Assignment, Bools, Floats, Ints, PlanProblem
from gosales.whitespace.plan_solve import Limits, Solution, solve
from gosales.whitespace.plan_worth import worth_of_one_more_slot

TRIED = "tried"
"""Column of the cells: whether the cell was ever pitched before."""

BRANCH = "branch"


@dataclass(frozen=True)
class Rep:
    """Who pitches, how often in a cycle, what (None: everything) and where (None: anywhere)."""

    name: str
    slots: int
    divisions: frozenset[str] | None = None
    branch: str | None = None


@dataclass(frozen=True)
class Ask:
    """What is asked of a plan.

    Attributes:
        territory: `rep` or `branch`, as in the settings.
        floors: Division -> least pitches.
        explore, holdout: Shares of the slots, and of the list.
        seed: Of the draws.
    """

    reps: tuple[Rep, ...]
    territory: str = "rep"
    floors: Mapping[str, int] = field(default_factory=dict)
    explore: float = 0.0
    holdout: float = 0.0
    seed: tuple[int, ...] = (1,)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Floor:
    """What became of a floor: `wanted` is `asked`, raised by what a control group takes."""

    division: str
    asked: int
    wanted: int
    attainable: int
    planned: int


@dataclass(frozen=True)
class CallPlan:
    """A plan and what is known of it.

    Attributes:
        rows: A row per pitch with rep, slot, group and kind, and the columns of the cells.
        solution: Of the planned pitches; the explored ones come on top.
        worth: Shape (R,), of one more slot.
        price_of_exploring: Expected money that the explored slots would have brought on top.
        price_of_floors: The same for the floors.
        unserved: Accounts with a cell that no rep may pitch.
    """

    rows: pd.DataFrame
    solution: Solution
    floors: tuple[Floor, ...]
    worth: Floats
    price_of_exploring: float
    price_of_floors: float
    unserved: int


def make_plan(cells: pd.DataFrame, ask: Ask) -> CallPlan:
    """The plan of most expected money under the team's slots, territories and skills.

    Args:
        cells: A row per cell that may be pitched: customer_id, division, icp_score,
            expected_value, rep and branch of the account, TRIED.
    """
    cells = cells[cells[Scores.VALUE] > 0].sort_values([Scores.CUSTOMER, Scores.DIVISION])
    cells = cells.reset_index(drop=True)
    names = sorted(set(cells[Scores.DIVISION]) | set(ask.floors))
    problem = problem_of(cells, ask, names)
    return _Planning(cells, ask, problem, np.random.default_rng(ask.seed)).plan(names)


def problem_of(cells: pd.DataFrame, ask: Ask, divisions: list[str]) -> PlanProblem:
    """The arrays of the problem; `cells` sorted by customer and division.

    An account's territory is its rep, where he is in the team (and settings say so); else the reps
    of its branch; else, where it has no branch, everyone.
    """
    row, customers = pd.factorize(cells[Scores.CUSTOMER])
    first = cells.drop_duplicates(Scores.CUSTOMER)
    place = {rep.name: at for at, rep in enumerate(ask.reps)}
    owner = first[Whitespace.REP].map(place).to_numpy(float, na_value=-1.0).astype(np.int64)
    branches = sorted(set(first[Whitespace.BRANCH].dropna()))
    area = {name: len(place) + 1 + at for at, name in enumerate(branches)}
    shared = first[Whitespace.BRANCH].map(area).to_numpy(float, na_value=float(len(place)))
    own = (owner >= 0) & (ask.territory != BRANCH)
    return PlanProblem(
        account=np.asarray(row, np.int64),
        division=np.asarray(pd.Index(divisions).get_indexer(cells[Scores.DIVISION]), np.int64),
        value=cells[Scores.VALUE].to_numpy(float),
        territory=np.where(own, owner, shared.astype(np.int64)).reshape(len(customers)),
        owner=owner,
        serves=_serves(ask, branches),
        skill=np.array(
            [[r.divisions is None or name in r.divisions for name in divisions] for r in ask.reps],
            bool,
        ).reshape(len(place), len(divisions)),
        slots=np.array([rep.slots for rep in ask.reps], np.int64),
        floors=np.array([_raised(ask, name) for name in divisions], np.int64),
    )


def _serves(ask: Ask, branches: list[str]) -> Bools:
    """Shape (T, R): a territory for each rep, one for everyone, one for each branch."""
    everyone = np.ones((1, len(ask.reps)), bool)
    local = [[rep.branch in (None, name) for rep in ask.reps] for name in branches]
    branch = np.array(local, bool).reshape(len(branches), len(ask.reps))
    return np.vstack([np.eye(len(ask.reps), dtype=bool), everyone, branch])


def _raised(ask: Ask, division: str) -> int:
    """The floor before a control group is set aside, which takes its share of every division."""
    return int(np.ceil(ask.floors.get(division, 0) / (1.0 - ask.holdout) - 1e-9))


@dataclass(frozen=True)
class _Solved:
    """The best pitches of the cells that `open_cells` lists, and the explored ones beside.

    Attributes:
        problem: With those cells only.
        found: Positions are in `problem`.
        tries: Positions are in all cells.
    """

    open_cells: Ints
    problem: PlanProblem
    found: Solution
    tries: Assignment

    @property
    def chosen(self) -> Assignment:
        """All pitches, by position in all cells."""
        planned = self.found.chosen
        cell = np.r_[self.open_cells[planned.cell], self.tries.cell]
        return Assignment.of(cell, np.r_[planned.rep, self.tries.rep])


@dataclass(frozen=True)
class _Planning:
    """The steps of one plan."""

    cells: pd.DataFrame
    ask: Ask
    problem: PlanProblem
    rng: np.random.Generator

    def plan(self, names: list[str]) -> CallPlan:
        slots, share = self.problem.slots, self.ask.holdout
        aside = shared_out(slots, share / (1.0 - share), self.rng.random())
        whole = replace(self.problem, slots=slots + aside)
        solved = self._solved(whole)
        served = np.unique(whole.account[whole.servable()])
        return CallPlan(
            rows=self._rows(solved, aside),
            solution=solved.found,
            floors=_floors(self.ask, names, solved),
            worth=worth_of_one_more_slot(solved.problem, solved.found),
            price_of_exploring=self._price_of_exploring(whole, solved),
            price_of_floors=self._price_of_floors(solved),
            unserved=len(whole.territory) - len(served),
        )

    def _solved(self, whole: PlanProblem) -> _Solved:
        """Plan the slots that are not for exploring, then draw cells for the others.

        Where a rep has too little to explore, those slots are planned too.
        """
        wanted = shared_out(self.problem.slots, self.ask.explore, self.rng.random())
        found = solve(replace(whole, slots=whole.slots - wanted), self.ask.limits)
        tries = self._tries(replace(whole, slots=wanted), found)
        got = tries.used(whole)
        drawn = np.isin(whole.account, whole.account[tries.cell])
        open_cells = np.flatnonzero(~drawn)
        rest = replace(whole.only(open_cells), slots=whole.slots - got)
        if (got < wanted).any():
            return _Solved(open_cells, rest, solve(rest, self.ask.limits), tries)
        place = np.searchsorted(open_cells, found.chosen.cell)
        moved = replace(found, chosen=Assignment(place, found.chosen.rep))
        return _Solved(open_cells, rest, moved, tries)

    def _tries(self, problem: PlanProblem, found: Solution) -> Assignment:
        taken = np.isin(problem.account, problem.account[found.chosen.cell])
        untried = ~(self.cells[TRIED].to_numpy(bool) | taken)
        return explored(problem, self.cells[Scores.SCORE].to_numpy(float), untried, self.rng)

    def _rows(self, solved: _Solved, aside: Ints) -> pd.DataFrame:
        """The plan's rows by rep: the treated by value with their slots, then the control group."""
        p, chosen = self.problem, solved.chosen
        tries = np.isin(chosen.cell, solved.tries.cell)
        listed = chosen.used(p)
        fewer = shared_out(listed, self.ask.holdout, self.rng.random())
        counts = np.where(listed == p.slots + aside, aside, np.maximum(fewer, listed - p.slots))
        value = p.value[chosen.cell]
        control = control_group(chosen.rep, p.division[chosen.cell], value, counts, self.rng)
        rows = self.cells.iloc[chosen.cell].assign(
            **{
                Plan.REP: np.array([rep.name for rep in self.ask.reps], object)[chosen.rep],
                Plan.GROUP: np.where(control, Plan.CONTROL, Plan.TREATED),
                Plan.KIND: np.where(tries, Plan.EXPLORE, Plan.PLANNED),
            }
        )
        order = np.lexsort((chosen.cell, -value, control, chosen.rep))
        rows = rows.iloc[order].reset_index(drop=True)
        rows[Plan.SLOT] = rows.groupby(Plan.REP, sort=False).cumcount() + 1
        return rows

    def _price_of_exploring(self, whole: PlanProblem, solved: _Solved) -> float:
        if not len(solved.tries.cell):
            return 0.0
        return max(solve(whole, self.ask.limits).value - solved.chosen.value(whole), 0.0)

    def _price_of_floors(self, solved: _Solved) -> float:
        problem = solved.problem
        if not problem.floors.any():
            return 0.0
        free = replace(problem, floors=np.zeros_like(problem.floors))
        return max(solve(free, self.ask.limits).value - solved.found.value, 0.0)


def _floors(ask: Ask, names: list[str], solved: _Solved) -> tuple[Floor, ...]:
    planned = solved.found.chosen.per_division(solved.problem)
    return tuple(
        Floor(
            division=name,
            asked=ask.floors[name],
            wanted=int(solved.problem.floors[at]),
            attainable=int(solved.found.floors[at]),
            planned=int(planned[at]),
        )
        for at, name in enumerate(names)
        if ask.floors.get(name)
    )
