"""Intervals of the scores."""

import numpy as np
import pytest

from gosales.models.calibration import logit
from gosales.models.score_band import REACH, ScoreBand

SCORES = np.array([0.001, 0.02, 0.3, 0.9])


def reach(band, score):
    low, high = (logit(end) for end in band.around(score))
    assert high - logit(score) == pytest.approx(logit(score) - low)  # even on the log odds
    return (high - low) / 2


def test_an_error_of_one_size_reaches_as_far_at_every_score():
    band = ScoreBand((0.25, 0.0, 0.0), (-9.0, 9.0))
    assert reach(band, SCORES) == pytest.approx([REACH * 0.5] * 4)


def test_the_error_is_a_polynomial_of_the_log_odds():
    band = ScoreBand((1.0, -0.5, 0.25), (-9.0, 9.0))
    z = logit(SCORES)
    assert reach(band, SCORES) == pytest.approx(REACH * np.sqrt(1 - 0.5 * z + 0.25 * z**2))


def test_beyond_the_scores_that_bought_the_error_goes_on_as_it_is_there():
    band = ScoreBand((0.0, 0.0, 0.01), (-2.0, -1.0))
    assert reach(band, SCORES) == pytest.approx(REACH * 0.1 * np.array([2, 2, 1, 1]))


def test_every_interval_holds_its_score():
    score = np.linspace(0.0, 1.0, 101)
    for size in (0.0, 1e-9, 0.3, 4.0):
        low, high = ScoreBand((size, 0.0, 0.0), (-5.0, 1.0)).around(score)
        assert (low >= 0).all()
        assert (high <= 1).all()
        assert (low <= score).all()
        assert (score <= high).all()


def test_without_any_error_low_and_high_are_the_score():
    low, high = ScoreBand((0.0, 0.0, 0.0), (-5.0, 1.0)).around(SCORES)
    assert low == pytest.approx(SCORES)
    assert high == pytest.approx(SCORES)
