"""What stands behind a score."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.models.calibration import Calibration
from gosales.models.division_model import BASELINE, OWN, POOLED, Shared, Side


@pytest.mark.parametrize("kind", [OWN, POOLED])
def test_own_and_pooled_ask_the_ensemble(make_model, shared, training, kind):
    model, values, owned = make_model(kind=kind), training.values, training.owned
    logit = shared.ensemble.logit(values, owned)
    expected = np.where(owned, model.held.calibration(logit), model.never.calibration(logit))
    assert np.array_equal(model.score(values, owned), expected)


def test_a_baseline_asks_the_best_simple_score(make_model, shared, training):
    side = Side(BASELINE, "recency")
    model = replace(make_model(), never=side, held=side)
    logit = model.baseline_logit("recency", training.values)
    assert np.array_equal(model.score(training.values, training.owned), Calibration()(logit))


def test_never_bought_and_owned_cells_may_have_different_backing(make_model, training):
    model = make_model(kind=POOLED)
    mixed = replace(model, never=Side(BASELINE, "recency"))
    owned, values = training.owned, training.values
    assert set(mixed.kinds(owned)[owned]) == {POOLED}
    assert set(mixed.kinds(owned)[~owned]) == {BASELINE}
    expected, found = model.score(values, owned), mixed.score(values, owned)
    assert np.array_equal(found[owned], expected[owned])
    assert not np.array_equal(found[~owned], expected[~owned])


@pytest.fixture
def unlearned(make_model, shared):
    """A model from a history too short for any outcome."""
    return make_model(kind=BASELINE, parts=Shared(shared.names, None, {}, shared.money))


def test_without_outcomes_popularity_and_activity_rank(unlearned, training):
    values = np.repeat(training.values[:1], 3, axis=0)
    values[:, training.names.index("any_frequency__orders_decay_12m")] = [0, 1, np.nan]
    low, high, unknown = unlearned.score(values, np.zeros(3, bool))
    assert low == unknown < high
    everyone = unlearned.score(training.values, training.owned)
    assert ((everyone > 0) & (everyone < 1)).all()


def test_without_outcomes_a_row_is_scored_alike_alone_and_among_others(unlearned, training):
    values, owned = training.values, training.owned
    alone = unlearned.score(values[:1], owned[:1])
    assert alone == pytest.approx(unlearned.score(values, owned)[:1])


def test_money_is_in_cents_and_for_the_models_own_division(make_model, shared, training):
    value = shared.money.value
    usual = {name: (np.log(100.0 * cents),) * 2 for name, cents in {"": 1, "CPE": 7}.items()}
    base = replace(value.base, usual=usual)
    plain = replace(value, base=base, trees=None, linear=(None, None), scale={"": (2.0, 2.0)})
    model = make_model("CPE", parts=replace(shared, money=replace(shared.money, value=plain)))
    assert model.expect(training.values[:2]) == pytest.approx([1_400.0] * 2)
    assert model.money(training.values[:2]).value == pytest.approx([1_400.0] * 2)
