"""The vectorised bootstrap against a plain loop over copied rows, and against DeLong's interval."""

import numpy as np
import pytest

from gosales.evaluation.bootstrap import FIGURES, Cells, Copies, resample
from gosales.evaluation.metrics import summary
from gosales.evaluation.paired import auc_influence
from gosales.evaluation.scoreboard import MIN_BUYERS


def market(n=300, d=3, seed=1, decimals=2):
    """Scores with many ties, what happened, and a population; shapes (n, d)."""
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(1.5 - rng.normal(size=(n, 1)) - rng.normal(size=(n, d))))
    bought, inside = rng.random((n, d)) < score, rng.random((n, d)) < 0.8
    return Cells({"a": score.round(decimals), "b": rng.random((n, d))}, bought, inside)


def copies_of(copies, who):
    return np.concatenate(list(copies.blocks(who)), axis=1).astype(int)


def test_every_draw_is_what_a_plain_loop_over_copied_rows_gives():
    cells, copies = market(), Copies(300, 40, 7)
    who = np.arange(300)
    often = copies_of(copies, who)
    found = resample(cells, copies, who)
    for name, score in cells.scores.items():
        for at, d in enumerate(cells.solid):
            rows = np.flatnonzero(cells.inside[:, d])
            for draw in range(40):
                drawn = np.repeat(rows, often[rows, draw])
                expected = summary(score[drawn, d], cells.bought[drawn, d])
                assert found[name][:, at, draw] == pytest.approx(
                    [expected[figure] for figure in FIGURES], rel=2e-6, abs=2e-6
                )


@pytest.mark.parametrize("constant", [True, False])
def test_a_score_without_steps_and_one_without_ties(constant):
    rng = np.random.default_rng(2)
    score = np.full((200, 1), 0.3) if constant else rng.random((200, 1))
    bought = rng.random((200, 1)) < 0.2
    cells, who = Cells({"s": score}, bought, np.ones((200, 1), bool)), np.arange(200)
    copies = Copies(200, 5, 1)
    found = resample(cells, copies, who)["s"]
    for draw, often in enumerate(copies_of(copies, who).T):
        drawn = np.repeat(who, often)
        expected = summary(score[drawn, 0], bought[drawn, 0])
        assert found[:, 0, draw] == pytest.approx([expected[f] for f in FIGURES], rel=1e-5)


def test_the_spread_of_auc_is_that_of_delong():
    cells = market(n=1_500, d=1, decimals=9)
    draws = resample(cells, Copies(1_500, 2_000, 3), np.arange(1_500))["a"][0, 0]
    inside = cells.inside[:, 0]
    influence = auc_influence(cells.scores["a"][inside, 0], cells.bought[inside, 0])
    assert draws.std() == pytest.approx(np.sqrt((influence**2).sum()), rel=0.08)


def test_a_customers_copies_serve_all_its_cells():
    """Two divisions alike, so that the mean of both spreads as widely as one of them."""
    one = market(n=800, d=1)
    both = Cells(
        {"a": np.repeat(one.scores["a"], 2, axis=1)},
        np.repeat(one.bought, 2, axis=1),
        np.repeat(one.inside, 2, axis=1),
    )
    found = resample(both, Copies(800, 300, 5), np.arange(800))["a"][0]
    assert np.array_equal(found[0], found[1])


def test_copies_belong_to_the_customer_wherever_it_stands():
    copies = Copies(50, 20, 9)
    every = copies_of(copies, np.arange(50))
    chosen = np.array([40, 3, 17])
    assert np.array_equal(copies_of(copies, chosen), every[chosen])


def test_the_order_of_the_customers_never_matters():
    cells, who = market(), np.arange(300)
    order = np.random.default_rng(0).permutation(300)
    turned = Cells(
        {name: score[order] for name, score in cells.scores.items()},
        cells.bought[order],
        cells.inside[order],
    )
    copies = Copies(300, 30, 2)
    ours, theirs = resample(cells, copies, who), resample(turned, copies, who[order])
    for name in ours:
        assert theirs[name] == pytest.approx(ours[name], rel=1e-6)


def test_copies_are_poisson_and_the_same_for_the_same_seed():
    often = copies_of(Copies(400, 500, 1), np.arange(400))
    assert often.mean() == pytest.approx(1, abs=0.01)
    assert often.var() == pytest.approx(1, abs=0.02)
    assert (often == 0).mean() == pytest.approx(np.exp(-1), abs=0.005)
    assert np.array_equal(often, copies_of(Copies(400, 500, 1), np.arange(400)))
    assert not np.array_equal(often, copies_of(Copies(400, 500, 2), np.arange(400)))


def test_many_customers_are_drawn_in_blocks_of_bounded_size(monkeypatch):
    monkeypatch.setattr("gosales.evaluation.bootstrap.BLOCK_COPIES", 1_000)
    sizes = [block.shape for block in Copies(300, 10, 1).blocks(np.arange(5))]
    assert sizes == [(5, 3), (5, 3), (5, 3), (5, 1)]
    cells = market()
    found = resample(cells, Copies(300, 10, 1), np.arange(300))
    assert np.isfinite(found["a"]).all()


def test_only_divisions_with_enough_buyers_are_drawn():
    cells = market()
    few = cells.bought.copy()
    few[:, 1] = np.arange(300) < MIN_BUYERS - 1
    thin = Cells(cells.scores, few, np.ones_like(few))
    assert thin.solid.tolist() == [0, 2]
    assert resample(thin, Copies(300, 4, 1), np.arange(300))["a"].shape == (len(FIGURES), 2, 4)


def test_a_population_of_nobody_gives_no_figure():
    cells = market()
    none = Cells(cells.scores, cells.bought, np.zeros_like(cells.inside))
    assert resample(none, Copies(300, 4, 1), np.arange(300))["a"].shape == (len(FIGURES), 0, 4)
