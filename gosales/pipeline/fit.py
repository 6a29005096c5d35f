"""Fit the division models on a history: prove them on its last horizon first, then use all of it.

1. Fit on the cutoffs whose outcomes end one horizon before the history does, and judge that fit on
   the last horizon, which it has not seen: this gives `metrics.json`, and for each division whether
   the model has earned its place against the simple baselines.
2. Where the history allows, do the same a horizon earlier: whether a calibration map learned there
   helps on the last horizon decides whether one is applied (see `calibrate`).
3. Fit again on all cutoffs; this is what is saved and scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import UNASSIGNED
from gosales.core.frames import LabelFrame, TrainingSet
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.features.panel import Panel, Rows
from gosales.labels.purchases import label
from gosales.models.baselines import fit_baselines
from gosales.models.division_model import BASELINE, DivisionModel, Shared, Side
from gosales.models.money_model import fit_money_model
from gosales.models.product_model import ProductModel
from gosales.models.recipe import Ensemble, fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.pipeline.calibrate import Calibrations, bands
from gosales.pipeline.exposure import exposure
from gosales.pipeline.gate import (
    DEFAULT_BASELINE,
    MODEL,
    Proof,
    Verdict,
    judge_divisions,
)
from gosales.pipeline.money import MoneyProof, plain_money, price_levels, prove_money
from gosales.pipeline.proof import judged, prove_fit
from gosales.pipeline.season import MOST_MONTHS, Season
from gosales.pipeline.sku_models import (
    UNJUDGED,
    SkuChoice,
    SkuWindow,
    choose_sku_model,
    horizons_of_a_year,
)
from gosales.pipeline.snapshots import Draw, Lesson, combine, drawn_rows, in_season, lessons
from gosales.utils.progress import track

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOSTLY = 0.9
"""Where more of the customers are drawn, all get features: it is one query without a join."""


@dataclass(frozen=True)
class Fitted:
    """What a training gives: the models, and the proofs of their scores, maps and money."""

    models: list[DivisionModel]
    proof: Proof | None
    training: TrainingSet | None
    calibrations: Calibrations
    money: MoneyProof | None = None
    products: SkuChoice = UNJUDGED


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
    past = _learn(
        engine, final, {age: _lessons_before(engine, plan, age) for age in (h, 2 * h)}, plan
    )
    with track("Choosing what ranks the products"):
        newest = past.proofs.get(h)
        windows = list(past.windows.values())[::-1]  # the newest comes first then
        chance = newest.score[MODEL] if newest else None
        products = choose_sku_model(windows, chance, h, plan.seed)
    with track("Training on all of the history"):
        training = past.training(engine, final, 0, plan) if final else None
        shared = replace(_shared(engine, training, plan), products=products.model)
    calibrations = Calibrations(past.proofs.get(2 * h), past.proofs.get(h))
    models = _models(engine, shared, calibrations, training, plan)
    return Fitted(models, calibrations.newer, training, calibrations, past.money, products)


def fit_unproved(engine: FeatureEngine, plan: Plan) -> Ensemble | None:
    """The ensemble that `fit` makes of all of the history, without the proofs beside it.

    None where there are not both outcomes to learn from.
    """
    final = lessons(engine.months, engine.horizon_months, plan.settings.snapshots)
    past = _learn(engine, final, {}, replace(plan, products={}))
    rows = past.training(engine, final, 0, plan) if final else None
    if rows is None or not rows.learnable:
        return None
    return fit_ensemble(rows, plan.settings, plan.seed)


def _lessons_before(engine: FeatureEngine, plan: Plan, age: int) -> list[Lesson]:
    """What a fit at the cutoff of that age may learn from; without a full cutoff, nothing."""
    h = engine.horizon_months
    found = lessons(engine.months, h, plan.settings.snapshots, offset=age)
    if not engine.history.two_clocks:  # the same rows then serve every fit
        found = [replace(lesson, known_at=0) for lesson in found]
    return found


@dataclass
class _Past:
    """What past cutoffs tell.

    Attributes:
        rows: To learn from, by lesson.
        proofs: One and two horizons before the end, by age.
        windows: Of the products, by age, the oldest first.
    """

    rows: dict[Lesson, TrainingSet] = field(default_factory=dict)
    proofs: dict[int, Proof] = field(default_factory=dict)
    windows: dict[int, SkuWindow] = field(default_factory=dict)
    money: MoneyProof | None = None

    def training(
        self, engine: FeatureEngine, chosen: list[Lesson], age: int, plan: Plan
    ) -> TrainingSet:
        """The rows of lessons, for a fit at the cutoff of that age and the season after it.

        An open outcome of a never-bought cell is told as a whole horizon by what its months saw in
        earlier years (see `exposure`), that of an owned cell by how long it was.
        """
        h = engine.horizon_months
        season = Season.of(engine.ledger.active_by_month(age, MOST_MONTHS))
        parts = []
        for one in chosen:
            begun = one.age - age
            whole, seen = season.of_lesson(begun, h, h), season.of_lesson(begun, one.months, h)
            parts.append(in_season(self.rows[one], never=whole, owned=seen))
        return combine(parts, plan.budget, plan.seed)


def _learn(
    engine: FeatureEngine, final: list[Lesson], earlier: dict[int, list[Lesson]], plan: Plan
) -> _Past:
    """The rows of all lessons, and the proofs: at the age of each of `earlier`, of a fit on those.

    The oldest cutoff comes first: when a proof's own is reached, what it learns from is there, and
    no cutoff's features have to be kept.
    """
    wanted = dict.fromkeys([*final, *chain.from_iterable(earlier.values())])
    ages = {lesson.age for lesson in wanted} | {age for age in earlier if earlier[age]}
    with_products = _product_windows(engine, plan)
    ages |= with_products
    draws = _Draws(engine, plan, list(wanted), {age for age in earlier if earlier[age]})
    found = _Past()
    oldest_first = sorted(ages, reverse=True)
    with track("Learning from past cutoffs", total=len(ages)) as advance:
        made = engine.several(oldest_first, draws.customers)
        for age, cells in zip(oldest_first, made, strict=True):
            here = [lesson for lesson in wanted if lesson.age == age]
            for lesson in here:
                known_part = exposure(cells.panel, lesson.months)
                found.rows[lesson] = drawn_rows(cells, draws.made[lesson], known_part)
            if earlier.get(age):
                _prove(found, draws, cells, earlier[age])
            if age in with_products:
                buyer = draws.horizon(cells.panel).bought
                found.windows[age] = SkuWindow.of(engine.history, cells.panel, buyer)
            for lesson in here:
                del draws.made[lesson]
            advance(1)
    return found


def _product_windows(engine: FeatureEngine, plan: Plan) -> set[int]:
    """Ages of the cutoffs whose horizons the products are learned from and judged on.

    The last horizon and those of the year before it, as far as a horizon of history lies before
    each: a SKU's share of buyers is counted there.
    """
    h = engine.horizon_months
    most = 1 + horizons_of_a_year(h) if plan.products else 0
    return {h * i for i in range(1, most + 1) if h * (i + 1) <= engine.months}


def _prove(found: _Past, draws: _Draws, cells: CellFeatures, learned: list[Lesson]) -> None:
    """Fit on what was learned before the cells' cutoff, and judge that on the horizon after it."""
    engine, plan = draws.engine, draws.plan
    age = engine.history.cutoff.age_in_months(cells.panel.cutoff.date)
    past = found.training(engine, learned, age, plan)
    if not past.learnable:
        return
    labels = draws.horizon(cells.panel)
    found.proofs[age] = prove_fit(cells, labels, past, plan.settings, plan.seed)
    if age == engine.horizon_months:
        customers = found.proofs[age].customers
        found.money = prove_money(cells, customers, past, engine.history, plan.seed)


