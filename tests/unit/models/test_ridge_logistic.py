"""The fit is the minimum that it says it is."""

import numpy as np
import pytest
from scipy.optimize import minimize

from gosales.models.ridge_logistic import CLIP, fit_ridge_logistic


def sample(rows=20_000, weights=(1.0, -0.5, 0.0), intercept=-1.0, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, len(weights))).astype(np.float32)
    chance = 1 / (1 + np.exp(-(x @ np.array(weights) + intercept)))
    return x, rng.random(rows) < chance


def test_known_weights_are_recovered():
    x, y = sample()
    model = fit_ridge_logistic(x, y, np.ones(len(y)), 1.0)
    assert model.weights == pytest.approx([1.0, -0.5, 0.0, -1.0], abs=0.05)


def test_the_fit_is_the_minimum_of_the_penalised_loss():
    x, y = sample(rows=400)
    weight, penalty = np.random.default_rng(2).uniform(0.5, 3.0, len(y)), 7.0
    mean = np.average(x, axis=0, weights=weight)
    scale = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    z = np.clip((x - mean) / scale, -CLIP, CLIP)

    def loss(theta):
        logit = z @ theta[:-1] + theta[-1]
        fit = weight * (np.logaddexp(0, logit) - y * logit)
        return fit.sum() + penalty / 2 * (theta[:-1] ** 2).sum()

    best = minimize(loss, np.zeros(4), tol=1e-12)
    model = fit_ridge_logistic(x, y, weight, penalty)
    assert model.weights == pytest.approx(best.x, abs=1e-4)
    assert loss(model.weights) <= best.fun * (1 + 1e-7)


def test_a_larger_penalty_shrinks_the_weights_but_not_the_intercept():
    x, y = sample(rows=2_000)
    sizes = [
        np.abs(fit_ridge_logistic(x, y, np.ones(len(y)), penalty).weights[:-1]).sum()
        for penalty in (0.1, 10.0, 1_000.0, 1e7)
    ]
    assert sizes == sorted(sizes, reverse=True)
    flat = fit_ridge_logistic(x, y, np.ones(len(y)), 1e9)
    assert 1 / (1 + np.exp(-flat.logit(x))) == pytest.approx(y.mean(), abs=1e-4)


def test_a_centre_is_what_the_penalty_pulls_to():
    x, y = sample(rows=2_000)
    centre, weight = np.array([0.3, 0.3, -0.3]), np.ones(len(y))
    away = [
        np.abs(fit_ridge_logistic(x, y, weight, penalty, None, centre).weights[:-1] - centre).sum()
        for penalty in (0.1, 100.0, 1e9)
    ]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-3
    plain = fit_ridge_logistic(x, y, weight, 100.0).weights
    at_zero = fit_ridge_logistic(x, y, weight, 100.0, None, np.zeros(3)).weights
    assert np.array_equal(plain, at_zero)


def test_the_mean_fitted_chance_is_the_weighted_base_rate():
    x, y = sample(rows=2_000)
    weight = np.where(y, 1.0, 3.0)
    chance = 1 / (1 + np.exp(-fit_ridge_logistic(x, y, weight, 50.0).logit(x)))
    assert np.average(chance, weights=weight) == pytest.approx(
        np.average(y, weights=weight), rel=1e-3
    )


def test_a_constant_column_has_no_say_later_either():
    x, y = sample(rows=1_000)
    wide = np.column_stack([x, np.full(len(x), 3.5, np.float32)])
    model = fit_ridge_logistic(wide, y, np.ones(len(y)), 1.0)
    plain = fit_ridge_logistic(x, y, np.ones(len(y)), 1.0)
    wide[:, 3] = 1e9
    assert model.logit(wide) == pytest.approx(plain.logit(x), abs=1e-5)
    assert model.weights[3] == 0


@pytest.mark.parametrize("buyers", [1, 5])
def test_rare_outcomes_converge(buyers):
    """Plain Newton steps diverge here: a handful of buyers, set apart by one column."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(50_000, 3)).astype(np.float32)
    y = np.arange(len(x)) < buyers
    x[y, 0] += 30
    model = fit_ridge_logistic(x, y, np.ones(len(y)), 0.01)
    logit = model.logit(x)
    assert np.isfinite(model.weights).all()
    assert logit[y].min() > logit[~y].max()


def test_separable_outcomes_stay_finite():
    x = np.linspace(-1, 1, 200, dtype=np.float32)[:, None]
    model = fit_ridge_logistic(x, x[:, 0] > 0, np.ones(200), 1e-3)
    assert np.isfinite(model.logit(1e6 * x)).all()


def test_weight_two_is_the_row_twice():
    x, y = sample(rows=300)
    twice = np.arange(len(y)) % 3 == 0
    weighted = fit_ridge_logistic(x, y, 1.0 + twice, 2.0)
    stacked = fit_ridge_logistic(
        np.vstack([x, x[twice]]), np.append(y, y[twice]), np.ones(len(y) + twice.sum()), 2.0
    )
    assert weighted.weights == pytest.approx(stacked.weights, abs=1e-5)


def test_outliers_are_clipped():
    x, y = sample(rows=500)
    model = fit_ridge_logistic(x, y, np.ones(len(y)), 1.0)
    far, farther = (np.full((1, 3), value, np.float32) for value in (100, 1e8))
    assert model.logit(far) == model.logit(farther)


@pytest.mark.parametrize("outcome", [False, True])
def test_one_outcome_alone_gives_a_chance_near_it(outcome):
    x, _ = sample(rows=500)
    logit = fit_ridge_logistic(x, np.full(500, outcome), np.ones(500), 1.0).logit(x)
    assert np.isfinite(logit).all()
    assert ((logit > 5) == outcome).all()


def test_an_offset_is_taken_as_known():
    x, y = sample(rows=20_000, intercept=-2.0)
    offset = np.where(np.arange(len(y)) % 2, 1.5, -0.5)
    odds = np.exp(x @ np.array([1.0, -0.5, 0.0]) - 2.0 + offset)
    y = np.random.default_rng(4).random(len(y)) < odds / (1 + odds)
    model = fit_ridge_logistic(x, y, np.ones(len(y)), 1.0, offset)
    assert model.weights == pytest.approx([1.0, -0.5, 0.0, -2.0], abs=0.07)
