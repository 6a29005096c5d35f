"""Plans of a middling market: what stands in when there is no time, and what each way tells."""

import numpy as np
import pytest

from gosales.whitespace import plan_solve
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


def test_accounts_stay_with_their_own_reps_where_it_costs_nothing(problem):
    """All accounts free for their branch: more than by chance are pitched by their own rep."""
    branch = np.where(problem.owner >= 0, problem.owner % 2, problem.territory % 2)
    free = PlanProblem(**{**vars(problem), "territory": 8 + branch, "skill": np.ones((8, 6), bool)})
    chosen = solve(free, Limits()).chosen
    owner = free.owner[free.account[chosen.cell]]
    assert (owner == chosen.rep)[owner >= 0].mean() > 0.6
    values = [free.value[chosen.cell[chosen.rep == rep]].max() for rep in range(8)]
    assert min(values) > np.median(free.value[chosen.cell]), "nobody gets the leavings only"
