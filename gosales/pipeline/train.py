"""Train the division models on the published (or a given) star, and save them with their proof."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from gosales.core.columns import UNASSIGNED
from gosales.core.errors import ConfigError
from gosales.core.star import Star
from gosales.core.timeline import Cutoff
from gosales.features.catalog import COLUMNS, catalog
from gosales.features.engine import FeatureEngine
from gosales.models.model_store import load_models, save_models
from gosales.models.tracking import track_run
from gosales.pipeline.drift import PROFILE, training_profile
from gosales.pipeline.figures import metrics
from gosales.pipeline.fit import Fitted, Plan, fit
from gosales.pipeline.judging import capacity_of
from gosales.pipeline.products import product_models
from gosales.pipeline.room import require_room
from gosales.pipeline.session import Session, Work
from gosales.utils.progress import track
from gosales.utils.store import MODELS, write_json, write_text


@dataclass(frozen=True)
class TrainRun:
    """What a training did."""

    fitted: Fitted
    metrics: dict[str, Any]


def engine_at(session: Session, star: Star) -> FeatureEngine:
    """The features of the star as of the session's cutoff, by default its last day.

    Raises:
        WorkspaceError: They would not fit into the memory budget.
    """
    cutoff = session.options.cutoff or Cutoff(star.last_day)
    engine = FeatureEngine(star.as_of(cutoff), session.horizon_months)
    require_room(engine, session.config.limits.memory_gb)
    return engine


def train(work: Work, engine: FeatureEngine) -> TrainRun:
    """Fit and save the models into the run's folder, with metrics and the feature catalog."""
    session = work.session
    fitted = fit(engine, plan_of(session, engine))
    figures = metrics(fitted, capacity_of(engine.history, session.config))
    write_json(work.folder / "metrics.json", figures)
    write_text(work.folder / "feature_catalog.csv", _catalog_csv(engine.horizon_months))
    with track("Saving the models"):
        save_models(fitted.models, work.folder / "models")
        profile = training_profile(fitted, engine.history.cutoff)
        write_json(work.folder / PROFILE, profile)
        _keep_others(work, {model.division for model in fitted.models})
        if session.config.models.tracking:
            problem = track_run(session.workspace.tracking, work.run.run_id, figures)
            work.warnings.extend([problem] if problem else [])
    work.made(MODELS)
    work.note(
        cutoff=str(engine.history.cutoff),
        two_clocks=engine.history.two_clocks,
        models={model.division: model.card for model in fitted.models},
    )
    return TrainRun(fitted, figures)


def plan_of(session: Session, engine: FeatureEngine) -> Plan:
    """What the settings and the command line ask to fit."""
    return Plan(
        session.config.models,
        chosen_divisions(session, engine),
        product_models(engine.history, engine.horizon_months),
        session.config.limits.training_rows,
        session.options.seed,
    )


def _keep_others(work: Work, trained: set[str]) -> None:
    """Carry over the published models of divisions that were not asked for this time."""
    store = work.session.store
    if not work.session.options.divisions or MODELS not in store.published().parts:
        return
    others = [m for m in load_models(store.models_folder()) if m.division not in trained]
    save_models(others, work.folder / "models")


def chosen_divisions(session: Session, engine: FeatureEngine) -> tuple[str, ...]:
    """The divisions known by the cutoff that the settings and the command line ask for.

    Raises:
        ConfigError: A division that is asked for is not in the log, or none is left.
    """
    known = sorted(set(engine.ledger.ordered) - {UNASSIGNED})
    settings = session.config.divisions
    wanted = session.options.divisions or settings.include or tuple(known)
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise ConfigError(
            f"No line by {engine.history.cutoff} belongs to the division {unknown[0]!r}.",
            remedy=f"The divisions are: {', '.join(known)}.",
        )
    left = tuple(name for name in known if name in set(wanted) - set(settings.exclude))
    if not left:
        raise ConfigError(
            "No division is left to score.",
            remedy="Map SKUs to divisions, and see include and exclude in [divisions].",
        )
    return left


def _catalog_csv(horizon_months: int) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(catalog(horizon_months))
    return stream.getvalue()
