"""The same rows, seed and text give the same trees."""

import numpy as np
import pytest

from gosales.models.boosting import fit_booster, from_text, raw, to_text

OPTIONS = {"rounds": 15, "objective": "binary", "learning_rate": 0.1, "num_leaves": 7}


def rows(n=600, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    return x, np.nan_to_num(x[:, 0]) + rng.normal(size=n) > 0.5, rng.uniform(1, 3, n)


def test_the_text_gives_the_same_predictions():
    booster = fit_booster(*rows(), seed=1, **OPTIONS)
    again = from_text(to_text(booster))
    x = rows(seed=2)[0]
    assert np.array_equal(raw(again, x), raw(booster, x))
    assert to_text(again) == to_text(from_text(to_text(again)))


def test_the_same_seed_gives_the_same_text_and_another_does_not():
    texts = [to_text(fit_booster(*rows(), seed=seed, **OPTIONS)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_raw_is_before_the_link():
    x, y, weight = rows()
    booster = fit_booster(x, y, weight, seed=1, **OPTIONS)
    assert booster.predict(x) == pytest.approx(1 / (1 + np.exp(-raw(booster, x))))


@pytest.mark.parametrize("n", [12, 40, 300])
def test_a_small_set_can_still_be_split(n):
    x = np.linspace(-1, 1, n, dtype=np.float32)[:, None]
    booster = fit_booster(x, x[:, 0] > 0, np.ones(n), seed=1, **OPTIONS)
    assert raw(booster, x[-1:])[0] > raw(booster, x[:1])[0]


def test_weights_shift_the_base_rate():
    x, y, _ = rows()
    heavy, light = (
        raw(fit_booster(x, y, np.where(y, 1.0, w), seed=1, **OPTIONS), x).mean() for w in (4, 1)
    )
    assert heavy < light - 0.5


def test_an_offset_is_known_and_the_trees_are_the_rest():
    x, y, weight = rows(n=3_000)
    offset = np.where(np.arange(len(y)) % 2, 2.0, -1.0)
    chance = 1 / (1 + np.exp(2 - offset - np.nan_to_num(x[:, 1])))
    y = np.random.default_rng(3).random(len(y)) < chance
    trees = fit_booster(x, y, weight, seed=1, offset=offset, **OPTIONS | {"rounds": 80})
    again = from_text(to_text(trees))
    fitted = 1 / (1 + np.exp(-(raw(again, x) + offset)))
    assert np.array_equal(raw(again, x), raw(trees, x))
    for part in (offset > 0, offset < 0):
        share = np.average(y[part], weights=weight[part])
        assert np.average(fitted[part], weights=weight[part]) == pytest.approx(share, rel=0.15)


def test_few_rows_with_an_offset_come_out_at_their_level():
    rng = np.random.default_rng(8)
    offset = np.where(np.arange(200) % 2, 0.0, -3.0)
    y = rng.random(200) < 1 / (1 + np.exp(-offset))
    trees = fit_booster(
        np.zeros((200, 1), np.float32), y, np.ones(200), seed=1, offset=offset, **OPTIONS
    )
    chance = 1 / (1 + np.exp(-(raw(trees, np.zeros((200, 1), np.float32)) + offset)))
    assert chance.mean() == pytest.approx(y.mean(), abs=1e-6)


def test_an_offset_of_nothing_changes_nothing():
    x, y, weight = rows()
    plain = raw(fit_booster(x, y, weight, seed=1, **OPTIONS), x)
    known = raw(fit_booster(x, y, weight, seed=1, offset=np.zeros(len(y)), **OPTIONS), x)
    assert known == pytest.approx(plain, abs=1e-5)
