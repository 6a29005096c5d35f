"""Plans on the demo market, valued by what is true there (benchmarks/plan_against_truth.py)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.oracle import true_probabilities
from gosales.simulate.write_logs import write_workspace
from gosales.whitespace.plan import TRIED, Ask, Rep, make_plan
from tests.integration.conftest import Place

SETTINGS = "[models]\nsnapshots = 2\nrounds = 20\ntracking = false\n"
TRUE_VALUE = "true_value"
SLOTS = 4


@pytest.fixture
def cells(tmp_path, gosales):
    """Whitespace cells of 300 accounts with the published and the true money."""
    market = simulate_market(MarketSettings(customers=300, seed=2))
    place = Place(tmp_path)
    write_workspace(market, place.root)
    (place.root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    assert gosales("score-all", place).code == 0
    found = true_probabilities(market, futures=200)
    axes = [found.customer_ids, found.divisions]
    truth = pd.Series(
        found.expected_value_cents.ravel() / 100.0,
        index=pd.MultiIndex.from_product(axes, names=[Scores.CUSTOMER, Scores.DIVISION]),
        name=TRUE_VALUE,
    )
    rows = pd.read_parquet(place.outputs / "whitespace.parquet")
    rows = rows[rows[Whitespace.LEVEL] == "division"].assign(**{TRIED: False})
    return rows.join(truth, on=truth.index.names, how="inner")


def captured(cells, value):
    """True money of the plan that believes in `value`."""
    reps = tuple(Rep(name, SLOTS) for name in sorted(set(cells[Whitespace.REP].dropna())))
    made = make_plan(cells.assign(**{Scores.VALUE: np.maximum(value, 1e-9)}), Ask(reps))
    assert made.solution.gap == 0
    return float(made.rows[TRUE_VALUE].sum())


def test_a_plan_catches_far_more_than_chance_and_never_more_than_the_truth(cells):
    truth = captured(cells, cells[TRUE_VALUE])
    ours = captured(cells, cells[Scores.VALUE])
    rng = np.random.default_rng(1)
    chance = np.mean([captured(cells, rng.random(len(cells))) for _ in range(5)])
    assert ours <= truth
    assert ours > 1.5 * chance
    assert ours > 0.25 * truth
