"""Quantiles by hand, and their coverage on rows that were not seen."""

import numpy as np
import pytest

from gosales.models.conformal import (
    MIN_ROWS,
    QuantileModel,
    Sample,
    fit_ceiling,
    fit_interval,
    quantile,
)


def sample(n, seed):
    """The spread doubles with the first column, and owned rows are shifted by two."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, (n, 2)).astype(np.float32)
    owned = rng.random(n) < 0.5
    y = (1.0 + x[:, 0]) * rng.normal(size=n) + 2.0 * owned
    return Sample(x, y, np.ones(n), owned)


@pytest.mark.parametrize(
    ("level", "expected"), [(0.5, 5.0), (0.8, 8.0), (0.9, 9.0), (0.95, 9.0), (0.05, 1.0)]
)
def test_the_quantile_of_nine_rows(level, expected):
    """As in split conformal prediction: the ceil(level x 10)-th of nine."""
    y = np.arange(9, 0, -1.0)
    assert quantile(y, np.full(9, 3.0), level) == expected


def test_the_quantile_counts_weights():
    y, weight = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 8.0])
    assert quantile(y, weight, 0.14) == 2.0
    assert quantile(y, weight, 0.2) == 3.0


def test_no_rows_have_the_quantile_zero():
    assert quantile(np.empty(0), np.empty(0), 0.5) == 0.0


@pytest.mark.parametrize("cover", [0.5, 0.8])
def test_an_interval_covers_new_rows_of_both_sides(cover):
    low, high = fit_interval(sample(4_000, 1), cover, 1)
    new = sample(20_000, 2)
    inside = (low.predict(new.x, new.owned) <= new.y) & (new.y <= high.predict(new.x, new.owned))
    for owned in (False, True):
        assert inside[new.owned == owned].mean() == pytest.approx(cover, abs=0.05)


def test_an_interval_is_wider_where_there_is_more_spread():
    low, high = fit_interval(sample(4_000, 1), 0.8, 1)
    x = np.array([[0, 0], [1, 0]], np.float32)
    narrow, wide = high.predict(x, np.zeros(2, bool)) - low.predict(x, np.zeros(2, bool))
    assert wide > 1.2 * narrow


def test_a_ceiling_is_above_its_share_of_new_rows():
    model = fit_ceiling(sample(4_000, 1), 0.85, 1)
    new = sample(20_000, 2)
    assert (new.y <= model.predict(new.x, new.owned)).mean() == pytest.approx(0.85, abs=0.03)


@pytest.mark.parametrize("rows", [0, 1, 40, MIN_ROWS - 1])
def test_few_rows_share_one_number(rows):
    few = sample(rows, 1)
    models = [*fit_interval(few, 0.8, 1), fit_ceiling(few, 0.85, 1)]
    found = [model.predict(few.x, few.owned) for model in models]
    assert all(model.trees is None for model in models)
    assert np.isfinite(np.array(found)).all()
    assert (found[0] <= found[1]).all()


def test_forty_rows_lie_within_their_own_interval_by_and_large():
    few = sample(40, 1)
    low, high = fit_interval(few, 0.8, 1)
    inside = (low.predict(few.x, few.owned) <= few.y) & (few.y <= high.predict(few.x, few.owned))
    assert 0.7 <= inside.mean() <= 0.95


def test_the_same_seed_gives_the_same_interval():
    one, other, third = (fit_interval(sample(1_000, 1), 0.8, seed) for seed in (1, 1, 2))
    x, owned = sample(50, 3).x, sample(50, 3).owned
    assert np.array_equal(one[0].predict(x, owned), other[0].predict(x, owned))
    assert not np.array_equal(one[0].predict(x, owned), third[0].predict(x, owned))


def test_a_shift_is_that_of_the_side():
    model = QuantileModel(None, (1.0, 5.0))
    found = model.predict(np.zeros((3, 2), np.float32), np.array([True, False, True]))
    assert found.tolist() == [5.0, 1.0, 5.0]
