"""Training runs in a local MLflow store, one SQLite file; nothing leaves the machine."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from gosales.models.model_store import quiet_mlflow

EXPERIMENT = "gosales"


def track_run(database: Path, run_id: str, figures: dict[str, Any]) -> str | None:
    """Record the macro figures of each population under the run's id.

    Args:
        database: The SQLite file; made when it is not there.
        figures: The content of `metrics.json`.

    Returns:
        None, or why it could not be recorded: a training is not lost to its diary.
    """
    quiet_mlflow()
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        _record(database, run_id, figures)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        return f"{database} could not record the training ({type(error).__name__}); delete it."
    return None


def _record(database: Path, run_id: str, figures: dict[str, Any]) -> None:
    from mlflow.entities import Metric, Param
    from mlflow.tracking import MlflowClient

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    database.parent.mkdir(parents=True, exist_ok=True)
    client = MlflowClient(f"sqlite:///{database.resolve().as_posix()}")
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment, run_name=run_id, tags={"gosales.run_id": run_id})
    now = int(time.time() * 1000)
    metrics = [
        Metric(f"{population}.{name}", float(value), now, step=0)
        for population, board in figures.get("populations", {}).items()
        for name, value in board["_macro"].items()
        if value is not None
    ]
    params = [Param("judged_at", str(figures.get("judged_at")))]
    client.log_batch(run.info.run_id, metrics, params)  # one transaction for all
    client.set_terminated(run.info.run_id)
