"""What must hold for any scores: figures depend on the ranking, never on the order of the rows."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gosales.evaluation.curves import gains, reliability
from gosales.evaluation.metrics import (
    auc,
    average_precision,
    brier_skill,
    captured_at,
    lift_at,
    summary,
    worked_part,
)
from gosales.evaluation.paired import auc_influence

ROWS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60)
"""Few levels, so that most scores are tied."""


def arrays(rows):
    return np.array([s / 12 for s, _ in rows]), np.array([b for _, b in rows])


def whole(score, bought):
    return summary(score, bought, worked_part(score, 7), bought * 10.0)


def base_rates(score, bought):
    return [row["base_rate"] for row in reliability(score, bought)]


def shuffled(rows, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    return [rows[i] for i in order]


@given(ROWS, st.integers(0, 99))
def test_the_order_of_the_rows_never_matters(rows, seed):
    ours, theirs = whole(*arrays(rows)), whole(*arrays(shuffled(rows, seed)))
    assert theirs == pytest.approx(ours, nan_ok=True)


@given(ROWS)
def test_the_truth_as_a_score_is_perfect(rows):
    _, bought = arrays(rows)
    assume(bought.any() and not bought.all())
    figures = whole(bought.astype(float), bought)
    assert (figures["auc"], figures["ap"], figures["brier_skill"]) == (1.0, 1.0, 1.0)
    assert figures["expected_over_actual"] == pytest.approx(1)
    assert figures["ece"] == pytest.approx(0)


@given(ROWS)
def test_no_skill_is_above_that_of_the_truth_and_worked_rows_are_the_capacity(rows):
    score, bought = arrays(rows)
    assume(bought.any() and not bought.all())
    assert brier_skill(score, bought) <= 1
    for capacity in (1, 7, 1_000):
        assert worked_part(score, capacity).sum() == pytest.approx(min(capacity, len(score)))


@given(ROWS, st.integers(0, 99))
def test_the_order_of_the_rows_never_matters_to_a_reliability_table(rows, seed):
    ours, theirs = base_rates(*arrays(rows)), base_rates(*arrays(shuffled(rows, seed)))
    assert theirs == pytest.approx(ours, abs=1e-5)


@given(ROWS)
def test_a_growing_map_of_the_scores_changes_no_ranking_figure(rows):
    score, bought = arrays(rows)
    stretched = np.exp(3 * score) - 7
    for figure in (auc, average_precision, lambda s, b: lift_at(s, b, 0.1)):
        assert figure(stretched, bought) == pytest.approx(figure(score, bought), nan_ok=True)


@given(ROWS)
def test_turning_the_scores_around_turns_auc_around(rows):
    score, bought = arrays(rows)
    assume(bought.any() and not bought.all())
    assert auc(-score, bought) == pytest.approx(1 - auc(score, bought))
    assert auc(score, ~bought) == pytest.approx(1 - auc(score, bought))


@given(ROWS)
def test_figures_stay_within_their_bounds(rows):
    score, bought = arrays(rows)
    assume(bought.any() and not bought.all())
    figures = summary(score, bought)
    assert 0 <= figures["auc"] <= 1
    assert figures["base_rate"] / 2 < figures["ap"] <= 1
    assert 0 <= figures["lift_10"] <= 1 / figures["base_rate"] + 1e-9
    assert 0 <= figures["ece"] <= 1


@given(ROWS)
def test_a_longer_list_captures_no_less_and_all_of_it_everything(rows):
    score, bought = arrays(rows)
    held = [captured_at(score, bought.astype(float), size) for size in range(1, len(rows) + 1)]
    assert all(b >= a - 1e-9 for a, b in pairwise(held))
    assert held[-1] == bought.sum()


@given(ROWS)
def test_gains_grow_to_all_buyers_and_all_money(rows):
    score, bought = arrays(rows)
    curve = gains(score, bought, bought * 10.0)
    capture = [row["capture"] for row in curve]
    assert capture == sorted(capture)
    assert capture == [row["value_capture"] for row in curve]
    assert capture[-1] == (1.0 if bought.any() else 0.0)


@given(ROWS)
def test_the_bins_of_a_reliability_table_hold_every_row_once(rows):
    score, bought = arrays(rows)
    table = reliability(score, bought)
    assert sum(row["rows"] for row in table) == len(rows)
    means = [row["mean_score"] for row in table]
    assert means == sorted(means)


@given(ROWS)
def test_influences_sum_to_zero(rows):
    score, bought = arrays(rows)
    assume(bought.any() and not bought.all())
    influence = auc_influence(score, bought)
    assert influence[bought].sum() == pytest.approx(0, abs=1e-9)
    assert influence[~bought].sum() == pytest.approx(0, abs=1e-9)
