"""Fit the division models on a history: prove them on its last horizon first, then use all of it.

1. Fit on the cutoffs whose outcomes end one horizon before the history does, and judge that fit on
   the last horizon, which it has not seen: this gives `metrics.json`, and for each division whether
   the model has earned its place against the simple baselines.
2. Fit again on all cutoffs; this is what is saved and scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.evaluation.scoreboard import (
    ACTIVE,
    LAPSED,
    MACRO,
    NEVER,
    scoreboard,
)
from gosales.features.engine import CellFeatures, FeatureEngine
from gosales.labels.purchases import label
from gosales.models.baselines import BASELINES, Baseline, fit_baseline
from gosales.models.calibration import Calibration
from gosales.models.division_model import BASELINE, DivisionModel, Shared, Side
from gosales.models.money_model import fit_money_model
from gosales.models.product_model import ProductModel
from gosales.models.recipe import Ensemble, fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.pipeline.gate import (
    DEFAULT_BASELINE,
    MODEL,
    Proof,
    Verdict,
    best_baseline,
    judge_divisions,
)
from gosales.pipeline.judge_money import MoneyTable, money_figures
from gosales.pipeline.money import MoneyProof, plain_money, price_levels, prove_money
from gosales.pipeline.snapshots import Lesson, combine, lessons, sample_rows
from gosales.utils.progress import track

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ACTIVE_MONTHS = 12


@dataclass(frozen=True)
class Fitted:
    """What a training gives: the models, and the proofs of their scores and of their money."""

    models: list[DivisionModel]
    proof: Proof | None
    training: TrainingSet | None
    money: MoneyProof | None = None


@dataclass(frozen=True)
class Plan:
    """What to fit: which divisions, how, and with how many rows at most."""

    settings: ModelSettings
    divisions: tuple[str, ...]
    products: dict[str, ProductModel]
    budget: int
    seed: int


def fit(engine: FeatureEngine, plan: Plan) -> Fitted:
    """Fit the models of `plan.divisions` on the engine's history."""
    h = engine.horizon_months
    final = lessons(engine.months, h, plan.settings.snapshots)
    inner = lessons(engine.months, h, plan.settings.snapshots, offset=h)
    if not engine.history.two_clocks:  # the same rows then serve both fits
        inner = [replace(lesson, known_at=0) for lesson in inner]
    rows, last = _learn(engine, [*final, *inner], plan)
    proof, money = None, None
    if inner and last is not None:
        past = combine([rows[x] for x in inner], plan.budget, plan.seed)
        if past.learnable:
            with track("Proving the model on the last horizon"):
                proof = prove_fit(engine, last, past, plan)
                money = prove_money(last, past, engine.history, plan.seed)
    with track("Training on all of the history"):
        training = combine([rows[x] for x in final], plan.budget, plan.seed) if final else None
        shared = _shared(engine, training, plan)
    return Fitted(_models(engine, shared, proof, training, plan), proof, training, money)


def _learn(
    engine: FeatureEngine, wanted: list[Lesson], plan: Plan
) -> tuple[dict[Lesson, TrainingSet], CellFeatures | None]:
    """The rows of all lessons, and the features at the last cutoff with a whole outcome."""
    ages = sorted({lesson.age for lesson in wanted})
    zeros = plan.settings.kept_zeros
    most = 2 * plan.budget // max(len(set(wanted)), 1)
    rows: dict[Lesson, TrainingSet] = {}
    last = None
    with track("Learning from past cutoffs", total=len(ages)) as advance:
        for age, cells in zip(ages, engine.several(ages), strict=True):
            last = cells if age == engine.horizon_months else last
            for lesson in dict.fromkeys(one for one in wanted if one.age == age):
                known = engine.history.as_of(engine.history.cutoff.months_before(lesson.known_at))
                outcome = known.outcome(cells.panel.cutoff, lesson.months)
                rows[lesson] = sample_rows(cells, label(outcome, cells.spine), zeros, most)
            advance(1)
    return rows, last


def prove_fit(
    engine: FeatureEngine, cells: CellFeatures, training: TrainingSet, plan: Plan
) -> Proof:
    """Fit on `training` and score every cell of `cells`, whose outcome lies in the history."""
    ensemble = fit_ensemble(training, plan.settings, plan.seed)
    baselines = {name: fit_baseline(name, training) for name in BASELINES}
    outcome = engine.history.outcome(cells.panel.cutoff, engine.horizon_months)
    labels = label(outcome, cells.spine)
    score = score_cells(cells, ensemble, baselines)
    population = populations(cells)
    return Proof(cells.panel.cutoff, cells.spine.divisions, score, labels, population)


