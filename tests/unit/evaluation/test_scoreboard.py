"""What `metrics.json` says, and what it leaves open."""

import json

import numpy as np
import pytest

from gosales.evaluation.metrics import summary
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

FIGURES = {"n", "buyers", "base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual"}


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
    for name in FIGURES - {"n", "buyers"}:
        assert rows[MACRO][name] == rows["A"][name]
    assert rows[MACRO]["divisions"] == 1
    assert rows[MACRO]["n"] == 900
    assert rows[MACRO]["buyers"] == rows["A"]["buyers"] + 9


def test_a_tenth_buyer_lets_a_division_in(market):
    market[1][MIN_BUYERS - 1, 1] = True
    rows = board_of(market)[NEVER]
    assert rows[MACRO]["divisions"] == 2
    assert rows[MACRO]["auc"] == pytest.approx((rows["A"]["auc"] + rows["B"]["auc"]) / 2, abs=1e-6)


def test_undefined_is_none_and_the_board_is_strict_json(market):
    board = board_of(market)
    assert board[NEVER]["C"]["auc"] is None
    nothing = {**dict.fromkeys(FIGURES), "n": 0, "buyers": 0, "divisions": 0}
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
    assert board[LAPSED]["A"] == pytest.approx(expected, abs=1e-6)


def test_a_division_where_all_bought_counts_for_what_it_can_say(market):
    score, bought, population = market
    bought[:, 2] = True
    macro = board_of(market)[NEVER][MACRO]
    assert macro["divisions"] == 2
    assert macro["auc"] == board_of((score, bought, population))[NEVER]["A"]["auc"]
    assert macro["base_rate"] == pytest.approx((1 + bought[:, 0].mean()) / 2, abs=1e-6)
