"""By what evidence a model is shipped."""

import datetime as dt

import numpy as np
import pytest

from gosales.core.frames import LabelFrame
from gosales.core.timeline import Cutoff
from gosales.evaluation.scoreboard import ACTIVE, NEVER
from gosales.models.baselines import BASELINES
from gosales.models.calibration import Calibration, logit
from gosales.models.division_model import BASELINE, OWN, POOLED
from gosales.pipeline.gate import (
    LEAST_BUYERS,
    MODEL,
    Proof,
    best_baseline,
    judge_divisions,
    weighted_auc,
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
    population = np.full((n, 3), NEVER, object)
    return Proof(CUTOFF, NAMES, n, np.arange(n), scores, labels, population)


def verdict(proof, division):
    return judge_divisions(proof, (division,), LEAST)[division]


def as_good_as_the_best(proof, *divisions):
    best = best_baseline(proof, owned=False)
    for d in divisions:
        proof.score[MODEL][:, d] = proof.score[best][:, d]
    return proof


def test_the_made_up_proof_has_the_buyers_it_says():
    big, small, tiny = proof_of().labels.bought.sum(0)
    assert big > LEAST > small > 20
    assert tiny == 4


@pytest.mark.parametrize(
    ("division", "kind"), [("Big", OWN), ("Small", POOLED), ("Tiny", POOLED), ("New", POOLED)]
)
def test_a_better_model_is_shipped(division, kind):
    found = verdict(proof_of(), division)
    assert found.never.kind == found.evidence["kind"] == kind
    assert found.never.baseline == found.evidence["best_baseline"]
    low, gain, high = (found.evidence[f"auc_gain{x}"] for x in ("_low", "", "_high"))
    assert 0 < low < gain < high


@pytest.mark.parametrize("division", [*NAMES, "New"])
@pytest.mark.parametrize("worse", [False, True], ids=["as good", "worse"])
def test_a_model_that_is_not_clearly_better_is_not(division, worse):
    proof = proof_of(3.0, 0.3)
    if not worse:
        as_good_as_the_best(proof, 0, 1, 2)
    found = verdict(proof, division)
    assert found.never.kind == BASELINE
    assert found.evidence["auc_gain_low"] <= 0


def worse_than_the_best(proof, d):
    """In one division the model ranks at random."""
    proof.score[MODEL][:, d] = np.random.default_rng(7).random(len(proof.score[MODEL]))
    return proof


def test_a_big_division_where_the_model_is_surely_worse_ships_the_baseline():
    found = verdict(worse_than_the_best(proof_of(0.3, 1.0), 0), "Big")
    assert found.never.kind == BASELINE
    assert found.evidence["auc_gain_high"] < 0


def test_a_big_division_that_tells_neither_way_rests_on_the_common_gain():
    proof = as_good_as_the_best(proof_of(), 0)
    found, small = verdict(proof, "Big"), verdict(proof, "Small")
    assert found.never.kind == small.never.kind == POOLED
    assert found.evidence["auc_gain_low"] == small.evidence["auc_gain_low"] > 0


def test_a_common_gain_that_is_not_sure_decides_by_its_sign():
    kinds = {}
    for noise in (0.8, 1.0):
        found = verdict(proof_of(noise, 1.0), "Tiny")
        assert found.evidence["auc_gain_low"] < 0 < found.evidence["auc_gain_high"]
        kinds[found.never.kind] = found.evidence["auc_gain"]
    assert kinds[POOLED] > 0 > kinds[BASELINE]


def blind_to_levels(proof):
    """Simple scores that rank within divisions as before, but far from the divisions' levels."""
    for name in BASELINES:
        proof.score[name] = Calibration(1.0, 2.0)(logit(proof.score[name]))
    return proof


def test_a_model_that_is_not_surely_worse_stands_where_its_probabilities_fit_better():
    proof = proof_of(1.0, 1.0)
    assert verdict(proof, "Tiny").never.kind == BASELINE
    found = verdict(blind_to_levels(proof), "Tiny")
    assert found.never.kind == POOLED
    assert found.evidence["auc_gain"] < 0 < found.evidence["auc_gain_high"]


def test_a_model_that_ranks_surely_worse_does_not_stand_for_its_fit():
    proof = blind_to_levels(proof_of(3.0, 0.3))
    proof.score[MODEL] = Calibration(0.1, -3.0)(logit(proof.score[MODEL]))
    found = verdict(proof, "Tiny")
    assert found.never.kind == BASELINE
    assert found.evidence["auc_gain_high"] < 0


def test_a_proof_with_few_buyers_in_all_decides_nothing():
    proof = proof_of(3.0, 0.3)
    assert verdict(proof, "Big").never.kind == BASELINE
    buyers = np.flatnonzero(proof.labels.bought[:, 0])
    proof.labels.bought[buyers[LEAST_BUYERS - proof.labels.bought[:, 1:].sum() - 1 :], 0] = False
    assert proof.labels.bought.sum() == LEAST_BUYERS - 1
    found = judge_divisions(proof, NAMES, 10)
    assert {found[name].never.kind for name in NAMES} == {POOLED}
    assert {found[name].evidence["why"] for name in NAMES} == {"too few buyers to judge"}


def test_small_divisions_share_one_judgement():
    proof = proof_of()
    shared = {verdict(proof, name).evidence["auc_gain"] for name in ("Small", "Tiny", "New")}
    assert len(shared) == 1


def test_owned_cells_are_judged_apart():
    proof = proof_of()
    owned = np.arange(2_000) % 2 == 0
    proof.population[owned] = ACTIVE
    before = verdict(proof, "Big")
    proof.score[MODEL][owned] = proof.score[best_baseline(proof, owned=True)][owned]
    after = verdict(proof, "Big")
    assert (after.never, before.held.kind) == (before.never, OWN)
    assert after.held.kind == BASELINE


@pytest.mark.parametrize("proof", [None, "nobody bought"])
def test_without_evidence_the_pooled_model_is_shipped_and_says_why(proof):
    if proof:
        proof = proof_of()
        proof.labels.bought[:] = False
    found = verdict(proof, "Big")
    assert found.never.kind == found.held.kind == POOLED
    assert found.evidence["why"]


def test_a_division_weighs_by_its_buyers():
    score = np.tile(np.arange(100) / 100, (2, 1)).T
    bought = np.column_stack([np.arange(100) >= 70, np.arange(100) < 10])
    inside = np.ones((100, 2), bool)
    assert weighted_auc(score, bought, inside) == pytest.approx(0.75)
    assert weighted_auc(score, bought & False, inside) == 0.5


def test_the_best_baseline_ranks_best():
    proof = proof_of()
    proof.score["frequency"][:] = proof.score[MODEL]
    assert best_baseline(proof, owned=False) == "frequency"
