"""Price levels by hand, published money columns, and the proof of the money."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from gosales.core.frames import FeatureFrame
from gosales.core.timeline import Cutoff
from gosales.evaluation.scoreboard import ACTIVE, NEVER
from gosales.models.money_model import Money
from gosales.pipeline.judge_money import MoneyTable, money_figures
from gosales.pipeline.money import (
    LEAST_CENTS,
    LEVEL_PRIOR,
    MoneyProof,
    money_columns,
    plain_money,
    price_levels,
)

CUTOFF = Cutoff.parse("2024-12-31")


def test_a_price_level_is_the_mean_log_of_money_per_order_day(make_star):
    star = make_star(
        ("a", "CAD", "pro", "2024-05-01", 100),
        ("a", "CAD", "lite", "2024-05-01", 200),
        ("a", "CAD", "pro", "2024-06-01", 500),
        ("b", "CAD", "pro", "2024-07-01", 1_000),
        ("b", "CPE", "ink", "2024-07-01", 10),
        ("c", "CPE", "ink", "2024-07-02", 30),
        ("c", "CPE", "ink", "2024-08-02", -10, -1),
        ("a", "CPE", "ink", "2023-12-31", 9_999),
        ("d", "Old", "x", "2020-01-01", 7),
        ("d", "Free", "x", "2024-02-01", 0),
        ("d", "Now free", "x", "2024-02-01", 0),
        ("d", "Now free", "x", "2022-02-01", 50),
    )
    cad = [np.log(80_000 / 2), np.log(100_000)]
    cpe = [np.log(1_000), np.log(2_000)]
    overall = np.mean(cad + cpe)
    pulled = {
        name: (sum(logs) + LEVEL_PRIOR * overall) / (len(logs) + LEVEL_PRIOR)
        for name, logs in {"CAD": cad, "CPE": cpe, "Old": [], "Now free": []}.items()
    }
    pulled["Free"] = np.log(LEAST_CENTS)
    assert price_levels(star.as_of(CUTOFF)) == pytest.approx(pulled)


def test_a_history_without_money_is_worth_next_to_nothing(make_star):
    star = make_star(("a", "CAD", "pro", "2024-05-01", 0))
    assert price_levels(star.as_of(CUTOFF)) == {"CAD": np.log(LEAST_CENTS)}


def frame(year, months):
    names = ("own_monetary__value_12m", "horizon__months")
    values = np.array([[cents, months] for cents in year], np.float32)
    rows = np.zeros(len(year), np.int32)
    return FeatureFrame(SimpleNamespace(), rows, rows, names, values)


def test_money_columns_are_in_the_logs_unit_and_never_negative():
    wallet = np.full(4, 500_000.0)
    money = Money(wallet / 2, wallet / 10, wallet * 2, wallet)
    rows = money_columns(money, frame([np.nan, 400_000, 2_000_000, -900_000], 6))
    assert rows[:, :4].tolist() == [[2_500.0, 500.0, 10_000.0, 5_000.0]] * 4
    assert rows[:, 4].tolist() == [5_000.0, 3_000.0, 0.0, 5_000.0]


def test_the_room_counts_the_spend_of_the_horizons_length():
    wallet = np.array([100_000.0])
    rows = money_columns(Money(*[wallet] * 4), frame([120_000], 3))
    assert rows[0, 4] == pytest.approx(1_000 - 300)


def plain(spent, months=6):
    """Cells of three customers, by what they spent in the year before."""
    spent = np.array(spent, float)
    panel = SimpleNamespace(horizon_months=months, value_12m=spent)
    spine = SimpleNamespace(divisions=("CAD", "CPE"))
    names = ("own_breadth__skus_owned", "horizon__months", "any_x")
    return SimpleNamespace(panel=panel, spine=spine, names=names)


def test_without_outcomes_buyers_spend_what_they_did():
    model = plain_money(plain([[1_000, 0], [3_000, 0], [0, 0]]))
    values = np.array([[0, 6, 1], [2, 6, 1]], np.float32)
    assert model.expect(values, np.array(["CAD", "CAD"], object)) == pytest.approx([1_000.0] * 2)
    assert model.expect(values, np.array(["CPE", "CPE"], object)) == pytest.approx([0.0] * 2, abs=1)


def proof_table():
    """Two customers, two divisions; money in cents."""
    value = np.array([[1_000.0, 2_000.0], [3_000.0, 4_000.0]])
    money = Money(value, value / 2, value * 2, value * 1.5)
    told = MoneyProof(("CAD", "CPE"), money, value * 3, value.sum(1))
    bought = np.array([[True, False], [False, True]])
    actual = np.array([[2_500, 0], [0, 4_000]])
    population = np.array([[NEVER, ACTIVE], [NEVER, ACTIVE]], object)
    return MoneyTable(np.full((2, 2), 0.5), told, bought, actual, population)


def test_figures_by_hand():
    figures = money_figures(proof_table())
    never, everything = figures["populations"][NEVER], figures["populations"]["all"]
    assert (never["n"], never["buyers"]) == (2, 1)
    assert (never["forecast"], never["actual"]) == (20.0, 25.0)
    assert (never["interval_above"], never["wallet_coverage"]) == (1.0, 0.0)
    assert (everything["forecast"], everything["actual"]) == (50.0, 65.0)
    assert everything["value_over_actual"] == round(50 / 65, 4)
    assert figures["divisions"]["CPE"]["forecast_over_actual"] == 0.75
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_an_empty_population_has_no_figures_but_no_errors():
    lapsed = money_figures(proof_table())["populations"]["lapsed"]
    assert (lapsed["n"], lapsed["forecast"], lapsed["interval_coverage"]) == (0, 0.0, None)


def test_a_proof_of_some_divisions_keeps_their_columns():
    told = proof_table().told.of(("CPE",))
    assert told.money.value.tolist() == [[2_000.0], [4_000.0]]
    assert told.spent.tolist() == [[6_000.0], [12_000.0]]
    assert told.spent_anywhere.tolist() == [3_000.0, 7_000.0]
