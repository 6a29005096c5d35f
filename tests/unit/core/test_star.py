import datetime as dt

import numpy as np
import pytest

from gosales.core.columns import UNASSIGNED, Customer, Fact
from gosales.core.errors import TimelineError
from gosales.core.star import Star
from gosales.core.timeline import Cutoff

JUNE, MAY, JULY = (Cutoff.parse(f"2024-{month}-30") for month in ("06", "05", "07"))


def days(rows):
    return sorted(str(day) for day in rows[Fact.DATE].to_pyarrow().to_pylist())


def sale(day, known_at=None):
    return ("acme", "CAD", "pro", day, 100, 1, known_at)


def test_the_cutoff_day_is_known_and_the_next_day_is_not(make_star):
    star = make_star(sale("2024-06-29"), sale("2024-06-30"), sale("2024-07-01"))
    assert days(star.as_of(JUNE).tables.facts) == ["2024-06-29", "2024-06-30"]


def test_an_outcome_begins_after_the_cutoff_and_ends_on_its_last_day(make_star):
    star = make_star(*map(sale, ("2024-08-31", "2024-09-01", "2025-02-28", "2025-03-01")))
    assert days(star.outcome(Cutoff.parse("2024-08-31"), 6).facts) == ["2024-09-01", "2025-02-28"]


def test_a_history_can_be_cut_again_but_not_later(make_star):
    history = make_star(sale("2024-05-01"), sale("2024-06-15")).as_of(JUNE)
    assert days(history.as_of(MAY).tables.facts) == ["2024-05-01"]
    assert history.as_of(JUNE).cutoff == JUNE
    with pytest.raises(TimelineError, match="knows nothing of 2024-07-30"):
        history.as_of(JULY)


def test_a_cut_history_does_not_get_its_past_width_back(make_star):
    earlier = make_star(sale("2024-05-01"), sale("2024-06-15")).as_of(JUNE).as_of(MAY)
    with pytest.raises(TimelineError):
        earlier.as_of(JUNE)


def test_a_history_gives_only_outcomes_that_end_by_its_cutoff(make_star):
    history = make_star(sale("2024-05-30"), sale("2024-06-30"), sale("2024-07-01")).as_of(JUNE)
    assert days(history.outcome(MAY, 1).facts) == ["2024-06-30"]
    with pytest.raises(TimelineError, match="reach beyond 2024-06-30"):
        history.outcome(MAY, 2)


def test_a_history_of_some_customers_has_only_their_sales_at_every_cut(make_star):
    star = make_star(
        sale("2024-05-01"), ("bolt", "CAD", "pro", "2024-05-02", 100), sale("2024-06-01")
    )
    few = star.as_of(JUNE).of_customers(np.array(["bolt", "nobody"], object))
    assert days(few.sales) == days(few.as_of(MAY).sales) == ["2024-05-02"]
    assert days(few.outcome(MAY, 1).facts) == []


@pytest.mark.parametrize(
    ("event", "known_at", "visible"),
    [
        ("2024-06-20", None, True),
        ("2024-06-20", "2024-06-30", True),
        ("2024-06-20", "2024-07-01", False),
        ("2024-06-20", "2024-06-01", True),
        ("2024-07-01", "2024-06-20", False),
    ],
)
def test_a_line_is_known_once_it_has_happened_and_is_posted(make_star, event, known_at, visible):
    star = make_star(sale("2024-01-05", "2024-01-05"), sale(event, known_at))
    assert star.as_of(JUNE).two_clocks
    assert (event in days(star.as_of(JUNE).tables.facts)) == visible


def test_outcomes_go_by_event_time_alone(make_star):
    star = make_star(sale("2024-01-05", "2024-01-05"), sale("2024-07-15", "2025-03-01"))
    assert days(star.outcome(JUNE, 1).facts) == ["2024-07-15"]


def test_an_outcome_within_a_history_holds_only_what_was_posted_by_its_cutoff(make_star):
    star = make_star(sale("2024-06-10", "2024-06-10"), sale("2024-06-12", "2024-07-01"))
    assert days(star.as_of(JUNE).outcome(MAY, 1).facts) == ["2024-06-10"]


def test_a_log_without_posting_dates_has_one_clock(make_star):
    assert not make_star(sale("2024-06-20")).as_of(JUNE).two_clocks


@pytest.mark.parametrize(("late", "trusted"), [(0, True), (2, True), (3, False), (10, False)])
def test_posting_dates_are_ignored_above_a_fifth_of_migrated_lines(make_star, late, trusted):
    migrated = [sale("2023-01-05", "2024-06-01")] * late
    history = make_star(*migrated, *[sale("2023-02-05", "2023-02-06")] * (10 - late)).as_of(JUNE)
    assert history.two_clocks == trusted


@pytest.mark.parametrize(("posted", "trusted"), [("2024-04-01", True), ("2024-04-02", False)])
def test_ninety_days_are_late_but_not_migrated(make_star, posted, trusted):
    star = make_star(*[sale("2024-01-02", posted)] * 5)
    assert star.as_of(JUNE).two_clocks == trusted


