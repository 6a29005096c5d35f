"""What is left to chance: shares in whole numbers, exploring, the control group."""

import numpy as np
import pytest

from gosales.whitespace.plan_draw import control_group, explored, shared_out
from gosales.whitespace.plan_problem import PlanProblem


def test_shares_add_up_and_are_right_on_average():
    counts = np.array([20, 20, 20, 3, 0, 7])
    drawn = np.array([shared_out(counts, 0.1, u) for u in np.arange(1000) / 1000])
    assert set(drawn.sum(axis=1)) == {7}
    assert drawn.mean(axis=0) == pytest.approx(counts * 0.1, abs=2e-3)
    assert (drawn[:, 4] == 0).all()


def test_every_pitch_has_the_same_chance_and_every_stratum_its_share():
    """One rep, two divisions of 30, three bands of 10 in each: two of each band go aside."""
    division = np.repeat([0, 1], 30)
    value = np.tile(np.arange(1.0, 31.0), 2)
    rep, counts = np.zeros(60, int), np.array([12])
    times = np.zeros(60)
    for seed in range(400):
        aside = control_group(rep, division, value, counts, np.random.default_rng(seed))
        assert aside.sum() == 12
        for d in (0, 1):
            for low in (1, 11, 21):
                stratum = (division == d) & (value >= low) & (value < low + 10)
                assert aside[stratum].sum() == 2
        times += aside
    assert times / 400 == pytest.approx(0.2, abs=0.07)


def test_every_division_may_be_the_one_that_goes_aside():
    """One of three pitches, each of its own division: none of them is spared for its place."""
    times = np.zeros(3)
    for seed in range(300):
        rng = np.random.default_rng(seed)
        times += control_group(np.zeros(3, int), np.arange(3), np.ones(3), np.array([1]), rng)
    assert times / 300 == pytest.approx(1 / 3, abs=0.1)


def problem(n, slots):
    return PlanProblem(
        account=np.arange(n),
        division=np.zeros(n, int),
        value=np.ones(n),
        territory=np.zeros(n, int),
        owner=np.full(n, -1),
        serves=np.ones((1, 1), bool),
        skill=np.ones((1, 1), bool),
        slots=np.array([slots]),
        floors=np.array([0]),
    )


def test_exploring_draws_uncertain_cells_of_the_upper_half():
    """Equal money expected: the less likely of the upper half are drawn more often."""
    score = np.array([0.5] * 10 + [0.1] * 10 + [0.01] * 20)
    times = np.zeros(40)
    for seed in range(500):
        rng = np.random.default_rng(seed)
        times[explored(problem(40, 4), score, np.ones(40, bool), rng).cell] += 1
    assert times.sum() == 500 * 4
    assert not times[20:].any()
    likely, uncertain = times[:10].sum(), times[10:20].sum()
    assert uncertain > 1.8 * likely  # the weights are 3 to 1; drawing without return evens out


def test_exploring_keeps_to_what_is_open_to_it():
    open_to = np.arange(40) < 3
    drawn = explored(problem(40, 10), np.full(40, 0.2), open_to, np.random.default_rng(1))
    assert drawn.cell.tolist() == [0, 1, 2]