@dataclass
class _Draws:
    """Draws the cells of the lessons, so that only their customers get features.

    Attributes:
        lessons: All of them.
        proven: Ages at which those of the judged customers are needed, whatever is drawn.
        made: What was drawn, by lesson.
    """

    engine: FeatureEngine
    plan: Plan
    lessons: list[Lesson]
    proven: set[int]
    made: dict[Lesson, Draw] = field(default_factory=dict)

    def customers(self, panel: Panel) -> Rows:
        """The rows of a panel's customers whose features are needed, in ascending order."""
        age = self.engine.history.cutoff.age_in_months(panel.cutoff.date)
        here = [self._draw(panel, lesson).customer for lesson in self.lessons if lesson.age == age]
        too = judged(panel) if age in self.proven else np.empty(0, np.intp)
        needed = np.unique(np.concatenate([too, *here]))
        return panel.everyone if len(needed) > MOSTLY * panel.shape[0] else needed.astype(np.intp)

    def horizon(self, panel: Panel) -> LabelFrame:
        """Labels of the horizon after the panel's cutoff; those of a draw, where there is one."""
        age = self.engine.history.cutoff.age_in_months(panel.cutoff.date)
        whole = Lesson(age, self.engine.horizon_months)
        return self.made[whole].labels if whole in self.made else self._labels(panel, whole)

    def _draw(self, panel: Panel, lesson: Lesson) -> Draw:
        labels = self._labels(panel, lesson)
        most = 2 * self.plan.budget // len(self.lessons)
        draw = Draw.of(panel.spine, labels, self.plan.settings.kept_zeros, most)
        self.made[lesson] = draw
        return draw

    def _labels(self, panel: Panel, lesson: Lesson) -> LabelFrame:
        history = self.engine.history
        known = history.as_of(history.cutoff.months_before(lesson.known_at))
        return label(known.outcome(panel.cutoff, lesson.months), panel.spine)


