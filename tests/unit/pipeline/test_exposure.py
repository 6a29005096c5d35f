"""How much of a horizon its first months see: by the law, and by earlier years' seasons."""

from types import SimpleNamespace

import numpy as np
import pytest

from gosales.features.ledger import NEVER
from gosales.pipeline.exposure import LEAST_BUYERS, exposure

LAW = np.log(2 / 6)


def panel(orders, n, d=2):
    """A panel of customers who own division 0 for long; `orders`: (customer, division, months)."""
    long_ago = [(customer, 0, 100) for customer in range(n)]
    who, what, when = (
        np.array(column, np.int32) for column in zip(*long_ago, *orders, strict=True)
    )
    first = np.full((n, d), float(NEVER))
    first[:] = -1
    np.maximum.at(first, (who, what), when)
    first[first < 0] = NEVER
    return SimpleNamespace(horizon_months=6, months_since_first=first)


def adopters(counts):
    """(customer, 1, months ago): new customers of division 1, by month."""
    orders = []
    for months_ago, count in counts.items():
        before = list(orders)
        orders += [(len(before) + i, 1, months_ago) for i in range(count)]
    return orders


def odds(buyers, cells):
    return np.log((buyers + 0.5) / (cells - buyers + 0.5))


def test_a_whole_outcome_adds_nothing():
    assert exposure(panel([(0, 1, 3)], 5), 6) == 0


def test_without_an_earlier_year_the_law_of_a_constant_hazard_holds():
    found = exposure(panel(adopters({4: 20, 1: 50}), 400), 2)
    assert found == pytest.approx(LAW)


def test_the_same_months_of_earlier_years_bend_the_law():
    # 12 months ago: 10 adopt in the 2 months that follow, 40 in six
    found = exposure(panel(adopters({11: 4, 10: 6, 9: 10, 6: 20, 5: 99}), 400), 2)
    year = odds(10, 400) - odds(40, 400)
    assert found == pytest.approx((LAW + year) / 2)


def test_every_year_with_enough_buyers_has_a_voice():
    orders = adopters({23: 50, 18: 50, 11: 40})
    found = exposure(panel(orders, 400), 2)
    two_ago = odds(50, 400) - odds(100, 400)
    one_ago = odds(40, 300) - odds(40, 300)
    assert found == pytest.approx((LAW + one_ago + two_ago) / 3)


def test_a_year_with_few_buyers_has_none():
    found = exposure(panel(adopters({11: LEAST_BUYERS - 1}), 400), 2)
    assert found == pytest.approx(LAW)
