import numpy as np
import pytest

from gosales.core.errors import ConfigError
from gosales.simulate import oracle as oracle_module
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.oracle import realised, true_probabilities


@pytest.fixture(scope="module")
def truth(market):
    return true_probabilities(market, futures=200)


@pytest.fixture(scope="module")
def small():
    return simulate_market(MarketSettings(customers=120, seed=9, history_months=24))


def expected_sigma(probability):
    return np.sqrt((probability * (1 - probability)).sum())


def test_arrays_are_customers_by_divisions(market, truth):
    shape = (market.settings.customers, len(market.divisions))
    for array in (
        truth.probability,
        truth.standard_error,
        truth.expected_value_cents,
        truth.expected_value_error,
    ):
        assert array.shape == shape
        assert np.isfinite(array).all()
    assert truth.divisions == market.divisions
    ids = market.customers["customer_id"].to_pylist()
    assert list(truth.customer_ids) == [ids[i] for i in market.known]
    assert ((truth.probability >= 0) & (truth.probability <= 1)).all()


def test_the_standard_error_is_binomial(truth):
    p = truth.probability
    assert np.allclose(truth.standard_error, np.sqrt(p * (1 - p) / truth.futures))


def test_realised_buyers_are_as_many_as_expected(market, truth):
    happened = realised(market)
    assert happened.customer_ids == truth.customer_ids
    total = happened.bought.sum() - truth.probability.sum()
    assert abs(total) < 4 * expected_sigma(truth.probability)
    for division in range(len(market.divisions)):
        p = truth.probability[:, division]
        surprise = happened.bought[:, division].sum() - p.sum()
        assert abs(surprise) < 4.5 * expected_sigma(p)


def test_probabilities_are_calibrated_at_every_level(market, truth):
    bought = realised(market).bought.ravel()
    p = truth.probability.ravel()
    level = np.digitize(p, [0.01, 0.03, 0.08, 0.2, 0.5])
    for low in range(6):
        rows = level == low
        # The estimated p are themselves off by their standard error, which matters for small ones.
        assert abs(bought[rows].sum() - p[rows].sum()) < 4.5 * expected_sigma(p[rows]) + 5


def test_realised_money_is_as_expected(market, truth):
    happened = realised(market).value_cents.sum()
    assert happened == pytest.approx(truth.expected_value_cents.sum(), rel=0.15)


def test_it_knows_more_than_the_base_rate(market, truth):
    bought = realised(market).bought
    assert truth.probability[bought].mean() > 2.5 * truth.probability[~bought].mean()


def test_same_seed_same_truth(small):
    one = true_probabilities(small, futures=20, seed=4)
    two = true_probabilities(small, futures=20, seed=4)
    other = true_probabilities(small, futures=20, seed=5)
    assert np.array_equal(one.probability, two.probability)
    assert not np.array_equal(one.probability, other.probability)


def test_batches_do_not_matter(small, monkeypatch):
    whole = true_probabilities(small, futures=400)
    monkeypatch.setattr(oracle_module, "_ROWS_PER_BATCH", 150 * 120 - 1)
    parts = true_probabilities(small, futures=400)
    p = (whole.probability + parts.probability) / 2
    z = (whole.probability - parts.probability) / np.sqrt(2 * p * (1 - p) / 400 + 1e-9)
    assert np.abs(z).max() < 5
    assert whole.probability.mean() == pytest.approx(parts.probability.mean(), rel=0.03)


def test_the_market_is_left_alone(small):
    before = small.state_at_end.energy.copy(), small.state_at_end.owned.copy()
    true_probabilities(small, futures=3)
    assert np.array_equal(before[0], small.state_at_end.energy)
    assert np.array_equal(before[1], small.state_at_end.owned)


def test_a_longer_horizon_has_more_buyers(small):
    short = true_probabilities(small, horizon_months=1, futures=100)
    long = true_probabilities(small, horizon_months=12, futures=100)
    assert long.probability.mean() > 2 * short.probability.mean()


def test_impossible_questions_are_refused(small):
    with pytest.raises(ConfigError):
        true_probabilities(small, futures=1)
    with pytest.raises(ConfigError):
        true_probabilities(small, horizon_months=0)
    with pytest.raises(ConfigError):
        realised(small, 7)
