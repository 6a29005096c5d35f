"""Every sentence, word for word, from facts that a reader can check."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.whitespace.reasons import Facts, Step, sentences

SHORT = {
    "last": "own_recency__days_since_last",
    "gap": "own_cadence__usual_gap_days",
    "own": "own_frequency__orders_12m",
    "now": "any_frequency__orders_12m",
    "two_years": "any_frequency__orders_24m",
    "since": "any_recency__days_since_last",
    "added": "mix__divisions_new_12m",
    "share": "division__owner_share",
    "near": "collaborative__neighbours",
    "rate": "division__adoption_rate_12m",
}


def say(*steps, owned=False, **values):
    """The sentences for a cell of CAD, from the facts by their short names."""
    named = {SHORT[name]: float(value) for name, value in values.items()}
    return sentences(Facts("CAD", 6, owned, named, steps))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            {"now": 9, "two_years": 13},
            "Ordered on 9 days in the last 12 months, up from 4",
            id="more orders",
        ),
        pytest.param(
            {"now": 4, "two_years": 13},
            "But: Ordered on 4 days in the last 12 months, down from 9",
            id="fewer orders",
        ),
        pytest.param(
            {"now": 9, "two_years": 17}, "Ordered on 9 days in the last 12 months", id="steady"
        ),
        pytest.param(
            {"now": 6, "two_years": 6}, "Ordered on 6 days in the last 12 months", id="new customer"
        ),
        pytest.param({"since": 300}, "But: No order at all for 10 months", id="silent"),
        pytest.param({"since": 900}, "But: No order at all for 2 years", id="long silent"),
        pytest.param({"since": 270}, "", id="not silent yet"),
        pytest.param({"now": 0}, "But: No order in the last 12 months", id="no order"),
        pytest.param({"added": 1}, "Added 1 division in the last 12 months", id="one new"),
        pytest.param({"added": 3}, "Added 3 divisions in the last 12 months", id="three new"),
        pytest.param({"added": 3, "owned": True}, "", id="an owner's new divisions"),
        pytest.param(
            {"near": 0.4, "share": 0.05},
            "40 % of the customers with the most similar purchases own it, 5.0 % of all",
            id="peers own it",
        ),
        pytest.param(
            {"near": 0.01, "share": 0.3},
            "But: 1.0 % of the customers with the most similar purchases own it, 30 % of all",
            id="peers do not",
        ),
        pytest.param({"near": 0.3, "share": 0.3}, "", id="peers as all"),
        pytest.param({"near": 0.4, "share": 0.05, "owned": True}, "", id="an owner's peers"),
        pytest.param(
            {"owned": True, "last": 200, "gap": 180},
            "Last CAD order 7 months ago, usual gap 6 months",
            id="due",
        ),
        pytest.param(
            {"owned": True, "last": 20, "gap": 30},
            "Last CAD order this month, usual gap 30 days",
            id="due in days",
        ),
        pytest.param(
            {"owned": True, "last": 31, "gap": 200},
            "Last CAD order 1 month ago, usual gap 7 months",
            id="early",
        ),
        pytest.param(
            {"owned": True, "last": 800, "gap": 180},
            "But: Last CAD order 2 years ago, usual gap 6 months",
            id="overdue",
        ),
        pytest.param(
            {"owned": True, "last": 100},
            "Last CAD order 3 months ago, the only one so far",
            id="one order",
        ),
        pytest.param(
            {"owned": True, "last": 500},
            "But: Last CAD order 16 months ago, the only one so far",
            id="one old order",
        ),
        pytest.param(
            {"owned": True, "last": 200, "gap": 180, "own": 3},
            "Bought CAD on 3 days in the last 12 months; "
            "Last CAD order 7 months ago, usual gap 6 months",
            id="owner's orders",
        ),
        pytest.param({"last": 200, "gap": 180, "own": 3}, "", id="returned: not an owner"),
        pytest.param({}, "", id="nothing known"),
    ],
)
def test_sentences(facts, expected):
    assert say(**facts) == expected


def test_a_step_names_both_divisions_and_both_shares():
    assert say(Step("CPE", 3.2, 0.12, 0.034)) == (
        "Bought CPE 3 months ago: 12 % of such customers added CAD within 6 months, "
        "3.4 % of all did"
    )


@pytest.mark.parametrize("rate", [0.034, 0.02, 0.0], ids=["as all", "fewer than all", "nobody"])
def test_a_step_that_raises_nothing_is_not_told(rate):
    assert say(Step("CPE", 3, rate, 0.034)) == ""


def test_at_most_three_reasons_strongest_first_and_one_counter_reason():
    text = say(
        Step("CPE", 3, 0.4, 0.01),
        Step("PLM", 30, 0.02, 0.01),
        near=0.9,
        share=0.1,
        added=2,
        now=0,
        since=400,
    )
    reasons = text.split("; ")
    assert [reason[:9] for reason in reasons] == [
        "Bought CP",
        "90 % of t",
        "Bought PL",
        "But: No o",
    ]
    assert sum(reason.startswith("But: ") for reason in reasons) == 1


def test_one_day_is_a_day():
    assert say(owned=True, last=1, gap=1).endswith("usual gap 1 day")


def test_every_listed_row_has_a_reason():
    """Facts that many customers have; the division's popularity, at least, is told."""
    found = say(now=1, two_years=2, since=200, added=0, near=0.2, share=0.2, rate=0.034)
    assert found == "3.4 % of the customers without it added CAD in the last 12 months"


NUMBERS = st.floats(0, 4000) | st.just(float("nan"))
STEPS = st.builds(
    Step, st.sampled_from(["CPE", "PLM"]), st.floats(0, 400), st.floats(0, 1), st.floats(0, 1)
)


@given(
    values=st.fixed_dictionaries({}, optional=dict.fromkeys(SHORT, NUMBERS)),
    owned=st.booleans(),
    steps=st.lists(STEPS, max_size=2),
)
def test_no_facts_make_a_sentence_ugly(values, owned, steps):
    text = say(*steps, owned=owned, **values)
    reasons = text.split("; ") if text else []
    counter = [reason for reason in reasons if reason.startswith("But: ")]
    assert len(counter) <= 1
    assert len(reasons) - len(counter) <= 3
    assert not re.search(r"__|\bnan\b|\binf\b|None|;;|  ", text)
    assert all(reason.strip() for reason in reasons)
