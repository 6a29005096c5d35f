"""How much of a list can be worked."""

import datetime as dt

import pytest

from gosales.config import Config
from gosales.core.timeline import Cutoff
from gosales.evaluation.metrics import CAPACITY
from gosales.pipeline.judging import capacity_of

CUTOFF = Cutoff(dt.date(2024, 6, 30))


@pytest.fixture
def history(make_star):
    """Three reps, of whom one has not sold for over a year and one only after the cutoff."""

    def line(day, rep):
        return ("acme", "CAD", "pro", day, 5, 1, None, None, rep)

    days = (("2024-06-30", "Ann"), ("2023-07-01", "Bob"), ("2023-06-30", "Cid"))
    lines = [line(day, rep) for day, rep in (*days, ("2024-07-01", "Dee"), ("2024-05-01", None))]
    return make_star(*lines).as_of(CUTOFF)


def test_reps_who_sold_in_the_last_year_have_the_slots_of_a_plan(history):
    assert capacity_of(history, Config.model_validate({"plan": {"slots": 30}})) == 60


def test_the_settings_go_first(history):
    assert capacity_of(history, Config.model_validate({"backtest": {"capacity": 7}})) == 7


def test_a_log_without_reps_has_a_plain_capacity(make_star):
    star = make_star(("acme", "CAD", "pro", "2024-06-30", 5))
    assert capacity_of(star.as_of(CUTOFF), Config()) == CAPACITY
