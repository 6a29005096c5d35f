"""From draws to intervals."""

import numpy as np
import pytest

from gosales.evaluation.intervals import interval, limits, mean_over


def test_an_interval_has_the_draws_width_and_lies_around_the_figure():
    """Draws from 1 to 99 around 50, of a figure of 30: 2.5 % and 97.5 % are 47.5 off at most."""
    found = interval(30.0, np.arange(1.0, 100.0))
    assert (found.value, found.low, found.high) == pytest.approx((30.0, -16.55, 76.55))


def test_a_skewed_figure_has_a_skewed_interval():
    found = interval(1.0, np.exp(np.random.default_rng(1).normal(0, 0.5, 4_000)))
    assert found.high - found.value > 1.5 * (found.value - found.low)


def test_draws_without_a_number_are_left_out():
    draws = np.concatenate([np.arange(1.0, 100.0), [np.nan]])
    assert interval(30.0, draws) == interval(30.0, draws[:-1])
    assert np.isnan(interval(30.0, np.full(9, np.nan)).low)


def test_many_figures_at_once():
    draws = np.random.default_rng(2).normal(size=(2, 3, 500))
    low, high = limits(np.ones((2, 3)), draws)
    one = interval(1.0, draws[1, 2])
    assert (low[1, 2], high[1, 2]) == pytest.approx((one.low, one.high))


def test_a_mean_is_over_the_numbers():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 4.0, np.nan]])
    assert mean_over(values, 0) == pytest.approx([2.0, 4.0, np.nan], nan_ok=True)
