import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.core.errors import TimelineError
from gosales.core.timeline import Cutoff, add_months

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-06-30", 0, "2024-06-30"),
        ("2024-06-15", 6, "2024-12-15"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-08-31", -6, "2024-02-29"),
        ("2023-08-31", -6, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-01-31", -1, "2023-12-31"),
        ("2024-01-15", -13, "2022-12-15"),
    ],
)
def test_months_are_added_with_clipped_month_ends(start, months, expected):
    assert add_months(day(start), months) == day(expected)
    assert Cutoff(day(start)).plus_months(months) == day(expected)
    assert Cutoff(day(start)).months_before(-months) == Cutoff(day(expected))


@pytest.mark.parametrize("text", ["30/06/2024", "2024-02-30", "2024-6-1", "", "today", "2024-06"])
def test_what_is_no_iso_day_is_refused(text):
    with pytest.raises(TimelineError, match="YYYY-MM-DD") as refused:
        Cutoff.parse(text)
    assert repr(text) in str(refused.value)


def test_a_cutoff_reads_and_writes_the_same_text():
    assert str(Cutoff.parse("2024-02-29")) == "2024-02-29"


def test_cutoffs_compare_by_day_and_are_hashable():
    early, late = Cutoff.parse("2024-06-30"), Cutoff.parse("2024-07-01")
    assert early < late
    assert len({early, late, Cutoff.parse("2024-06-30")}) == 2


@pytest.mark.parametrize(
    ("cutoff", "event", "age"),
    [
        ("2024-06-30", "2024-06-30", 0),
        ("2024-06-30", "2024-05-31", 0),
        ("2024-06-30", "2024-05-30", 1),
        ("2024-06-30", "2024-07-01", -1),
        ("2024-06-30", "2024-07-30", -1),
        ("2024-06-30", "2024-07-31", -2),
        ("2024-02-29", "2024-01-31", 0),
        ("2024-02-29", "2024-01-29", 1),
        ("2024-08-31", "2024-02-29", 6),
        ("2024-08-31", "2024-03-01", 5),
        ("2024-06-15", "2023-06-15", 12),
    ],
)
def test_age_in_months(cutoff, event, age):
    assert Cutoff.parse(cutoff).age_in_months(day(event)) == age


@given(cutoff=DAYS, event=DAYS, k=st.integers(-90, 90))
def test_age_tells_on_which_side_of_every_earlier_cutoff_a_day_lies(cutoff, event, k):
    cutoff = Cutoff(cutoff)
    assert (cutoff.age_in_months(event) >= k) == (event <= cutoff.plus_months(-k))


@given(cutoff=DAYS, back=st.integers(0, 60), forth=st.integers(0, 36))
def test_an_outcome_of_an_earlier_cutoff_never_reaches_beyond_by_clipping(cutoff, back, forth):
    cutoff = Cutoff(cutoff)
    assert cutoff.months_before(back).plus_months(forth) <= cutoff.plus_months(forth - back)


@pytest.mark.parametrize(("text", "months"), [("9999-12-31", 6), ("0001-01-31", -6)])
def test_a_month_outside_of_the_calendar_is_a_timeline_error(text, months):
    with pytest.raises(TimelineError):
        Cutoff.parse(text).plus_months(months)
