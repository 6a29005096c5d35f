"""Judge the saved models, frozen at the history's end, on what happened afterwards."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.errors import CheckFailed, SalesLogError
from gosales.core.star import Star
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import StarSources, build_star, open_star
from gosales.evaluation import page
from gosales.evaluation.bootstrap import FIGURES
from gosales.evaluation.curves import Row, gains, reliability
from gosales.evaluation.gates import FAILED, SKIPPED, Gate, judge
from gosales.evaluation.paired import auc_gain, interval
from gosales.evaluation.scoreboard import ALL, MACRO, MIN_BUYERS, NEVER, POPULATIONS
from gosales.features.engine import FeatureEngine
from gosales.models.model_store import load_models
from gosales.pipeline.build import published_star, refuse_blockers, sources_of
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judge_money import MONEY_COLUMNS, money_rows
from gosales.pipeline.judging import Judged, capacity_of, score_frozen
from gosales.pipeline.room import require_ledgers
from gosales.pipeline.score_customers import models_by_division
from gosales.pipeline.session import Session, Work, working
from gosales.pipeline.sure_figures import sure_board
from gosales.utils.progress import track
from gosales.utils.store import VALIDATION, replacing, write_json, write_text

Floats = NDArray[np.float64]
HOLDOUT = "holdout.duckdb"
GRACE = dt.timedelta(days=7)


@dataclass(frozen=True)
class ValidationRun:
    """What a validation found."""

    metrics: dict[str, Any]
    gates: list[Gate]


def validate_holdout(session: Session) -> ValidationRun:
    """Score at the history's end, compare with the holdout, write `validation/`.

    Raises:
        SalesLogError: There is no holdout, it overlaps the history, or it is under a month long.
        WorkspaceError: The ledgers would not fit into the memory budget.
    """
    star = published_star(session)
    models = load_models(session.store.models_folder())
    end = Cutoff.parse(models[0].card["history_end"])
    with working(session, "validate") as work:
        later, covered = _holdout(work, end)
        with track("Judging the saved models"):
            engine = FeatureEngine(star.as_of(end), models[0].card["horizon_months"])
            require_ledgers(engine, session.config.limits.memory_gb)
            outcome = later.outcome(end, covered)
            capacity = capacity_of(engine.history, session.config)
            cells = engine.at(0)
            models_by_division(models, cells)
            judged = score_frozen(cells, {MODEL: models}, outcome, capacity)
        later.close()
        (work.folder / HOLDOUT).unlink()
        run = _report(work, judged)
        work.made(VALIDATION)
    star.close()
    return run


def require_passed(run: ValidationRun) -> None:
    """Raise CheckFailed when a gate failed."""
    failed = [gate for gate in run.gates if gate.result == FAILED]
    if failed:
        raise CheckFailed(
            f"The holdout failed {len(failed)} gate(s): {failed[0].name} is {failed[0].found}, "
            f"asked was {failed[0].asked}.",
            remedy="Read outputs/validation/report.html; retrain on newer data, or change [gates].",
        )


def holdout_of(session: Session) -> StarSources:
    """Where the later period is; it is staged apart, so that the history's files stay staged."""
    workspace = session.workspace
    staging = workspace.staging / "holdout"
    return replace(sources_of(session), logs=workspace.holdout, staging=staging)


def _holdout(work: Work, end: Cutoff) -> tuple[Star, int]:
    """The holdout's star, and how many whole months after `end` it covers."""
    session = work.session
    made = build_star(holdout_of(session), session.config.etl(), work.folder / HOLDOUT)
    refuse_blockers(made.quality.as_dict()["blockers"])
    star = open_star(made.path, session.config.limits.memory_gb)
    facts = star.tables.facts
    early = int((facts[Fact.DATE] <= end.date).sum().execute())
    if early:
        raise SalesLogError(
            f"{early} line(s) of the holdout lie on or before {end}, the end of the history that "
            "the models were trained on.",
            remedy="Keep the history in data/database_samples, only later lines in data/holdout.",
        )
    covered = min(months_covered(end, star.last_day), session.horizon_months)
    if covered < 1:
        raise SalesLogError(
            f"The holdout ends on {star.last_day}, less than a month after {end}.",
            remedy="Put at least one month of later lines into data/holdout.",
        )
    work.note(
        holdout_hashes=made.input_hashes,
        history_end=str(end),
        holdout_end=str(star.last_day),
        months_covered=covered,
    )
    return star, covered


def months_covered(end: Cutoff, last_day: dt.date) -> int:
    """Whole months after `end` that a log up to `last_day` covers.

    The last week of the last month may be empty, as few logs have a sale on every day.
    """
    return -end.age_in_months(last_day + GRACE) - 1


