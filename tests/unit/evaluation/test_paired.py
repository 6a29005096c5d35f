"""Intervals around a difference of AUCs, against a bootstrap of customers."""

import numpy as np
import pytest

from gosales.evaluation.metrics import auc
from gosales.evaluation.paired import Difference, auc_gain, auc_influence, interval


def compare_auc(*given):
    found = auc_gain(*given)
    return interval(*found) if found else None


def market(n=400, d=3, seed=1):
    """Two noisy views, `a` the better, of the same chance to buy; shapes (n, d)."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(n, d))
    bought = rng.random((n, d)) < 1 / (1 + np.exp(2 - truth))
    return truth + rng.normal(0, 0.7, (n, d)), truth + rng.normal(0, 2.0, (n, d)), bought


def everywhere(bought):
    return np.ones(bought.shape, bool)


def test_influence_by_hand():
    """Buyers beat 1 and 2 of 2 others, so the AUC is 3/4."""
    influence = auc_influence(np.array([2.0, 4.0, 1.0, 3.0]), np.array([True, True, False, False]))
    assert influence == pytest.approx([-1 / 8, 1 / 8, 1 / 8, -1 / 8])


def test_influence_foretells_what_leaving_a_row_out_does():
    a, _, bought = market(n=3_000, d=1)
    score, y = a[:, 0], bought[:, 0]
    full, influence = auc(score, y), auc_influence(score, y)
    for row in (0, 1, 2, int(np.flatnonzero(y)[0])):
        kept = np.arange(len(y)) != row
        assert full - auc(score[kept], y[kept]) == pytest.approx(influence[row], rel=0.01, abs=1e-7)


def test_interval_agrees_with_a_bootstrap_of_customers():
    a, b, bought = market()
    inside = everywhere(bought)
    found = compare_auc(a, b, bought, inside, 10)
    rng = np.random.default_rng(2)
    draws = (rng.integers(0, len(a), len(a)) for _ in range(400))
    values = [compare_auc(a[r], b[r], bought[r], inside, 5).value for r in draws]
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(values), rel=0.15)
    assert found.value == pytest.approx(np.mean(values), abs=0.01)
    assert found.is_better


def test_interval_covers_the_truth_as_often_as_it_says():
    """Both views are equally good, so zero should be missed about one time in twenty."""
    missed = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=(150, 2))
        bought = rng.random((150, 2)) < 1 / (1 + np.exp(1 - truth))
        a, b = truth + rng.normal(size=(2, 150, 2))
        found = compare_auc(a, b, bought, everywhere(bought), 5)
        missed += not found.low <= 0 <= found.high
    assert 2 <= missed <= 20


def test_a_score_does_not_differ_from_itself():
    a, _, bought = market()
    assert compare_auc(a, a, bought, everywhere(bought), 10) == Difference(0, 0, 0)
    assert not Difference(0, 0, 0).is_better


def test_swapping_the_scores_turns_the_sign():
    a, b, bought = market()
    forth, back = (compare_auc(x, y, bought, everywhere(bought), 10) for x, y in ((a, b), (b, a)))
    assert (forth.value, forth.low) == pytest.approx((-back.value, -back.high))


def test_the_same_customers_in_more_divisions_are_no_new_evidence():
    """Copied divisions leave the interval alone; as copied customers they would narrow it."""
    a, b, bought = market(d=1)
    once = compare_auc(a, b, bought, everywhere(bought), 10)
    wide = [np.repeat(x, 4, axis=1) for x in (a, b, bought)]
    tall = [np.repeat(x, 4, axis=0) for x in (a, b, bought)]
    across = compare_auc(*wide, everywhere(wide[2]), 10)
    apart = compare_auc(*tall, everywhere(tall[2]), 10)
    assert across.value == pytest.approx(once.value)
    assert across.high - across.low == pytest.approx(once.high - once.low)
    assert apart.high - apart.low == pytest.approx((once.high - once.low) / 2)


def test_divisions_with_too_few_buyers_do_not_count():
    a, b, bought = market(d=2)
    bought[:, 1] = np.arange(len(bought)) < 9
    both = compare_auc(a, b, bought, everywhere(bought), 10)
    first = compare_auc(a[:, :1], b[:, :1], bought[:, :1], everywhere(bought[:, :1]), 10)
    assert both == first
    assert compare_auc(a, b, np.zeros_like(bought), everywhere(bought), 10) is None


def test_cells_outside_have_no_say():
    a, b, bought = market()
    inside = np.random.default_rng(3).random(a.shape) < 0.7
    before = compare_auc(a, b, bought, inside, 10)
    a[~inside], bought[~inside] = 99.0, True
    assert compare_auc(a, b, bought, inside, 10) == before
