"""Which product next: signals, the choice of a model, and the lists made with it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features import sku_signals
from gosales.features.engine import FeatureEngine
from gosales.features.holdings import FIRST, LAST, Holdings, Pairs
from gosales.features.sku_signals import SIGNALS, SkuSignals
from gosales.labels.purchases import label
from gosales.models.sku_model import BLEND, DIVISION, SEGMENT, SkuModel, SkuRows, fit_blend
from gosales.pipeline.sku_lists import PER_CELL, ListedCells, best_products
from gosales.pipeline.sku_models import (
    SkuMarket,
    SkuWindow,
    choose_sku_model,
    horizons_of_a_year,
)

COLUMNS = [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU, FIRST, LAST]
SKUS = 40


def table(rows, columns):
    types = [pa.float64() if name in (FIRST, LAST) else pa.string() for name in columns]
    values = [
        pa.array(list(one), kind)
        for one, kind in zip(
            list(zip(*rows, strict=True)) or [[]] * len(columns), types, strict=True
        )
    ]
    return pa.table(values, names=columns)


def holdings(rows):
    return Holdings.of(table(rows, COLUMNS))


def market_of(customers=600, seed=3, buyers=0.5):
    """Two kinds of customers; each kind owns, and will buy, SKUs of its own half of division X.

    Args:
        buyers: Share of the customers who buy from X; each has its own chance to.
    """
    rng = np.random.default_rng(seed)
    ids = np.array([f"{c:04}" for c in range(customers)], object)
    kind = rng.integers(0, 2, customers)
    likes = (np.arange(SKUS) % 2)[None, :] == kind[:, None]
    owned = rng.random(likes.shape) < np.where(likes, 0.4, 0.02)
    chance = rng.uniform(0.4, 1.6, (customers, 1)) * buyers
    buyer = rng.random(chance.shape) < chance
    taken = ~owned & buyer & (rng.random(likes.shape) < np.where(likes, 0.3, 0.01))
    who, what = np.nonzero(owned)
    age = rng.uniform(0, 30, len(who))
    held = holdings(
        [(ids[c], "X", f"s{sku:02}", *[a] * 2) for c, sku, a in zip(who, what, age, strict=True)]
    )
    sold = pd.DataFrame({Fact.DIVISION: "X", Fact.SKU: [f"s{sku:02}" for sku in range(SKUS)]})
    panel = SimpleNamespace(
        customers=ids,
        divisions=("X",),
        horizon_months=6,
        segments={"kind": np.zeros(customers, int)},
    )
    signals = SkuSignals.of(held, sold, panel, np.arange(customers))
    market = SkuMarket(signals, np.full(SKUS, 0.1), np.full(SKUS, 500.0), np.zeros(SKUS, bool))
    return SkuWindow(market, buyer, sparse.csr_array(taken * 1.0)), likes, chance


@pytest.fixture(scope="module")
def windows():
    """Two horizons of the same law."""
    return market_of(seed=3), market_of(seed=4)


def named(values, name):
    return values[:, :, SIGNALS.index(name)]


def test_the_skus_a_customer_owns_speak_for_their_like(windows):
    window, likes, _ = windows[0]
    values = window.market.signals.values(np.arange(600))
    for name in ("items", "alike", "patterns"):
        told = named(values, name)
        assert told[likes].mean() > told[~likes].mean(), name


def test_signals_by_hand():
    """Two of four customers own p, one of them since a month; q is sold, and nobody owns it."""
    panel = SimpleNamespace(
        customers=np.array(list("abcd"), object),
        divisions=("X",),
        horizon_months=6,
        segments={"kind": np.array([0, 0, 1, -1])},
    )
    held = holdings([("a", "X", "p", 1.0, 1.0), ("b", "X", "p", 20.0, 2.0)])
    sold = pd.DataFrame({Fact.DIVISION: ["X", "X"], Fact.SKU: ["p", "q"]})
    signals = SkuSignals.of(held, sold, panel, np.arange(4))
    assert signals.keys.tolist() == [("X", "p"), ("X", "q")]
    values = signals.values(np.arange(4))
    assert named(values, "popularity")[0].tolist() == pytest.approx(
        [np.log(1.5 / 4), np.log(0.5 / 5)]
    )
    lift = np.log([(2 + 20) / (1 + 20), (0 + 20) / (0.5 + 20), 1.0])
    assert named(values, "segment")[[0, 2, 3], 0].tolist() == pytest.approx(lift.tolist())
    assert named(values, "basket")[:, 0].tolist() == pytest.approx([np.log(2), np.log(2), 0, 0])
    assert named(values, "division_skus")[0].tolist() == pytest.approx([np.log(2)] * 2)
    assert signals.free(np.arange(4)).tolist() == [[False, True]] * 2 + [[True, True]] * 2


def test_ease_by_hand(windows):
    """The closed form: minus the inverse over its diagonal, nothing of a SKU for itself."""
    items = windows[0][0].market.signals.items
    bought = items.bought.toarray()
    inverse = np.linalg.inv(bought.T @ bought + 50 * np.eye(SKUS))
    assert items.ease[1, 0] == pytest.approx(-inverse[1, 0] / inverse[0, 0])
    assert not np.diag(items.ease).any()


def test_likeness_is_learned_from_customers_spread_evenly(monkeypatch):
    monkeypatch.setattr(sku_signals, "MOST_FITTED", 300)
    items = market_of(seed=3)[0].market.signals.items
    learned = items.bought[np.linspace(0, 599, 300).astype(int)].toarray()
    inverse = np.linalg.inv(learned.T @ learned + 50 * np.eye(SKUS))
    assert items.bought.shape[0] == 600
    assert items.ease[1, 0] == pytest.approx(-inverse[1, 0] / inverse[0, 0])


def test_a_window_knows_the_judged_customers_and_nobody_else(make_star, monkeypatch):
    """Of five the first, third and fifth: as if the others had never bought."""
    people = "abcde"
    rows = [
        (who, division, f"{division}-{who if day < '2024-03' else 'new'}", day, 100)
        for who in people
        for division, day in (("X", "2023-05-01"), ("Y", "2024-01-05"), ("X", "2024-08-01"))
    ]
    monkeypatch.setattr("gosales.pipeline.proof.MOST_CELLS", 1)
    monkeypatch.setattr("gosales.pipeline.proof.LEAST_CUSTOMERS", 3)
    of_all, of_few = (
        window_of(make_star, [row for row in rows if row[0] in names]) for names in (people, "ace")
    )
    signals, few = of_all.market.signals, of_few.market.signals
    assert signals.customers.tolist() == ["a", "c", "e"]
    assert signals.keys.tolist() == [(name, f"{name}-{who}") for name in "XY" for who in "ace"]
    assert few.keys.equals(signals.keys)
    rows = np.arange(3)
    assert np.array_equal(signals.values(rows), few.values(rows))
    assert np.array_equal(of_all.market.share, of_few.market.share)
    assert of_all.buyer.tolist() == of_few.buyer.tolist() == [[True, False]] * 3


def window_of(make_star, rows):
    history = make_star(*rows).as_of(Cutoff.parse("2024-09-30"))
    panel = FeatureEngine(history, 6).at(6).panel
    buyer = label(history.outcome(panel.cutoff, 6), panel.spine).bought
    return SkuWindow.of(history, panel, buyer)


def chosen(newer, *older, taken=None):
    window, _, chance = newer
    if taken is not None:
        window = replace(window, taken=taken)
    return choose_sku_model([window, *(one[0] for one in older)], chance, 6, seed=1)


def test_the_blend_is_shipped_where_it_surely_ranks_best(windows):
    older, newer = windows
    choice = chosen(newer, older)
    assert choice.model.kind == choice.evidence["shipped"] == BLEND
    blend = choice.evidence["candidates"][BLEND]
    assert blend["gain_low"] > 0
    assert 0.8 < blend["expected_over_actual"] < 1.25
    assert choice.evidence == chosen(newer, older).evidence


@pytest.mark.parametrize("buyers", [0.25, 0.6])
def test_the_level_follows_the_division_scores(windows, buyers):
    """Fewer or more bought from the division in the older horizon; the share that takes a SKU
    is the same."""
    choice = chosen(windows[1], market_of(seed=3, buyers=buyers))
    assert 0.85 < choice.evidence["candidates"][BLEND]["expected_over_actual"] < 1.18


def test_a_whole_year_is_learned_from():
    assert [horizons_of_a_year(months) for months in (3, 5, 6, 12, 24)] == [4, 3, 2, 1, 1]
    rare = [market_of(seed=seed) for seed in (3, 4, 5)]
    none = sparse.csr_array(np.zeros((600, SKUS)))
    newest, season, other = rare[0], rare[1], (replace(rare[2][0], taken=none), *rare[2][1:])
    assert BLEND not in chosen(newest, other).evidence["candidates"], "it has one outcome only"
    assert BLEND in chosen(newest, other, season).evidence["candidates"]


def test_without_a_sure_gain_popularity_in_the_segments_is_shipped(windows):
    older, newer = windows
    rng = np.random.default_rng(5)
    noise = sparse.csr_array((rng.random((600, SKUS)) < 0.05) * 1.0)
    assert chosen(newer, older, taken=noise).model == SkuModel(SEGMENT)


def test_without_an_older_horizon_there_is_no_blend(windows):
    assert BLEND not in chosen(windows[1]).evidence["candidates"]


def test_without_a_horizon_nothing_is_judged():
    choice = choose_sku_model([], None, 6, seed=1)
    assert choice.model.kind == DIVISION
    assert choice.evidence["why"]


def test_rows_of_one_outcome_teach_nothing():
    rows = SkuRows(
        np.zeros((4, len(SIGNALS)), np.float32),
        np.full(4, 0.1),
        np.zeros(4, bool),
        np.ones(4),
    )
    assert fit_blend(rows) is None


@pytest.mark.parametrize("kind", [SEGMENT, DIVISION, BLEND])
def test_lists_hold_the_likeliest_free_products_never_above_their_division(windows, kind):
    older, newer = windows
    blend = chosen(newer, older).model.model if kind == BLEND else None
    model, market = SkuModel(kind, blend), newer[0].market
    cells = ListedCells(
        np.array([5, 1, 5], np.int32), np.zeros(3, np.int32), np.array([0.3, 0.02, 0.3])
    )
    hidden = Pairs.of(table([("0005", "X", "s00"), ("0005", "X", "s01")], COLUMNS[:3]))
    found = best_products(market, {0: model}, cells, hidden)
    assert found["position"].tolist() == [0] * PER_CELL + [1] * PER_CELL + [2] * PER_CELL
    assert not set(found.loc[found["position"] != 1, "sku"]) & {"s00", "s01"}
    assert (found["chance"] <= cells.score[found["position"]]).all()
    assert (found.groupby("position")["chance"].diff().dropna() <= 0).all()


@pytest.mark.parametrize("kind", [SEGMENT, DIVISION, BLEND])
def test_the_only_sku_a_division_ever_had_is_as_likely_as_the_division(windows, kind):
    older, newer = windows
    model = SkuModel(kind, chosen(newer, older).model.model if kind == BLEND else None)
    market = replace(newer[0].market, sole=np.arange(SKUS) == 7)
    cells = ListedCells(np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([0.3]))
    nothing_hidden = Pairs.of(table([], COLUMNS[:3]))
    found = best_products(market, {0: model}, cells, nothing_hidden).set_index("sku")["chance"]
    assert found["s07"] == 0.3
    assert (found.drop("s07") < 0.3).all()


def test_the_choice_does_not_turn_on_divisions_of_one_sku(windows):
    older, newer = windows
    window = replace(newer[0], market=replace(newer[0].market, sole=np.ones(SKUS, bool)))
    plain, some = chosen(newer, older), chosen((window, *newer[1:]), older)
    assert some.model.kind == plain.model.kind == BLEND
    told = [one.evidence["candidates"] for one in (plain, some)]
    assert told[1][BLEND]["recall_10"] == told[1][DIVISION]["recall_10"], "as published"
    assert told[0][BLEND]["recall_10"] > told[1][BLEND]["recall_10"]
    assert told[0][SEGMENT] == told[1][SEGMENT]


def test_what_rounds_to_nothing_is_not_listed(windows):
    market = windows[1][0].market
    cells = ListedCells(np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([1e-9]))
    hidden = Pairs.of(table([], COLUMNS[:3]))
    assert best_products(market, {0: SkuModel(DIVISION)}, cells, hidden).empty


def test_a_market_without_candidates_gives_no_products():
    signals = windows_without_candidates()
    market = SkuMarket(signals, np.empty(0), np.empty(0), np.empty(0, bool))
    cells = ListedCells(np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([0.5]))
    hidden = Pairs.of(table([], COLUMNS[:3]))
    assert best_products(market, {0: SkuModel(DIVISION)}, cells, hidden).empty


def windows_without_candidates():
    panel = SimpleNamespace(
        customers=np.array(["a"], object), divisions=("X",), horizon_months=6, segments={}
    )
    sold = pd.DataFrame({Fact.DIVISION: [], Fact.SKU: []}, dtype=object)
    held = holdings([("a", "X", "p", 1.0, 1.0)])
    return SkuSignals.of(held, sold, panel, np.arange(1))
