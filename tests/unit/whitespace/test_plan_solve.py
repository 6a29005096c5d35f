"""Plans of a middling market: what stands in when there is no time, and what each way tells."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.whitespace import plan_seats, plan_solve
from gosales.whitespace.plan import Ask, Rep, problem_of
from gosales.whitespace.plan_problem import PlanProblem
from gosales.whitespace.plan_solve import GREEDY, RELAXATION, SEARCH, Limits, solve


@pytest.fixture
def problem():
    """400 accounts, 6 divisions, 8 reps of two branches with gaps in their skills; floors."""
    rng = np.random.default_rng(3)
    account, division = np.nonzero(rng.random((400, 6)) < 0.8)
    owner = rng.integers(-1, 8, 400)
    branch = np.where(owner >= 0, owner % 2, rng.integers(0, 2, 400))
    local = np.arange(8)[None, :] % 2 == np.arange(2)[:, None]
    return PlanProblem(
        account=account,
        division=division,
        value=rng.lognormal(6, 1.2, len(account)),
        territory=np.where(owner >= 0, owner, 8 + branch),
        owner=owner,
        serves=np.vstack([np.eye(8, dtype=bool), local]),
        skill=rng.random((8, 6)) < 0.8,
        slots=np.full(8, 12),
        floors=np.full(6, 12),
    )


def test_a_whole_corner_proves_the_plan(problem):
    found = solve(problem, Limits())
    assert (found.method, found.gap) == (RELAXATION, 0)
    assert found.value == found.chosen.value(problem)
    assert found.value > found.hurried > 0
    assert found.regret == pytest.approx(1 - found.hurried / found.value)
    assert (found.chosen.per_division(problem) >= 12).all()


def test_branch_and_bound_agrees(problem, monkeypatch):
    best = solve(problem, Limits()).value
    monkeypatch.setattr(plan_solve, "is_whole", lambda _x: False)
    found = solve(problem, Limits())
    assert (found.method, found.gap) == (SEARCH, 0)
    assert found.value == pytest.approx(best)


@pytest.mark.parametrize("limits", [Limits(seconds=0.0), Limits(cells=100)])
def test_without_time_or_above_the_size_the_greedy_plan_stands_in(problem, limits):
    best, found = solve(problem, Limits()), solve(problem, limits)
    assert found.method == GREEDY
    assert found.value == found.hurried < best.value < found.bound
    assert 0 < found.gap < 0.5
    assert (found.chosen.used(problem) <= 12).all()


def test_a_second_best_cell_may_be_the_one_that_a_rep_has_the_skill_for():
    """Two reps of one skill each: both slots are filled only if account 0 gets its second best."""
    problem = PlanProblem(
        account=np.array([0, 0, 1, 1]),
        division=np.array([0, 1, 0, 1]),
        value=np.array([10.0, 9.0, 8.0, 1.0]),
        territory=np.zeros(2, int),
        owner=np.full(2, -1),
        serves=np.ones((1, 2), bool),
        skill=np.eye(2, dtype=bool),
        slots=np.ones(2, int),
        floors=np.zeros(2, int),
    )
    found = solve(problem, Limits())
    assert (found.value, found.gap) == (17.0, 0.0)
    assert found.chosen.cell.tolist() == [1, 2]


def test_floors_are_raised_by_what_a_control_group_takes():
    cell = {Scores.CUSTOMER: ["1"], Scores.DIVISION: ["CAD"], Scores.VALUE: [1.0]}
    cells = pd.DataFrame(cell | {Whitespace.REP: ["Ann"], Whitespace.BRANCH: [None]})
    ask = Ask((Rep("Ann", 20),), floors={"CAD": 9}, holdout=0.1)
    assert problem_of(cells, ask, ["CAD"]).floors.tolist() == [10]


def free_for_branches(problem):
    """The same market with all accounts free for the reps of their branch, who can do anything."""
    branch = np.where(problem.owner >= 0, problem.owner % 2, problem.territory % 2)
    return replace(problem, territory=8 + branch, skill=np.ones((8, 6), bool))


def kept_by_owners(problem, chosen):
    """Share of the pitched accounts with a rep of their own that this rep pitches."""
    owner = problem.owner[problem.account[chosen.cell]]
    return (owner == chosen.rep)[owner >= 0].mean()


def test_accounts_stay_with_their_own_reps_where_it_costs_nothing(problem):
    """More than the quarter that chance would leave; and nobody gets the leavings only."""
    free = free_for_branches(problem)
    chosen = solve(free, Limits()).chosen
    assert kept_by_owners(free, chosen) > 0.6
    values = [free.value[chosen.cell[chosen.rep == rep]].max() for rep in range(8)]
    assert min(values) > np.median(free.value[chosen.cell])


def test_so_they_do_in_territories_too_large_for_the_best_seating(problem, monkeypatch):
    monkeypatch.setattr(plan_seats, "MOST", 0)
    free = free_for_branches(problem)
    assert kept_by_owners(free, solve(free, Limits()).chosen) > 0.35
