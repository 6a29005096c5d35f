import numpy as np
import pytest

from gosales.models.calibration import (
    BOUNDS,
    FLOOR,
    LEAST_BUYERS,
    UNTRIED,
    Calibration,
    Window,
    fit_map,
    log_losses,
    sigmoid,
    try_map,
)


def window(seed, slope=1.0, shift=0.0, rows=20_000):
    """Outcomes that follow `slope * logit + shift`."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-2.0, 1.2, rows)
    bought = rng.random(rows) < sigmoid(slope * logit + shift)
    return Window(logit, bought, np.arange(rows) // 10)


@pytest.mark.parametrize(("z", "expected"), [(0, 0.5), (np.log(3), 0.75), (-800, 0), (800, 1)])
def test_sigmoid(z, expected):
    assert sigmoid(np.array([z], float)) == pytest.approx([expected])


@pytest.mark.parametrize("logit", [-1e9, -np.inf, np.inf, 1e9])
def test_no_probability_is_zero_or_one(logit):
    assert FLOOR <= Calibration()(np.array([logit]))[0] <= 1 - FLOOR


def test_the_default_changes_nothing_and_a_slope_keeps_the_ranking():
    logit = np.linspace(-4, 4, 9)
    assert Calibration()(logit) == pytest.approx(1 / (1 + np.exp(-logit)))
    moved = Calibration(0.5, -1.0)(logit)
    assert np.all(np.diff(moved) > 0)
    assert np.log(moved / (1 - moved)) == pytest.approx(0.5 * logit - 1)


def test_a_map_finds_the_line_that_the_outcomes_follow():
    found = fit_map(window(1, 0.7, -0.5).logit, window(1, 0.7, -0.5).bought)
    assert (found.slope, found.shift) == pytest.approx((0.7, -0.5), abs=0.06)


def test_weights_count_as_rows():
    part = window(2, 1.3, 0.4, rows=3_000)
    twice = np.arange(3_000) < 1_500
    repeated = np.concatenate([part.logit, part.logit[twice]])
    bought = np.concatenate([part.bought, part.bought[twice]])
    by_rows, by_weight = fit_map(repeated, bought), fit_map(part.logit, part.bought, 1.0 + twice)
    assert by_rows.slope == pytest.approx(by_weight.slope, abs=1e-4)
    assert by_rows.shift == pytest.approx(by_weight.shift, abs=1e-4)


@pytest.mark.parametrize("slope", [-1.0, 0.0, 9.0])
def test_a_slope_never_leaves_its_bounds(slope):
    part = window(3, slope)
    found = fit_map(part.logit, part.bought)
    assert BOUNDS[0][0] <= found.slope <= BOUNDS[0][1]


def test_a_lasting_error_is_mended():
    older, newer = window(4, 1.0, -0.6), window(5, 1.0, -0.6)
    trial = try_map(older, newer)
    assert trial.earned
    assert trial.judged == trial.tried != Calibration()
    assert trial.final.shift == pytest.approx(-0.6, abs=0.08)
    assert log_losses(trial.final, newer).mean() < log_losses(Calibration(), newer).mean()


def test_an_error_that_does_not_last_is_left_alone():
    trial = try_map(window(6, 1.0, -0.6), window(7, 1.0, 0.3))
    assert not trial.earned
    assert trial.judged == trial.final == Calibration()


def test_luck_hardly_ever_earns_a_map():
    earned = [try_map(window(seed), window(seed + 50)).earned for seed in range(10, 50)]
    assert sum(earned) <= 4


def test_rows_of_one_customer_are_one_witness():
    older, newer = window(8, 1.0, -0.25, 4_000), window(9, 1.0, -0.25, 4_000)
    alone = Window(newer.logit, newer.bought, np.arange(4_000))
    crowd = Window(newer.logit, newer.bought, np.zeros(4_000, int))
    assert try_map(older, alone).error > 0
    assert try_map(older, crowd).error == pytest.approx(0, abs=1e-12)  # one customer tells no error


def test_a_window_with_few_buyers_tries_nothing():
    few = window(10, rows=200)
    bought = np.zeros(200, bool)
    bought[: LEAST_BUYERS - 1] = True
    assert try_map(Window(few.logit, bought, few.customer), window(11)) is UNTRIED
