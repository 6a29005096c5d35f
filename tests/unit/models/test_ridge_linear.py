"""The ridge: against the closed form, and where it is asked for what it has not seen."""

import numpy as np
import pytest

from gosales.models.ridge_linear import fit_ridge_linear


def rows(n=400, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    y = 2.0 + np.arcsinh(x) @ np.array([1.0, -0.5, 0.0]) + rng.normal(0, 0.1, n)
    return x.astype(np.float32), y, rng.uniform(0.5, 2.0, n)


def test_without_a_penalty_it_finds_the_law():
    x, y, weight = rows()
    model = fit_ridge_linear(x, y, weight, 1e-9)
    assert model.weights[:3] / model.scale == pytest.approx([1.0, -0.5, 0.0], abs=0.03)
    assert np.std(model.predict(x) - y) < 0.12


def test_a_huge_penalty_leaves_the_weighted_mean():
    x, y, weight = rows()
    model = fit_ridge_linear(x, y, weight, 1e12)
    assert model.predict(x) == pytest.approx(
        np.full(len(x), np.average(y, weights=weight)), abs=1e-3
    )


def test_a_missing_value_counts_as_the_mean_one():
    x, y, weight = rows()
    x[::2, 0] = np.nan
    model = fit_ridge_linear(x, y, weight, 1.0)
    seen = np.arcsinh(x[1::2, 0].astype(float)).mean()
    assert model.fill[0] == pytest.approx(seen)
    holes = model.predict(np.full((1, 3), np.nan, np.float32))
    assert np.isfinite(holes).all()


def test_it_never_says_what_it_has_not_seen():
    x, y, weight = rows()
    y[0] = 1e6
    model = fit_ridge_linear(x, y, weight, 1.0)
    far = model.predict(np.array([[1e30, -1e30, 0], [-1e30, 1e30, 0]], np.float32))
    assert (far <= model.high).all()
    assert (far >= model.low).all()
    assert model.high < 2e5


def test_columns_without_a_difference_say_nothing():
    x, y, weight = rows()
    x[:, 2] = 7.0
    model = fit_ridge_linear(x, y, weight, 1.0)
    other = x.copy()
    other[:, 2] = 1e9
    assert np.array_equal(model.predict(other), model.predict(x))
