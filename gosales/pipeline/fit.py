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

from gosales.core.frames import LabelFrame, TrainingSet
from gosales.core.timeline import Cutoff
from gosales.evaluation.metrics import auc
from gosales.evaluation.paired import Difference, compare_auc
from gosales.evaluation.scoreboard import (
    ACTIVE,
    LAPSED,
    MACRO,
    MIN_BUYERS,
    NEVER,
    scoreboard,
)
from gosales.features.engine import CellFeatures, FeatureEngine
from gosales.labels.purchases import label
from gosales.models.baselines import BASELINES, Baseline, fit_baseline
from gosales.models.calibration import Calibration
from gosales.models.division_model import BASELINE, OWN, POOLED, DivisionModel, Shared
from gosales.models.product_model import ProductModel
from gosales.models.recipe import Ensemble, fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.models.value_model import ValueModel, fit_value_model
from gosales.pipeline.snapshots import Lesson, combine, lessons, sample_rows
from gosales.utils.log import get_log
from gosales.utils.progress import track

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ACTIVE_MONTHS = 12
MODEL = "model"
DEFAULT_BASELINE = "popularity_x_activity"


@dataclass(frozen=True)
class Proof:
    """A fit judged on the horizon after its cutoff; every array has shape (n, D).

    Attributes:
        score: "model" and each baseline -> probabilities.
        population: NEVER, LAPSED or ACTIVE at the cutoff.
        best: The baseline with the highest macro AUC on never-bought cells.
    """

    cutoff: Cutoff
    divisions: tuple[str, ...]
    score: dict[str, Floats]
    labels: LabelFrame
    population: NDArray[np.object_]
    best: str

    def compare(self, inside: Flags, least: int) -> Difference | None:
        """Model against the best baseline, over the cells `inside`."""
        return compare_auc(
            self.score[MODEL], self.score[self.best], self.labels.bought, inside, least
        )


@dataclass(frozen=True)
class Fitted:
    """What a training gives: the models, and the proof that chose their kinds."""

    models: list[DivisionModel]
    proof: Proof | None
    training: TrainingSet | None


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
    proof = None
    if inner and last is not None:
        past = combine([rows[x] for x in inner], plan.budget, plan.seed)
        if past.learnable:
            with track("Proving the model on the last horizon"):
                proof = prove_fit(engine, last, past, plan)
    with track("Training on all of the history"):
        training = combine([rows[x] for x in final], plan.budget, plan.seed) if final else None
        shared = _shared(engine, training, proof, plan)
    return Fitted(_models(engine, shared, proof, training, plan), proof, training)


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
    never = population == NEVER
    macro = {name: macro_auc(score[name], labels.bought, never) for name in baselines}
    best = max(macro, key=lambda name: (macro[name], name == DEFAULT_BASELINE))
    get_log().info("proved", cutoff=str(cells.panel.cutoff), best_baseline=best, macro_auc=macro)
    return Proof(cells.panel.cutoff, cells.spine.divisions, score, labels, population, best)


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


def kind_of(proof: Proof | None, division: str, least: int) -> tuple[str, dict[str, Any]]:
    """OWN, POOLED or BASELINE by the evidence of the proof, and that evidence.

    A division with at least `least` buyers in never-bought cells is judged on its own. The others
    are judged together: their macro difference decides for all of them.
    """
    if proof is None:
        return POOLED, {"why": "no cutoff has a complete outcome to judge on"}
    never = proof.population == NEVER
    buyers = (proof.labels.bought & never).sum(0)
    big = buyers >= least
    position = proof.divisions.index(division) if division in proof.divisions else None
    if position is not None and big[position]:
        inside = never & (np.arange(len(big)) == position)
        return _decide(proof.compare(inside, least), proof, OWN)
    difference = proof.compare(never & ~big, MIN_BUYERS) or proof.compare(never, MIN_BUYERS)
    return _decide(difference, proof, POOLED)


def _decide(difference: Difference | None, proof: Proof, kind: str) -> tuple[str, dict[str, Any]]:
    if difference is None:
        return POOLED, {"why": "too few buyers to judge", "best_baseline": proof.best}
    evidence = {
        "best_baseline": proof.best,
        "auc_gain": round(difference.value, 4),
        "auc_gain_low": round(difference.low, 4),
        "auc_gain_high": round(difference.high, 4),
    }
    return (kind if difference.is_better else BASELINE), evidence


