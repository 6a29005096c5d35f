"""A fold that has seen the future is stopped."""

import datetime as dt
from types import SimpleNamespace

import pytest

from gosales.core.errors import TimelineError
from gosales.core.star import History
from gosales.core.timeline import Cutoff
from gosales.pipeline.backtest_fold import purged

CUTOFF = Cutoff(dt.date(2024, 6, 30))


@pytest.fixture
def star(make_star):
    return make_star(
        ("acme", "CAD", "pro", "2024-06-30", 5), ("acme", "CAD", "pro", "2024-07-01", 5)
    )


def fitted(end):
    training = SimpleNamespace(cutoffs=(Cutoff(dt.date(2023, 12, 30)),), outcomes_end=end)
    return SimpleNamespace(training=training)


def test_what_a_fit_had_seen(star):
    assert purged(star.as_of(CUTOFF), fitted(CUTOFF.date)) == {
        "cutoff": "2024-06-30",
        "known_until": "2024-06-30",
        "training_cutoffs": ["2023-12-30"],
        "training_outcomes_end": "2024-06-30",
    }


def test_a_training_outcome_beyond_the_cutoff_is_a_leak(star):
    with pytest.raises(TimelineError, match="a training outcome reaches to 2024-07-01"):
        purged(star.as_of(CUTOFF), fitted(dt.date(2024, 7, 1)))


def test_a_line_beyond_the_cutoff_is_a_leak(star):
    with pytest.raises(TimelineError, match="a known line reaches to 2024-07-01"):
        purged(History(CUTOFF, star.tables, two_clocks=False), fitted(CUTOFF.date))


def test_nothing_to_learn_from_is_no_leak(star):
    seen = purged(star.as_of(CUTOFF), SimpleNamespace(training=None))
    assert (seen["training_cutoffs"], seen["training_outcomes_end"]) == ([], None)
