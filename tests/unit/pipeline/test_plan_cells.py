"""Which cells a plan may pitch, from small lists."""

import datetime as dt

import pandas as pd
import pytest

from gosales.core.columns import Plan, Scores, Status, Whitespace
from gosales.core.timeline import Cutoff
from gosales.pipeline.plan_cells import (
    KEY,
    Lists,
    Statuses,
    best_products,
    candidates,
    silence,
    sold_lately,
)
from gosales.pipeline.plan_team import Market
from gosales.whitespace.ranking import DIVISION, PRODUCT

SCORES = pd.DataFrame(
    [
        ("1", "CAD", Status.WHITESPACE),
        ("1", "OTHER", Status.ACTIVE),
        ("2", "CAD", Status.ACTIVE),
        ("2", "OTHER", Status.WHITESPACE),
    ],
    columns=[*KEY, Scores.STATUS],
)
WHITESPACE = pd.DataFrame(
    [("1", "CAD", DIVISION, "3; 4"), ("2", "OTHER", DIVISION, ""), ("2", "CAD", PRODUCT, "")],
    columns=[*KEY, Whitespace.LEVEL, Whitespace.LOOKALIKES],
)
ACCOUNTS = pd.DataFrame(
    {Scores.CUSTOMER: ["1", "2"], Whitespace.REP: ["Ann", "Bo"], Whitespace.BRANCH: ["N", "S"]}
)
MARKET = Market(ACCOUNTS, ("CAD", "OTHER"), frozenset({"Ann", "Bo"}))


@pytest.mark.parametrize(
    ("include", "leftover", "expected"),
    [
        ((), (), [("1", "CAD"), ("2", "OTHER")]),
        (("active",), (), [("1", "CAD"), ("1", "OTHER"), ("2", "CAD"), ("2", "OTHER")]),
        ((), ("OTHER",), [("1", "CAD")]),
        (("active",), ("OTHER",), [("1", "CAD"), ("2", "CAD")]),
    ],
)
def test_whitespace_and_what_is_asked_for_but_no_leftover_division(include, leftover, expected):
    found = candidates(Lists(SCORES, WHITESPACE, "r"), MARKET, include, leftover)
    assert list(found[KEY].itertuples(index=False, name=None)) == expected
    first = found.iloc[0]
    assert (first[Whitespace.LOOKALIKES], first[Whitespace.REP]) == ("3; 4", "Ann")


def test_the_best_product_without_a_status_is_named():
    products = pd.DataFrame(
        [
            ("1", "CAD", PRODUCT, "b", 2),
            ("1", "CAD", PRODUCT, "a", 1),
            ("2", "CAD", PRODUCT, "c", 3),
        ],
        columns=[*KEY, Whitespace.LEVEL, Whitespace.SKU, Whitespace.RANK],
    )
    lists, rows = Lists(SCORES, products, "r"), SCORES[SCORES[Scores.DIVISION] == "CAD"]
    assert best_products(rows, lists, Statuses({}, {})).tolist() == ["a", "c"]
    taken = {("1", "CAD", "a"): "competitor", ("2", "CAD", "c"): "competitor"}
    assert best_products(rows, lists, Statuses({}, taken)).tolist() == ["b", ""]


def test_pitches_of_what_nobody_orders_any_more_are_a_warning(make_star):
    end = dt.date(2025, 6, 30)
    lines = [
        ("1", "CAD", "A", dt.date(2025, 1, 1), 9.0, 1),
        ("1", "CPE", "B", dt.date(2024, 12, 30), 9.0, 1),
        ("2", "CPE", "B", dt.date(2025, 3, 1), -9.0, -1),
        ("2", "PDM", "C", dt.date(2024, 3, 1), 9.0, 1),
    ]
    sold = sold_lately(make_star(*lines).as_of(Cutoff(end)))
    assert sold == {"CAD"}
    plan = pd.DataFrame({Plan.DIVISION: ["CAD", "PDM", "CPE", "PDM"]})
    (told,) = silence(plan, sold)
    assert told.startswith(
        "Nobody has ordered from CPE and PDM for 6 months; the plan has 3 pitches"
    )
    assert "has 1 pitch there." in silence(plan[1:2], sold)[0]
    assert silence(plan[:1], sold) == []
