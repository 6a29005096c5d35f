"""Percentiles, grades and rounding."""

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores
from gosales.whitespace.scores import LARGEST, SMALLEST, grades, percentiles, with_grades


def table(scores, division="CAD", value=1.0):
    return pd.DataFrame({Scores.DIVISION: division, Scores.SCORE: scores, Scores.VALUE: value})


def test_the_best_is_100_and_the_others_count_who_is_not_better():
    assert percentiles(np.array([0.2, 0.9, 0.4, 0.1])).tolist() == [50, 100, 75, 25]


def test_equal_scores_have_equal_percentiles():
    assert percentiles(np.array([0.5, 0.5, 0.1, 0.9])).tolist() == [62.5, 62.5, 25, 100]


@pytest.mark.parametrize("scores", [[0.3], []])
def test_one_customer_and_none(scores):
    assert percentiles(np.array(scores)).tolist() == [100.0] * len(scores)


@pytest.mark.parametrize(
    ("percentile", "grade"),
    [
        (100, "A"),
        (95.01, "A"),
        (95, "B"),
        (80.01, "B"),
        (80, "C"),
        (50, "D"),
        (20, "E"),
        (5.01, "E"),
        (5, "F"),
        (0, "F"),
    ],
)
def test_grades_end_where_the_contract_says(percentile, grade):
    assert grades(np.array([percentile])).tolist() == [grade]


@pytest.mark.parametrize("n", [20, 100, 1000, 12_345])
def test_grades_hold_their_shares_of_customers(n):
    found = pd.Series(grades(percentiles(np.arange(n) / n))).value_counts()
    shares = {"A": 0.05, "B": 0.15, "C": 0.3, "D": 0.3, "E": 0.15, "F": 0.05}
    assert (found / n).to_dict() == pytest.approx(shares, abs=1.5 / n + 1e-4)


def test_a_score_that_tells_nothing_gives_no_top_grade():
    assert "A" not in grades(percentiles(np.full(1000, 0.3)))


def test_divisions_are_graded_each_by_itself():
    both = pd.concat([table([0.1, 0.2]), table([0.8, 0.7], "CPE")], ignore_index=True)
    graded = with_grades(both)
    assert graded[Scores.PERCENTILE].tolist() == [50, 100, 100, 50]
    assert graded[Scores.GRADE].tolist() == ["D", "A", "A", "D"]


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (0.0, SMALLEST),
        (1e-9, SMALLEST),
        (1.0, LARGEST),
        (1 - 1e-9, LARGEST),
        (0.12345649, 0.123456),
        (0.12345651, 0.123457),
    ],
)
def test_scores_have_six_digits_and_are_never_certain(score, shown):
    assert with_grades(table([score]))[Scores.SCORE].tolist() == [shown]


def test_scores_that_are_shown_alike_are_graded_alike():
    graded = with_grades(table([0.3000001, 0.3000002, 0.1]))
    assert graded[Scores.PERCENTILE].tolist() == [83.33, 83.33, 33.33]


def test_money_has_cents():
    assert with_grades(table([0.5], value=[1.23456]))[Scores.VALUE].tolist() == [1.23]


def test_the_table_that_came_in_is_left_alone():
    before = table([0.123456789])
    with_grades(before)
    assert before.equals(table([0.123456789]))
