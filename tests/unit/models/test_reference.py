"""The competitor that learns one division at one cutoff."""

import numpy as np
import pytest

from gosales.evaluation.metrics import auc
from gosales.models.reference import LEAST_BUYERS, reference_scores


def rows(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    return x, rng.random(n) < 1 / (1 + np.exp(2 - 2 * x[:, 0]))


def test_it_learns_what_there_is_to_learn_the_same_each_time():
    past, bought = rows(1_500, 1)
    now, later = rows(800, 2)
    score = reference_scores(past, bought, now, 1)
    assert auc(score, later) > 0.75
    assert score.mean() == pytest.approx(later.mean(), abs=0.05)
    assert np.array_equal(score, reference_scores(past, bought, now, 1))


@pytest.mark.parametrize("buyers", [0, LEAST_BUYERS - 1])
def test_with_too_few_buyers_everybody_has_the_base_rate(buyers):
    past, _ = rows(100, 1)
    score = reference_scores(past, np.arange(100) < buyers, past[:7], 1)
    assert score == pytest.approx(np.full(7, (buyers + 0.5) / 101))


def test_a_division_without_a_past_gets_a_half():
    now, _ = rows(3, 1)
    assert reference_scores(now[:0], np.empty(0, bool), now, 1).tolist() == [0.5] * 3
