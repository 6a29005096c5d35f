"""Plans of small teams against every plan that there is."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gosales.whitespace import plan_solve
from gosales.whitespace.plan_greedy import greedy
from gosales.whitespace.plan_problem import PlanProblem, contenders
from gosales.whitespace.plan_solve import GREEDY, Limits, solve
from gosales.whitespace.plan_worth import worth_of_one_more_slot

LIMITS = Limits()


@st.composite
def problems(draw, accounts=4, reps=3, divisions=3, floors=True):
    """Few accounts, few values (so that ties occur), any territories, skills, slots and floors."""
    n, r, d = (draw(st.integers(1, most)) for most in (accounts, reps, divisions))
    areas = draw(st.integers(1, 3))
    cells = [(a, b) for a in range(n) for b in range(d) if draw(st.integers(0, 3))]
    value = [draw(st.integers(1, 9)) for _ in cells]

    def flags(rows, columns):
        row = st.lists(st.booleans(), min_size=columns, max_size=columns)
        return np.array([draw(row) for _ in range(rows)], bool).reshape(rows, columns)

    wanted = st.integers(0, 2) if floors else st.just(0)
    return PlanProblem(
        account=np.array([a for a, _ in cells], np.int64),
        division=np.array([b for _, b in cells], np.int64),
        value=np.array(value, float),
        territory=np.array([draw(st.integers(0, areas - 1)) for _ in range(n)], np.int64),
        owner=np.array([draw(st.integers(-1, r - 1)) for _ in range(n)], np.int64),
        serves=flags(areas, r),
        skill=flags(r, d),
        slots=np.array([draw(st.integers(0, 2)) for _ in range(r)], np.int64),
        floors=np.array([draw(wanted) for _ in range(d)], np.int64),
    )


def reps_of(problem):
    """Shape (cells, R): who may pitch each cell."""
    able = problem.serves[problem.area] & problem.skill[:, problem.division].T
    return able & (problem.slots > 0)


def every_plan(problem):
    """(value, pitches per division) of every feasible plan, by trying all of them."""
    able = reps_of(problem)
    options = []
    for account in range(len(problem.territory)):
        own = [None]
        for cell in np.flatnonzero(problem.account == account):
            own += [(cell, rep) for rep in np.flatnonzero(able[cell])]
        options.append(own)
    for plan in product(*options):
        made = [pitch for pitch in plan if pitch]
        used = np.bincount([rep for _, rep in made], minlength=len(problem.slots))
        if (used <= problem.slots).all():
            cells = np.array([cell for cell, _ in made], int)
            count = np.bincount(problem.division[cells], minlength=len(problem.floors))
            yield float(problem.value[cells].sum()), count


def fewest_missing(problem):
    plans = list(every_plan(problem))
    return min(int(np.maximum(problem.floors - count, 0).sum()) for _, count in plans)


def best_value(problem, floors):
    return max(value for value, count in every_plan(problem) if (count >= floors).all())


def assert_feasible(problem, chosen):
    assert len(np.unique(problem.account[chosen.cell])) == len(chosen.cell)
    assert (chosen.used(problem) <= problem.slots).all()
    assert reps_of(problem)[chosen.cell, chosen.rep].all()


@given(problems())
@settings(max_examples=150, deadline=None)
def test_no_plan_is_better(problem):
    found = solve(problem, LIMITS)
    assert_feasible(problem, found.chosen)
    assert (found.chosen.per_division(problem) >= found.floors).all()
    assert int((problem.floors - found.floors).sum()) == fewest_missing(problem)
    assert found.value == pytest.approx(best_value(problem, found.floors))
    assert found.gap == 0


@given(problems())
@settings(max_examples=100, deadline=None)
def test_pruning_leaves_a_best_plan(problem):
    kept = problem.only(contenders(problem, spare=0))
    floors = solve(problem, LIMITS).floors
    assert best_value(kept, floors) == best_value(problem, floors)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_a_greedy_plan_is_feasible_and_its_bound_holds(problem):
    assert_feasible(problem, greedy(problem))
    found = solve(problem, Limits(cells=0))
    assert found.method == GREEDY
    assert_feasible(problem, found.chosen)
    best = best_value(problem, np.zeros_like(problem.floors))
    assert found.value <= best <= found.bound + 1e-9


@given(problems(floors=False))
@settings(max_examples=100, deadline=None)
def test_one_more_slot_is_worth_what_another_solution_gains(problem):
    worth = worth_of_one_more_slot(problem, solve(problem, LIMITS))
    for rep in range(len(problem.slots)):
        more = replace(problem, slots=problem.slots + (np.arange(len(problem.slots)) == rep))
        gain = best_value(more, problem.floors) - best_value(problem, problem.floors)
        assert worth[rep] == pytest.approx(gain)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_with_floors_the_worth_of_a_slot_is_a_bound(problem):
    found = solve(problem, LIMITS)
    worth = worth_of_one_more_slot(problem, found)
    for rep in range(len(problem.slots)):
        more = replace(problem, slots=problem.slots + (np.arange(len(problem.slots)) == rep))
        gain = best_value(more, found.floors) - best_value(problem, found.floors)
        assert worth[rep] >= gain - 1e-6


@given(problems())
@settings(max_examples=100, deadline=None)
def test_branch_and_bound_finds_the_same(problem):
    """Also where the relaxation would do: its corner is never taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_solve, "is_whole", lambda _x: False)
        found = solve(problem, LIMITS)
    assert_feasible(problem, found.chosen)
    assert found.value == pytest.approx(best_value(problem, found.floors))
    assert found.gap == 0
