"""Order, ties and limits of the whitespace list."""

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.core.settings import WhitespaceSettings
from gosales.models.product_model import ProductCount, fit_product_model
from gosales.whitespace.ranking import PER_REP, division_rows, listed, product_rows, rank

W = Whitespace


def cells(*rows):
    """A score table from (customer, division, score, value, rep)."""
    names = [Scores.CUSTOMER, Scores.DIVISION, Scores.SCORE, Scores.VALUE, W.REP]
    filled = [(*row, *(0.5, 10.0, None)[len(row) - 2 :]) for row in rows]
    return pd.DataFrame(filled, columns=names).assign(**{W.BRANCH: None, Scores.REASONS: ""})


def all_open(table):
    return np.ones(len(table), bool)


def ranked(table, by=Scores.SCORE):
    return division_rows(table, all_open(table), by)


def pairs(rows):
    return list(zip(rows[W.CUSTOMER], rows[W.DIVISION], strict=True))


def test_best_first_and_ties_by_customer_then_division():
    table = cells(("b", "X"), ("a", "Y"), ("c", "X", 0.9), ("a", "X"), ("d", "X", 0.1))
    rows = ranked(table)
    assert pairs(rows) == [("c", "X"), ("a", "X"), ("a", "Y"), ("b", "X"), ("d", "X")]
    assert rows[W.RANK].tolist() == [1, 2, 3, 4, 5]


def test_the_order_of_the_rows_never_matters():
    rng = np.random.default_rng(1)
    table = cells(*((f"{i % 40:03}", f"D{i // 40}", rng.integers(1, 5) / 9) for i in range(160)))
    rows = ranked(table)
    shuffled = ranked(table.iloc[rng.permutation(160)])
    pd.testing.assert_frame_equal(rows, shuffled)


def test_ids_are_ordered_as_text():
    assert [c for c, _ in pairs(ranked(cells(("9", "X"), ("10", "X"), ("0010", "X"))))] == [
        "0010",
        "10",
        "9",
    ]


def test_only_open_cells_are_ranked():
    rows = division_rows(cells(("a", "X"), ("b", "X")), np.array([False, True]), Scores.SCORE)
    assert pairs(rows) == [("b", "X")]
    assert rows[[W.LEVEL, W.SKU]].to_numpy().tolist() == [["division", ""]]
    assert rows[W.PRODUCT_SCORE].isna().all()


def test_money_ranks_when_settings_say_so():
    table = cells(("a", "X", 0.9, 1.0), ("b", "X", 0.1, 100.0))
    assert [c for c, _ in pairs(ranked(table, Scores.VALUE))] == ["b", "a"]


def test_nothing_open_is_an_empty_list():
    table = cells(("a", "X"))
    rows = division_rows(table, np.array([False]), Scores.SCORE)
    assert rows.empty
    assert not listed(rows, WhitespaceSettings()).any()
    assert product_rows(rows, {}, {}, Scores.SCORE).empty


def test_listed_are_the_first_rows_and_the_first_fifty_of_every_rep():
    """Anna has the best 80 rows, Ben the next 80; 40 rows at the end are nobody's."""
    reps = ["Anna"] * 80 + ["Ben"] * 80 + [None] * 40
    rows = ranked(cells(*((f"{i:03}", "X", 0.9 - i / 1e3, 1.0, r) for i, r in enumerate(reps))))
    chosen = listed(rows, WhitespaceSettings(listed_rows=60))
    expected = [*range(1, 61), *range(81, 81 + PER_REP)]
    assert rows[W.RANK][chosen].tolist() == expected
    assert listed(rows, WhitespaceSettings(listed_rows=1000)).all()


@pytest.mark.parametrize("nobody", [None, np.nan, pd.NA])
def test_rows_without_a_rep_are_no_reps_first(nobody):
    rows = ranked(cells(*((f"{i:03}", "X", 0.5, 1.0, nobody) for i in range(5))))
    assert listed(rows, WhitespaceSettings(listed_rows=2)).tolist() == [True] * 2 + [False] * 3


@pytest.fixture
def models():
    """Five SKUs in X, p0 the likeliest; one in Y."""
    five = [ProductCount(f"p{i}", 50 - 10 * i, 100, 1000.0 * i) for i in range(5)]
    return {"X": fit_product_model(five), "Y": fit_product_model([ProductCount("y", 5, 9, 99.0)])}


def skus_of(rows, customer):
    mine = rows[rows[W.CUSTOMER] == customer]
    return dict(zip(mine[W.SKU], mine[W.PRODUCT_SCORE], strict=True))


def test_at_most_three_products_and_never_one_that_is_owned(models):
    owned = {"b": {("X", "p0"), ("X", "p2")}, "c": {("X", f"p{i}") for i in range(5)}}
    rows = product_rows(cells(("a", "X"), ("b", "X"), ("c", "X")), models, owned, Scores.SCORE)
    assert list(skus_of(rows, "a")) == ["p0", "p1", "p2"]
    assert list(skus_of(rows, "b")) == ["p1", "p3", "p4"]
    assert skus_of(rows, "c") == {}
    assert (rows[W.LEVEL] == "product").all()


def test_a_sku_of_the_same_name_in_another_division_is_not_owned(models):
    rows = product_rows(cells(("a", "X")), models, {"a": {("Y", "p0")}}, Scores.SCORE)
    assert "p0" in skus_of(rows, "a")


def test_a_products_score_is_the_cells_times_its_chance(models):
    rows = product_rows(cells(("a", "X", 0.4)), models, {}, Scores.SCORE)
    item = models["X"].items[1]
    assert skus_of(rows, "a")[item.sku] == pytest.approx(0.4 * item.chance, abs=1e-6)
    assert (rows[W.PRODUCT_SCORE] <= rows[W.SCORE]).all()
    money = rows.set_index(W.SKU)[W.VALUE][item.sku]
    assert money == pytest.approx(0.4 * item.chance * item.value_cents / 100, abs=0.01)


def test_products_have_ranks_of_their_own_ties_by_sku():
    even = {"X": fit_product_model([ProductCount(sku, 1, 9, 1.0) for sku in "cab"])}
    rows = product_rows(cells(("b", "X"), ("a", "X")), even, {}, Scores.SCORE)
    assert rows[W.RANK].tolist() == [1, 2, 3, 4, 5, 6]
    assert list(zip(rows[W.CUSTOMER], rows[W.SKU], strict=True)) == [
        (customer, sku) for customer in "ab" for sku in "abc"
    ]


@pytest.mark.parametrize(("by", "first"), [(Scores.SCORE, "p0"), (Scores.VALUE, "p2")])
def test_products_are_ranked_by_their_own_score_or_money(models, by, first):
    assert product_rows(cells(("a", "X")), models, {}, by)[W.SKU].iloc[0] == first


def test_a_division_without_products_gives_no_rows():
    none = {"X": fit_product_model([])}
    rows = product_rows(cells(("a", "X")), none, {}, Scores.SCORE)
    assert rows.empty
    assert set(rows) >= {W.RANK, W.SKU, W.PRODUCT_SCORE, W.LEVEL}


def test_the_scores_that_came_in_are_left_alone():
    table = cells(("b", "X"), ("a", "X"))
    before = table.copy()
    rank(table.assign(**{W.SKU: ""}), Scores.SCORE)
    ranked(table)
    pd.testing.assert_frame_equal(table, before)
