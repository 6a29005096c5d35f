"""What a training publishes of its proof."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gosales.evaluation.scoreboard import ACTIVE, LAPSED, NEVER
from gosales.models.baselines import BASELINES
from gosales.models.division_model import BASELINE, OWN, POOLED, Side
from gosales.pipeline.calibrate import Calibrations
from gosales.pipeline.figures import metrics, shipped_scores
from gosales.pipeline.fit import Fitted
from gosales.pipeline.gate import MODEL
from gosales.pipeline.proof import populations
from tests.unit.pipeline.test_gate import NAMES, proof_of


def fitted(proof, *kinds):
    models = [
        SimpleNamespace(
            division=name,
            never=Side(kind, "recency"),
            held=Side(kind, "recency"),
            card={"evidence": {}},
        )
        for name, kind in zip(NAMES, kinds, strict=False)
    ]
    return Fitted(models, proof, None, Calibrations(None, proof))


def test_the_figures_are_those_of_what_is_shipped():
    proof = proof_of()
    shipped = shipped_scores(fitted(proof, OWN, BASELINE, POOLED))
    assert shipped[:, [0, 2]] == pytest.approx(proof.score[MODEL][:, [0, 2]])
    assert shipped[:, 1] == pytest.approx(proof.score["recency"][:, 1])


def test_metrics_are_json_with_every_baseline_beside():
    proof = proof_of()
    figures = metrics(fitted(proof, OWN, POOLED, POOLED))
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures["judged_at"] == "2024-06-30"
    assert set(figures["baselines"]) == set(BASELINES)
    worse = figures["baselines"]["recency"]["never_bought"]["auc"]
    assert figures["populations"]["never_bought"]["_macro"]["auc"] > worse


def test_a_proof_of_half_the_customers_is_judged_at_half_the_capacity():
    proof = proof_of()
    n = len(proof.customers)
    half, whole = (
        metrics(fitted(replace(proof, known=known), OWN, POOLED, POOLED), capacity)
        for known, capacity in ((2 * n, 200), (n, 100))
    )
    assert half["populations"] == whole["populations"]
    assert (half["customers"], half["judged_customers"]) == (2 * n, n)
    assert "Judged on 2,000 of 4,000 customers" in half["note"]
    assert "Judged on 2,000" not in whole["note"]


def test_metrics_without_a_proof_say_so():
    figures = metrics(fitted(None, POOLED))
    assert (figures["judged_at"], figures["populations"]) == (None, {})
    assert "too short" in figures["note"]


@pytest.mark.parametrize(
    ("owned", "months_ago", "expected"),
    [
        (True, [0], ACTIVE),
        (True, [30, 11], ACTIVE),
        (True, [12], LAPSED),
        (False, [3], NEVER),
        (False, [], NEVER),
    ],
    ids=["this month", "within a year", "a year ago", "returned", "never"],
)
def test_populations(owned, months_ago, expected):
    months = np.array(months_ago, int)
    purchases = SimpleNamespace(customer=months * 0, division=months * 0, months_ago=months)
    cells = SimpleNamespace(
        panel=SimpleNamespace(shape=(1, 1), purchases=purchases),
        spine=SimpleNamespace(owned=np.array([[owned]])),
    )
    assert populations(cells).tolist() == [[expected]]
