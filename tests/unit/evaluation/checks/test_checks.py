"""The checks of a leak certificate, each on numbers whose answer is known."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Attribute
from gosales.core.timeline import Cutoff
from gosales.evaluation.checks.area import area
from gosales.evaluation.checks.byte_identity import (
    PARTS,
    Digests,
    same_bytes,
    same_judged_scores,
)
from gosales.evaluation.checks.check import FAILED, NOT_APPLICABLE, PASSED
from gosales.evaluation.checks.dated_attributes import dated_attributes
from gosales.evaluation.checks.placebo_cutoff import placebo_cutoff
from gosales.evaluation.checks.row_alone import row_alone
from gosales.evaluation.checks.row_overlap import fingerprints, outcomes_beyond, row_overlap
from gosales.evaluation.checks.shuffled_labels import shuffled_labels
from gosales.evaluation.checks.single_feature import (
    attribute_area,
    column_area,
    single_feature,
)
from gosales.evaluation.clocks import posting_delay, unknown_share

CUTOFF = Cutoff.parse("2024-06-30")
N, D = 400, 3
CHANCE = np.random.default_rng(5)
BOUGHT = CHANCE.random((N, D)) < 0.2
INSIDE = CHANCE.random((N, D)) < 0.9
NOISE = CHANCE.random((N, D))


def told(strength):
    """A score that knows the outcome to some degree."""
    return area(NOISE + strength * BOUGHT, BOUGHT, INSIDE)


def digests(**changes):
    parts = {part: f"{part}-1" for part in PARTS} | changes
    return Digests(parts, {"": "cells", "a__x": "1", "b__y": "2"}, "future-1")


# --- Bytes ----------------------------------------------------------------------------------------


def test_same_bytes_pass_only_when_the_future_did_change():
    other = replace(digests(), future="future-2")
    assert same_bytes("future_deleted", "c", digests(), other, "gone").result == PASSED
    idle = same_bytes("future_deleted", "c", digests(), digests(), "gone")
    assert (idle.result, idle.code) == (NOT_APPLICABLE, "L02")
    assert same_bytes("repeated_run", "c", digests(), digests(), "nothing").result == PASSED


def test_what_differs_is_named_in_the_order_in_which_it_is_made():
    other = replace(
        digests(whitespace="2", features="2"),
        features={"": "cells", "a__x": "1", "b__y": "9"},
        future="future-2",
    )
    found = same_bytes("labels_swapped", "2024-06-30", digests(), other, "swapped")
    assert found.result == FAILED
    assert found.evidence["differs"] == ["features", "whitespace"]
    assert found.evidence["features"] == ["b__y"]
    assert "first in features" in found.told
    assert found.evidence["past_before"] != found.evidence["past_after"]
    assert json.loads(json.dumps(found.evidence)) == found.evidence


def test_judged_scores_must_stay_where_the_figures_move():
    moved = digests(metrics="metrics-2")
    assert same_judged_scores("c", digests(), moved, "swapped").result == PASSED
    leaking = digests(metrics="metrics-2", judged_scores="2")
    assert same_judged_scores("c", digests(), leaking, "swapped").result == FAILED
    assert same_judged_scores("c", digests(), digests(), "swapped").result == NOT_APPLICABLE


# --- Figures --------------------------------------------------------------------------------------


def test_shuffled_labels_must_be_at_chance():
    assert shuffled_labels("c", told(0.0)).result == PASSED
    assert shuffled_labels("c", told(0.5)).result == FAILED
    assert shuffled_labels("c", told(-0.5)).result == FAILED
    found = shuffled_labels("c", told(0.0))
    low, high = (f"{found.evidence[end]:.3f}" for end in ("low", "high"))
    assert f"({low} to {high}, 3 divisions)" in found.told, "how much could have been seen"
    assert shuffled_labels("c", None).result == NOT_APPLICABLE


def test_the_usual_cutoff_may_not_look_much_better_than_an_odd_day():
    assert placebo_cutoff("c", "p", told(0.2), told(0.2)).result == PASSED
    assert placebo_cutoff("c", "p", told(1.0), told(0.1)).result == FAILED
    assert placebo_cutoff("c", "p", told(0.1), told(1.0)).result == PASSED
    assert placebo_cutoff("c", "p", told(1.0), None).result == NOT_APPLICABLE


@pytest.mark.parametrize(
    ("strength", "model", "result"),
    [(0.2, 0.3, PASSED), (1.5, 0.3, FAILED), (0.6, 0.05, FAILED), (0.1, 1.5, FAILED)],
    ids=["weaker than the model", "above .95", "far above the model", "the model itself"],
)
def test_the_alarm_on_single_columns(strength, model, result):
    found = single_feature("c", {"a__x": told(strength)}, told(model))
    assert found.result == result, found.told
    assert bool(found.evidence["alarms"]) == (result == FAILED)


def test_the_alarm_needs_buyers():
    assert single_feature("c", {}, None).result == NOT_APPLICABLE
    few = np.zeros((N, D), bool)
    few[:5] = True
    assert area(NOISE, few, INSIDE) is None


def test_a_column_counts_in_its_better_direction_and_nan_is_lowest():
    column = np.where(BOUGHT, np.nan, NOISE)
    assert column_area(column, BOUGHT, INSIDE).value == 1.0
    assert column_area(-NOISE - BOUGHT, BOUGHT, INSIDE).value == 1.0


def test_an_attribute_that_says_who_buys_is_found_and_one_that_does_not_is_not():
    codes = BOUGHT.astype(np.int32) @ np.array([1, 2, 4], np.int32)
    assert attribute_area(codes, BOUGHT, INSIDE).value > 0.95
    assert attribute_area(np.arange(N, dtype=np.int32), BOUGHT, INSIDE).value < 0.55
    random = CHANCE.integers(-1, 6, N).astype(np.int32)
    assert 0.4 < attribute_area(random, BOUGHT, INSIDE).value < 0.6


def test_rows_scored_alone():
    score = NOISE.ravel()
    assert row_alone("c", score, score + 1e-12).result == PASSED
    assert row_alone("c", score, score * 1.001).result == FAILED
    assert row_alone("c", score[:0], score[:0]).result == NOT_APPLICABLE


# --- Rows and windows -----------------------------------------------------------------------------


def rows_of(values, division=0):
    return fingerprints(values, np.full(len(values), division, np.int32))


def test_shared_rows_are_found_and_others_are_not():
    values = CHANCE.random((50, 4)).astype(np.float32)
    values[0] = np.nan
    trained = rows_of(values)
    assert row_overlap(CUTOFF, trained, rows_of(values[:7]), []).evidence["shared_rows"] == 7
    assert row_overlap(CUTOFF, trained, rows_of(values, division=1), []).result == PASSED
    near = np.nextafter(values, np.float32(2))[1:]
    assert row_overlap(CUTOFF, trained, rows_of(near), []).result == PASSED
    assert row_overlap(CUTOFF, trained[:0], trained, []).result == NOT_APPLICABLE
    assert len(set(trained.tolist())) == 50


@pytest.mark.parametrize(
    ("ages", "months", "beyond"),
    [
        ([12, 6], {6}, []),
        ([12, 6, 4, 2], {6, 4, 2}, []),
        ([12, 6, 3], {6}, [3]),
        ([12, 6, 4, 3, 2], {6, 4, 2}, [2]),  # two lengths, three unfinished
        ([0], {6}, [0]),
    ],
)
def test_outcomes_that_are_not_over_are_named(ages, months, beyond):
    cutoffs = [CUTOFF.months_before(age) for age in ages]
    named = [str(CUTOFF.months_before(age)) for age in beyond]
    assert outcomes_beyond(cutoffs, months, CUTOFF) == named
    ones = np.ones(1, np.uint64)
    found = row_overlap(CUTOFF, ones, ones + np.uint64(1), named)
    assert found.result == (FAILED if beyond else PASSED)


# --- Attributes -----------------------------------------------------------------------------------


def known(*rows):
    columns = [Attribute.CUSTOMER, Attribute.NAME, Attribute.VALUE, Attribute.VALID_FROM]
    return pd.DataFrame(rows, columns=columns)


DAY, LATER = dt.date(2024, 1, 1), dt.date(2024, 7, 1)


@pytest.mark.parametrize(
    ("rows", "result", "word"),
    [
        ([("a", "trade", "metal", None)], PASSED, "dated or constant"),
        ([("a", "tier", "gold", DAY)], PASSED, "dated or constant"),
        ([("a", "tier", "gold", None)], FAILED, "undated"),
        ([("a", "tier", "gold", LATER)], FAILED, "later day"),
        ([("a", "trade", "2024-08-01", None)], FAILED, "values that are later days"),
        ([("a", "trade", "2024-06-30", None)], PASSED, "dated or constant"),
        ([("a", "trade", "x", DAY), ("a", "trade", "y", DAY)], FAILED, "several values"),
        ([], NOT_APPLICABLE, "No attribute"),
    ],
)
def test_attributes(rows, result, word):
    found = dated_attributes(known(*rows), ("trade",), CUTOFF.date)
    assert found.result == result
    assert word in found.told


# --- Clocks ---------------------------------------------------------------------------------------


def test_posting_delay_by_hand():
    told = posting_delay(np.array([0.0, 0.0, 10.0, -3.0, 40.0]))
    assert told["posted_later"] == 0.4
    assert told["days"] == {"0.5": 0.0, "0.9": 28.0, "0.99": 38.8, "1": 40.0}
    assert unknown_share(200, 3, 20, 2)["last_month_share"] == 0.1
    assert unknown_share(0, 0, 0, 0)["share"] == 0.0
