"""Figures by hand, and against loops that a reader can check."""

import math

import numpy as np
import pytest

from gosales.evaluation.metrics import (
    at_capacity,
    auc,
    average_precision,
    brier,
    brier_skill,
    captured_at,
    chance_calibration_error,
    expected_calibration_error,
    expected_over_actual,
    lift_at,
    log_loss,
    share_captured,
    summary,
    top_size,
    worked_part,
)

OF_BUYERS = {"ap", "ap_over_base", "lift_5", "lift_10", "lift_20", "expected_over_actual"}
"""Figures that need a buyer."""


def cells(score, bought):
    return np.array(score, float), np.array(bought, bool)


def naive_auc(score, bought):
    pairs = [(b, o) for b in score[bought] for o in score[~bought]]
    return sum(1.0 if b > o else 0.5 if b == o else 0.0 for b, o in pairs) / len(pairs)


def naive_average_precision(score, bought):
    total = 0.0
    for own in score[bought]:
        at_least = score >= own
        total += bought[at_least].sum() / at_least.sum()
    return total / bought.sum()


@pytest.mark.parametrize(
    ("score", "bought", "expected"),
    [
        pytest.param([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1.0, id="perfect"),
        pytest.param([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0.0, id="upside down"),
        pytest.param([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5, id="all tied"),
        pytest.param([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75, id="one pair of four wrong"),
        pytest.param([0.3, 0.3, 0.9], [0, 1, 0], 0.25, id="one tie, one wrong"),
    ],
)
def test_auc_by_hand(score, bought, expected):
    assert auc(*cells(score, bought)) == expected


@pytest.mark.parametrize(
    ("score", "bought", "expected"),
    [
        pytest.param([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], (1 + 2 / 3) / 2, id="hits at 1 and 3"),
        pytest.param([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0], 0.25, id="all tied is the base rate"),
        pytest.param([0.9, 0.5, 0.5], [0, 1, 0], 1 / 3, id="a tie is one step"),
        pytest.param([0.2, 0.1], [1, 1], 1.0, id="all bought"),
    ],
)
def test_average_precision_by_hand(score, bought, expected):
    assert average_precision(*cells(score, bought)) == pytest.approx(expected)


@pytest.mark.parametrize("levels", [3, 20, 10**6])
@pytest.mark.parametrize("rate", [0.02, 0.3, 0.9])
def test_auc_and_average_precision_match_loops(levels, rate):
    rng = np.random.default_rng(levels)
    score, bought = rng.integers(0, levels, 300) / levels, rng.random(300) < rate
    assert auc(score, bought) == pytest.approx(naive_auc(score, bought))
    expected = naive_average_precision(score, bought)
    assert average_precision(score, bought) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(0.1, 2.0), (0.2, 2.0), (0.5, 1.2), (1.0, 1.0), (0.001, 2.0)],
)
def test_lift_by_hand(fraction, expected):
    """Ten rows, five buyers: at ranks 1, 2, 4, 9 and 10. A tiny fraction is still one row."""
    bought = [1, 1, 0, 1, 0, 0, 0, 0, 1, 1]
    assert lift_at(*cells(range(10, 0, -1), bought), fraction) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, 10.0), (2, 10 + 6 / 3), (3, 10 + 12 / 3), (4, 16.0), (5, 17.0), (99, 17.0)],
)
def test_rows_tied_at_the_edge_are_captured_in_part(size, expected):
    score = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    worth = np.array([10.0, 1.0, 2.0, 3.0, 1.0])
    assert captured_at(score, worth, size) == pytest.approx(expected)


def test_ece_by_hand():
    """Two bins: mean score .1 against no buyer in five, and .9 against four in five."""
    score, bought = cells([0.1] * 5 + [0.9] * 5, [0] * 5 + [1, 1, 1, 1, 0])
    assert expected_calibration_error(score, bought, bins=2) == pytest.approx((0.1 + 0.1) / 2)


def test_ece_matches_a_loop_over_tenths():
    rng = np.random.default_rng(5)
    score = rng.permutation(200) / 200
    bought = rng.random(200) < score**2
    gaps = []
    for start in range(0, 200, 20):
        inside = (score >= start / 200) & (score < (start + 20) / 200)
        gaps.append(abs(score[inside].mean() - bought[inside].mean()))
    assert expected_calibration_error(score, bought) == pytest.approx(np.mean(gaps))


def test_ece_of_true_probabilities_is_small_and_of_doubled_ones_is_not():
    rng = np.random.default_rng(6)
    score = rng.uniform(0.01, 0.5, 40_000)
    bought = rng.random(len(score)) < score
    assert expected_calibration_error(score, bought) < 0.01
    assert expected_calibration_error(2 * score, bought) == pytest.approx(score.mean(), abs=0.01)


def test_ece_of_fewer_rows_than_bins():
    assert expected_calibration_error(*cells([0.3, 0.6], [0, 1])) == pytest.approx(0.35)


def test_ece_of_one_score_for_all_is_its_distance_from_the_base_rate():
    assert expected_calibration_error(*cells([0.5] * 20, [1] * 10 + [0] * 10)) == pytest.approx(0)