def _report(work: Work, judged: Judged) -> ValidationRun:
    """Write metrics.json, gains.csv, calibration.csv and report.html."""
    draws, seed = work.session.config.backtest.draws, work.session.options.seed
    shipped = sure_board(judged, MODEL, draws, seed)
    gates = judge(shipped, work.session.config.gates)
    if all(gate.result == SKIPPED for gate in gates):
        work.warnings.append("No gate could be applied: the holdout has too few buyers.")
    baselines = {
        name: {population: board[MACRO] for population, board in judged.board(name).items()}
        for name in judged.score
        if name != MODEL
    }
    metrics = {
        "judged_at": str(judged.cutoff),
        "months_covered": judged.months,
        "horizon_months": judged.horizon_months,
        "capacity": judged.capacity,
        "draws": draws,
        "note": coverage_note(judged),
        "populations": shipped,
        "money": judged.money(),
        "baselines": baselines,
        "gains": {name: gain for name in baselines if (gain := gain_over(judged, name))},
        "gates": [asdict(gate) for gate in gates],
    }
    folder = work.folder / VALIDATION
    write_json(folder / "metrics.json", metrics)
    curves = {name: _curves(judged, name) for name in (NEVER, ALL)}
    _write_rows(folder / "gains.csv", {name: c[0] for name, c in curves.items()})
    _write_rows(folder / "calibration.csv", {name: c[1] for name, c in curves.items()})
    write_text(folder / "report.html", _html(metrics, gates, {n: c[0] for n, c in curves.items()}))
    return ValidationRun(metrics, gates)


def gain_over(judged: Judged, other: str) -> dict[str, float] | None:
    """What the shipped scores have more than others in macro AUC on never-bought cells."""
    scores, inside = (judged.score[MODEL], judged.score[other]), judged.inside(NEVER)
    found = auc_gain(*scores, judged.bought, inside, MIN_BUYERS)
    if found is None:
        return None
    return {name: round(value, 6) for name, value in asdict(interval(*found)).items()}


def coverage_note(judged: Judged) -> str:
    """What the figures are about, in one sentence."""
    if judged.months == judged.horizon_months:
        return f"Frozen at {judged.cutoff}, judged on the {judged.months} months after it."
    return (
        f"The holdout covers {judged.months} of the {judged.horizon_months} months after "
        f"{judged.cutoff}; scores and figures are for those {judged.months}."
    )


def _curves(judged: Judged, population: str) -> tuple[list[Row], list[Row]]:
    inside = judged.population == population if population != ALL else judged.bought | True
    score, bought = judged.score[MODEL][inside], judged.bought[inside]
    value = judged.value_cents[inside] / 100.0
    return (gains(score, bought, value), reliability(score, bought)) if len(score) else ([], [])


def _write_rows(path: Path, by_population: dict[str, list[Row]]) -> None:
    """One CSV with the population first."""
    rows = [{"population": name, **row} for name, part in by_population.items() for row in part]
    columns = list(rows[0]) if rows else ["population"]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _sure(figures: dict[str, Any]) -> list[Any]:
    """Counts, and every figure that has an interval, with it."""
    counts = [figures[key] for key in ("n", "buyers", "base_rate")]
    return counts + [
        page.interval(figures[key], figures.get(f"{key}_low"), figures.get(f"{key}_high"))
        for key in FIGURES
    ]


def _told(gain: dict[str, float] | None) -> str:
    return page.interval(gain["value"], gain["low"], gain["high"], sign="+") if gain else "-"


def _html(metrics: dict[str, Any], gates: Sequence[Gate], curves: dict[str, list[Row]]) -> str:
    keys = ("n", "buyers", "base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual")
    boards = metrics["populations"]
    macro = [[name, *_sure(boards[name][MACRO])] for name in POPULATIONS]
    never = [[name, *(row[key] for key in keys)] for name, row in boards[NEVER].items()]
    beside = {MODEL: boards[NEVER][MACRO]} | {n: b[NEVER] for n, b in metrics["baselines"].items()}
    simple = [
        [name, *(row[key] for key in ("auc", "ap", "lift_10")), _told(metrics["gains"].get(name))]
        for name, row in beside.items()
    ]
    top = ("top_share", "rows", "buyers", "capture", "lift", "value_capture")
    return page.page(
        "Holdout validation",
        [
            page.paragraph(metrics["note"]),
            page.heading("Gates"),
            page.table(
                ("gate", "asked", "found", "result"),
                [(gate.name, gate.asked, gate.found, gate.result) for gate in gates],
            ),
            page.heading("Populations (mean over divisions)"),
            page.paragraph(
                f"Means are over divisions with at least {MIN_BUYERS} buyers; n, buyers and "
                "expected_over_actual are sums over all divisions. In brackets: 95 % intervals "
                f"from {metrics['draws']:,} draws of the customers. docs/model.md says what each "
                "figure means."
            ),
            page.table(("population", "n", "buyers", "base_rate", *FIGURES), macro),
            page.heading("Never-bought cells, against the simple scores"),
            page.paragraph(
                "AUC gain: what the model has more, both judged on the same cells, with its 95 % "
                "interval."
            ),
            page.table(("score", "auc", "ap", "lift_10", "AUC gain"), simple),
            page.heading("Never-bought cells, by division"),
            page.table(("division", *keys), never),
            page.heading("Money"),
            page.table(MONEY_COLUMNS, money_rows(metrics["money"])),
            page.heading("Gains on never-bought cells"),
            page.table(top, [[row[key] for key in top] for row in curves[NEVER]]),
        ],
    )


if __name__ == "__main__":
    from gosales.cli import main

    main(["validate", *sys.argv[1:]])
