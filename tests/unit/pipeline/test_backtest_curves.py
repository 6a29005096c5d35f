"""Gains and reliability, cutoff by cutoff and together."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from gosales.evaluation.curves import BINS, SHARES
from gosales.evaluation.scoreboard import LAPSED, NEVER
from gosales.pipeline.backtest_curves import (
    BIN_COLUMNS,
    GAIN_COLUMNS,
    ONE_LIST,
    gains_at,
    gains_over,
    reliability_at,
    reliability_over,
)
from gosales.pipeline.sure_figures import EVERY
from tests.unit.pipeline.test_sure_figures import CONSTANT, DAYS, GOOD, POOR, judged_at


@pytest.fixture(scope="module")
def judged():
    return [judged_at(day, seed) for seed, day in enumerate(DAYS)]


def part(table, cutoff, score, division=ONE_LIST):
    return table[
        (table["cutoff_date"] == cutoff)
        & (table["score"] == score)
        & (table["population"] == NEVER)
        & (table["division"] == division)
    ]


def test_gains_of_all_cutoffs_add_up_rows_and_average_shares(judged):
    table = gains_over([row for one in judged for row in gains_at(one)])
    assert tuple(table.columns) == GAIN_COLUMNS
    assert set(table["score"]) == {GOOD, POOR, CONSTANT}
    every, single = part(table, EVERY, GOOD), [part(table, str(day), GOOD) for day in DAYS]
    assert every["top_share"].tolist() == list(SHARES)
    for name in ("rows", "buyers"):
        total = sum(one[name].to_numpy() for one in single)
        assert every[name].to_numpy() == pytest.approx(total)
    mean = np.mean([one["capture"].to_numpy() for one in single], axis=0)
    assert every["capture"].to_numpy() == pytest.approx(mean, abs=1e-6)
    assert part(table, EVERY, CONSTANT)["lift"].to_numpy() == pytest.approx(1)


def test_a_population_without_a_buyer_has_no_gains(judged):
    none = replace(judged[0], bought=judged[0].bought & (judged[0].population != LAPSED))
    assert LAPSED not in {row["population"] for row in gains_at(none)}
    nobody = replace(judged[0], bought=np.zeros_like(judged[0].bought))
    assert gains_at(nobody) == []
    assert tuple(gains_over([]).columns) == GAIN_COLUMNS


def test_bins_of_all_cutoffs_are_weighted_by_their_rows(judged):
    fewer = judged_at(dt.date(2023, 6, 30), 7, n=300)
    both = [judged[0], fewer]
    table = reliability_over([row for one in both for row in reliability_at(one, [GOOD])])
    assert tuple(table.columns) == BIN_COLUMNS
    every = part(table, EVERY, GOOD)
    assert every["bin"].tolist() == list(range(1, BINS + 1))
    inside = [one.inside(NEVER) for one in both]
    for name, values in (
        ("mean_score", [one.score[GOOD] for one in both]),
        ("base_rate", [one.bought for one in both]),
    ):
        total = sum(float(value[rows].sum()) for value, rows in zip(values, inside, strict=True))
        assert (every[name] * every["rows"]).sum() == pytest.approx(total, abs=0.02)


def test_divisions_with_enough_buyers_have_bins_of_their_own(judged):
    rows = reliability_at(judged[0], [GOOD])
    assert {row["division"] for row in rows if row["population"] == NEVER} == {ONE_LIST, "Big"}
