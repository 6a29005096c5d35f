"""The simple scores rank as their columns do."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from gosales.models.baselines import BASELINES, MIN_OUTCOMES, MONTHS, fit_baseline
from gosales.models.calibration import Calibration

ONE_COLUMN = [name for name, spec in BASELINES.items() if len(spec.columns) == 1]


def names_of(training):
    return np.array(training.divisions, object)[training.division]


def score(name, training):
    return fit_baseline(name, training).logit(training.names, training.values, names_of(training))


@pytest.mark.parametrize("name", ONE_COLUMN)
def test_a_one_column_baseline_ranks_as_its_column(name, training):
    column = training.values[:, training.names.index(BASELINES[name].columns[0])]
    sign = -1 if "recency" in name else 1
    scores = score(name, training)
    for side in (training.owned, ~training.owned):
        ranked = spearmanr(scores[side], sign * column[side])
        assert ranked.statistic == pytest.approx(1)


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_a_probability_that_fits_on_the_whole(name, training):
    chance = 1 / (1 + np.exp(-score(name, training)))
    rate = np.average(training.bought, weights=training.weight)
    assert np.average(chance, weights=training.weight) == pytest.approx(rate, abs=0.005)


@pytest.mark.parametrize("name", BASELINES)
def test_never_bought_and_owned_cells_are_calibrated_apart(name, training):
    chance = 1 / (1 + np.exp(-score(name, training)))
    for side in (training.owned, ~training.owned):
        weight = training.weight[side]
        rate = np.average(training.bought[side], weights=weight)
        assert np.average(chance[side], weights=weight) == pytest.approx(rate, abs=0.002)


def test_a_side_without_buyers_keeps_the_plain_score(training):
    bought = training.bought & training.owned
    baseline = fit_baseline("recency", replace(training, bought=bought))
    assert baseline.never == Calibration()
    assert baseline.held != Calibration()


@pytest.mark.parametrize("name", BASELINES)
def test_gaps_read_as_nothing_and_long_ago(name, training):
    values = training.values.copy()
    values[:5, np.array(training.names) != MONTHS] = np.nan
    logit = fit_baseline(name, training).logit(training.names, values, names_of(training))
    assert np.isfinite(logit).all()


def chances(name, fitted_on, training):
    baseline = fit_baseline(name, fitted_on)
    return 1 / (1 + np.exp(-baseline.logit(training.names, training.values, names_of(training))))


@pytest.mark.parametrize("name", BASELINES)
def test_rows_with_an_open_outcome_do_not_lower_the_level_of_a_whole_horizon(name, training):
    rng = np.random.default_rng(4)
    is_open = rng.random(len(training.bought)) < 0.4
    values = training.values.copy()
    values[is_open, training.names.index(MONTHS)] = 2.0
    seen = training.bought & (~is_open | (rng.random(len(is_open)) < 1 / 3))
    known = np.where(is_open & ~training.owned, np.log(1 / 3), 0.0)
    half = replace(training, values=values, bought=seen, exposure=known)
    expected = chances(name, training, training)
    told = chances(name, half, training)
    for side in (training.owned, ~training.owned):
        assert told[side].mean() == pytest.approx(expected[side].mean(), rel=0.1)


def test_a_shorter_outcome_has_its_part_of_the_odds(training):
    values = training.values.copy()
    values[:, training.names.index(MONTHS)] = 3.0
    baseline = fit_baseline("recency", training)
    whole, half = (
        baseline.logit(training.names, x, names_of(training)) for x in (training.values, values)
    )
    assert half == pytest.approx(whole + np.log(0.5))


def test_only_rfm_has_weights_per_division(training):
    for name in BASELINES:
        expected = {"", *training.divisions} if name == "rfm_logistic" else {""}
        assert set(fit_baseline(name, training).models) == expected


def test_a_division_is_scored_with_its_own_weights(training):
    baseline = fit_baseline("rfm_logistic", training)
    rows = training.division == 1
    alone = fit_baseline("rfm_logistic", training.where(rows))
    assert baseline.models["CPE"].weights == pytest.approx(alone.models["CPE"].weights)
    assert baseline.models["CAD"].weights != pytest.approx(baseline.models["CPE"].weights)
    names = names_of(training)
    swapped = np.where(names == "CPE", "CAD", names)
    told = [baseline.logit(training.names, training.values, by) for by in (names, swapped)]
    assert np.array_equal(told[0] != told[1], rows)


def test_a_division_with_few_buyers_or_an_unknown_one_takes_everybodys_weights(training):
    bought = training.bought.copy()
    bought[np.flatnonzero(bought & (training.division == 2))[MIN_OUTCOMES - 1 :]] = False
    baseline = fit_baseline("rfm_logistic", replace(training, bought=bought))
    assert set(baseline.models) == {"", "CAD", "CPE"}
    logit = {
        name: baseline.logit(training.names, training.values[:9], np.full(9, name, object)).tolist()
        for name in ("Simulation", "new", "CAD")
    }
    assert logit["Simulation"] == logit["new"] != logit["CAD"]


def test_popularity_times_activity_ranks_as_the_product(training):
    spec = BASELINES["popularity_x_activity"]
    rate, lift, activity = (training.values[:, training.names.index(c)] for c in spec.columns)
    product = np.log(rate + 1e-6) + lift + np.log(activity + 0.1)
    scores = score("popularity_x_activity", training)
    for side in (training.owned, ~training.owned):
        ranked = spearmanr(scores[side], product[side])
        assert ranked.statistic == pytest.approx(1, abs=1e-6)
