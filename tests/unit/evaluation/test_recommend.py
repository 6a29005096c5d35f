"""Figures of product lists, by hand."""

import numpy as np
import pytest

from gosales.evaluation.recommend import TEN, Ranked, figures, gain, ranked

SCORE = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4]])
FREE = np.array([[False, True, True, True], [True, True, True, True]])
TAKEN = np.array([[False, False, True, True], [True, False, False, False]])


def test_owned_products_are_never_listed():
    lists = ranked(SCORE, FREE, TAKEN)
    assert lists.first[0, :4].tolist() == [1, 2, 3, -1]
    assert lists.first[1, :4].tolist() == [3, 2, 1, 0]
    assert lists.taken.tolist() == [2, 1]
    assert lists.first.shape == (2, TEN)


def test_recall_counts_the_first_k_of_at_most_k():
    lists = ranked(SCORE, FREE, TAKEN)
    assert lists.recall(2).tolist() == [0.5, 0.0]
    assert lists.recall(1).tolist() == [0.0, 0.0]
    assert lists.recall(10).tolist() == [1.0, 1.0]


def test_ndcg_counts_places_further_down_less():
    worth = 1 / np.log2(np.arange(2, 6))
    by_hand = [(worth[1] + worth[2]) / (worth[0] + worth[1]), worth[3] / worth[0]]
    assert ranked(SCORE, FREE, TAKEN).ndcg().tolist() == pytest.approx(by_hand)


def test_ties_go_by_the_order_of_the_columns():
    even = np.zeros((1, 3))
    lists = ranked(even, np.ones((1, 3), bool), np.ones((1, 3), bool))
    assert lists.first[0, :3].tolist() == [0, 1, 2]


def test_coverage_and_novelty():
    lists = ranked(SCORE[:1], FREE[:1], TAKEN[:1])
    told = figures(lists, np.array([0.5, 0.5, 0.25, 0.125]))
    assert told["coverage"] == 0.75
    assert told["novelty"] == pytest.approx((1 + 2 + 3) / 3)


def test_the_gain_has_customers_as_its_unit():
    good, bad = ranked(SCORE, FREE, TAKEN), ranked(-SCORE, FREE, TAKEN & False)
    many = Ranked.joined([good] * 50), Ranked.joined([Ranked(bad.first, bad.hit, good.taken)] * 50)
    found = gain(*many)
    assert found.value == pytest.approx(1.0)
    assert found.is_better
    assert not gain(many[0], many[0]).is_better