def test_log_loss_by_hand():
    score, bought = cells([0.8, 0.4], [1, 0])
    assert log_loss(score, bought) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert np.isnan(log_loss(*cells([], [])))


def test_chance_alone_gives_right_scores_a_calibration_error():
    rng = np.random.default_rng(7)
    score = rng.beta(1, 20, 1_500)
    draws = [expected_calibration_error(score, rng.random(1_500) < score) for _ in range(400)]
    assert chance_calibration_error(score) == pytest.approx(np.mean(draws), rel=0.03)


def test_chance_moves_what_one_coin_can_and_nothing_that_is_sure():
    assert chance_calibration_error(np.array([0.25]), bins=1) == pytest.approx(2 * 0.25 * 0.75)
    assert chance_calibration_error(np.array([0.0, 1.0, 1.0]), bins=3) == 0.0
    assert np.isnan(chance_calibration_error(np.empty(0)))


def test_expected_over_actual():
    assert expected_over_actual(*cells([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0])) == 2.0


@pytest.mark.parametrize(
    ("bought", "undefined"),
    [
        pytest.param(
            [0, 0, 0],
            {"auc", "brier_skill", "value_captured_10", "capture_at_capacity", *OF_BUYERS},
            id="no buyer",
        ),
        pytest.param([1, 1, 1], {"auc", "brier_skill"}, id="only buyers"),
        pytest.param(
            [],
            {
                "base_rate",
                "auc",
                "ece",
                "ece_by_chance",
                "brier",
                "brier_skill",
                "value_captured_10",
                "precision_at_capacity",
                "capture_at_capacity",
                *OF_BUYERS,
            },
            id="no row",
        ),
    ],
)
def test_what_cannot_be_said_is_nan(bought, undefined):
    score, y = cells([0.2] * len(bought), bought)
    figures = summary(score, y, worked_part(score, 2), y * 10.0)
    assert {name for name, value in figures.items() if math.isnan(value)} == undefined
    assert (figures["n"], figures["buyers"]) == (len(bought), sum(bought))


def test_a_million_rows_do_not_overflow():
    bought = np.arange(1_000_000) >= 400_000
    assert auc(np.arange(1_000_000.0), bought) == 1.0


def test_brier_by_hand():
    score, bought = cells([0.8, 0.4, 0.1, 0.1], [1, 0, 0, 0])
    assert brier(score, bought) == pytest.approx((0.04 + 0.16 + 0.01 + 0.01) / 4)
    assert brier_skill(score, bought) == pytest.approx(1 - 0.055 / (0.25 * 0.75))


def test_the_base_rate_itself_has_no_brier_skill_and_the_truth_has_all():
    bought = np.arange(20) < 5
    assert brier_skill(np.full(20, 0.25), bought) == pytest.approx(0)
    assert brier_skill(bought.astype(float), bought) == 1.0


def test_worked_rows_are_the_best_and_ties_at_the_edge_share():
    score = np.array([0.1, 0.9, 0.5, 0.5, 0.5])
    assert worked_part(score, 2) == pytest.approx([0, 1, 1 / 3, 1 / 3, 1 / 3])
    assert worked_part(score, 9).tolist() == [1] * 5


def test_precision_and_capture_at_capacity_by_hand():
    worked, bought = np.array([1, 1, 0.5, 0.5, 0]), np.array([1, 0, 1, 0, 1], bool)
    found = at_capacity(bought, worked)
    assert found == pytest.approx(
        {"precision_at_capacity": 1.5 / 3, "capture_at_capacity": 1.5 / 3}
    )


def test_buyers_of_whom_none_is_in_the_worked_rows_are_not_captured():
    """No gap: left out of a mean over cutoffs, the others would flatter the division."""
    found = at_capacity(np.array([1, 0, 1], bool), np.zeros(3))
    assert found["capture_at_capacity"] == 0
    assert math.isnan(found["precision_at_capacity"])


def test_money_in_the_top_of_the_list():
    value = np.array([10.0, 30, 0, 60, 0, 0, 0, 0, 0, 0])
    assert share_captured(np.arange(10, 0, -1.0), value, 0.2) == pytest.approx(0.4)
    assert math.isnan(share_captured(np.arange(10.0), np.zeros(10), 0.2))


@pytest.mark.parametrize(("fraction", "rows", "size"), [(0.1, 100, 10), (0.05, 9, 1), (0.2, 7, 1)])
def test_a_top_holds_at_least_a_row(fraction, rows, size):
    assert top_size(fraction, rows) == size


def test_scoring_by_the_truth_is_perfect():
    bought = np.arange(200) % 10 == 0
    figures = summary(bought.astype(float), bought, worked_part(bought * 1.0, 20), bought * 5.0)
    perfect = {
        "auc": 1.0,
        "ap": 1.0,
        "ap_over_base": 10.0,
        "lift_5": 10.0,
        "lift_10": 10.0,
        "lift_20": 5.0,
        "precision_at_capacity": 1.0,
        "capture_at_capacity": 1.0,
        "brier": 0.0,
        "brier_skill": 1.0,
        "ece": 0.0,
        "expected_over_actual": 1.0,
        "value_captured_10": 1.0,
    }
    assert {name: figures[name] for name in perfect} == pytest.approx(perfect)
