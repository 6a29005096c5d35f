"""Which figures pass, which fail, and which say nothing."""

import numpy as np
import pytest

from gosales.evaluation.gates import FAILED, PASSED, SKIPPED, judge
from gosales.evaluation.scoreboard import MACRO, NEVER, scoreboard
from gosales.evaluation.settings import GateSettings


def row(n=1000, buyers=100, auc=0.7, lift=2.0, ratio=1.0):
    return {
        "n": n,
        "buyers": buyers,
        "base_rate": buyers / n,
        "auc": auc,
        "lift_10": lift,
        "expected_over_actual": ratio,
        "expected": (ratio or 0.0) * buyers,
    }


def results(macro=None, **divisions):
    """Gate -> result, of a holdout with these never-bought figures."""
    macro = macro or row()
    gates = judge({NEVER: {**(divisions or {"A": macro}), MACRO: macro}}, GateSettings())
    return {gate.name: gate.result for gate in gates}


@pytest.mark.parametrize(
    ("name", "figure", "result"),
    [
        ("auc", {"auc": 0.6}, PASSED),
        ("auc", {"auc": 0.5999}, FAILED),
        ("auc", {"auc": None}, SKIPPED),
        ("lift_10", {"lift": 1.5}, PASSED),
        ("lift_10", {"lift": 1.49}, FAILED),
        ("expected_over_actual", {"ratio": 1.5}, PASSED),
        ("expected_over_actual", {"ratio": 1.51}, FAILED),
        ("expected_over_actual", {"ratio": 0.67}, PASSED),
        ("expected_over_actual", {"ratio": 0.66}, FAILED),
    ],
)
def test_a_gate_looks_at_one_figure(name, figure, result):
    found = results(row(**figure))
    assert found.pop(name) == result
    assert set(found.values()) == {PASSED}


@pytest.mark.parametrize(("buyers", "result"), [(29, SKIPPED), (30, FAILED), (0, SKIPPED)])
def test_too_few_buyers_neither_pass_nor_fail(buyers, result):
    macro = row(buyers=buyers, auc=0.1, lift=0.1, ratio=9.0 if buyers else None)
    assert set(results(macro).values()) == {result}


def test_expected_buyers_are_summed_over_divisions_not_averaged():
    """A small division that is far off does not fail a forecast that fits on the whole."""
    found = results(
        row(buyers=1000, ratio=1.19),
        big=row(buyers=990, ratio=1.0),
        small=row(buyers=10, ratio=20.0),
    )
    assert found["expected_over_actual"] == PASSED


def test_expected_buyers_of_a_division_without_any_count_too():
    """100 buyers where 100 were expected, and none where 300 were."""
    score = np.column_stack([np.full(1000, 0.1), np.full(1000, 0.3)])
    bought = np.column_stack([np.arange(1000) < 100, np.zeros(1000, bool)])
    board = scoreboard(score, bought, np.full(score.shape, NEVER, object), ("A", "B"))
    gates = {gate.name: gate for gate in judge(board, GateSettings())}
    assert gates["expected_over_actual"].found == pytest.approx(4.0)


def test_a_gate_tells_what_was_asked_and_found():
    gates = judge({NEVER: {MACRO: row(auc=0.55555)}}, GateSettings(least_auc=0.7))
    assert (gates[0].asked, gates[0].found, gates[0].result) == (">= 0.7", 0.5555, FAILED)
