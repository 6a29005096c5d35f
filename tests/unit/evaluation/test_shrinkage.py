"""Divisions lend each other strength."""

import numpy as np
import pytest

from gosales.evaluation.metrics import auc
from gosales.evaluation.shrinkage import shrunk_gains


def market(rates, n=3_000, gain=1.0, seed=2):
    """Scores `a` (good) and `b` (noise) of divisions with the given base rates."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(n, len(rates)))
    bought = rng.random(truth.shape) < np.array(rates) * np.exp(gain * truth - gain**2 / 2)
    return truth, rng.normal(size=truth.shape), bought


def test_a_big_division_keeps_its_own_gain():
    a, b, bought = market([0.3, 0.3, 0.3])
    gains = shrunk_gains(a, b, bought, np.ones(a.shape, bool))
    own = auc(a[:, 0], bought[:, 0]) - auc(b[:, 0], bought[:, 0])
    assert gains.of_division[0].value == pytest.approx(own, abs=0.03)
    assert gains.common.low > 0


def test_a_small_division_is_pulled_to_the_common_gain():
    a, b, bought = market([0.3, 0.3, 0.3, 0.003])
    gains = shrunk_gains(a, b, bought, np.ones(a.shape, bool))
    own = auc(a[:, 3], bought[:, 3]) - auc(b[:, 3], bought[:, 3])
    common, small = gains.common.value, gains.of_division[3].value
    assert abs(small - common) < abs(own - common)


def test_a_division_that_says_nothing_has_the_common_gain():
    a, b, bought = market([0.3, 0.3, 0.0])
    gains = shrunk_gains(a, b, bought, np.ones(a.shape, bool))
    assert gains.of_division[2].value == pytest.approx(gains.common.value)
    assert gains.of_division[2].high >= gains.common.high


def test_the_same_customers_twice_are_not_twice_the_evidence():
    a, b, bought = market([0.2])
    once = shrunk_gains(a, b, bought, np.ones(a.shape, bool)).common
    twice = shrunk_gains(
        np.hstack([a, a]), np.hstack([b, b]), np.hstack([bought, bought]), np.ones((3_000, 2), bool)
    ).common
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=1e-6)


def test_without_buyers_there_are_no_gains():
    a, b, bought = market([0.2])
    assert shrunk_gains(a, b, bought & False, np.ones(a.shape, bool)) is None
