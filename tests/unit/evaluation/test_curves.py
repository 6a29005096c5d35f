"""Gains and reliability tables by hand."""

import numpy as np
import pytest

from gosales.evaluation.curves import SHARES, gains, reliability
from gosales.evaluation.metrics import lift_at


def test_gains_by_hand():
    """Ten rows, buyers at ranks 1 and 5, who spent 30 and 10."""
    score = np.arange(10, 0, -1) / 10
    bought = np.isin(np.arange(10), (0, 4))
    rows = gains(score, bought, np.array([30.0, 0, 0, 0, 10, 0, 0, 0, 0, 0]))
    by_share = {row["top_share"]: row for row in rows}
    assert tuple(by_share) == SHARES
    assert by_share[0.1] == {
        "top_share": 0.1,
        "rows": 1,
        "buyers": 1.0,
        "capture": 0.5,
        "lift": 5.0,
        "value_capture": 0.75,
    }
    assert by_share[0.5] | {"top_share": 0, "rows": 0} == {
        "top_share": 0,
        "rows": 0,
        "buyers": 2.0,
        "capture": 1.0,
        "lift": 2.0,
        "value_capture": 1.0,
    }
    assert by_share[0.01]["rows"] == 1


def test_gains_agree_with_lift():
    rng = np.random.default_rng(3)
    score, bought = rng.integers(0, 9, 500) / 9, rng.random(500) < 0.2
    row = next(r for r in gains(score, bought, bought * 1.0) if r["top_share"] == 0.1)
    assert row["lift"] == pytest.approx(lift_at(score, bought, 0.1), abs=1e-4)


def test_gains_without_buyers_or_money_are_zero():
    rows = gains(np.arange(5.0), np.zeros(5, bool), np.zeros(5))
    assert {row[key] for row in rows for key in ("capture", "lift", "value_capture")} == {0.0}


def test_reliability_by_hand():
    score = np.repeat(np.arange(10) / 10, 2)
    bought = np.tile([True, False], 10)
    rows = reliability(score[::-1], bought)
    assert [row["bin"] for row in rows] == list(range(1, 11))
    assert [row["mean_score"] for row in rows] == pytest.approx(np.arange(10) / 10)
    assert {row["base_rate"] for row in rows} == {0.5}


def test_reliability_of_few_rows_has_no_empty_bins():
    assert [row["rows"] for row in reliability(np.array([0.2, 0.4]), np.array([True, False]))] == [
        1,
        1,
    ]
