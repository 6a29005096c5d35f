"""Intervals of the scores: Venn-Abers predictions."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from gosales.models import score_band
from gosales.models.score_band import ScoreBand, fit_band


def outcomes(rows=3_000, seed=1, distort=1.0):
    rng = np.random.default_rng(seed)
    chance = rng.beta(1.0, 12.0, rows)
    return chance**distort, rng.random(rows) < chance, chance


def test_both_fits_are_isotonic_regressions_with_the_row_added():
    score, bought, _ = outcomes(200)
    band = fit_band(score, bought)
    for outcome, found in ((0.0, band.low), (1.0, band.high)):
        for point in (0, len(band.at) // 2, len(band.at) - 1):
            s, y = np.append(score, band.at[point]), np.append(bought, outcome)
            fit = IsotonicRegression().fit(s, y)
            assert found[point] == pytest.approx(fit.predict([band.at[point]])[0], abs=1e-9)


def test_low_is_below_high_and_both_rise_with_the_score():
    score, bought, _ = outcomes()
    band = fit_band(score, bought)
    assert all(low <= high for low, high in zip(band.low, band.high, strict=True))
    assert np.all(np.diff(band.low) >= -1e-9)
    assert np.all(np.diff(band.high) >= -1e-9)


def test_a_score_out_of_tune_is_told_its_true_range():
    score, bought, chance = outcomes(distort=0.5)  # twice too high, at the least
    low, high = fit_band(score, bought).around(score)
    assert (low < score).mean() > 0.9
    assert np.corrcoef(low, chance)[0, 1] > 0.9
    assert (high >= score - 1e-12).all()  # the interval always holds the score itself


def test_fewer_rows_make_wider_intervals():
    widths = []
    for rows in (100, 1_000, 10_000):
        score, bought, _ = outcomes(rows)
        band = fit_band(score, bought)
        widths.append(np.mean(np.subtract(band.high, band.low)))
    assert widths[0] > widths[1] > widths[2]


def test_beyond_the_seen_scores_the_ends_go_on():
    band = ScoreBand((0.1, 0.2), (0.05, 0.15), (0.2, 0.3))
    low, high = band.around(np.array([0.01, 0.15, 0.9]))
    assert low == pytest.approx([0.01, 0.1, 0.15])
    assert high == pytest.approx([0.2, 0.25, 0.9])


def test_more_rows_than_fit_are_sampled_the_same_way_twice(monkeypatch):
    monkeypatch.setattr(score_band, "MOST_ROWS", 500)
    score, bought, _ = outcomes()
    assert fit_band(score, bought) == fit_band(score, bought)


def test_no_buyer_at_all_has_an_interval_from_nothing():
    score, _, _ = outcomes(100)
    band = fit_band(score, np.zeros(100, bool))
    assert set(band.low) == {0.0}
    assert max(band.high) < 1.01