def score_cells(
    cells: CellFeatures, ensemble: Ensemble, baselines: dict[str, Baseline]
) -> dict[str, Floats]:
    """Uncalibrated probabilities of every cell, shape (n, D), by the model and each baseline."""
    n, d = cells.panel.shape
    names = np.array(cells.spine.divisions, object)
    scores = {name: np.empty((n, d)) for name in (MODEL, *baselines)}
    for block in np.array_split(np.arange(n, dtype=np.int32), max(n * d // 200_000, 1)):
        customer = np.repeat(block, d)
        division = np.tile(np.arange(d, dtype=np.int32), len(block))
        frame = cells.rows(customer, division)
        plain = Calibration()
        scores[MODEL][block] = plain(ensemble.logit(frame.values, frame.owned)).reshape(-1, d)
        for name, baseline in baselines.items():
            logit = baseline.logit(frame.names, frame.values, names[division])
            scores[name][block] = plain(logit).reshape(-1, d)
    return scores


def populations(cells: CellFeatures) -> NDArray[np.object_]:
    """Shape (n, D): NEVER, LAPSED or ACTIVE, by what was known at the cutoff."""
    recent = np.zeros(cells.panel.shape, bool)
    p = cells.panel.purchases
    inside = p.months_ago < ACTIVE_MONTHS
    recent[p.customer[inside], p.division[inside]] = True
    result = np.full(cells.panel.shape, NEVER, object)
    result[cells.spine.owned & ~recent] = LAPSED
    result[cells.spine.owned & recent] = ACTIVE
    return result


def shipped_scores(proof: Proof, models: list[DivisionModel]) -> Floats:
    """Shape (n, D): what would have been shipped at the proof's cutoff, with today's kinds."""
    by_name = {model.division: model for model in models}
    shipped = proof.score[MODEL].copy()
    for owned in (False, True):
        inside = proof.cells(owned)
        for d, division in enumerate(proof.divisions):
            side = by_name[division].held if owned else by_name[division].never
            if side.kind == BASELINE:
                rows = inside[:, d]
                shipped[rows, d] = proof.score[side.baseline][rows, d]
    return shipped


def metrics(fitted: Fitted) -> dict[str, Any]:
    """The content of `metrics.json`."""
    proof = fitted.proof
    if proof is None:
        return {
            "judged_at": None,
            "note": "The history is too short to judge the models on an unseen horizon.",
            "populations": {},
            "money": None,
        }
    proof = proof.of({model.division for model in fitted.models})
    boards = {
        name: scoreboard(score, proof.labels.bought, proof.population, proof.divisions)
        for name, score in proof.score.items()
    }
    chance = shipped_scores(proof, fitted.models)
    labels = proof.labels
    shipped = scoreboard(chance, labels.bought, proof.population, proof.divisions)
    return {
        "judged_at": str(proof.cutoff),
        "horizon_months": proof.labels.months,
        "note": f"Fitted on cutoffs before {proof.cutoff} and judged on the horizon after it, "
        "which also decided which divisions ship the model and which the baseline.",
        "best_baseline": best_baseline(proof, owned=False),
        "populations": shipped,
        "money": _money(fitted, proof, chance),
        "baselines": {
            name: {population: board[MACRO] for population, board in boards[name].items()}
            for name in BASELINES
        },
        "divisions": {model.division: model.card["evidence"] for model in fitted.models},
    }


def _money(fitted: Fitted, proof: Proof, chance: Floats) -> dict[str, Any] | None:
    if fitted.money is None:
        return None
    told, labels = fitted.money.of(proof.divisions), proof.labels
    table = MoneyTable(chance, told, labels.bought, labels.value_cents, proof.population)
    return money_figures(table)


def _models(
    engine: FeatureEngine,
    shared: Shared,
    proof: Proof | None,
    training: TrainingSet | None,
    plan: Plan,
) -> list[DivisionModel]:
    models = []
    verdicts = judge_divisions(proof, plan.divisions, plan.settings.min_buyers)
    for division in plan.divisions:
        verdict = verdicts[division]
        if shared.ensemble is None:
            none = Side(BASELINE, DEFAULT_BASELINE)
            verdict = Verdict(none, none, {"why": "the history is too short to learn from"})
        card = {
            "division": division,
            "kind": verdict.never.kind,
            "kind_owned": verdict.held.kind,
            "evidence": verdict.evidence,
            "history_end": str(engine.history.cutoff),
            "horizon_months": engine.horizon_months,
            "training_cutoffs": [str(c) for c in training.cutoffs] if training else [],
            "judged_at": str(proof.cutoff) if proof else None,
        }
        products = plan.products.get(division, ProductModel(()))
        sides = verdict.never, verdict.held
        models.append(DivisionModel(division, shared, *sides, products, card))
    return models


def _shared(engine: FeatureEngine, training: TrainingSet | None, plan: Plan) -> Shared:
    """The pooled parts; without both outcomes to learn from, only the features' names."""
    if training is None or not training.learnable:
        cells = engine.at(0)
        activity = cells.panel.customer_values[
            :, cells.panel.customer_names.index("any_frequency__orders_decay_12m")
        ]
        typical = float(np.nan_to_num(activity).mean()) + 0.1
        return Shared(cells.names, None, {}, plain_money(cells), typical)
    return Shared(
        training.names,
        fit_ensemble(training, plan.settings, plan.seed),
        {name: fit_baseline(name, training) for name in BASELINES},
        fit_money_model(training, price_levels(engine.history), plan.seed),
    )
