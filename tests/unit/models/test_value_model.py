"""What a purchase is worth; the sum is the money that was spent."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.models.boosting import to_text
from gosales.models.value_model import (
    MIN_ROWS,
    PAID_PRIOR,
    PRIOR,
    ValueModel,
    fit_value_model,
)


def names_of(training):
    return np.array(training.divisions, object)[training.division]


def expect(model, training):
    return model.expect(training.values, names_of(training))


def few(training, rows=80):
    """So few buyers that only what is usual in a division is left."""
    keep = np.flatnonzero(training.bought)[:rows]
    return training.where(np.isin(np.arange(len(training.bought)), keep))


@pytest.fixture
def fit(levels):
    def run(training, seed=1):
        return fit_value_model(training.where(training.bought), levels, seed)

    return run


def test_the_money_of_the_training_rows_is_kept(fit, training):
    model = fit(training)
    spent = training.where(training.bought)
    total = (spent.weight * spent.value_cents).sum()
    assert model.trees is not None
    assert None not in model.linear
    assert (spent.weight * expect(model, spent)).sum() == pytest.approx(total)


def test_one_huge_order_is_neither_lost_nor_anybodys_own(fit, training):
    value = training.value_cents.copy()
    row = int(np.flatnonzero(training.bought)[0])
    value[row] = 50 * value.sum()
    skewed = replace(training, value_cents=value)
    spent = skewed.where(skewed.bought)
    expected = expect(fit(skewed), spent)
    assert (spent.weight * expected).sum() == pytest.approx(
        (spent.weight * spent.value_cents).sum()
    )
    assert expected.max() < 0.1 * value[row]


def test_it_learns_who_spends_more(fit, training):
    """Owners spend e times as much, and a log more for every five orders."""
    expected = expect(fit(training), training)
    assert expected[training.owned].mean() > 1.5 * expected[~training.owned].mean()
    busy = training.values[:, training.names.index("any_frequency__orders_decay_12m")]
    assert expected[busy > 6].mean() > 1.5 * expected[busy < 2].mean()
    assert (expected > 0).all()


def test_it_is_right_within_each_division_and_side(fit, make_training):
    """Price levels a hundredfold apart."""
    training = make_training(6_000, seed=4)
    price = np.array([1, 10, 100])[training.division]
    apart = replace(training, value_cents=training.value_cents * price)
    model, new = fit(apart), make_training(6_000, seed=5)
    expected = expect(model, new) / np.array([1, 10, 100])[new.division]
    for d in range(3):
        for owned in (False, True):
            rows = new.bought & (new.division == d) & (new.owned == owned)
            assert expected[rows].sum() == pytest.approx(new.value_cents[rows].sum(), rel=0.25)


def test_few_buyers_spend_what_is_usual_scaled_to_their_money(fit, training):
    rows = few(training)
    model = fit(rows)
    assert (model.trees, model.linear) == (None, (None, None))
    plain = replace(model, scale={"": (1.0, 1.0)})
    weight, found = rows.weight, expect(plain, rows)
    common = (weight * rows.value_cents).sum() / (weight * found).sum()
    inside = (rows.division == 2) & ~rows.owned
    made, spent = (weight * found)[inside].sum(), (weight * rows.value_cents)[inside].sum()
    prior = PRIOR * made / inside.sum()
    ratio = model.scale["Simulation"][0] / model.scale["CAD"][0]
    inside_cad = (rows.division == 0) & ~rows.owned
    made_cad, spent_cad = (
        (weight * found)[inside_cad].sum(),
        (weight * rows.value_cents)[inside_cad].sum(),
    )
    prior_cad = PRIOR * made_cad / inside_cad.sum()
    pulled = (spent + prior * common) / (made + prior)
    pulled_cad = (spent_cad + prior_cad * common) / (made_cad + prior_cad)
    assert ratio == pytest.approx(pulled / pulled_cad)


def test_an_unknown_division_spends_what_all_do_on_average(fit, training):
    model = fit(few(training))
    one = training.values[:1]
    found = float(model.expect(one, np.array(["new"], object))[0])
    side = int(training.owned[0])
    assert found == pytest.approx(model.scale[""][side] * np.exp(model.base.usual[""][side]))


def test_nobody_bought_for_money(fit, make_training):
    nothing = replace(make_training(50, 1), value_cents=np.zeros(50, np.int64))
    assert expect(fit(nothing), nothing).tolist() == [0.0] * 50


def test_more_came_back_than_was_bought(fit, make_training):
    rows = make_training(400, 1)
    negative = replace(rows, value_cents=np.where(rows.value_cents > 9_000, -90_000, 100))
    found = expect(fit(negative), negative)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_nobody_bought_at_all(fit, make_training, levels):
    rows = make_training(50, 1)
    model = fit(rows.where(np.zeros(50, bool)))
    found = expect(model, rows)
    assert found == pytest.approx(np.exp([levels[name] for name in names_of(rows)]))


@pytest.mark.parametrize(("rows", "trees"), [(MIN_ROWS - 1, False), (MIN_ROWS, True)])
def test_trees_need_enough_buyers(fit, training, rows, trees):
    assert (fit(few(training, rows)).trees is not None) == trees


def test_the_same_seed_gives_the_same_trees(fit, training):
    texts = [to_text(fit(training, seed).trees) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_where_purchases_are_for_nothing_the_division_is_worth_little(fit, make_training):
    """Of 20 purchases of one division two are paid; the others are always paid."""
    rows = few(make_training(2_500, seed=3), 400)
    cpe = rows.division == 1
    kept = rows.where(~cpe | (np.cumsum(cpe) <= 20))
    cpe = kept.division == 1
    value = np.where(cpe & (np.cumsum(cpe) > 2), 0, kept.value_cents)
    model = fit(replace(kept, value_cents=value))
    share = (2 + PAID_PRIOR * 0.95) / (20 + PAID_PRIOR)
    ratio = model.scale["CPE"][0] / model.scale["CAD"][0]
    assert ratio == pytest.approx(share, rel=0.3)


@pytest.mark.parametrize("rows", [2_500, 200], ids=["trees", "means"])
def test_purchases_for_nothing_lower_what_a_purchase_is_worth(fit, make_training, rows):
    """Every second purchase is free, so the forecast would be off by a factor of two."""
    training = make_training(rows, seed=3)
    value = np.where(np.cumsum(training.bought) % 2 == 0, 0, training.value_cents)
    half_free = replace(training, value_cents=value)
    bought = half_free.where(half_free.bought)
    expected = (bought.weight * expect(fit(half_free), bought)).sum()
    assert expected == pytest.approx((bought.weight * bought.value_cents).sum())


def test_a_hundred_times_the_money_is_a_hundred_times_the_value(fit, levels, training):
    """A log in cents read as one in units."""
    money = [name for name in training.names if "monetary" in name]
    values = training.values.copy()
    values[:, [training.names.index(name) for name in money]] *= 100
    dearer = replace(training, values=values, value_cents=training.value_cents * 100)
    raised = {name: level + np.log(100) for name, level in levels.items()}
    model = fit_value_model(dearer.where(dearer.bought), raised, 1)
    assert isinstance(model, ValueModel)
    ratio = expect(model, dearer) / expect(fit(training), training)
    assert np.median(ratio) == pytest.approx(100, rel=0.02)
    assert ratio == pytest.approx(np.full(len(ratio), 100.0), rel=0.3)
