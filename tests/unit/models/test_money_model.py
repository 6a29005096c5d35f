"""Mean, range and wallet of a purchase."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from gosales.models.money_model import COVER, WALLET_LEVEL, fit_money_model


def names_of(rows):
    return np.array(rows.divisions, object)[rows.division]


def tell(model, rows):
    return model.tell(rows.values, names_of(rows))


@pytest.fixture(scope="module")
def model(make_training, levels):
    return fit_money_model(make_training(6_000, seed=1), levels, 1)


@pytest.fixture(scope="module")
def new(make_training):
    rows = make_training(6_000, seed=2)
    return rows.where(rows.bought)


def test_new_purchases_lie_in_the_range_as_often_as_promised(model, new):
    told = tell(model, new)
    inside = (told.low <= new.value_cents) & (new.value_cents <= told.high)
    assert inside.mean() == pytest.approx(COVER, abs=0.04)
    for owned in (False, True):
        assert inside[new.owned == owned].mean() == pytest.approx(COVER, abs=0.07)


def test_new_buyers_stay_below_the_wallet_as_often_as_promised(model, new):
    told = tell(model, new)
    assert (new.value_cents <= told.wallet).mean() == pytest.approx(WALLET_LEVEL, abs=0.04)


def test_the_range_holds_the_mean_and_is_never_negative(model, new):
    told = tell(model, new)
    assert (told.low <= told.value).all()
    assert (told.value <= told.high).all()
    assert (told.value <= told.wallet).all()
    assert all(np.isfinite(part).all() and (part >= 0).all() for part in astuple(told))


def test_the_wallet_is_blind_for_the_own_past(model, new):
    """But for whether there is one: peers decide, not the customer's own spend."""
    values = new.values.copy()
    for name in new.names:
        if name.startswith("own_") and name != "own_breadth__skus_owned":
            values[:, new.names.index(name)] = 12_345.0
    changed, told = model.tell(values, names_of(new)), tell(model, new)
    peers = (told.wallet > told.value) & (changed.wallet > changed.value)
    assert peers.mean() > 0.9
    assert np.array_equal(changed.wallet[peers], told.wallet[peers])
    assert not np.array_equal(changed.value[peers], told.value[peers])


def test_busier_customers_have_a_larger_wallet(model, new):
    wallet = tell(model, new).wallet
    busy = new.values[:, new.names.index("any_frequency__orders_decay_12m")]
    assert wallet[busy > 6].mean() > 1.5 * wallet[busy < 2].mean()


@pytest.mark.parametrize("buyers", [0, 1, 12, 300])
def test_few_purchases_give_finite_money(make_training, levels, buyers):
    rows = make_training(2_000, seed=3)
    kept = ~rows.bought | (np.cumsum(rows.bought) <= buyers)
    told = tell(fit_money_model(rows.where(kept), levels, 1), rows)
    assert all(np.isfinite(part).all() and (part >= 0).all() for part in astuple(told))
    assert (told.low <= told.high).all()


def test_purchases_for_nothing_reach_down_to_nothing(make_training, levels):
    """A third of the purchases is free: the range begins at zero, the wallet does not."""
    rows = make_training(3_000, seed=3)
    free = replace(rows, value_cents=np.where(np.arange(3_000) % 3 == 0, 0, rows.value_cents))
    told = tell(fit_money_model(free, levels, 1), free)
    assert np.median(told.low) == 0
    assert (told.wallet > 0).all()


def test_more_rows_than_are_read_change_no_sum(monkeypatch, make_training, levels):
    rows = make_training(6_000, seed=1)
    monkeypatch.setattr("gosales.models.money_model.MOST_ROWS", 1_000)
    found = tell(fit_money_model(rows, levels, 1), rows).value
    bought = rows.bought
    spent = (rows.weight * rows.value_cents)[bought].sum()
    assert (rows.weight * found)[bought].sum() == pytest.approx(spent, rel=0.1)


def test_it_is_the_same_twice(make_training, levels):
    rows = make_training(1_500, seed=1)
    one, other = (tell(fit_money_model(rows, levels, 1), rows) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(astuple(one), astuple(other), strict=True))