def _models(
    engine: FeatureEngine,
    shared: Shared,
    calibrations: Calibrations,
    training: TrainingSet | None,
    plan: Plan,
) -> list[DivisionModel]:
    proof = calibrations.newer
    models = []
    verdicts = _verdicts(shared, calibrations, plan)
    known = sorted(set(engine.ledger.ordered) - {UNASSIGNED})
    for division in plan.divisions:
        verdict = verdicts[division]
        card = {
            "division": division,
            "kind": verdict.never.kind,
            "kind_owned": verdict.held.kind,
            "evidence": verdict.evidence,
            "history_end": str(engine.history.cutoff),
            "horizon_months": engine.horizon_months,
            "known_divisions": known,
            "training_cutoffs": [str(c) for c in training.cutoffs] if training else [],
            "judged_at": str(proof.cutoff) if proof else None,
        }
        products = plan.products.get(division, ProductModel(()))
        sides = verdict.never, verdict.held
        models.append(DivisionModel(division, shared, *sides, products, card))
    return models


def _verdicts(shared: Shared, calibrations: Calibrations, plan: Plan) -> dict[str, Verdict]:
    """What stands behind each division's sides, with their maps and intervals."""
    if shared.ensemble is None:
        none = Side(BASELINE, DEFAULT_BASELINE)
        why = {"why": "the history is too short to learn from"}
        return dict.fromkeys(plan.divisions, Verdict(none, none, why))
    found = judge_divisions(calibrations.newer, plan.divisions, plan.settings.min_buyers)
    never = bands(calibrations, {name: v.never for name, v in found.items()}, owned=False)
    held = bands(calibrations, {name: v.held for name, v in found.items()}, owned=True)
    return {
        name: Verdict(
            replace(calibrations.side(v.never, owned=False), band=never[name]),
            replace(calibrations.side(v.held, owned=True), band=held[name]),
            {
                **v.evidence,
                "calibration": calibrations.evidence(v.never, owned=False),
                "calibration_owned": calibrations.evidence(v.held, owned=True),
            },
        )
        for name, v in found.items()
    }


def _shared(engine: FeatureEngine, training: TrainingSet | None, plan: Plan) -> Shared:
    """The pooled parts; without both outcomes to learn from, only the features' names."""
    if training is None or not training.learnable:
        cells = engine.at(0)
        activity = np.concatenate(
            [
                cells.rows(block, np.zeros_like(block)).column("any_frequency__orders_decay_12m")
                for block in cells.blocks()
            ]
        )
        typical = float(np.nan_to_num(activity).mean()) + 0.1
        return Shared(cells.names, None, {}, plain_money(cells), typical)
    return Shared(
        training.names,
        fit_ensemble(training, plan.settings, plan.seed),
        fit_baselines(training),
        fit_money_model(training, price_levels(engine.history), plan.seed),
    )
