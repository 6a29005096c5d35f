"""The population stability index, against sums done by hand."""

import math

import numpy as np
import pytest

from gosales.evaluation.drift import (
    DRIFTED,
    LEAST_SHARE,
    STABLE,
    WATCH,
    Profile,
    judged,
    judged_ratio,
)


def profile(values, weight=None):
    values = np.array(values, np.float32)
    return Profile.of(values, np.ones(len(values)) if weight is None else np.array(weight, float))


def test_the_same_values_have_not_moved():
    values = np.random.default_rng(1).normal(size=5000).astype(np.float32)
    assert profile(values).index(values) == pytest.approx(0.0)


def test_the_index_is_the_sum_of_the_definition():
    made = profile([0.0] * 8 + [1.0] * 2)
    now = np.array([0.0] * 5 + [1.0] * 5)
    assert made.edges == (0.0,)
    by_hand = (0.5 - 0.8) * math.log(0.5 / 0.8) + (0.5 - 0.2) * math.log(0.5 / 0.2)
    assert made.index(now) == pytest.approx(by_hand)


def test_missing_values_are_a_bin_of_their_own():
    made = profile([1.0] * 10)
    gone = np.full(10, np.nan)
    lost = (LEAST_SHARE - 1) * math.log(LEAST_SHARE)
    assert made.index(gone) == pytest.approx(2 * lost)


def test_weights_count():
    heavy = profile([0.0, 1.0], weight=[9.0, 1.0])
    assert heavy.shares == (0.9, 0.1, 0.0)


def test_a_shift_is_seen_and_chance_is_not():
    draw = np.random.default_rng(2)
    made = profile(draw.normal(size=5000))
    assert made.index(draw.normal(size=5000)) < 0.02
    assert made.index(draw.normal(1.0, size=5000)) > 0.5


def test_scores_move_by_log_odds_at_the_same_ranks():
    then = np.array([0.1] * 6 + [0.2] * 3 + [0.5])
    made = profile(then)
    assert made.moved(then) == pytest.approx(0.0, abs=1e-6)
    odds = 1.5 * then / (1 - then)
    assert made.moved(odds / (1 + odds)) == pytest.approx(math.log(1.5), abs=1e-6)


def test_scores_that_are_nearly_alike_have_a_high_index_and_have_hardly_moved():
    made = profile([0.100] * 900 + [0.3] * 100)
    now = np.array([0.101] * 900 + [0.3] * 100)
    assert made.index(now) > 5
    assert made.moved(now) < 0.02


def test_constant_scores_have_no_edge_to_move_from():
    assert profile([0.1] * 5).moved(np.array([0.2])) == 0.0


def test_a_profile_survives_json_and_a_broken_one_is_refused():
    made = profile([1, 2, 3, np.nan])
    assert Profile.from_dict(made.as_dict()) == made
    with pytest.raises(ValueError, match="do not fit"):
        Profile.from_dict({"edges": [1.0], "shares": [1.0]})


def test_the_limits():
    assert [judged(x, 0.1, 0.25) for x in (0.05, 0.1, 0.25, 0.3)] == [STABLE, WATCH, WATCH, DRIFTED]
    found = [judged_ratio(x, 2.0) for x in (1.2, 1.6, 2.5, 0.4, 0.0)]
    assert found == [STABLE, WATCH, DRIFTED, DRIFTED, DRIFTED]
