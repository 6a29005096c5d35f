"""The plan of a hurried manager: the most valuable pitch first, as long as somebody has a slot."""

from __future__ import annotations

import numpy as np

from gosales.whitespace.plan_problem import Assignment, Bools, Floats, Ints, PlanProblem


def greedy(problem: PlanProblem) -> Assignment:
    """Floors first, division by division, then whatever is worth most.

    A pitch goes to the rep with most slots left among those who may make it.
    """
    order = np.lexsort((np.arange(len(problem.value)), -problem.value))
    book = _Book(problem)
    for division in np.flatnonzero(problem.floors):
        wanted = int(problem.floors[division])
        for cell in order[problem.division[order] == division]:
            if wanted == 0:
                break
            wanted -= book.take(int(cell))
    for cell in order:
        book.take(int(cell))
    return book.assignment()


def fill(problem: PlanProblem, order: Ints, taken: Bools) -> Assignment:
    """Pitch the cells in the given order, as far as slots go; floors are left aside.

    Args:
        taken: Shape (n,), accounts that are not to be pitched.
    """
    book = _Book(problem, taken)
    for cell in order:
        book.take(int(cell))
    return book.assignment()


def simple_bound(problem: PlanProblem) -> float:
    """No plan is worth more: every account's best cell, as many as there are slots, any rep."""
    best = best_of_accounts(problem.account, problem.value)
    slots = int(problem.slots.sum())
    return float(np.sort(best)[::-1][:slots].sum())


def best_of_accounts(account: Ints, value: Floats) -> Floats:
    """The highest value of each account that has a cell, in order of account."""
    if not len(account):
        return value
    _, row = np.unique(account, return_inverse=True)
    best = np.zeros(row.max() + 1)
    np.maximum.at(best, row, value)
    return best


class _Book:
    """Slots left and accounts taken while the plan is made."""

    def __init__(self, problem: PlanProblem, taken: Bools | None = None) -> None:
        nobody = np.zeros(len(problem.territory), bool)
        self.left = problem.slots.copy()
        self.taken = nobody if taken is None else taken.copy()
        self.cells: list[int] = []
        self.reps: list[int] = []
        self._problem = problem
        self._area = problem.area
        self._able: dict[tuple[int, int], Ints] = {}

    def take(self, cell: int) -> bool:
        """Put the cell into the plan if its account and a rep are free."""
        problem = self._problem
        account = problem.account[cell]
        if self.taken[account]:
            return False
        able = self._who(int(self._area[cell]), int(problem.division[cell]))
        if not len(able) or not self.left[able].any():
            return False
        rep = int(able[np.argmax(self.left[able])])
        self.left[rep] -= 1
        self.taken[account] = True
        self.cells.append(cell)
        self.reps.append(rep)
        return True

    def assignment(self) -> Assignment:
        return Assignment.of(np.array(self.cells, np.int64), np.array(self.reps, np.int64))

    def _who(self, territory: int, division: int) -> Ints:
        key = (territory, division)
        if key not in self._able:
            problem = self._problem
            self._able[key] = np.flatnonzero(problem.serves[territory] & problem.skill[:, division])
        return self._able[key]
