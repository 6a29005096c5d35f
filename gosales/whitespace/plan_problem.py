"""The call plan as a problem on arrays: cells with a value, territories, reps with slots.

An account lies in one *territory*, which a set of reps serves: its own rep alone, or all reps of a
branch. A cell may be pitched by a rep who serves its account's territory and has the skill for its
division. At most one cell of an account is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PlanProblem:
    """m candidate cells of n accounts, T territories, R reps, D divisions.

    Attributes:
        account, division: Shape (m,), which account and division each cell is of. Cells are in
            order of account, then division, so that nothing depends on the order of a file.
        value: Shape (m,), expected money of pitching the cell; above zero.
        territory: Shape (n,), of each account.
        owner: Shape (n,), the account's own rep, -1 for none with capacity.
        serves: Shape (T, R), which reps serve a territory.
        skill: Shape (R, D), which divisions a rep pitches.
        slots: Shape (R,), most pitches of each rep.
        floors: Shape (D,), least pitches of each division.
    """

    account: Ints
    division: Ints
    value: Floats
    territory: Ints
    owner: Ints
    serves: Bools
    skill: Bools
    slots: Ints
    floors: Ints

    @property
    def area(self) -> Ints:
        """Shape (m,), the territory of each cell."""
        return self.territory[self.account]

    def only(self, keep: Bools | Ints) -> PlanProblem:
        """The same problem with fewer cells."""
        return replace(
            self, account=self.account[keep], division=self.division[keep], value=self.value[keep]
        )

    def servable(self) -> Bools:
        """Shape (m,): some rep with slots may pitch the cell."""
        open_to = self.serves[:, None, :] & (self.skill.T & (self.slots > 0))[None]
        somebody = np.asarray(open_to.any(axis=2))
        return np.asarray(somebody[self.area, self.division])


@dataclass(frozen=True)
class Assignment:
    """Chosen cells and who pitches them: positions in the problem's cells, and reps.

    Attributes:
        cell, rep: Shape (k,), in order of `cell`.
    """

    cell: Ints
    rep: Ints

    @classmethod
    def of(cls, cell: Ints, rep: Ints) -> Assignment:
        order = np.argsort(cell, kind="stable")
        return cls(np.asarray(cell, np.int64)[order], np.asarray(rep, np.int64)[order])

    def value(self, problem: PlanProblem) -> float:
        """Expected money of the whole assignment."""
        return float(problem.value[self.cell].sum())

    def used(self, problem: PlanProblem) -> Ints:
        """Shape (R,), pitches of each rep."""
        return np.bincount(self.rep, minlength=len(problem.slots)).astype(np.int64)

    def per_division(self, problem: PlanProblem) -> Ints:
        """Shape (D,), pitches of each division."""
        found = np.bincount(problem.division[self.cell], minlength=len(problem.floors))
        return found.astype(np.int64)


def contenders(problem: PlanProblem, spare: int = 1) -> Ints:
    """Positions of the cells among which an optimal plan surely lies.

    Two things leave no better plan behind. Of each territory and division only the best K cells can
    matter, K being the slots of all reps who serve the territory: if a plan uses a cell ranked
    below, then one of the K accounts before it is free, and taking that instead, by the same rep,
    costs nothing and changes no count. And without floors an account's best cell stands for all its
    cells where every rep of the territory may pitch it.

    Args:
        spare: Slots that each rep may get on top without the answer going wrong.
    """
    kept = problem.servable()
    if not problem.floors.any():
        kept &= ~_dominated(problem, kept)
    most = (problem.serves * (problem.slots + spare)).sum(axis=1)
    cells = np.flatnonzero(kept)
    area = problem.area[cells]
    group = area * problem.skill.shape[1] + problem.division[cells]
    place = places(group, problem.value[cells])
    return np.asarray(cells[place < most[area]])


def places(group: Ints, value: Floats) -> Ints:
    """Shape (m,): the place of each row in its group by value, 0 the highest; ties in row order."""
    order = np.lexsort((np.arange(len(group)), -value, group))
    ordered = group[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(order)])
    place = np.empty(len(order), np.int64)
    length = np.diff(np.r_[first, len(order)])
    place[order] = np.arange(len(order)) - np.repeat(first, length)
    return place


def _dominated(problem: PlanProblem, kept: Bools) -> Bools:
    """Shape (m,): cells beside a better one of the same account that every rep there may pitch."""
    working = problem.slots > 0
    able = ~(problem.serves & working)[:, :, None] | problem.skill[None]
    anyone = np.asarray(able.all(axis=1))
    rank = np.full(len(problem.value), -1, np.int64)
    rank[kept] = places(problem.account[kept], problem.value[kept])
    best = np.zeros(len(problem.territory), bool)
    first = np.flatnonzero(rank == 0)
    best[problem.account[first]] = anyone[problem.area[first], problem.division[first]]
    return np.asarray(best[problem.account] & (rank > 0))
