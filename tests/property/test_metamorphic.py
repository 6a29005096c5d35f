"""Known changes of a market change the features as foretold, and no further.

Renamed customers, another unit of money and another division: what may change is said in each test.
"""

import random

import numpy as np
import pytest

from gosales.core.timeline import Cutoff
from gosales.features.engine import FeatureEngine
from tests.integration.conftest import sales

CUTOFF = Cutoff.parse("2024-03-31")
LOG = [
    (customer, division, sku, day, float(amount), units, None, "North", rep)
    for customer, _, day, _, sku, division, units, amount, _, rep in sales(customers=25, months=24)
]
AGES = (0, 7)


def features(star):
    """Age -> {(customer, division): its features}, and the names of these."""
    engine = FeatureEngine(star.as_of(CUTOFF), 6)
    frames = {}
    for age, cells in zip(AGES, engine.several(AGES), strict=True):
        n, d = cells.panel.shape
        customer, division = (at.astype(np.int32) for at in np.divmod(np.arange(n * d), d))
        keys = zip(cells.spine.customers[customer], np.array(cells.spine.divisions)[division],
                   strict=True)  # fmt: skip
        frames[age] = dict(zip(keys, cells.rows(customer, division).values, strict=True))
    return frames, cells.names


@pytest.fixture(scope="module")
def before(make_star):
    return features(make_star(*LOG))


def assert_same(before, after, columns=slice(None), exact=False):
    assert set(before) <= set(after)
    for cell, values in before.items():
        near = 0.0 if exact else 1e-5
        np.testing.assert_allclose(after[cell][columns], values[columns], near, near, str(cell))


def test_renamed_customers_have_the_features_they_had(make_star, before):
    """No feature but for rounding: sums over customers come in another order."""
    frames, _ = before
    old = sorted({row[0] for row in LOG})
    new = dict(zip(old, random.Random(5).sample(old, len(old)), strict=True))
    renamed, _ = features(make_star(*((new[row[0]], *row[1:]) for row in LOG)))
    for age in AGES:
        assert_same({(new[c], d): v for (c, d), v in frames[age].items()}, renamed[age])


def test_money_in_a_hundredth_of_the_unit_changes_the_sums_of_money_alone(make_star, before):
    """A hundred times as much in each sum of money; all else, segments by size too, as before."""
    frames, names = before
    dearer, _ = features(make_star(*((*row[:4], row[4] * 100, *row[5:]) for row in LOG)))
    money = np.array(["__value_" in name or "__returned_" in name for name in names])
    money &= np.array(["_change" not in name for name in names])
    assert money.sum() == 14
    factor = np.where(money, 100.0, 1.0)
    for age in AGES:
        assert_same({cell: v * factor for cell, v in frames[age].items()}, dearer[age])


def of_the_customer(names, *prefixes):
    return np.flatnonzero([name.startswith(prefixes) for name in names])


def test_a_division_bought_by_others_leaves_all_that_a_customer_did(make_star, before):
    """What is learned from all customers may change: there are more of them."""
    frames, names = before
    others = [(f"new {row[0]}", "Robots", "R", *row[3:]) for row in LOG[::2]]
    more, _ = features(make_star(*LOG, *others))
    for age in AGES:
        columns = of_the_customer(names, "own_", "any_", "mix__", "horizon__")
        assert_same(frames[age], more[age], columns, exact=True)


def test_a_division_bought_by_all_leaves_what_each_did_in_the_others(make_star, before):
    frames, names = before
    more, _ = features(make_star(*LOG, *((row[0], "Robots", "R", *row[3:]) for row in LOG[::2])))
    for age in AGES:
        assert_same(frames[age], more[age], of_the_customer(names, "own_"), exact=True)
