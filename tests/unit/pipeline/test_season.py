"""What a season adds to a lesson, on series whose season is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from gosales.pipeline.fit import Plan, _Past
from gosales.pipeline.season import MOST_MONTHS, Season
from gosales.pipeline.snapshots import Draw, Lesson, drawn_rows
from tests.unit.pipeline.test_snapshots import market

HORIZON = 6


def counts(months, wave=0.0, growth=0.0, noise=0.0, usual=10_000.0):
    """Of the newest months; each year is at its top when the counts end."""
    month = np.arange(1.0 - months, 1.0)
    logs = wave * np.cos(2 * np.pi * month / 12) + growth * month
    logs += noise * np.random.default_rng(5).standard_normal(months)
    return np.round(usual * np.exp(logs)).astype(int)


def true_level(wave, first):
    run = np.arange(first, first + HORIZON)
    return np.log(np.exp(wave * np.cos(2 * np.pi * run / 12)).mean())


@pytest.mark.parametrize("growth", [-0.03, 0.0, 0.03])
@pytest.mark.parametrize("months", [19, 25, 60])
def test_the_season_is_found_and_growth_is_none(months, growth):
    season = Season.of(counts(months, wave=0.3, growth=growth))
    for first in (1, -2, -5, -8):
        assert season.level(first, HORIZON) == pytest.approx(true_level(0.3, first), abs=0.01)
    assert Season.of(counts(months, growth=growth)).of_lesson(6, HORIZON, HORIZON) == pytest.approx(
        0, abs=0.001
    )


def test_a_lesson_differs_by_its_season_alone():
    """The counts end at the top of the year: the next half year is its lower one."""
    season = Season.of(counts(36, wave=0.3))
    high = true_level(0.3, -5) - true_level(0.3, 1)
    assert season.of_lesson(6, HORIZON, HORIZON) == pytest.approx(high, abs=0.01)
    assert season.of_lesson(6, HORIZON, HORIZON) == pytest.approx(
        season.of_lesson(18, HORIZON, HORIZON)
    )
    assert season.of_lesson(12, HORIZON, HORIZON) == pytest.approx(0, abs=1e-12)
    assert season.of_lesson(6, 12, 12) == pytest.approx(0, abs=1e-12)


def test_what_may_be_noise_hardly_counts():
    """Least squares believes all of it."""
    series = counts(24, noise=1.0)
    clear, restless = Season.of(counts(24, 0.1, noise=0.01)), Season.of(series)
    month = np.arange(-22.0, 1.0)
    turns = 2 * np.pi * np.outer(month, (1, 2)) / 12
    given = np.column_stack([np.ones(23), month, np.cos(turns), np.sin(turns)])
    believed = np.linalg.lstsq(given, np.log(series[1:] + 0.5), rcond=None)[0][2:]
    assert clear.level(-2, HORIZON) == pytest.approx(true_level(0.1, -2), rel=0.1)
    assert abs(restless.waves).max() < 0.5 * abs(believed).max() > 0.1


@pytest.mark.parametrize("months", [0, 1, 12])
def test_less_than_a_year_has_no_season(months):
    assert Season.of(counts(months, wave=0.5)).of_lesson(6, HORIZON, HORIZON) == 0


def test_the_month_in_which_a_log_begins_does_not_count():
    whole, begun = counts(20, wave=0.2), counts(20, wave=0.2)
    begun[0] = 3
    assert np.array_equal(Season.of(whole).waves, Season.of(begun).waves)


def test_months_without_a_customer_have_a_season_too():
    assert np.isfinite(Season.of(np.zeros(30, int)).level(1, HORIZON))


@pytest.mark.parametrize("age", [0, 6])
@pytest.mark.parametrize("months", [2, HORIZON])
def test_each_fit_learns_for_the_season_after_it(age, months):
    """The same lesson, whose months are those of another time of the year for each fit."""
    lesson, series, asked = Lesson(15, months), counts(36, wave=0.3), []

    def active(at, most):
        asked.append((at, most))
        return series[: len(series) - at]

    cells, labels = market(n=400)
    rows = drawn_rows(cells, Draw.of(cells.spine, labels, 0.5), -1.1)
    engine = SimpleNamespace(ledger=SimpleNamespace(active_by_month=active), horizon_months=HORIZON)
    found = _Past({lesson: rows}).training(engine, [lesson], age, Plan(None, (), {}, 10**6, 1))
    season = Season.of(series[: 36 - age])
    whole, seen = (season.of_lesson(15 - age, m, HORIZON) for m in (HORIZON, months))
    assert asked == [(age, MOST_MONTHS)]
    assert abs(whole) > 0.05
    assert found.exposure[~found.owned] == pytest.approx(-1.1 + whole)
    assert found.exposure[found.owned] == pytest.approx(seen)
    assert (seen == whole) == (months == HORIZON)