def test_lines_after_the_cutoff_have_no_say_in_whether_posting_dates_are_trusted(make_star):
    sound = [sale("2024-06-20", "2024-07-05"), sale("2024-01-05", "2024-01-05")]
    migrated = [sale("2024-07-01", "2025-07-01")] * 50
    history = make_star(*sound, *migrated).as_of(JUNE)
    assert history.two_clocks
    assert days(history.tables.facts) == ["2024-01-05"]


def test_the_judgement_alone_may_rest_on_lines_that_were_posted_after_the_cutoff(make_star):
    """Whether a log was migrated is a fact about the log; see the docstring of the judge."""
    sound, moved = [sale("2024-01-05", "2024-01-05")] * 10, [sale("2024-01-06", "2024-12-01")]
    assert make_star(*sound, *moved * 2).as_of(JUNE).two_clocks
    assert not make_star(*sound, *moved * 3).as_of(JUNE).two_clocks


def test_lines_without_posting_date_have_no_say_either(make_star):
    silent = [sale("2024-01-05")] * 50
    assert not make_star(*silent, sale("2024-01-05", "2024-06-01")).as_of(JUNE).two_clocks


def test_an_earlier_cut_keeps_the_judgement_of_the_later_one(make_star):
    star = make_star(sale("2024-05-05", "2024-06-05"), *[sale("2024-05-06", "2024-05-06")] * 9)
    assert star.as_of(JUNE).as_of(MAY).two_clocks
    assert len(days(star.as_of(JUNE).as_of(MAY).tables.facts)) == 9


def test_unassigned_skus_are_no_sales(make_star):
    star = make_star(sale("2024-06-01"), ("acme", UNASSIGNED, "x", "2024-06-02", 5))
    assert days(star.as_of(JUNE).sales) == ["2024-06-01"]


@pytest.mark.parametrize(
    ("cutoff", "name"), [("2023-01-01", None), ("2024-01-01", "Acme"), ("2024-06-30", "Acme Inc")]
)
def test_a_customer_is_called_what_it_was_called_at_the_cutoff(make_star, cutoff, name):
    names = [
        ("acme", "Acme", "2023-06-01"),
        ("acme", "Acme Inc", "2024-03-01"),
        ("acme", "Acme AG", "2024-07-01"),
    ]
    rows = make_star(sale("2023-01-01"), names=names).as_of(Cutoff.parse(cutoff)).customer_names()
    found = dict(zip(*(rows.to_pandas()[c] for c in (Customer.ID, Customer.NAME)), strict=True))
    assert found.get("acme") == name


def test_a_name_that_was_posted_later_is_not_known_yet(make_star):
    names = [("acme", "Acme", "2024-01-01"), ("acme", "Acme AG", "2024-06-01", "2024-07-01")]
    star = make_star(sale("2024-01-01", "2024-01-01"), names=names)
    assert star.as_of(JUNE).customer_names().to_pandas()[Customer.NAME].tolist() == ["Acme"]
    assert star.as_of(JULY).customer_names().to_pandas()[Customer.NAME].tolist() == ["Acme AG"]


def test_two_names_on_one_day_are_decided_by_the_alphabet(make_star):
    names = [("acme", name, "2024-01-01") for name in ("Beta", "Alpha", "Gamma")]
    rows = make_star(sale("2024-01-01"), names=names).as_of(JUNE).customer_names()
    assert rows.to_pandas()[Customer.NAME].tolist() == ["Alpha"]


@pytest.mark.parametrize(
    ("start", "end", "begun"),
    [
        (None, None, True),
        ("2024-06-30", None, True),
        ("2024-07-01", None, False),
        (None, "2024-06-30", True),
        (None, "2024-06-29", True),
        ("2024-01-01", "2024-12-31", True),
    ],
)
def test_imported_facts_are_known_once_they_have_begun(make_star, start, end, begun):
    """Ended ones stay, with their end: earlier cutoffs need them."""
    star = make_star(
        sale("2024-01-01"),
        attributes=[("acme", "trade", "dental", start, end)],
        statuses=[("acme", "CAD", None, "competitor", start, end)],
    )
    known = star.as_of(JUNE).tables
    assert known.attributes.count().execute() == known.statuses.count().execute() == int(begun)


def test_the_last_day_is_the_last_order_date(make_star):
    star = make_star(sale("2024-06-20", "2024-09-01"), sale("2024-07-02"), sale("2023-07-02"))
    assert star.last_day == dt.date(2024, 7, 2)
    assert type(star.last_day) is dt.date


def test_an_empty_star_has_no_last_day(make_star):
    with pytest.raises(TimelineError, match="no sales line") as refused:
        _ = make_star().last_day
    assert "data/database_samples" in refused.value.remedy


def test_a_star_is_frozen(make_star):
    with pytest.raises(AttributeError):
        make_star(sale("2024-06-20")).as_of(JUNE).cutoff = JULY
    assert Star.__dataclass_params__.frozen
