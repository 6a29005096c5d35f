"""Every sentence, word for word, from facts that a reader can check."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.core.concepts import CONCEPTS, Concept
from gosales.whitespace.facts import Facts, Group, Step
from gosales.whitespace.sayings import say
from gosales.whitespace.sayings_peers import faded, plain_rate

C = Concept
CUTOFF = dt.date(2024, 6, 30)
YEAR, TWO, HALF, EVER = (f"any_frequency__orders_{k}" for k in ("12m", "24m", "6m", "all"))
OWN, OWN_EVER = "own_frequency__orders_12m", "own_frequency__orders_all"
SINCE, GAP = "any_recency__days_since_last", "any_cadence__usual_gap_days"
OWN_SINCE, OWN_GAP = "own_recency__days_since_last", "own_cadence__usual_gap_days"
AGE, HELD, NEW = "any_recency__days_since_first", "mix__divisions_owned", "mix__divisions_new_12m"
QUIET = "mix__months_since_new_division"
SPENT, SPENT_2 = "any_monetary__value_12m", "any_monetary__value_24m"
SEASON, RETURNED = "any_seasonality__orders_season_1y", "any_returns__return_lines_12m"
RATE, TREND = "division__adoption_rate_12m", "division__adoption_trend"
NEAR, ADDING = "collaborative__neighbours", "collaborative__neighbours_adopting"
RECENT = "collaborative__neighbours_recent"


def facts(values=None, usual=None, owned=False, **more):
    return Facts("Training", CUTOFF, 6, owned, values or {}, usual or {}, **more)


def both(concept, one):
    return say(concept, one, speaks_for=True), say(concept, one, speaks_for=False)


HAND = [
    (C.VOLUME, {YEAR: 16}, {YEAR: 4}, "Ordered on 16 days in the last 12 months, 4 is usual"),
    (C.VOLUME, {YEAR: 3}, {YEAR: 0}, "Ordered on 3 days in the last 12 months, more than most"),
    (
        C.VOLUME,
        {YEAR: 1},
        {YEAR: 4},
        "But: Ordered on only 1 day in the last 12 months, 4 is usual",
    ),
    (C.VOLUME, {YEAR: 0}, {YEAR: 4}, "But: No order in the last 12 months"),
    (C.VOLUME, {YEAR: 4}, {YEAR: 4}, None),
    (
        C.GROWTH,
        {YEAR: 16, TWO: 26, HALF: 8},
        {},
        "Orders up 60 % on last year (16 days against 10)",
    ),
    (
        C.GROWTH,
        {YEAR: 4, TWO: 14, HALF: 2},
        {},
        "But: Orders down 60 % on last year (4 days against 10)",
    ),
    (
        C.GROWTH,
        {SPENT: 300_000, SPENT_2: 400_000},
        {},
        "Spending up 3-fold on last year (3,000 against 1,000)",
    ),
    (C.GROWTH, {YEAR: 10, TWO: 20, HALF: 5}, {}, None),
    (C.RHYTHM, {SINCE: 12}, {SINCE: 150}, "Last order 12 days ago, 5 months is usual"),
    (
        C.RHYTHM,
        {SINCE: 30, GAP: 20, EVER: 9},
        {SINCE: 30, GAP: 60},
        "Orders every 20 days, every 2 months is usual",
    ),
    (C.RHYTHM, {SINCE: 300}, {SINCE: 90}, "But: No order at all for 10 months"),
    (C.RHYTHM, {SINCE: 90}, {SINCE: 90}, None),
    (
        C.SEASON,
        {SEASON: 5},
        {SEASON: 2},
        "Ordered on 5 days in the same season a year ago, July to December 2023, 2 is usual",
    ),
    (
        C.SEASON,
        {SEASON: 0, AGE: 900},
        {SEASON: 2},
        "But: No order in the same season a year ago, July to December 2023",
    ),
    (C.SEASON, {SEASON: 0, AGE: 90}, {SEASON: 0}, None),
    (
        C.MONEY,
        {SPENT: 1_234_567},
        {SPENT: 89_990},
        "Spent 12,300 in the last 12 months, 900 is usual",
    ),
    (
        C.MONEY,
        {SPENT: 89_990},
        {SPENT: 1_234_567},
        "But: Spent only 900 in the last 12 months, 12,300 is usual",
    ),
    (C.MONEY, {SPENT: 100_000}, {SPENT: 100_000}, None),
    (C.RETURNS, {RETURNED: 3}, {RETURNED: 0}, "But: Returned 3 lines in the last 12 months"),
    (C.RETURNS, {RETURNED: 0}, {RETURNED: 0}, None),
    (C.BREADTH, {HELD: 8, AGE: 100}, {HELD: 4}, "Bought from 8 divisions in its first 3 months"),
    (C.BREADTH, {HELD: 8, AGE: 45}, {HELD: 4}, "Bought from 8 divisions in its first month"),
    (C.BREADTH, {HELD: 8, AGE: 3}, {HELD: 4}, "Bought from 8 divisions in its first month"),
    (C.BREADTH, {HELD: 5, NEW: 1, AGE: 900}, {NEW: 0}, "Added 1 division in the last 12 months"),
    (
        C.BREADTH,
        {HELD: 8, NEW: 0, AGE: 900},
        {HELD: 4, NEW: 0},
        "Buys from 8 divisions, 4 is usual",
    ),
    (C.BREADTH, {HELD: 2, AGE: 900}, {HELD: 5}, "But: Bought from only 2 divisions, 5 is usual"),
    (C.BREADTH, {HELD: 0, AGE: 900}, {HELD: 5}, "But: Owns no division, 5 is usual"),
    (
        C.BREADTH,
        {HELD: 5, QUIET: 30, AGE: 900, NEW: 0},
        {HELD: 5, QUIET: 12, NEW: 0},
        "But: Added no division since December 2021",
    ),
    (
        C.DIVISION,
        {RATE: 0.15},
        {RATE: 0.07},
        (
            "15 % of the customers without it added Training in the last 12 months, 7.0 % in a "
            "usual division"
        ),
    ),
    (
        C.DIVISION,
        {"division__quiet_months": 7},
        {},
        "But: Nobody has ordered Training since November 2023",
    ),
    (
        C.DIVISION,
        {RATE: 0.1, TREND: 1.5},
        {RATE: 0.1},
        "9 customers added Training in the last 6 months, 6 in the 6 before",
    ),
    (
        C.RHYTHM,
        {SINCE: 12},
        {SINCE: 1200},
        "Last order 12 days ago, more lately than most",
    ),
    (
        C.OWN_HISTORY,
        {OWN_SINCE: 60},
        {},
        "Bought Training 2 months ago and returned it",
    ),
]


@pytest.mark.parametrize(("concept", "values", "usual", "expected"), HAND)
def test_of_a_never_bought_division(concept, values, usual, expected):
    counts = {"could_add": 40, "added": 9, "before": 6}
    good, bad = both(concept, facts(values, usual, counts=counts))
    assert (good, bad) == (
        (None, expected.removeprefix("But: "))
        if expected and expected.startswith("But: ")
        else (expected, None)
    )


OWNED = [
    (
        C.OWN_RHYTHM,
        {OWN_SINCE: 335, OWN_GAP: 365},
        "Last Training order 11 months ago, its usual gap is 12 months",
    ),
    (
        C.OWN_RHYTHM,
        {OWN_SINCE: 700, OWN_GAP: 120},
        "But: Last Training order 23 months ago, its usual gap is 4 months",
    ),
    (C.OWN_RHYTHM, {OWN_SINCE: 700}, "But: Last Training order 23 months ago, the only one so far"),
    (C.OWN_RHYTHM, {OWN_SINCE: 40}, "Last Training order 40 days ago"),
    (C.OWN_HISTORY, {OWN: 7}, "Bought Training on 7 days in the last 12 months, 2 is usual"),
    (C.OWN_HISTORY, {OWN: 0}, "But: No Training order in the last 12 months"),
    (C.OWN_HISTORY, {OWN: 2, OWN_EVER: 12}, "Bought Training on 12 days so far, 5 is usual"),
    (C.PEERS, {RECENT: 0.6}, ("60 % of similar accounts bought Training in the last 12 months, "
     "20 % of all did")),
    (C.RELATED, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("concept", "values", "expected"), OWNED)
def test_of_an_owned_division(concept, values, expected):
    usual = {OWN: 2, OWN_EVER: 5, OWN_SINCE: 200}
    one = facts(values, usual, owned=True, shares={"bought": 0.2})
    good, bad = both(concept, one)
    assert (f"But: {bad}" if bad and not good else good) == expected
    assert good is None or bad is None


def test_an_order_that_is_not_due_speaks_against_or_for_but_says_so():
    one = facts({OWN_SINCE: 20, OWN_GAP: 365}, {}, owned=True)
    assert both(C.OWN_RHYTHM, one) == (
        "Last Training order 20 days ago, its usual gap is 12 months",
        "Last Training order 20 days ago, not due yet: its usual gap is 12 months",
    )


def test_neighbours_are_told_by_what_sets_them_apart_the_most():
    one = facts({NEAR: 0.5, ADDING: 0.38}, shares={"owns": 0.4, "added": 0.09})
    assert both(C.PEERS, one) == (
        "38 % of similar accounts added Training in the last 12 months, 9.0 % of all did",
        None,
    )
    low = facts({NEAR: 0.05, ADDING: 0.1}, shares={"owns": 0.4, "added": 0.09})
    assert both(C.PEERS, low) == (
        None,
        "Only 5.0 % of similar accounts own Training, 40 % of all do",
    )


def step(rate, state="fresh", first=4.0, last=1.0):
    return Step("Solidworks", state, first, last, rate, 0.055)


@pytest.mark.parametrize(
    ("steps", "good", "bad"),
    [
        (
            [step(0.38)],
            (
                "First bought Solidworks 4 months ago: 38 % of such customers added Training "
                "within the next 6 months, 5.5 % of all did"
            ),
            None,
        ),
        (
            [step(0.38, "active", 40.0)],
            (
                "Has bought Solidworks since February 2021: 38 % of such customers added Training "
                "within the next 6 months, 5.5 % of all did"
            ),
            None,
        ),
        (
            [step(0.01, "stale", 40.0, 30.0)],
            None,
            (
                "Bought Solidworks until December 2021: only 1.0 % of such customers added "
                "Training within the next 6 months, 5.5 % of all did"
            ),
        ),
        ([step(0.055)], None, None),
        ([], None, None),
    ],
)
def test_divisions_that_lead_here(steps, good, bad):
    assert both(C.RELATED, facts(steps=tuple(steps))) == (good, bad)


def test_customers_of_its_kind_by_the_segment_that_says_the_most():
    groups = (
        Group("Customers of its size", 1.0, 1.3),
        Group("Customers of its branch (X)", 0.6, 2.3),
    )
    assert both(C.PROFILE, facts(groups=groups)) == (
        "Customers of its branch (X) add Training 2.3 times as often as usual",
        "Customers of its branch (X) own Training 40 % less often than usual",
    )
    assert both(C.PROFILE, facts(groups=(Group("Customers of its size", 1.0, 1.0),))) == (
        None,
        None,
    )


def test_what_is_said_where_nothing_stands_out():
    assert plain_rate(facts({RATE: 0.073})) == (
        "Nothing about it stands out: 7.3 % of the customers without it added Training in the "
        "last 12 months"
    )
    most = {"division__buyer_share_12m": 0.3, "division__owner_share": 0.4}
    assert plain_rate(facts(most, owned=True)) == (
        "Like most owners: 75 % of the owners of Training bought it in the last 12 months"
    )
    most["division__buyer_share_12m"] = 0.4
    assert plain_rate(facts(most, owned=True)) == (
        "All owners of Training bought it in the last 12 months"
    )
    assert plain_rate(facts(owned=True)) == "Nothing about it stands out for Training"
    shares = {"division__buyer_share_12m": 0.12, "division__owner_share": 0.4}
    assert plain_rate(facts(shares, owned=True)) == (
        "Nothing about it stands out: 30 % of the owners of Training bought it in the last 12 "
        "months"
    )
    shares["division__owner_share"] = 0.0
    assert plain_rate(facts(shares, owned=True)) == "Nothing about it stands out for Training"


def test_the_last_order_is_told_once_and_on_the_last_day_by_its_date():
    values = {OWN_SINCE: 0, OWN_GAP: 30, SINCE: 0}
    one = facts(values, {SINCE: 90, OWN_SINCE: 90}, owned=True)
    assert say(C.OWN_RHYTHM, one, speaks_for=True) == (
        "Last Training order on 2024-06-30, its usual gap is 30 days"
    )
    assert say(C.RHYTHM, one, speaks_for=True) is None
    later = facts(values | {OWN_SINCE: 20}, {SINCE: 90}, owned=True)
    told = "Last order on 2024-06-30, 3 months earlier is usual"
    assert say(C.RHYTHM, later, speaks_for=True) == told


@pytest.mark.parametrize(("added", "told"), [(2, "Only 2 customers"), (0, "No customer")])
def test_fewer_customers_than_before_add_the_division(added, told):
    one = facts({RATE: 0.1, TREND: 0.3}, {RATE: 0.1}, counts={"added": added, "before": 8})
    said = f"{told} added Training in the last 6 months, 8 in the 6 before"
    assert both(C.DIVISION, one) == (None, said)


def test_few_customers_make_no_rate_and_no_change():
    values = {RATE: 0.5, TREND: 3.0}
    few = facts(values, {RATE: 0.1}, counts={"could_add": 9, "added": 4, "before": 1})
    assert both(C.DIVISION, few) == (None, None)
    assert plain_rate(few) == "Nothing about it stands out for Training"
    enough = facts(values, {RATE: 0.1}, counts={"could_add": 10, "added": 5, "before": 1})
    assert say(C.DIVISION, enough, speaks_for=True).startswith("50 % of the customers without it")
    assert plain_rate(enough).startswith("Nothing about it stands out: 50 % of the customers")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "None of the similar accounts own Training, 40 % of all do"),
        (0.0004, "Under 0.1 % of similar accounts own Training, 40 % of all do"),
    ],
)
def test_a_share_of_nothing_is_called_neither_only_nor_a_share(share, said):
    assert say(C.PEERS, facts({NEAR: share}, shares={"owns": 0.4}), speaks_for=False) == said


def test_one_day_is_no_days():
    one = facts({HALF: 1, YEAR: 4})
    told = "Orders of the last 6 months down 67 % on the 6 before (1 day against 3)"
    assert say(C.GROWTH, one, speaks_for=False) == told


def test_since_when_nobody_orders():
    quiet = "division__quiet_months"
    assert faded(facts({quiet: 11}), 6) == "Nobody has ordered Training since July 2023"
    assert faded(facts({quiet: 5}), 6) is None
    assert faded(facts({quiet: 9_999}), 6) is None
    assert faded(facts(), 6) is None


NUMBER = st.one_of(
    st.just(float("nan")), st.floats(0, 1e7, allow_nan=False), st.integers(0, 40).map(float)
)
NAMES = sorted({name for _, values, usual, _ in HAND for name in (*values, *usual)}
               | {name for _, values, _ in OWNED for name in values} | {NEAR, ADDING})  # fmt: skip


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, NUMBER)),
    st.fixed_dictionaries(dict.fromkeys(NAMES, NUMBER)),
    st.booleans(),
)
def test_any_numbers_give_whole_sentences_and_no_feature_name(values, usual, owned):
    one = facts(values, usual, owned, shares={"owns": 0.3, "added": 0.1, "bought": 0.2})
    for concept in CONCEPTS:
        for text in both(concept, one):
            assert text is None or (text and text == text.strip() and text[-1] not in ",:;.")
            assert text is None or not any(bad in text for bad in ("__", "nan", "inf", "; "))
