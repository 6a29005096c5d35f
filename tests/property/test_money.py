"""What must hold for any money: finite, never negative, in proportion, in any order of rows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gosales.core.frames import TrainingSet
from gosales.core.timeline import Cutoff
from gosales.evaluation.money import MoneyCells, captured, deciles, ranges, totals
from gosales.models.money_model import INTERVAL_COLUMNS, fit_money_model

NAMES = tuple(dict.fromkeys((*INTERVAL_COLUMNS, "own_breadth__skus_owned", "horizon__months")))
DIVISIONS = ("CAD", "CPE")

cents = st.one_of(st.integers(-(10**9), 10**12), st.sampled_from([0, 1, -1, 10**15]))
rows = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.booleans(),
        st.booleans(),
        cents,
        st.sampled_from([2, 4, 6]),
        st.floats(-(2.0**40), 2.0**40, width=32) | st.just(float("nan")),
        st.sampled_from([1.0, 2.86]),
    ),
    max_size=60,
)
levels = st.fixed_dictionaries({name: st.floats(-14, 20) for name in DIVISIONS})
near_levels = st.fixed_dictionaries({name: st.floats(0, 8) for name in DIVISIONS})
"""So near to each other that no amount meets the ceiling of e^40 cents, even a hundredfold."""


def training_of(drawn):
    """Rows whose features are all one number, but ownership and the outcome's length."""
    values = np.array([[row[5]] * len(NAMES) for row in drawn], np.float32)
    values = values.reshape(len(drawn), len(NAMES))
    owned = np.array([row[1] for row in drawn], bool)
    values[:, NAMES.index("own_breadth__skus_owned")] = owned
    values[:, NAMES.index("horizon__months")] = [row[4] for row in drawn]
    bought = np.array([row[2] for row in drawn], bool)
    return TrainingSet(
        divisions=DIVISIONS,
        names=NAMES,
        values=values,
        division=np.array([row[0] for row in drawn], np.int32),
        owned=owned,
        bought=bought,
        value_cents=np.where(bought, np.array([row[3] for row in drawn], np.int64), 0),
        weight=np.array([row[6] for row in drawn], float),
        exposure=np.zeros(len(drawn)),
        cutoffs=(Cutoff.parse("2024-06-30"),),
        outcomes_end=Cutoff.parse("2024-12-30").date,
    )


def tell(model, training):
    names = np.array(training.divisions, object)[training.division]
    return model.tell(training.values, names)


@given(drawn=rows, level=levels)
@settings(max_examples=60, deadline=None)
def test_money_is_finite_never_negative_and_in_order(drawn, level):
    training = training_of(drawn)
    told = tell(fit_money_model(training, level, 1), training)
    for part in (told.value, told.low, told.high, told.wallet):
        assert np.isfinite(part).all()
        assert (part >= 0).all()
    assert (told.low <= told.value).all()
    assert (told.value <= np.minimum(told.high, told.wallet)).all()


@given(drawn=rows, level=near_levels)
@settings(max_examples=50, deadline=None)
def test_few_purchases_scale_with_the_currency(drawn, level):
    """Below the number of purchases that are learned from, in exact proportion."""
    training = training_of([(*row[:3], row[3] % 10**9 + 1, *row[4:]) for row in drawn])
    dearer = replace(training, value_cents=training.value_cents * 100)
    raised = {name: one + np.log(100) for name, one in level.items()}
    told = tell(fit_money_model(training, level, 1), training)
    more = tell(fit_money_model(dearer, raised, 1), training)
    assert more.value == pytest.approx(100 * told.value, rel=1e-6)
    wide = told.wallet > 2.0
    assert more.wallet[wide] == pytest.approx(100 * told.wallet[wide], rel=1e-6)


money = st.floats(0, 1e9).map(lambda value: round(value, 2))
table = st.lists(st.tuples(st.integers(0, 5), money, money, money), min_size=1, max_size=40)


def cells_of(drawn):
    customer, expected, actual, rival = (np.array(column) for column in zip(*drawn, strict=True))
    one = np.ones(len(drawn))
    cells = MoneyCells(customer, expected, expected, 0 * one, expected, one, actual > 0, actual)
    return cells, rival


@given(drawn=table, seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_figures_do_not_depend_on_the_order_of_the_rows(drawn, seed):
    shuffled = [drawn[i] for i in np.random.default_rng(seed).permutation(len(drawn))]
    for figure in (totals, ranges, lambda cells: {"actual": deciles(cells)[0]["actual"]}):
        one, other = figure(cells_of(drawn)[0]), figure(cells_of(shuffled)[0])
        assert one == pytest.approx(other, nan_ok=True, rel=1e-6, abs=1e-6)
    shares = [
        captured(cells, {"rival": rival})["0.1"]
        for cells, rival in map(cells_of, (drawn, shuffled))
    ]
    for name in ("expected_value", "rival", "best_possible"):
        assert shares[0][name] == pytest.approx(shares[1][name], nan_ok=True, rel=1e-6, abs=1e-6)


@given(drawn=table)
@settings(max_examples=50, deadline=None)
def test_a_list_holds_between_nothing_and_the_best(drawn):
    cells, rival = cells_of(drawn)
    if not cells.actual.sum():
        return
    last = 0.0
    for found in captured(cells, {"rival": rival}).values():
        assert 0 <= found["expected_value"] <= found["best_possible"] + 1e-9
        assert found["best_possible"] <= 1 + 1e-9
        assert found["expected_value"] >= last - 1e-9
        last = found["expected_value"]


@given(drawn=table, raised=st.floats(1, 100))
@settings(max_examples=50, deadline=None)
def test_a_higher_chance_is_a_higher_forecast(drawn, raised):
    """The forecast is in proportion to every chance."""
    cells, _ = cells_of(drawn)
    more = replace(cells, expected=cells.expected * raised)
    assert totals(more)["forecast"] >= totals(cells)["forecast"]
    assert (more.expected >= cells.expected).all()
