"""Which cutoffs a backtest judges."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.config import Config
from gosales.core.errors import TimelineError
from gosales.core.timeline import Cutoff
from gosales.pipeline.backtest_cutoffs import backtest_cutoffs, cutoff_ages
from gosales.pipeline.session import Options, Session
from gosales.pipeline.snapshots import WARM_UP_MONTHS
from gosales.utils.paths import Workspace


@pytest.mark.parametrize(
    ("months", "ages"),
    [
        pytest.param(60, [6, 12, 18, 24, 30, 36], id="half-yearly"),
        pytest.param(35, [6, 9, 12, 15, 18, 21], id="quarterly"),
        pytest.param(24, [6, 7, 8, 9, 10, 11], id="monthly"),
        pytest.param(20, [6, 7, 8], id="as many as there are"),
        pytest.param(18, [6], id="one"),
        pytest.param(17, [], id="none"),
    ],
)
def test_the_widest_spacing_that_gives_six(months, ages):
    assert cutoff_ages(months, 6, 6) == ages


@given(st.integers(0, 200), st.integers(1, 36), st.integers(1, 24))
def test_every_outcome_is_over_and_every_past_long_enough(months, horizon, most):
    ages = cutoff_ages(months, horizon, most)
    assert len(ages) <= most
    assert ages == sorted(set(ages))
    assert all(horizon <= age <= months - horizon - WARM_UP_MONTHS for age in ages)
    if len(ages) < most:
        assert len(ages) == max(months - 2 * horizon - WARM_UP_MONTHS + 1, 0), "no month is spared"


@pytest.fixture
def cutoffs_of(make_star, tmp_path):
    """Cutoffs of a log from 2022-01-10 to 2024-06-30, with these settings."""
    star = make_star(
        ("acme", "CAD", "pro", "2022-01-10", 5), ("acme", "CAD", "pro", "2024-06-30", 5)
    )

    def find(cutoff=None, **time):
        settings = Config.model_validate({"time": time, "backtest": {"folds": 2}})
        session = Session(Workspace(tmp_path), Options(cutoff=cutoff), settings)
        return [str(one) for one in backtest_cutoffs(star, session)]

    return find


def test_cutoffs_count_back_from_the_last_day_or_the_one_asked_for(cutoffs_of):
    assert cutoffs_of() == ["2023-12-30", "2023-06-30"]
    assert cutoffs_of(Cutoff(dt.date(2024, 3, 31))) == ["2023-09-30", "2023-03-31"]


def test_cutoffs_of_the_settings_are_taken_newest_first(cutoffs_of):
    asked = [dt.date(2023, 1, 31), dt.date(2023, 12, 30)]
    assert cutoffs_of(cutoffs=asked) == ["2023-12-30", "2023-01-31"]


@pytest.mark.parametrize("day", [dt.date(2021, 12, 31), dt.date(2023, 12, 31)])
def test_a_cutoff_without_a_past_or_a_whole_outcome_is_refused(cutoffs_of, day):
    with pytest.raises(TimelineError, match=r"between 2022-01-10 and 2023-12-30"):
        cutoffs_of(cutoffs=[day])


def test_a_short_history_says_how_much_is_needed(cutoffs_of):
    with pytest.raises(TimelineError, match="Load at least 42 months"):
        cutoffs_of(horizon_months=18)
