"""The forest's sums are LightGBM's own, to the bit."""

import lightgbm as lgb
import numpy as np
import pytest

from gosales.models import forest
from gosales.models.boosting import MANY_ROWS, fit_booster, raw, trees
from gosales.models.forest import Forest
from gosales.models.recipe import TREES

COLUMNS = 6
OPTIONS = {"rounds": 30, "learning_rate": 0.1}
KINDS = {
    **{name: {"objective": "binary", **kind} for name, kind in TREES.items()},
    "rising": {"objective": "binary", "num_leaves": 7, "monotone_constraints": [1] * COLUMNS},
    "gamma": {"objective": "gamma", "num_leaves": 15},
    "quantile": {"objective": "quantile", "alpha": 0.8, "num_leaves": 7},
}


def features(rows, seed=1):
    """With NaN in the first half of the columns, many zeros, counts and both signs."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    x[:, 1::2] = np.round(x[:, 1::2] * 2)
    x[rng.random(x.shape) < 0.2] = 0
    x[:, :3][rng.random((rows, 3)) < 0.2] = np.nan
    return x


def fitted(kind, rows=3_000):
    x, rng = features(rows), np.random.default_rng(2)
    signal = np.nan_to_num(x[:, 0] + x[:, 3] * x[:, 4]) + rng.normal(size=rows)
    binary = KINDS[kind]["objective"] == "binary"
    y = signal > 0.5 if binary else np.exp(signal)
    return fit_booster(x, y, rng.uniform(1, 3, rows), seed=1, **OPTIONS, **KINDS[kind])


def own(booster, x):
    return booster.predict(x, raw_score=True, num_threads=1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sums_are_those_of_lightgbm(kind, monkeypatch):
    monkeypatch.setattr(forest, "ROWS_AT_ONCE", 700)
    booster, x = fitted(kind), features(3_000, seed=3)
    assert np.array_equal(Forest.of(trees(booster)).raw(x), own(booster, x))


@pytest.mark.parametrize("kind", ["general", "gamma"])
def test_they_are_on_thresholds_and_beside_them(kind):
    booster = fitted(kind)
    found = [node for tree in trees(booster) for node in splits(tree["tree_structure"])]
    edges = np.array([node["threshold"] for node in found]).clip(-3e38, 3e38).astype(np.float32)
    beside = [np.nextafter(edges, np.float32(way)) for way in (-np.inf, np.inf)]
    odd = np.array([np.nan, -3e38, 0, -0.0, 3e38], np.float32)
    pool = np.concatenate([edges, *beside, odd])
    pool = pool[~((pool != 0) & (np.abs(pool) <= np.float32(1e-35)))]  # no feature is so small
    x = np.random.default_rng(4).choice(pool, (5_000, COLUMNS))
    assert np.array_equal(Forest.of(trees(booster)).raw(x), own(booster, x))


def splits(node):
    if "left_child" in node:
        yield node
        yield from splits(node["left_child"])
        yield from splits(node["right_child"])


def test_trees_without_a_split_give_their_one_value():
    x, y = np.zeros((50, 1), np.float32), np.arange(50) % 5 == 0
    booster = fit_booster(x, y, np.ones(50), seed=1, objective="binary", num_leaves=7, **OPTIONS)
    assert np.array_equal(Forest.of(trees(booster)).raw(x), own(booster, x))


def test_splits_of_another_kind_are_refused():
    x = np.random.default_rng(1).integers(0, 4, (500, 1)).astype(np.float32)
    data = lgb.Dataset(x, x[:, 0] % 2, categorical_feature=[0])
    booster = lgb.train({"objective": "binary", "verbosity": -1, "min_data_per_group": 1}, data, 2)
    with pytest.raises(ValueError, match="another kind"):
        Forest.of(trees(booster))
    many = np.tile(x, (MANY_ROWS // len(x), 1))
    assert np.array_equal(raw(booster, many), own(booster, many))


def test_trees_of_too_many_leaves_are_refused():
    x = np.arange(20_000, dtype=np.float32)[:, None]
    options = {"objective": "regression", "num_leaves": 300, "max_bin": 999, "verbosity": -1}
    booster = lgb.train(options, lgb.Dataset(x, np.sin(x[:, 0])), 1)
    with pytest.raises(ValueError, match="leaves"):
        Forest.of(trees(booster))


def test_many_rows_are_given_to_it_and_score_as_few_do(monkeypatch):
    booster, x = fitted("general"), features(MANY_ROWS)
    few = np.concatenate([raw(booster, part) for part in np.array_split(x, 2)])
    monkeypatch.setattr(type(booster), "predict", None)
    assert np.array_equal(raw(booster, x), few)
