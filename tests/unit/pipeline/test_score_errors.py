"""How far scores were off, and the intervals that come of it."""

import numpy as np
import pytest

from gosales.models.calibration import Window, sigmoid
from gosales.pipeline.score_errors import band_of, find_errors

CENTRE = -2.0


def window(error=lambda z, d: 0.0 * z, customers=4_000, divisions=4, seed=1):
    """Scores whose true log odds are `error` more; a customer's cells are of its own kind."""
    rng = np.random.default_rng(seed)
    z = np.sort(rng.normal(CENTRE, 1.0, (customers, divisions)), axis=0)
    customer, division = (index.ravel() for index in np.indices(z.shape))
    z = z.ravel()
    bought = rng.random(len(z)) < sigmoid(z + error(z, division))
    return Window(z, bought, customer), division, divisions


def size(errors, z=CENTRE, division=0):
    """Root of the expected squared error at some log odds."""
    square = errors.of_division[division] if division is not None else errors.common
    return float(np.sqrt(np.polynomial.polynomial.polyval(z, square)))


def test_scores_that_are_right_have_errors_of_chance_alone():
    assert size(find_errors(*window())) < 0.1


def test_an_error_common_to_all_is_told_at_its_size():
    errors = find_errors(*window(lambda z, d: 0.6 + 0.0 * z))
    assert size(errors) == pytest.approx(0.6, abs=0.08)
    assert size(errors, division=None) == pytest.approx(0.6, abs=0.08)


def test_scores_that_are_too_sure_err_more_the_further_out():
    errors = find_errors(*window(lambda z, d: -0.3 * (z - CENTRE)))
    assert size(errors) < 0.12
    assert size(errors, CENTRE + 2) == pytest.approx(0.6, abs=0.15)


def test_a_division_that_errs_alone_is_told_apart():
    errors = find_errors(*window(lambda z, d: np.where(d == 3, 1.0, 0.0)))
    assert size(errors, division=3) == pytest.approx(1.0, abs=0.15)
    assert max(size(errors, division=d) for d in range(3)) < 0.35
    assert size(errors, division=0) < size(errors, division=None) < size(errors, division=3)


def test_few_outcomes_leave_more_open():
    sizes = [size(find_errors(*window(customers=n))) for n in (50, 500, 5_000)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_the_same_customers_twice_are_not_twice_the_evidence():
    seen, division, divisions = window(customers=100, seed=5)
    twice, both = (
        Window(np.tile(seen.logit, 2), np.tile(seen.bought, 2), customer)
        for customer in (
            np.tile(seen.customer, 2),
            np.concatenate([seen.customer, seen.customer + 500]),
        )
    )
    same = find_errors(twice, np.concatenate([division, division + divisions]), 2 * divisions)
    others = find_errors(both, np.concatenate([division, division + divisions]), 2 * divisions)
    assert size(same, division=None) > 1.1 * size(others, division=None)


def test_a_horizon_without_buyers_says_little():
    seen, division, divisions = window(customers=20)
    errors = find_errors(
        Window(seen.logit, np.zeros(len(division), bool), seen.customer), division, divisions
    )
    assert np.isfinite(errors.of_division).all()
    assert size(errors) > 0.7


def test_a_division_without_rows_is_as_one_that_is_unknown():
    seen, division, divisions = window()
    errors = find_errors(seen, division, divisions + 1)
    assert errors.of_division[divisions] == pytest.approx(errors.common)


def test_nine_in_ten_of_the_next_horizons_lie_inside():
    rng = np.random.default_rng(3)
    inside = []
    for market in range(60):
        shifts = rng.normal(0, 0.5, 3)
        windows = [
            find_errors(*window(lambda z, d, s=s: s + 0.0 * z, 500, 2, market * 10 + i))
            for i, s in enumerate(shifts[:2])
        ]
        score = np.array([sigmoid(np.array(CENTRE))])
        low, high = band_of(windows, [0, 0]).around(score)
        inside.append(low[0] < sigmoid(CENTRE + shifts[2]) < high[0])
    assert 0.75 < np.mean(inside) < 0.98


def test_windows_count_alike_and_an_unknown_division_takes_what_is_common():
    off, right = find_errors(*window(lambda z, d: 0.8 + 0.0 * z)), find_errors(*window())
    both = band_of([right, off], [1, None])
    assert both.square == pytest.approx((right.of_division[1] + off.common) / 2)
    assert both.span == right.span


def test_the_line_is_believed_where_buyers_were_seen():
    seen, division, divisions = window()
    low, high = find_errors(seen, division, divisions).span
    buyers = seen.logit[seen.bought]
    assert np.quantile(buyers, 0.04) < low < high < np.quantile(buyers, 0.96)
