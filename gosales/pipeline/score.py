"""Score with the saved models, and write the lists into the run's folder."""

from __future__ import annotations

from dataclasses import replace

from gosales.core.errors import ModelError
from gosales.features.engine import FeatureEngine
from gosales.models.division_model import DivisionModel
from gosales.models.model_store import load_models
from gosales.pipeline.drift import Drift
from gosales.pipeline.publish_lists import write_lists
from gosales.pipeline.score_customers import ScoredLists, score_customers
from gosales.pipeline.session import Work
from gosales.pipeline.train import chosen_divisions
from gosales.utils.progress import track
from gosales.utils.store import LISTS, read_json, write_json


def score(
    work: Work, engine: FeatureEngine, models: list[DivisionModel] | None = None
) -> ScoredLists:
    """Score the chosen divisions; by default with the published models.

    Raises:
        ModelError: A division has no saved model, or the models foretell another horizon.
    """
    session = work.session
    folder = session.store.models_folder() if models is None else work.folder / "models"
    saved = load_models(folder) if models is None else models
    by_name = {model.division: model for model in saved}
    divisions = chosen_divisions(session, engine)
    missing = [name for name in divisions if name not in by_name]
    if missing and (session.options.divisions or len(missing) == len(divisions)):
        raise ModelError(
            f"No saved model knows the division {missing[0]!r}.",
            remedy="Run `gosales train` on this star first, or score others with --division.",
        )
    work.warnings.extend(f"{name} has no saved model and was not scored." for name in missing)
    horizons = {model.card["horizon_months"] for model in saved}
    if horizons - {engine.horizon_months}:
        raise ModelError(
            f"The saved models foretell {min(horizons)} months, not {engine.horizon_months}.",
            remedy="Train again with `gosales train`, or score with the models' horizon.",
        )
    chosen = [by_name[name] for name in divisions if name in by_name]
    lists = score_customers(engine, chosen, session.config, work.run.run_id)
    with track("Writing the lists"):
        write_lists(lists, work.folder)
    with track("Looking for drift"):
        drift = Drift.of(engine, session.config.drift, folder.parent)
        found = drift.report(lists.sample, lists.scores)
        write_json(work.folder / "drift.json", found)
    lists = replace(lists, drift=tuple(found["warnings"]))
    work.warnings.extend(lists.drift)
    _complete_metrics(work, lists)
    work.made(LISTS)
    work.note(
        reasons=lists.faith,
        customers=int(lists.scores["customer_id"].nunique()),
        whitespace_rows=len(lists.whitespace),
    )
    return lists


def _complete_metrics(work: Work, lists: ScoredLists) -> None:
    """Put what only the lists show into `metrics.json`, where this run has one."""
    path = work.folder / "metrics.json"
    if path.exists():
        shown = {"reasons": lists.faith, "warnings": list(lists.drift)}
        write_json(path, read_json(path, made_by="train") | shown)
