"""Figures of several cutoffs with their intervals, and one score against another."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gosales.core.timeline import Cutoff
from gosales.evaluation.bootstrap import FIGURES, Copies
from gosales.evaluation.paired import auc_gain, interval
from gosales.evaluation.scoreboard import ACTIVE, ALL, LAPSED, MACRO, MIN_BUYERS, NEVER, POPULATIONS
from gosales.pipeline.judging import Judged
from gosales.pipeline.sure_figures import (
    COLUMNS,
    COMPARED,
    EVERY,
    differences,
    figures_at,
    figures_over,
    sure_board,
)

N, DAYS = 900, (dt.date(2024, 6, 30), dt.date(2023, 12, 31))
GOOD, POOR, CONSTANT = "good", "poor", "constant"


def judged_at(day, seed, n=N):
    """Big has hundreds of buyers, Small a handful; `good` knows more of the truth than `poor`."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(n, 2)) - 1.5
    bought = rng.random((n, 2)) < 1 / (1 + np.exp(-truth))
    bought[:, 1] &= np.arange(n) < 18

    def seen(noise):
        return 1 / (1 + np.exp(-truth - rng.normal(0, noise, truth.shape)))

    population = np.full((n, 2), NEVER, object)
    population[-n // 10 :], population[-n // 9 : -n // 10] = ACTIVE, LAPSED
    return Judged(
        cutoff=Cutoff(day),
        divisions=("Big", "Small"),
        score={GOOD: seen(0.5), POOR: seen(3.0), CONSTANT: np.full((n, 2), 0.2)},
        bought=bought,
        value_cents=np.where(bought, 1_000, 0),
        population=population,
        months=6,
        horizon_months=6,
        told=None,
        customers=np.array([f"{i:04d}" for i in range(n)], object),
    )


@pytest.fixture(scope="module")
def judged():
    return [judged_at(day, seed) for seed, day in enumerate(DAYS)]


@pytest.fixture(scope="module")
def single(judged):
    copies = Copies(N, 400, 1)
    return [figures_at(one, copies, np.arange(N)) for one in judged]


@pytest.fixture(scope="module")
def together(single):
    return figures_over(single)


def row(table, score, population, division, cutoff=None):
    (found,) = table[
        (table["score"] == score)
        & (table["population"] == population)
        & (table["division"] == division)
    ].to_dict("records")
    return found


def test_the_figures_are_the_scoreboards_and_lie_in_their_intervals(judged, single):
    board = judged[0].board(GOOD)
    for division in ("Big", MACRO):
        found = row(single[0].table, GOOD, NEVER, division)
        for name in FIGURES:
            assert found[name] == board[NEVER][division][name]
            assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_there_is_a_row_for_everything_and_a_figure_only_where_it_can_be_had(single):
    table = single[0].table
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 3 * len(POPULATIONS) * 3
    small = row(table, GOOD, NEVER, "Small")
    assert small["buyers"] < MIN_BUYERS
    assert np.isnan(small["auc_low"])
    assert np.isfinite(row(table, GOOD, LAPSED, "Big")["ece"])


def test_over_cutoffs_counts_are_sums_and_figures_means(single, together):
    found = row(together.table, GOOD, NEVER, MACRO)
    parts = [row(one.table, GOOD, NEVER, MACRO) for one in single]
    assert (found["cutoff_date"], found["cutoffs"]) == (EVERY, 2)
    assert found["buyers"] == sum(part["buyers"] for part in parts)
    for name in ("auc", "ap", "lift_5", "ece", "value_captured_10"):
        assert found[name] == pytest.approx(np.mean([part[name] for part in parts]), abs=1e-6)
    width = [part["auc_high"] - part["auc_low"] for part in (found, *parts)]
    assert width[0] < min(width[1:]), "two cutoffs say more than one"


def test_expected_over_actual_is_that_of_the_sums_over_cutoffs_and_divisions(together):
    for division in ("Big", "Small", MACRO):
        found = row(together.table, GOOD, NEVER, division)
        assert found["expected_over_actual"] == pytest.approx(
            found["expected"] / found["buyers"], abs=1e-5
        )


def test_its_interval_draws_customers_with_all_their_divisions_and_cutoffs(judged, together):
    """Of a ratio of sums by the delta method, the customers' sums being the trials."""
    expected, found = (
        sum(np.where(one.inside(NEVER), part, 0).sum(1) for one, part in parts)
        for parts in (
            [(one, one.score[GOOD]) for one in judged],
            [(one, one.bought) for one in judged],
        )
    )
    whole = expected.sum() / found.sum()
    error = np.sqrt(((expected - whole * found) ** 2).sum()) / found.sum()
    macro = row(together.table, GOOD, NEVER, MACRO)
    width = macro["expected_over_actual_high"] - macro["expected_over_actual_low"]
    assert width == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_a_division_counts_at_the_cutoffs_with_enough_buyers(together):
    small = row(together.table, GOOD, NEVER, "Small")
    assert small["buyers"] > 0
    assert small["cutoffs"] == 0
    assert np.isnan(small["auc"])


def gain(figures, score, other, population=NEVER, figure="auc"):
    rows = pd.DataFrame(differences(figures, [score]))
    (found,) = rows[
        (rows["against"] == other) & (rows["population"] == population) & (rows["figure"] == figure)
    ].to_dict("records")
    return found


def test_differences_are_of_the_figures_and_found_where_there_are_some(together):
    found = gain(together, GOOD, POOR)
    figures = [row(together.table, name, NEVER, MACRO)["auc"] for name in (GOOD, POOR)]
    assert found["gain"] == pytest.approx(figures[0] - figures[1], abs=2e-6)
    assert 0 < found["low"] < found["gain"] < found["high"]
    assert found["cutoffs"] == 2
    turned = gain(together, POOR, GOOD)
    assert (turned["gain"], turned["low"]) == pytest.approx((-found["gain"], -found["high"]))


def test_a_score_is_no_better_than_itself(judged):
    twin = replace(judged[0], score={GOOD: judged[0].score[GOOD], POOR: judged[0].score[GOOD]})
    figures = figures_at(twin, Copies(N, 50, 1), np.arange(N))
    for name in COMPARED:
        found = gain(figures, GOOD, POOR, figure=name)
        assert (found["gain"], found["low"], found["high"]) == (0, 0, 0)


def test_the_paired_interval_is_that_of_delong_with_a_customers_influences_added_up(
    judged, together
):
    """Both cutoffs have the same customers, whose cells are no independent trials."""
    found = gain(together, GOOD, POOR)
    value, influence = 0.0, np.zeros(N)
    for one in judged:
        inside = one.inside(NEVER)
        part = auc_gain(one.score[GOOD], one.score[POOR], one.bought, inside, MIN_BUYERS)
        value, influence = value + part[0] / 2, influence + part[1] / 2
    expected = interval(value, influence)
    assert found["gain"] == pytest.approx(expected.value, abs=1e-6)
    width = expected.high - expected.low
    assert found["high"] - found["low"] == pytest.approx(width, rel=0.15)


def test_never_bought_cells_come_first_and_nothing_is_said_without_buyers(together):
    rows = list(differences(together, [GOOD]))
    assert rows[0]["population"] == NEVER
    assert {one["figure"] for one in rows} == set(COMPARED)
    assert {one["against"] for one in rows} == {POOR, CONSTANT}
    assert LAPSED not in {one["population"] for one in rows}
    assert ALL in {one["population"] for one in rows}


def test_the_order_of_the_customers_changes_no_interval(judged, single):
    order = np.random.default_rng(5).permutation(N)
    one = judged[0]
    turned = replace(
        one,
        score={name: score[order] for name, score in one.score.items()},
        bought=one.bought[order],
        value_cents=one.value_cents[order],
        population=one.population[order],
        customers=one.customers[order],
    )
    again = figures_at(turned, Copies(N, 400, 1), order).table
    numbers = again.select_dtypes("float64")
    expected = single[0].table[numbers.columns]
    assert numbers.to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True, abs=2e-6)


def test_a_board_with_intervals_is_the_board_and_more(judged):
    board, sure = judged[0].board(GOOD), sure_board(judged[0], GOOD, 200, 3)
    assert sure[NEVER]["Big"] == board[NEVER]["Big"]
    macro = sure[NEVER][MACRO]
    assert {k: macro[k] for k in board[NEVER][MACRO]} == board[NEVER][MACRO]
    assert macro["auc_low"] < macro["auc"] < macro["auc_high"]
    assert "auc_low" not in sure[LAPSED][MACRO]
