"""What `metrics.json` says, and what it leaves open."""

import json

import numpy as np
import pytest

from gosales.evaluation.metrics import Worth, summary
from gosales.evaluation.scoreboard import (
    ACTIVE,
    ALL,
    LAPSED,
    MACRO,
    MIN_BUYERS,
    NEVER,
    POPULATIONS,
    scoreboard,
)

MEANS = {
    "base_rate",
    "auc",
    "ap",
    "ap_over_base",
    "lift_5",
    "lift_10",
    "lift_20",
    "brier",
    "brier_skill",
    "ece",
    "ece_by_chance",
}
CAPACITY = {"precision_at_capacity", "capture_at_capacity"}
SUMS = {"n", "buyers", "expected", "expected_over_actual"}
FIGURES = {"value_captured_10"} | SUMS | MEANS | CAPACITY
"""With the names of the contract among them."""


@pytest.fixture
def market():
    """300 customers; the first division has many buyers, the second nine, the third none."""
    rng = np.random.default_rng(4)
    score = rng.uniform(0.05, 0.95, (300, 3))
    bought = np.zeros((300, 3), bool)
    bought[:, 0] = rng.random(300) < score[:, 0]
    bought[: MIN_BUYERS - 1, 1] = True
    return score, bought, np.full((300, 3), NEVER, object)


def board_of(market, names=("A", "B", "C")):
    return scoreboard(*market, names)


def test_every_population_division_and_figure_is_there(market):
    board = board_of(market)
    assert set(board) == set(POPULATIONS)
    for rows in board.values():
        assert set(rows) == {"A", "B", "C", MACRO}
        assert all(set(row) >= FIGURES for row in rows.values())


def test_macro_is_over_divisions_with_ten_buyers_and_counts_are_over_all(market):
    rows = board_of(market)[NEVER]
    for name in MEANS:
        assert rows[MACRO][name] == rows["A"][name]
    assert rows[MACRO]["divisions"] == 1
    assert rows[MACRO]["n"] == 900
    assert rows[MACRO]["buyers"] == rows["A"]["buyers"] + 9


def test_macro_expected_over_actual_is_of_the_sums_of_all_divisions(market):
    """Not of those alone that turned out to have buyers: that would hide what was foretold of C."""
    score, bought, _ = market
    macro = board_of(market)[NEVER][MACRO]
    assert macro["expected"] == pytest.approx(score.sum(), abs=1e-5)
    assert macro["expected_over_actual"] == pytest.approx(score.sum() / bought.sum(), abs=1e-5)


def test_a_tenth_buyer_lets_a_division_in(market):
    market[1][MIN_BUYERS - 1, 1] = True
    rows = board_of(market)[NEVER]
    assert rows[MACRO]["divisions"] == 2
    assert rows[MACRO]["auc"] == pytest.approx((rows["A"]["auc"] + rows["B"]["auc"]) / 2, abs=1e-6)


def test_undefined_is_none_and_the_board_is_strict_json(market):
    board = board_of(market)
    assert board[NEVER]["C"]["auc"] is None
    sums = {"n": 0, "buyers": 0, "expected": 0, "divisions": 0}
    nothing = {**dict.fromkeys(FIGURES), **sums}
    assert board[LAPSED][MACRO].items() >= nothing.items()
    assert json.loads(json.dumps(board, allow_nan=False)) == board


def test_populations_part_the_cells_and_all_takes_them_together(market):
    score, bought, population = market
    population[::3], population[1::3] = LAPSED, ACTIVE
    board = board_of(market)
    for name in "ABC":
        parts = [board[p][name] for p in (NEVER, LAPSED, ACTIVE)]
        for key in ("n", "buyers"):
            assert sum(part[key] for part in parts) == board[ALL][name][key]
    inside = population[:, 0] == LAPSED
    expected = summary(score[inside, 0], bought[inside, 0])
    none = {"value_captured_10", "precision_at_capacity", "capture_at_capacity"}
    for name in set(expected) - none:
        assert board[LAPSED]["A"][name] == pytest.approx(expected[name], abs=1e-6)


def test_a_division_where_all_bought_counts_for_what_it_can_say(market):
    score, bought, population = market
    bought[:, 2] = True
    macro = board_of(market)[NEVER][MACRO]
    assert macro["divisions"] == 2
    assert macro["auc"] == board_of((score, bought, population))[NEVER]["A"]["auc"]
    assert macro["base_rate"] == pytest.approx((1 + bought[:, 0].mean()) / 2, abs=1e-6)


def test_capacity_is_that_of_one_list_over_all_divisions():
    """Four rows can be worked: three of A and one of B are on top, and one of each side bought."""
    score = np.array([[0.9, 0.1], [0.8, 0.7], [0.6, 0.2], [0.3, 0.4]])
    bought = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], bool)
    population = np.full((4, 2), NEVER, object)
    rows = scoreboard(score, bought, population, ("A", "B"), Worth(capacity=4))[NEVER]
    found = {name: [row[f"{k}_at_capacity"] for k in ("precision", "capture")]
             for name, row in rows.items()}  # fmt: skip
    assert found["A"] == pytest.approx([1 / 3, 1 / 2], abs=1e-6)
    assert found["B"] == [1.0, 1 / 2]
    assert found[MACRO] == [2 / 4, 2 / 4]


def test_money_counts_where_it_is_known(market):
    value = np.where(market[1], 7.0, 0.0)
    rows = scoreboard(*market, ("A", "B", "C"), Worth(value))[NEVER]
    assert 0 < rows["A"]["value_captured_10"] < 1
    assert rows["C"]["value_captured_10"] is None
    assert board_of(market)[NEVER]["A"]["value_captured_10"] is None
