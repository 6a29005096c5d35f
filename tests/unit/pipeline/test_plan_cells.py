"""Which cells a plan may pitch, from small lists."""

import pandas as pd
import pytest

from gosales.core.columns import Scores, Status, Whitespace
from gosales.pipeline.plan_cells import KEY, Lists, candidates
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
