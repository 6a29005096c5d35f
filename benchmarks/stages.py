"""One stage of the engine, or a bare limit, in a process of its own; called by scale.py.

    python benchmarks/stages.py STAGE WORKSPACE '{"lines": 1000000, "customers": 20000}'

Prints one JSON object: `seconds`, and what else the stage measures. Peak memory is read by the
caller, from the process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sales_logs import Size

from gosales.utils.paths import Workspace

CUTOFFS = 8
AGES = [6 + 3 * at for at in range(CUTOFFS)]
THREADS = 2
PEAK, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def bare_load(workspace: Workspace, size: Size) -> dict[str, Any]:
    """DuckDB loads the same files into one typed table, and nothing else."""
    import duckdb

    target = workspace.root / "bare.duckdb"
    target.unlink(missing_ok=True)
    pattern = str(workspace.logs / f"*.{size.form}")
    with timed() as told, duckdb.connect(target, config={"threads": THREADS}) as connection:
        connection.execute("SET enable_progress_bar = false")
        if size.form == "parquet":
            source, given = "read_parquet($path)", {"path": pattern}
        else:
            source = "read_csv($path, columns = $columns, header = true, auto_detect = false)"
            given = {"path": pattern, "columns": size.types}
        connection.execute(f"CREATE TABLE log AS SELECT * FROM {source}", given)
    target.unlink()
    return told


def etl(workspace: Workspace, _size: Size) -> dict[str, Any]:
    """Raw logs to the checked star, from nothing, rejects and the quality report included."""
    from gosales.cli.options import open_session
    from gosales.pipeline.build import build
    from gosales.pipeline.session import working

    session = open_session({"workspace": workspace.root})
    with timed() as told, working(session, "build-star") as work:
        build(work).star.close()
    return told


def features(workspace: Workspace, _size: Size) -> dict[str, Any]:
    """The relational families of all divisions at eight cutoffs, of blocks of customers."""
    import numpy as np

    from gosales.features.cells import CELLS_AT_ONCE

    engine = _engine(workspace)
    with timed() as told:
        with timed("cube_seconds", told):
            _ = engine.cube
        ledger = engine.ledger
        known = {age: ledger.customers_at(age) for age in AGES}
        divisions = {age: ledger.known_at(age, known[age][:0]).divisions for age in AGES}
        size = CELLS_AT_ONCE // len(ledger.divisions)
        for first in range(0, len(ledger.customers), size):
            block = np.arange(first, min(first + size, len(ledger.customers)), dtype=np.int32)
            books = engine.sources.books(block)
            for age in AGES:
                some = np.intersect1d(known[age], block, assume_unique=True)
                books.relational(age, divisions[age], 6, some)
    return told


def all_features(workspace: Workspace, _size: Size) -> dict[str, Any]:
    """The same with the learned families."""
    engine = _engine(workspace)
    with timed() as told:
        for _cells in engine.several(AGES):
            pass
    return told


def training(workspace: Workspace, _size: Size) -> dict[str, Any]:
    """All models on the matrix of the main job, beside LightGBM alone on the same matrix."""
    from gosales.models.baselines import fit_baselines
    from gosales.models.boosting import fit_booster
    from gosales.models.money_model import fit_money_model
    from gosales.models.recipe import TREES, fit_ensemble
    from gosales.models.settings import ModelSettings
    from gosales.pipeline.money import price_levels

    engine, settings = _engine(workspace), ModelSettings()
    rows = matrix(engine)
    levels = price_levels(engine.history)
    with timed() as told:
        with timed("ensemble_seconds", told):
            fit_ensemble(rows, settings, 1)
        with timed("baselines_seconds", told):
            fit_baselines(rows)
        with timed("money_seconds", told):
            fit_money_model(rows, levels, 1)
    parts = {
        "general": rows,
        "whitespace": rows.where(~rows.owned),
        "owned": rows.where(rows.owned),
    }
    with timed("bare_seconds", told):
        for name, part in parts.items():
            fit_booster(
                part.values,
                part.bought,
                part.weight,
                rounds=settings.rounds,
                objective="binary",
                learning_rate=settings.learning_rate,
                seed=1,
                **TREES[name],
            )
    return told | {"rows": len(rows.bought), "columns": len(rows.names)}


def score_all(workspace: Workspace, _size: Size) -> dict[str, Any]:
    """The main job; with the seconds and the peak memory of each part of it."""
    from gosales.cli.options import open_session
    from gosales.pipeline.score_all import score_all as main_job
    from gosales.utils.progress import install

    parts: list[dict[str, Any]] = []

    @contextmanager
    def watch(label: str, _total: float | None) -> Iterator[Callable[..., None]]:
        _reset_peak()
        part: dict[str, Any] = {"part": label}
        with timed(told=part):
            yield lambda *_amounts: None
        parts.append(part | {"peak_mb": _peak_mb()})

    session = open_session({"workspace": workspace.root})
    install(watch)
    with timed() as told:
        run = main_job(session)
    return told | {"parts": parts, "run_id": run.run_id, "cells": len(run.lists.scores)}


def matrix(engine: Any) -> Any:
    """The rows that the final fit of the main job is trained on."""
    from gosales.core.settings import LimitSettings
    from gosales.labels.purchases import label
    from gosales.models.settings import ModelSettings
    from gosales.pipeline.snapshots import Draw, combine, drawn_rows, lessons

    settings, budget = ModelSettings(), LimitSettings().training_rows
    chosen = lessons(engine.months, 6, settings.snapshots)
    parts = []
    for lesson, cells in zip(chosen, engine.several([one.age for one in chosen]), strict=True):
        outcome = engine.history.outcome(cells.panel.cutoff, lesson.months)
        labels = label(outcome, cells.spine)
        most = 2 * budget // max(len(chosen), 1)
        draw = Draw.of(cells.spine, labels, settings.kept_zeros, most)
        parts.append(drawn_rows(cells, draw))
    return combine(parts, budget, 1)


def _engine(workspace: Workspace) -> Any:
    from gosales.core.timeline import Cutoff
    from gosales.etl.build_star import open_star
    from gosales.features.engine import FeatureEngine

    star = open_star(max(workspace.stars.glob("*.duckdb")))
    return FeatureEngine(star.as_of(Cutoff(star.last_day)), 6)


@contextmanager
def timed(name: str = "seconds", told: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    told = {} if told is None else told
    started = time.monotonic()
    yield told
    told[name] = round(time.monotonic() - started, 2)


def _reset_peak() -> None:
    """Let Linux forget the peak so far; elsewhere there is no way."""
    if RESET.exists():
        RESET.write_text("5", encoding="ascii")


def _peak_mb() -> int | None:
    if not PEAK.exists():
        return None
    lines = PEAK.read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


STAGES = {
    stage.__name__: stage for stage in (bare_load, etl, features, all_features, training, score_all)
}

if __name__ == "__main__":
    name, root, size = sys.argv[1:]
    told = STAGES[name](Workspace(Path(root)), Size(**json.loads(size)))
    print(json.dumps(told))
