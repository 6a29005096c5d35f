"""Order, ties and limits of the whitespace list."""

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.core.settings import WhitespaceSettings
from gosales.whitespace.ranking import PER_LIST, best_first, division_rows, listed, product_rows

W = Whitespace


def cells(*rows):
    """A score table from (customer, division, score, value, rep)."""
    names = [Scores.CUSTOMER, Scores.DIVISION, Scores.SCORE, Scores.VALUE, W.REP]
    filled = [(*row, *(0.5, 10.0, None)[len(row) - 2 :]) for row in rows]
    more = {W.BRANCH: None, Scores.REASONS: "", Scores.IF_BOUGHT: 20.0}
    return pd.DataFrame(filled, columns=names).assign(**more)


def all_open(table):
    return np.ones(len(table), bool)


def ranked(table, by=Scores.SCORE):
    return division_rows(table, all_open(table), by)


def pairs(rows):
    return list(zip(rows[W.CUSTOMER], rows[W.DIVISION], strict=True))


def test_best_first_and_ties_as_in_the_score_table():
    """They are by customer, then division, each as text: see test_score_customers.py."""
    table = cells(("a", "X"), ("a", "Y"), ("b", "X"), ("c", "X", 0.9), ("d", "X", 0.1))
    rows = ranked(table)
    assert pairs(rows) == [("c", "X"), ("a", "X"), ("a", "Y"), ("b", "X"), ("d", "X")]
    assert rows[W.RANK].tolist() == [1, 2, 3, 4, 5]
    assert rows.index.tolist() == [3, 0, 1, 2, 4]


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
    assert product_rows(rows, found(), Scores.SCORE).empty


def of_lists(counts, column=W.REP):
    """Cells of accounts 000, 001, ..., each with a lower score than the one before, by list."""
    names = [name for name, count in counts for _ in range(count)]
    table = cells(*((f"{i:03}", "X", 0.9 - i / 1e3, 1.0) for i in range(len(names))))
    return table.assign(**{column: names})


@pytest.mark.parametrize("column", [W.REP, W.BRANCH])
def test_listed_are_the_first_rows_and_the_first_fifty_of_every_list(column):
    """Anna has the best 80 rows, Ben the next 80; 40 rows at the end are nobody's."""
    rows = ranked(of_lists([("Anna", 80), ("Ben", 80), (None, 40)], column))
    chosen = listed(rows, WhitespaceSettings(listed_rows=60))
    expected = [*range(1, 61), *range(81, 81 + PER_LIST)]
    assert rows[W.RANK][chosen].tolist() == expected
    assert listed(rows, WhitespaceSettings(listed_rows=1000)).all()


def test_a_rep_counts_before_a_branch():
    rows = ranked(of_lists([("Anna", 80), ("Ben", 80)]).assign(**{W.BRANCH: "North"}))
    assert listed(rows, WhitespaceSettings(listed_rows=1)).sum() == 2 * PER_LIST


def test_listed_are_the_best_cells_of_the_fifty_accounts_of_most_value():
    """Of 200 accounts the last 60 are worth the most, each by its cell in Y."""
    low = of_lists([("Anna", 200)])
    worth = np.where(np.arange(200) >= 140, 100.0 + np.arange(200), 1.0)
    high = low.assign(**{Scores.DIVISION: "Y", Scores.SCORE: 0.1, Scores.VALUE: worth})
    rows = ranked(pd.concat([low, high], ignore_index=True))
    told = rows[listed(rows, WhitespaceSettings(listed_rows=1))]
    assert pairs(told) == [
        *((f"{i:03}", "X") for i in range(PER_LIST)),
        *((f"{i:03}", "Y") for i in range(150, 200)),
    ]


@pytest.mark.parametrize("nobody", [None, np.nan, pd.NA])
def test_rows_of_nobody_are_no_lists_first(nobody):
    rows = ranked(cells(*((f"{i:03}", "X", 0.5, 1.0, nobody) for i in range(5))))
    assert listed(rows, WhitespaceSettings(listed_rows=2)).tolist() == [True] * 2 + [False] * 3


def found(*rows):
    """Products found for cells: position, SKU, chance, cents."""
    return pd.DataFrame(rows, columns=["position", "sku", "chance", "value_cents"])


def test_a_product_row_is_its_cells_with_its_own_score_and_money():
    rows = product_rows(cells(("a", "X"), ("b", "Y")), found((1, "p", 0.3, 1000.0)), Scores.SCORE)
    row = rows.iloc[0]
    assert (row[W.CUSTOMER], row[W.DIVISION], row[W.LEVEL], row[W.SKU]) == (
        "b",
        "Y",
        "product",
        "p",
    )
    assert (row[W.PRODUCT_SCORE], row[W.VALUE]) == (0.3, 3.0)


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(1000.0, 3.0), (9000.0, 10.0), (0.0, 6.0)],  # its own; not over its division's; the division's
)
def test_a_product_brings_no_more_than_its_division(cents, expected):
    rows = product_rows(cells(("a", "X", 0.5, 10.0)), found((0, "p", 0.3, cents)), Scores.SCORE)
    assert rows[W.VALUE].tolist() == [expected]


def test_the_only_product_of_a_division_brings_what_the_division_does_to_the_cent():
    cell = cells(("a", "X", 0.461289, 9375.05)).assign(**{Scores.IF_BOUGHT: 20323.55})
    rows = product_rows(cell, found((0, "p", 0.461289, 0.0)), Scores.SCORE)
    assert rows[W.VALUE].tolist() == [9375.05]


def test_products_have_ranks_of_their_own_ties_by_sku():
    even = found(*((at, sku, 0.1, 1.0) for at in (0, 1) for sku in "cab"))
    rows = product_rows(cells(("b", "X"), ("a", "X")), even, Scores.SCORE)
    assert rows[W.RANK].tolist() == [1, 2, 3, 4, 5, 6]
    assert list(zip(rows[W.CUSTOMER], rows[W.SKU], strict=True)) == [
        (customer, sku) for customer in "ab" for sku in "abc"
    ]


@pytest.mark.parametrize(("by", "first"), [(Scores.SCORE, "p0"), (Scores.VALUE, "p2")])
def test_products_are_ranked_by_their_own_score_or_money(by, first):
    three = found((0, "p0", 0.3, 1.0), (0, "p1", 0.2, 2.0), (0, "p2", 0.1, 900.0))
    assert product_rows(cells(("a", "X")), three, by)[W.SKU].iloc[0] == first


def test_the_order_in_which_products_are_found_never_matters():
    rng = np.random.default_rng(1)
    table = cells(*((f"{i % 40:03}", f"D{i // 40}") for i in range(80)))
    products = found(*((i, sku, rng.integers(1, 5) / 9, 1.0) for i in range(80) for sku in "ab"))
    rows = product_rows(table, products, Scores.SCORE)
    mixed = product_rows(table, products.iloc[rng.permutation(160)], Scores.SCORE)
    pd.testing.assert_frame_equal(rows, mixed)


def test_cells_without_products_give_no_rows():
    rows = product_rows(cells(("a", "X")), found(), Scores.SCORE)
    assert rows.empty
    assert set(rows) >= {W.RANK, W.SKU, W.PRODUCT_SCORE, W.LEVEL}


def test_the_scores_that_came_in_are_left_alone():
    table = cells(("b", "X"), ("a", "X"))
    before = table.copy()
    best_first(table, Scores.SCORE)
    ranked(table)
    pd.testing.assert_frame_equal(table, before)
