"""How likely a division that nobody orders from lately is still sold, or comes back."""

from itertools import pairwise

import numpy as np
import pytest

from gosales.features.panel import Purchases
from gosales.features.revival import (
    LONG_MONTHS,
    PRIOR_ENDS,
    PRIOR_MONTHS,
    PRIOR_RETURNS,
    PRIOR_SOLD,
    USUAL_MONTHS,
    Calendar,
    return_rates,
    still_sold,
)

STEADY = range(40)


def purchases(*orders):
    """Of divisions that were ordered from so many months ago."""
    pairs = [(d, age) for d, ages in enumerate(orders) for age in ages]
    columns = np.array(pairs, np.int32).reshape(-1, 2).T
    nobody = np.zeros(len(pairs), np.int32)
    return Purchases(nobody, columns[0], columns[1], nobody + 1)


def chance(*orders, horizon=6):
    """Of a division to come back after a long silence."""
    calendar = Calendar.of(purchases(*orders), len(orders))
    longest = int(calendar.silence.max(initial=0))
    rate = return_rates(calendar, np.ones((len(orders), longest + 1)))[1]
    return 1 - (1 - rate) ** horizon


def sold(*orders, horizon=6):
    return still_sold(purchases(*orders), len(orders), horizon)


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
    assert sold([2, 2, 9, 9, 9]) == sold([2, 9])


def test_without_any_order_the_prior_is_left_and_nothing_is_doubted():
    assert chance([], []) == pytest.approx(within(0, 0))
    assert sold([], []).tolist() == [1, 1]


def test_what_was_sold_last_month_or_never_is_not_doubted():
    assert sold(STEADY, [], range(3, 40))[:2].tolist() == [1, 1]
    assert sold(STEADY, range(0, 40, 5)).tolist() == [1, 1]


def test_a_silence_is_held_against_the_divisions_own_rhythm():
    monthly, rare = sold(range(3, 43), range(3, 43, 4))
    assert monthly < 0.3
    assert rare > 0.9


def test_where_steady_divisions_come_back_after_a_pause_a_pause_means_less():
    ended = [range(3, 43)]
    paused = [sorted({*range(43)} - {*range(at, at + 3)}) for at in range(5, 35)]
    assert sold(*ended, *paused)[0] > sold(*ended, *[range(43)] * 30)[0] + 0.3


def test_the_longer_a_silence_the_likelier_an_end():
    found = [sold(STEADY, range(quiet, 40))[1] for quiet in range(LONG_MONTHS)]
    assert found[0] == 1
    assert (np.diff(found) < 0).all()
    assert sold(STEADY, range(8, 40))[1] == pytest.approx(chance(STEADY, range(8, 40)), abs=1e-3)


def test_a_short_history_doubts_nearly_nothing():
    assert (sold([0, 1, 3, 5], [2, 3, 4, 5], [1, 4, 5]) > 0.9).all()


def test_where_divisions_were_seen_to_end_a_silence_is_doubted_sooner():
    often = sold(*[range(9, 40)] * 8, STEADY, range(1, 40))[-1]
    seldom = sold(*[STEADY] * 9, range(1, 40))[-1]
    assert often < seldom


def by_a_loop(orders, horizon):
    """The same, one silence and one month at a time."""
    own = [sorted(set(ages)) for ages in orders]
    spans = [ages[-1] - ages[0] if ages else 0 for ages in own]
    counts = [max(len(ages) - 1, 0) for ages in own]
    usual = (sum(counts) + 1) / (sum(spans) + 2)
    silences = [
        (d, b - a - 1) for d, ages in enumerate(own) for a, b in pairwise([-1, *ages]) if b > a + 1
    ]

    def going(d, months, rate):
        no, all_months = spans[d] - counts[d] + USUAL_MONTHS * (1 - usual), spans[d] + USUAL_MONTHS
        silent, ended = 1.0, 0.0
        for passed in range(months):
            ended += silent * rate
            silent *= (1 - rate) * (no + passed) / (all_months + passed)
        return silent / (silent + ended)

    rate = PRIOR_ENDS / PRIOR_SOLD
    for _ in range(200):
        parts = [(going(d, months, rate), months) for d, months in silences]
        ends = sum(1 - chance for chance, _ in parts)
        months = sum(map(len, own)) + sum(chance * length for chance, length in parts)
        rate = (PRIOR_ENDS + ends) / (PRIOR_SOLD + months)
    returns, waited = PRIOR_RETURNS, PRIOR_MONTHS
    for d, ages in enumerate(own):
        for a, b in pairwise([-1, *ages]):
            silent = range(1, min(b - a - 1 if a >= 0 else b - 1, LONG_MONTHS - 1) + 1)
            waited += sum(1 - going(d, months, rate) for months in silent)
            if a >= 0 and 0 < b - a - 1 < LONG_MONTHS:
                returns += 1 - going(d, b - a - 1, rate)
    short, long = 1 - (1 - returns / waited) ** horizon, chance(*orders, horizon=horizon)
    found = []
    for d, ages in enumerate(own):
        quiet = ages[0] if ages else 0
        one = going(d, quiet, rate)
        found.append(one + (1 - one) * (long if quiet >= LONG_MONTHS else short))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_same_by_plain_loops(seed):
    rng = np.random.default_rng(seed)
    rhythm, end = rng.uniform(0.1, 1, 8), rng.integers(0, 20, 8)
    orders = [
        [int(age) for age in range(e, 40) if rng.random() < p]
        for p, e in zip(rhythm, end, strict=True)
    ]
    assert sold(*orders, horizon=4) == pytest.approx(by_a_loop(orders, 4), rel=1e-6)
