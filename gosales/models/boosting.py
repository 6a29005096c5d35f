"""LightGBM, held still: one thread, fixed seeds, text in and out.

The only module that imports LightGBM: it knows what to do where the OpenMP library is missing.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from gosales.core.errors import GosalesError
from gosales.models.forest import Forest
from gosales.models.openmp import lend_openmp
from gosales.utils.reuse import reusable

try:
    import lightgbm as lgb
except OSError as error:  # a bare Linux or macOS lacks the OpenMP library
    if not lend_openmp():
        raise GosalesError(
            f"LightGBM cannot be loaded: {error}.",
            remedy="Install OpenMP: `apt-get install libgomp1`, `dnf install libgomp` or "
            "`brew install libomp`.",
        ) from error
    import lightgbm as lgb

Booster = lgb.Booster

COMMON: dict[str, Any] = {
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "min_data_in_leaf": 100,
    # With more, LightGBM slows down many times on a machine that has other work.
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
START_STEPS, START_TOLERANCE = 50, 1e-9
MANY_ROWS = 5_000
"""From here on a `Forest` is faster than LightGBM, up to four times."""

_forests: WeakKeyDictionary[Booster, Forest | None] = WeakKeyDictionary()


@reusable
def fit_booster(
    x: NDArray[np.float32],
    y: NDArray[Any],
    weight: NDArray[np.float64],
    *,
    rounds: int,
    offset: NDArray[np.float64] | None = None,
    **parameters: Any,
) -> Booster:
    """Train on rows of shape (rows, k); a small set gets leaves as small as it can bear.

    Args:
        offset: Shape (rows,), log odds that are known and to be added; the trees are the rest.
            For the binary objective only.
    """
    leaf = min(COMMON["min_data_in_leaf"], max(len(y) // 50, 5))
    binning = {name: COMMON[name] for name in ("verbosity", "max_bin", "num_threads")}
    data = lgb.Dataset(x, y, weight=weight, params=binning)
    parameters = {**COMMON, "min_data_in_leaf": leaf, **parameters}
    if offset is None:
        return lgb.train(parameters, data, rounds)
    start = _start(y, weight, offset)
    data.set_init_score(offset + start)
    return _raised(lgb.train(parameters, data, rounds), start)


def _start(y: NDArray[Any], weight: NDArray[np.float64], offset: NDArray[np.float64]) -> float:
    """The constant that, added to the offset, foretells as many as there are; by Newton steps.

    Trees that had to make up for a wrong start would be held back by their penalty where rows are
    few.
    """
    rate = float(np.average(y, weights=weight))
    start = float(np.log(rate / (1 - rate)))
    for _ in range(START_STEPS):
        p = 1 / (1 + np.exp(-(offset + start)))
        step = float((weight * (y - p)).sum() / (weight * p * (1 - p)).sum())
        start += float(np.clip(step, -1.0, 1.0))
        if abs(step) < START_TOLERANCE:
            break
    return start


def _raised(booster: Booster, start: float) -> Booster:
    """`start` added to the first tree, as LightGBM does where it chooses the start itself."""
    for leaf in range(booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]):
        booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + start)
    return booster


def to_text(booster: Booster) -> str:
    """The model as LightGBM's own text; holds no code."""
    return str(booster.model_to_string())


def from_text(text: str) -> Booster:
    """Read `to_text`'s output. Raises ValueError when it is something else."""
    try:
        return lgb.Booster(model_str=text)
    except lgb.basic.LightGBMError as error:
        raise ValueError(str(error)) from error


@reusable
def raw(booster: Booster, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Shape (rows,): the sum over the trees, before the link."""
    if len(x) >= MANY_ROWS and x.dtype == np.float32 and (forest := _forest(booster)):
        return forest.raw(x)
    return np.asarray(booster.predict(x, raw_score=True, num_threads=1), dtype=np.float64)


@reusable
def leaves(booster: Booster, x: NDArray[np.float32]) -> NDArray[np.int64]:
    """Shape (rows, trees): which leaf of each tree a row falls into."""
    found = np.asarray(booster.predict(x, pred_leaf=True, num_threads=1), dtype=np.int64)
    return found.reshape(len(x), -1)


def _forest(booster: Booster) -> Forest | None:
    """The booster's trees, read once; None for trees that we never train."""
    if booster not in _forests:
        try:
            _forests[booster] = Forest.of(trees(booster))
        except ValueError:
            _forests[booster] = None
    return _forests[booster]


def trees(booster: Booster) -> list[dict[str, Any]]:
    """Every tree as LightGBM tells it: `num_leaves`, and nested nodes in `tree_structure`."""
    told: list[dict[str, Any]] = booster.dump_model()["tree_info"]
    return told
