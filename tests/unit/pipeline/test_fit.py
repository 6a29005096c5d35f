"""By what evidence a model is shipped."""

import datetime as dt
import json
from types import SimpleNamespace

import numpy as np
import pytest

from gosales.core.frames import LabelFrame
from gosales.core.timeline import Cutoff
from gosales.evaluation.scoreboard import ACTIVE, LAPSED, NEVER
from gosales.models.baselines import BASELINES
from gosales.models.calibration import Calibration
from gosales.models.division_model import BASELINE, OWN, POOLED
from gosales.pipeline.fit import (
    MODEL,
    Fitted,
    Proof,
    kind_of,
    macro_auc,
    metrics,
    populations,
    shipped_scores,
)

CUTOFF = Cutoff(dt.date(2024, 6, 30))
NAMES = ("Big", "Small", "Tiny")
LEAST = 50


def proof_of(model_noise=0.3, baseline_noise=3.0, n=2_000):
    """Big has hundreds of buyers, Small some thirty, Tiny four; more noise ranks worse."""
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(n, 3))
    bought = rng.random((n, 3)) < 1 / (1 + np.exp(-truth - np.array([-2.0, -5.0, -99.0])))
    bought[:4, 2] = True

    def score(noise):
        return Calibration()(truth + rng.normal(0, noise, truth.shape))

    scores = {name: score(baseline_noise) for name in BASELINES} | {MODEL: score(model_noise)}
    labels = LabelFrame(6, bought, np.where(bought, 100, 0))
    return Proof(CUTOFF, NAMES, scores, labels, np.full((n, 3), NEVER, object), "recency")


def test_the_made_up_proof_has_the_buyers_it_says():
    big, small, tiny = proof_of().labels.bought.sum(0)
    assert big > LEAST > small > 20
    assert tiny == 4


@pytest.mark.parametrize(
    ("division", "kind"), [("Big", OWN), ("Small", POOLED), ("Tiny", POOLED), ("New", POOLED)]
)
def test_a_better_model_is_shipped(division, kind):
    found, evidence = kind_of(proof_of(), division, LEAST)
    assert found == kind
    assert evidence["best_baseline"] == "recency"
    assert 0 < evidence["auc_gain_low"] < evidence["auc_gain"] < evidence["auc_gain_high"]


@pytest.mark.parametrize("division", [*NAMES, "New"])
@pytest.mark.parametrize("worse", [False, True], ids=["as good", "worse"])
def test_a_model_that_is_not_clearly_better_is_not(division, worse):
    proof = proof_of(3.0, 0.3)
    if not worse:
        proof.score[MODEL][:] = proof.score["recency"]
    found, evidence = kind_of(proof, division, LEAST)
    assert found == BASELINE
    assert evidence["auc_gain_low"] <= 0


def test_a_big_division_is_judged_by_itself_and_small_ones_without_it():
    proof = proof_of()
    proof.score[MODEL][:, 0] = proof.score["recency"][:, 0]
    assert kind_of(proof, "Big", LEAST)[0] == BASELINE
    assert kind_of(proof, "Small", LEAST)[0] == POOLED


def test_where_no_small_division_has_ten_buyers_all_divisions_decide():
    proof = proof_of()
    proof.labels.bought[:, 1] = False
    everywhere = proof.compare(proof.population == NEVER, 10)
    assert kind_of(proof, "Tiny", LEAST)[1]["auc_gain"] == round(everywhere.value, 4)


def test_owned_cells_are_no_evidence():
    proof = proof_of()
    owned = np.arange(2_000) % 2 == 0
    proof.population[owned] = ACTIVE
    before = kind_of(proof, "Big", LEAST)
    proof.labels.bought[owned] = True
    assert kind_of(proof, "Big", LEAST) == before


@pytest.mark.parametrize("proof", [None, "nobody bought"])
def test_without_evidence_the_pooled_model_is_shipped_and_says_why(proof):
    if proof:
        proof = proof_of()
        proof.labels.bought[:] = False
    kind, evidence = kind_of(proof, "Big", LEAST)
    assert kind == POOLED
    assert evidence["why"]


def test_macro_auc_is_over_divisions_with_ten_buyers_among_the_cells():
    score = np.tile(np.arange(100) / 100, (2, 1)).T
    bought = np.column_stack([np.arange(100) >= 90, np.arange(100) < 9])
    inside = np.ones((100, 2), bool)
    assert macro_auc(score, bought, inside) == 1.0
    bought[9, 1] = True
    assert macro_auc(score, bought, inside) == 0.5
    inside[9, 1] = False
    assert macro_auc(score, bought, inside) == 1.0
    assert macro_auc(score, bought & False, inside) == 0.5


def fitted(proof, *kinds):
    models = [
        SimpleNamespace(division=name, kind=kind, card={"evidence": {}})
        for name, kind in zip(NAMES, kinds, strict=False)
    ]
    return Fitted(models, proof, None)


def test_the_figures_are_those_of_what_is_shipped():
    proof = proof_of()
    shipped = shipped_scores(proof, fitted(proof, OWN, BASELINE, POOLED).models)
    assert np.array_equal(shipped[:, [0, 2]], proof.score[MODEL][:, [0, 2]])
    assert np.array_equal(shipped[:, 1], proof.score["recency"][:, 1])


def test_metrics_are_json_with_every_baseline_beside():
    proof = proof_of()
    figures = metrics(fitted(proof, OWN, POOLED, POOLED))
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures["judged_at"] == "2024-06-30"
    assert set(figures["baselines"]) == set(BASELINES)
    worse = figures["baselines"]["recency"]["never_bought"]["auc"]
    assert figures["populations"]["never_bought"]["_macro"]["auc"] > worse


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
