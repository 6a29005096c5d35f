"""Gains and reliability of a backtest, cutoff by cutoff and over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from gosales.evaluation.curves import Row, gains, reliability
from gosales.evaluation.scoreboard import MIN_BUYERS, POPULATIONS
from gosales.pipeline.judging import Judged
from gosales.pipeline.sure_figures import EVERY, KEYS

ONE_LIST = "_all"
"""In the place of a division: the cells of all of them in one list."""

GAIN_GROUP, BIN_GROUP = (*KEYS[1:], "top_share"), (*KEYS[1:], "bin")
GAIN_COLUMNS = (*KEYS, "top_share", "rows", "buyers", "capture", "lift", "value_capture")
BIN_COLUMNS = (*KEYS, "bin", "rows", "mean_score", "base_rate")


def gains_at(judged: Judged) -> list[Row]:
    """What the top of each score's one list holds, for every population with a buyer."""
    rows: list[Row] = []
    for population in POPULATIONS:
        inside = judged.inside(population)
        bought, value = judged.bought[inside], judged.value_cents[inside] / 100.0
        for score in judged.score if bought.any() else ():
            keys = _keys(judged, score, population, ONE_LIST)
            rows += [{**keys, **row} for row in gains(judged.score[score][inside], bought, value)]
    return rows


def reliability_at(judged: Judged, scores: Sequence[str]) -> list[Row]:
    """Mean score beside base rate, in one list and in each division with enough buyers."""
    rows: list[Row] = []
    for score in scores:
        for population in POPULATIONS:
            for division, inside in _lists(judged, population):
                keys = _keys(judged, score, population, division)
                bins = reliability(judged.score[score][inside], judged.bought[inside])
                rows += [{**keys, **row} for row in bins]
    return rows


def gains_over(rows: list[Row]) -> pd.DataFrame:
    """All cutoffs together in front: rows and buyers added up, shares and lifts averaged."""
    table = pd.DataFrame(rows, columns=list(GAIN_COLUMNS))
    means = dict.fromkeys(("capture", "lift", "value_capture"), "mean")
    groups = table.groupby(list(GAIN_GROUP), sort=False)
    return _with_sum(table, groups.agg({"rows": "sum", "buyers": "sum", **means}))


def reliability_over(rows: list[Row]) -> pd.DataFrame:
    """All cutoffs together in front: the n-th bins of all, weighted by their rows."""
    table = pd.DataFrame(rows, columns=list(BIN_COLUMNS))
    shares = ["mean_score", "base_rate"]
    weighted = table.assign(**{name: table[name] * table["rows"] for name in shares})
    total = weighted.groupby(list(BIN_GROUP), sort=False)[["rows", *shares]].sum()
    total[shares] = total[shares].div(total["rows"], axis=0)
    return _with_sum(table, total)


def _with_sum(table: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    total = total.reset_index().assign(**{KEYS[0]: EVERY})
    return pd.concat([total[list(table.columns)], table], ignore_index=True).round(6)


def _keys(judged: Judged, *rest: str) -> Row:
    return dict(zip(KEYS, (str(judged.cutoff), *rest), strict=True))


def _lists(judged: Judged, population: str) -> Iterator[tuple[str, np.ndarray]]:
    inside = judged.inside(population)
    if inside.any():
        yield ONE_LIST, inside
    for d, division in enumerate(judged.divisions):
        if (inside[:, d] & judged.bought[:, d]).sum() >= MIN_BUYERS:
            column = np.zeros(inside.shape, bool)
            column[:, d] = inside[:, d]
            yield division, column
