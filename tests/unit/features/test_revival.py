"""How likely a division that nobody orders from any more comes back."""

import numpy as np
import pytest

from gosales.features.panel import Purchases
from gosales.features.revival import PRIOR_MONTHS, PRIOR_RETURNS, revival


def chance(*orders, quiet=6, horizon=6):
    """Of divisions that were ordered from so many months ago."""
    pairs = [(d, age) for d, ages in enumerate(orders) for age in ages]
    division, age = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    nobody = np.zeros(len(pairs), np.int32)
    known = Purchases(nobody, division, age, nobody + 1)
    return revival(known, len(orders), quiet, horizon)


def within(returns, months, horizon=6):
    return 1 - (1 - (PRIOR_RETURNS + returns) / (PRIOR_MONTHS + months)) ** horizon


@pytest.mark.parametrize(
    ("orders", "returns", "months"),
    [
        ([[0, 1, 3]], 0, 0),
        ([[0, 6]], 0, 0),  # silent for five months, then sold in the sixth
        ([[0, 7]], 1, 1),
        ([[2, 15]], 1, 7),
        ([[11, 12]], 0, 5),  # silent still
        ([[6]], 0, 0),
        ([[0, 9, 18], [11], [11], [0]], 2, 6 + 10),
    ],
)
def test_a_silence_counts_with_the_months_beyond_half_a_year(orders, returns, months):
    assert chance(*orders) == pytest.approx(within(returns, months))


def test_a_longer_horizon_gives_more_time_and_long_silences_less_hope():
    assert chance([0, 9], horizon=3) < chance([0, 9], horizon=6) < 1
    assert chance([30], [30], [30]) < chance([12]) < chance([0])


def test_of_orders_in_one_month_each_counts_once():
    assert chance([0, 0, 9, 9, 9]) == chance([0, 9])


def test_without_any_order_the_prior_is_left():
    nothing = np.empty(0, np.int32)
    known = Purchases(nothing, nothing, nothing, nothing)
    assert revival(known, 2, 6, 6) == pytest.approx(within(0, 0))
