"""Power and intervals, against published values and against simulation."""

import numpy as np
import pytest

from gosales.evaluation.trial import (
    Sizes,
    accounts_needed,
    detectable_lift,
    means,
    power,
    proportions,
    wilson,
)


@pytest.mark.parametrize(
    ("bought", "of", "low", "high"),
    [
        ((56, 48), (70, 80), 0.0524, 0.3339),
        ((9, 3), (10, 10), 0.1705, 0.8090),
        ((10, 0), (10, 20), 0.6791, 1.0),
        ((0, 0), (10, 20), -0.1611, 0.2775),
    ],
)
def test_newcombes_own_examples(bought, of, low, high):
    """Table II of the paper, method 10."""
    found = proportions(bought, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    assert found.value == pytest.approx(bought[0] / of[0] - bought[1] / of[1])


def test_an_empty_group_has_no_interval():
    assert proportions((1, 0), (5, 0)) is None
    assert means(np.array([1.0]), np.array([]), 1) is None


def test_wilson_stays_within_zero_and_one():
    assert wilson(0, 5)[0] == pytest.approx(0, abs=1e-12)
    assert wilson(5, 5)[1] == pytest.approx(1)


def test_the_sample_size_that_fleiss_gives():
    """25 % against 40 %, 80 % power: 152 in each group without continuity correction."""
    assert accounts_needed(Sizes(1, 1, 0.25), 0.6) in {303, 304}


def test_power_is_what_simulation_finds():
    sizes, lift = Sizes(900, 300, 0.15), 0.5
    rng = np.random.default_rng(5)
    treated = rng.binomial(sizes.treated, sizes.base_rate * (1 + lift), 4000)
    control = rng.binomial(sizes.control, sizes.base_rate, 4000)
    first, second = treated / sizes.treated, control / sizes.control
    common = (treated + control) / sizes.total
    error = np.sqrt(common * (1 - common) * (1 / sizes.treated + 1 / sizes.control))
    found = np.mean(np.abs(first - second) / error > 1.96)
    assert power(sizes, lift) == pytest.approx(found, abs=0.02)


def test_the_three_questions_agree():
    sizes = Sizes(1800, 200, 0.1)
    least = detectable_lift(sizes)
    assert power(sizes, least) == pytest.approx(0.8, abs=1e-6)
    assert accounts_needed(sizes, least) == pytest.approx(2000, abs=1)
    assert power(sizes, 2 * least) > 0.8 > power(sizes, least / 2)


def test_what_cannot_be_told_is_none():
    assert power(Sizes(100, 0, 0.1), 0.3) is None
    assert power(Sizes(100, 100, 0.9), 0.3) is None
    assert accounts_needed(Sizes(100, 100, 0.9), 0.3) is None
    assert detectable_lift(Sizes(2, 2, 0.5)) is None
    assert detectable_lift(Sizes(2, 2, 0.0)) is None


def test_the_bootstrap_covers_the_true_difference():
    rng = np.random.default_rng(3)
    covered = 0
    for seed in range(100):
        first, second = rng.gamma(0.5, 200, 300), rng.gamma(0.5, 160, 100)
        found = means(first, second, seed)
        covered += found.low <= 20 <= found.high
        assert found.low < found.value < found.high
    assert covered >= 88


def test_the_bootstrap_repeats_itself():
    first, second = np.arange(30.0), np.arange(10.0)
    assert means(first, second, 4) == means(first, second, 4)