def macro_auc(score: Floats, bought: Flags, inside: Flags) -> float:
    """Mean AUC over the divisions with enough buyers among the cells `inside`; 0.5 without any."""
    areas = [
        auc(score[rows, d], bought[rows, d])
        for d in range(score.shape[1])
        if bought[rows := inside[:, d], d].sum() >= MIN_BUYERS
    ]
    return float(np.nanmean(areas)) if areas else 0.5


def shipped_scores(proof: Proof, models: list[DivisionModel]) -> Floats:
    """Shape (n, D): what would have been shipped at the proof's cutoff, with today's kinds."""
    kinds = {model.division: model.kind for model in models}
    shipped = proof.score[MODEL].copy()
    for d, division in enumerate(proof.divisions):
        if kinds.get(division) == BASELINE:
            shipped[:, d] = proof.score[proof.best][:, d]
    return shipped


def metrics(fitted: Fitted) -> dict[str, Any]:
    """The content of `metrics.json`."""
    proof = fitted.proof
    if proof is None:
        return {
            "judged_at": None,
            "note": "The history is too short to judge the models on an unseen horizon.",
            "populations": {},
        }
    trained = {model.division for model in fitted.models}
    kept = [d for d, name in enumerate(proof.divisions) if name in trained]
    names = tuple(proof.divisions[d] for d in kept)
    bought, inside = proof.labels.bought[:, kept], proof.population[:, kept]
    boards = {
        name: scoreboard(score[:, kept], bought, inside, names)
        for name, score in proof.score.items()
    }
    shipped = scoreboard(shipped_scores(proof, fitted.models)[:, kept], bought, inside, names)
    return {
        "judged_at": str(proof.cutoff),
        "horizon_months": proof.labels.months,
        "note": "Fitted on cutoffs before judged_at and judged on the horizon after it, which also "
        "decided which divisions ship the model and which the baseline.",
        "best_baseline": proof.best,
        "populations": shipped,
        "baselines": {
            name: {population: board[MACRO] for population, board in boards[name].items()}
            for name in BASELINES
        },
        "divisions": {model.division: model.card["evidence"] for model in fitted.models},
    }


def _models(
    engine: FeatureEngine,
    shared: Shared,
    proof: Proof | None,
    training: TrainingSet | None,
    plan: Plan,
) -> list[DivisionModel]:
    models = []
    for division in plan.divisions:
        kind, evidence = kind_of(proof, division, plan.settings.min_buyers)
        if shared.ensemble is None:
            kind, evidence = BASELINE, {"why": "the history is too short to learn from"}
        card = {
            "division": division,
            "kind": kind,
            "evidence": evidence,
            "history_end": str(engine.history.cutoff),
            "horizon_months": engine.horizon_months,
            "training_cutoffs": [str(c) for c in training.cutoffs] if training else [],
            "judged_at": str(proof.cutoff) if proof else None,
        }
        products = plan.products.get(division, ProductModel(()))
        plain = Calibration()
        models.append(DivisionModel(division, kind, shared, plain, plain, products, card))
    return models


def _shared(
    engine: FeatureEngine, training: TrainingSet | None, proof: Proof | None, plan: Plan
) -> Shared:
    """The pooled parts; without both outcomes to learn from, only the features' names."""
    if training is None or not training.learnable:
        cells = engine.at(0)
        activity = cells.panel.customer_values[
            :, cells.panel.customer_names.index("any_frequency__orders_decay_12m")
        ]
        typical = float(np.nan_to_num(activity).mean()) + 0.1
        return Shared(cells.names, None, {}, "", plain_values(cells), typical)
    return Shared(
        training.names,
        fit_ensemble(training, plan.settings, plan.seed),
        {name: fit_baseline(name, training) for name in BASELINES},
        proof.best if proof else DEFAULT_BASELINE,
        fit_value_model(training, plan.seed),
    )


def plain_values(cells: CellFeatures) -> ValueModel:
    """What buyers of the last year spent in a horizon's time, where no outcome is known."""
    year = cells.panel.own("own_monetary__value_12m").astype(np.float64)
    share = cells.panel.horizon_months / 12
    means = {
        division: float(year[year[:, d] > 0, d].mean() * share) if (year[:, d] > 0).any() else 0.0
        for d, division in enumerate(cells.spine.divisions)
    }
    overall = float(np.mean(list(means.values()))) if means else 0.0
    return ValueModel(cells.names, {"": overall, **means}, 1.0, None)
