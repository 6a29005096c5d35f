"""The call plan as a mixed-integer programme, and the questions to HiGHS (by scipy).

Variables: x, whether a cell is pitched; f, how many pitches of a division in a territory a rep
takes. So reps appear only in the few f, and the programme is a flow through a network: but for the
floors, the corners of its linear relaxation are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, hstack, vstack

from gosales.whitespace.plan_problem import Bools, Floats, Ints, PlanProblem


@dataclass(frozen=True)
class Program:
    """The matrices of a problem; columns are the m cells, then the f."""

    problem: PlanProblem

    @cached_property
    def takes(self) -> tuple[Ints, Ints, Ints]:
        """Territory, division and rep of each f."""
        problem = self.problem
        there = np.zeros((len(problem.serves), problem.skill.shape[1]), bool)
        there[problem.area, problem.division] = True
        able = problem.serves[:, None, :] & (problem.skill & (problem.slots > 0)[:, None]).T[None]
        territory, division, rep = np.nonzero(able & there[:, :, None])
        return territory, division, rep

    @property
    def cells(self) -> int:
        return len(self.problem.value)

    @property
    def width(self) -> int:
        return self.cells + len(self.takes[0])

    @cached_property
    def asked(self) -> Ints:
        """The divisions that have a floor."""
        return np.flatnonzero(self.problem.floors)

    @cached_property
    def upper(self) -> Any:
        """Rows that have a most: accounts, reps, and at the end floors with their signs turned."""
        p, rep = self.problem, self.takes[2]
        accounts, account = np.unique(p.account, return_inverse=True)
        row_of = np.full(len(p.floors), -1)
        row_of[self.asked] = np.arange(len(self.asked))
        counted = np.flatnonzero(row_of[p.division] >= 0)
        every, flows = np.arange(self.cells), np.arange(self.cells, self.width)
        return vstack(
            [
                _matrix(1.0, account, every, (len(accounts), self.width)),
                _matrix(1.0, rep, flows, (len(p.slots), self.width)),
                _matrix(-1.0, row_of[p.division[counted]], counted, (len(self.asked), self.width)),
            ],
            format="csr",
        )

    @cached_property
    def most(self) -> Floats:
        """Right side of `upper`."""
        p = self.problem
        accounts = np.ones(len(np.unique(p.account)))
        return np.concatenate([accounts, p.slots, -p.floors[self.asked]]).astype(float)

    @cached_property
    def balance(self) -> Any:
        """Rows that are zero: the cells of a territory and division are taken by its reps."""
        p, (territory, division, _) = self.problem, self.takes
        kinds = p.skill.shape[1]
        key = np.concatenate([p.area * kinds + p.division, territory * kinds + division])
        groups, row = np.unique(key, return_inverse=True)
        sign = np.r_[np.ones(self.cells), -np.ones(len(territory))]
        return _matrix(sign, row, np.arange(self.width), (len(groups), self.width)).tocsr()

    @property
    def cost(self) -> Floats:
        return np.r_[-self.problem.value, np.zeros(self.width - self.cells)]

    @property
    def most_each(self) -> Floats:
        """Upper bounds of the variables."""
        return np.r_[np.ones(self.cells), self.problem.slots[self.takes[2]].astype(float)]

    def relaxation(self, seconds: float) -> Any:
        """The linear relaxation, at a corner."""
        return linprog(
            self.cost,
            A_ub=self.upper,
            b_ub=self.most,
            A_eq=self.balance,
            b_eq=np.zeros(self.balance.shape[0]),
            bounds=np.column_stack([np.zeros(self.width), self.most_each]),
            method="highs-ds",
            options={"time_limit": seconds},
        )

    def prices(self, corner: Any) -> Floats:
        """Shape (D,): what one pitch less of a floor would win, at a corner of the relaxation."""
        result = np.zeros(len(self.problem.floors))
        if len(self.asked):
            result[self.asked] = -corner.ineqlin.marginals[-len(self.asked) :]
        return result

    def search(self, seconds: float, keep: Bools) -> Any:
        """Branch and bound over the variables in `keep`; the others stay zero."""
        return milp(
            self.cost,
            integrality=np.ones(self.width),
            bounds=Bounds(np.zeros(self.width), np.where(keep, self.most_each, 0.0)),
            constraints=[
                LinearConstraint(self.upper, -np.inf, self.most),
                LinearConstraint(self.balance, 0.0, 0.0),
            ],
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )

    def missing(self, seconds: float) -> Ints | None:
        """Shape (D,): the fewest pitches by which the floors must fall; None when not found."""
        asked, rows = len(self.asked), self.upper.shape[0]
        each = np.arange(asked)
        eased = _matrix(-1.0, rows - asked + each, each, (rows, asked))
        balance = hstack([self.balance, coo_array((self.balance.shape[0], asked))], format="csr")
        most = np.r_[self.most_each, self.problem.floors[self.asked].astype(float)]
        found = milp(
            np.r_[np.zeros(self.width), np.ones(asked)],
            integrality=np.ones(self.width + asked),
            bounds=Bounds(np.zeros(len(most)), most),
            constraints=[
                LinearConstraint(hstack([self.upper, eased], format="csr"), -np.inf, self.most),
                LinearConstraint(balance, 0.0, 0.0),
            ],
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        result = np.zeros(len(self.problem.floors), np.int64)
        result[self.asked] = np.round(found.x[self.width :])
        return result

    def chosen(self, x: Floats) -> tuple[Ints, Ints]:
        """Of a whole-numbered point: the chosen cells, and (T, D, R) how many a rep takes where."""
        whole = np.round(x).astype(np.int64)
        counts = np.zeros((len(self.problem.serves), *self.problem.skill.T.shape), np.int64)
        counts[self.takes] = whole[self.cells :]
        return np.flatnonzero(whole[: self.cells]), counts


def _matrix(values: Any, row: Ints, column: Ints, shape: tuple[int, int]) -> Any:
    return coo_array((np.broadcast_to(np.asarray(values, float), row.shape), (row, column)), shape)
