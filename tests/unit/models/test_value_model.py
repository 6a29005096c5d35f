"""What a purchase is worth; the sum is the money that was spent."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.models.boosting import to_text
from gosales.models.value_model import MIN_ROWS, PRIOR, fit_value_model


def names_of(training):
    return np.array(training.divisions, object)[training.division]


def expect(model, training):
    return model.expect(training.values, names_of(training))


def few(training, rows=200):
    """Too few buyers for trees."""
    keep = np.flatnonzero(training.bought)[:rows]
    return training.where(np.isin(np.arange(len(training.bought)), keep))


def test_the_money_of_the_training_rows_is_kept(training):
    model = fit_value_model(training, seed=1)
    spent = training.where(training.bought)
    total = (spent.weight * spent.value_cents).sum()
    assert model.trees is not None
    assert (spent.weight * expect(model, spent)).sum() == pytest.approx(total)


def test_one_huge_order_is_neither_lost_nor_anybodys_own(training):
    value = training.value_cents.copy()
    row = int(np.flatnonzero(training.bought)[0])
    value[row] = 50 * value.sum()
    skewed = replace(training, value_cents=value)
    spent = skewed.where(skewed.bought)
    expected = expect(fit_value_model(skewed, seed=1), spent)
    assert expected.sum() == pytest.approx(value.sum())
    assert expected.max() < 0.1 * value[row]


def test_it_learns_who_spends_more(training):
    expected = expect(fit_value_model(training, seed=1), training)
    assert expected[training.owned].mean() > 1.5 * expected[~training.owned].mean()
    assert (expected > 0).all()


def test_too_few_buyers_get_the_shrunk_mean_of_their_division(training):
    rows = few(training)
    model = fit_value_model(rows, seed=1)
    inside = rows.division == 2
    mean, overall = rows.value_cents[inside].mean(), rows.value_cents.mean()
    shrunk = (inside.sum() * mean + PRIOR * overall) / (inside.sum() + PRIOR)
    assert model.trees is None
    assert model.expect(rows.values[:1], np.array(["Simulation"], object)) == pytest.approx(shrunk)
    assert model.expect(rows.values[:1], np.array(["new"], object)) == pytest.approx(overall)


def test_nobody_bought_for_money(make_training):
    nothing = replace(make_training(50, 1), value_cents=np.zeros(50, np.int64))
    assert expect(fit_value_model(nothing, seed=1), nothing).tolist() == [0.0] * 50


@pytest.mark.parametrize(("rows", "trees"), [(MIN_ROWS - 1, False), (MIN_ROWS, True)])
def test_trees_need_enough_buyers(training, rows, trees):
    assert (fit_value_model(few(training, rows), seed=1).trees is not None) == trees


def test_the_same_seed_gives_the_same_trees(training):
    texts = [to_text(fit_value_model(training, seed=seed).trees) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("rows", [2_500, 200], ids=["trees", "means"])
def test_purchases_for_nothing_lower_what_a_purchase_is_worth(make_training, rows):
    """Every second purchase is free, so the forecast is off by a factor of two."""
    training = make_training(rows, seed=3)
    value = np.where(np.cumsum(training.bought) % 2 == 0, 0, training.value_cents)
    half_free = replace(training, value_cents=value)
    bought = half_free.where(half_free.bought)
    expected = expect(fit_value_model(half_free, seed=1), bought).sum()
    assert expected == pytest.approx(value.sum(), rel=0.25)


def test_the_fallback_is_the_mean_of_whole_horizons(training):
    rows = few(training, 240)
    values, short = rows.values.copy(), np.arange(240) % 2 == 0
    values[short, rows.names.index("horizon__months")] = 2
    value = np.where(short, 10_000, 30_000)
    mixed = replace(rows, values=values, value_cents=value)
    assert expect(fit_value_model(mixed, seed=1), mixed)[~short] == pytest.approx(30_000)
