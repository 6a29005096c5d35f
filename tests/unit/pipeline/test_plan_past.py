"""Who rests, and for how long."""

import datetime as dt

import pytest

from gosales.pipeline.plan_past import Feedback, Past, Pitch

DAY = dt.date(2024, 6, 30)


def before(days):
    return DAY - dt.timedelta(days=days)


def test_an_account_rests_for_the_cooldown_and_not_a_day_longer():
    past = Past(pitches=(Pitch("a", "CAD", before(89)), Pitch("b", "", before(90))))
    assert past.resting(DAY, 90) == {"a"}
    assert past.resting(DAY, 91) == {"a", "b"}
    assert past.resting(DAY, 0) == set()


def test_a_pitch_after_the_lists_were_cut_counts_too():
    assert Past(pitches=(Pitch("a", "", DAY + dt.timedelta(5)),)).resting(DAY, 30) == {"a"}


def test_whom_the_pitch_never_reached_may_be_called_again():
    pitch = Pitch("a", "CAD", before(20))
    missed = Feedback("a", "CAD", "no_contact", before(15))
    assert Past((pitch,), (missed,)).resting(DAY, 90) == set()
    assert Past((pitch,), (Feedback("a", "CPE", "no_contact", DAY),)).resting(DAY, 90) == {"a"}
    later = Pitch("a", "CAD", before(10))
    assert Past((pitch, later), (missed,)).resting(DAY, 90) == {"a"}


@pytest.mark.parametrize("outcome", ["accepted", "rejected", "postponed"])
def test_an_answer_starts_a_rest_by_itself(outcome):
    assert Past((), (Feedback("a", "CAD", outcome, before(5)),)).resting(DAY, 90) == {"a"}


def test_a_rejected_cell_rests_unless_the_answer_changed():
    no = Feedback("a", "CAD", "rejected", before(300))
    assert Past((), (no,)).rejected(DAY, 365) == {("a", "CAD")}
    assert Past((), (no,)).rejected(DAY, 300) == set()
    yes = Feedback("a", "CAD", "accepted", before(100))
    assert Past((), (yes, no)).rejected(DAY, 365) == set()


def test_tried_is_what_was_pitched_or_answered():
    past = Past((Pitch("a", "CAD", before(900)),), (Feedback("b", "CPE", "rejected", DAY),))
    assert past.tried() == {("a", "CAD"), ("b", "CPE")}


def test_files_with_ids_of_another_spelling_are_a_warning():
    pitches = (Pitch("7", "CAD", DAY), Pitch("b", "CAD", DAY))
    answers = (Feedback("0015x", "CAD", "accepted", DAY),)
    pitched, answered = Past(pitches, answers).strangers(["007", "b"])
    assert pitched.startswith(
        "Customer ids of pitches.csv that the log writes otherwise: 1 (e.g. 7, there 007)"
    )
    assert answered.startswith(
        "None of the 1 customer ids of feedback.csv is in the log (e.g. 0015x)"
    )


def test_a_prospect_among_customers_is_no_warning():
    assert Past((Pitch("b", "", DAY), Pitch("new", "", DAY))).strangers(["007", "b"]) == []
    assert Past((Pitch("7", "", DAY),)).strangers(["007", "7"]) == []
    assert Past().strangers(["b"]) == []
