"""What the treated and the control accounts of a frozen plan bought after it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gosales.core.columns import Fact, Plan
from gosales.core.errors import ConfigError, SalesLogError
from gosales.core.star import Outcome, Star
from gosales.core.timeline import Cutoff, add_months
from gosales.etl.build_star import build_star, open_star
from gosales.evaluation.paired import Difference
from gosales.evaluation.trial import means, proportions
from gosales.labels.purchases import VALUE, purchases
from gosales.pipeline.build import published_star, refuse_blockers, sources_of
from gosales.pipeline.plan_past import (
    FOLDER,
    Feedback,
    StoredPlan,
    feedback_of,
    require_unaltered,
    stored_plan,
)
from gosales.pipeline.plan_report import report
from gosales.pipeline.session import Session, Work, working
from gosales.utils.progress import track
from gosales.utils.store import READOUT, write_json, write_text

BOUGHT, MONEY, ANY_MONEY, ANSWER = "bought", "money", "any_money", "answer"
LATER_STAR, LATER_LOG = "later.duckdb", "later_log"
GROUPS = (Plan.TREATED, Plan.CONTROL)


@dataclass(frozen=True)
class ReadoutRequest:
    """What to read out.

    Attributes:
        run_id: The plan's run; None is the published plan.
        since: Purchases after this day count; None is the plan's day.
        log: Later raw logs, a file or a folder; None looks into the star and data/holdout.
        feedback: Answers; None is data/lookup/feedback.csv.
    """

    run_id: str | None = None
    since: dt.date | None = None
    log: Path | None = None
    feedback: Path | None = None


@dataclass(frozen=True)
class Window:
    """The days whose purchases count, `since` excluded and `until` included, and their source."""

    since: dt.date
    until: dt.date
    source: str


def readout(session: Session, request: ReadoutRequest) -> dict[str, Any]:
    """Compare the groups, write `plan/readout.json` and `.html`, publish.

    Raises:
        MissingArtifact: There is no plan.
        WorkspaceError: The frozen list was altered, or there is no such run.
        SalesLogError: There is no later line to read.
    """
    plan = stored_plan(session.workspace, request.run_id)
    require_unaltered(session.workspace, plan)
    with working(session, "plan readout") as work, track("Reading the plan out"):
        window, bought = _later(work, plan, request)
        divisions = tuple(plan.facts["divisions"])
        answers = feedback_of(session.workspace, request.feedback, divisions)
        rows = _with_outcomes(plan.rows(), bought, [a for a in answers if a.date >= plan.date])
        found = _compare(rows, plan, window, session.options.seed)
        folder = work.folder / FOLDER
        write_json(folder / "readout.json", found)
        write_text(folder / "readout.html", report(found))
        work.run.made.add(READOUT)
        work.note(plan_run_id=plan.run_id, since=str(window.since), until=str(window.until))
    return found


def _later(work: Work, plan: StoredPlan, request: ReadoutRequest) -> tuple[Window, pd.DataFrame]:
    """What was bought in the window: customer, division, cents."""
    since = request.since or plan.date
    if since < plan.date:
        raise ConfigError(
            f"--since {since} lies before the plan of {plan.date}.",
            remedy="Purchases before a plan are not its doing: give a later day, or leave it out.",
        )
    star, source = _star_after(work, since, request.log)
    end = add_months(plan.date, int(plan.facts["horizon_months"]))
    try:
        until = min(star.last_day, end)
        if until <= since:
            raise _nothing_later(since)
        day = star.tables.facts[Fact.DATE]
        facts = star.tables.facts.filter((day > since) & (day <= until))
        outcome = Outcome(Cutoff(since), int(plan.facts["horizon_months"]), facts)
        return Window(since, until, source), purchases(outcome).to_pandas()
    finally:
        star.close()
        (work.folder / LATER_STAR).unlink(missing_ok=True)
        shutil.rmtree(work.folder / LATER_LOG, ignore_errors=True)


def _star_after(work: Work, since: dt.date, log: Path | None) -> tuple[Star, str]:
    """A star with lines after `since`: of the given log, the history, or the holdout."""
    session = work.session
    if log is not None:
        return _star_of(work, _folder_of(work, log)), str(log)
    star = published_star(session)
    if star.last_day > since:
        return star, "the history"
    star.close()
    holdout = session.workspace.holdout
    if not holdout.is_dir() or not any(holdout.iterdir()):
        raise _nothing_later(since)
    return _star_of(work, holdout), "data/holdout"


def _star_of(work: Work, logs: Path) -> Star:
    session = work.session
    target = work.folder / LATER_STAR
    made = build_star(replace(sources_of(session), logs=logs), session.config.etl(), target)
    refuse_blockers(made.quality.as_dict()["blockers"])
    return open_star(made.path, session.config.limits.memory_gb)


def _folder_of(work: Work, log: Path) -> Path:
    """The folder of the later logs; a single file is copied into the run's folder."""
    if log.is_dir():
        return log
    if not log.is_file():
        raise SalesLogError(f"{log} does not exist.", remedy="Correct the path given with --log.")
    folder = work.folder / LATER_LOG
    folder.mkdir()
    shutil.copyfile(log, folder / log.name)
    return folder


def _nothing_later(since: dt.date) -> SalesLogError:
    return SalesLogError(
        f"There is no sales line after {since} to read the plan out with.",
        remedy="Name newer logs with --log, put them into data/holdout, or add them to the history "
        "and run `gosales build-star`.",
    )


def _with_outcomes(
    rows: pd.DataFrame, bought: pd.DataFrame, answers: Sequence[Feedback]
) -> pd.DataFrame:
    """The plan's rows with what each account bought, in the pitched division and at all."""
    keys = list(zip(rows[Plan.CUSTOMER], rows[Plan.DIVISION], strict=True))
    cents = {
        (customer, division): value
        for customer, division, value in bought[
            [Fact.CUSTOMER, Fact.DIVISION, VALUE]
        ].to_numpy(object).tolist()
    }  # fmt: skip
    every = bought.groupby(Fact.CUSTOMER)[VALUE].sum()
    said = {(a.customer, a.division): a.outcome for a in sorted(answers, key=lambda a: a.date)}
    return rows.assign(
        **{
            BOUGHT: [key in cents for key in keys],
            MONEY: np.array([cents.get(key, 0) for key in keys], float) / 100.0,
            ANY_MONEY: every.reindex(rows[Plan.CUSTOMER]).fillna(0.0).to_numpy(float) / 100.0,
            ANSWER: [said.get(key, "") for key in keys],
        }
    )


def _compare(rows: pd.DataFrame, plan: StoredPlan, window: Window, seed: int) -> dict[str, Any]:
    treated, control = (rows[rows[Plan.GROUP] == group] for group in GROUPS)
    both = (treated, control)
    counts = (int(treated[BOUGHT].sum()), int(control[BOUGHT].sum()))
    return {
        "plan_run_id": plan.run_id,
        "plan_date": plan.date.isoformat(),
        "sha256": plan.facts["sha256"],
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "days": (window.until - window.since).days,
        "horizon_months": plan.facts["horizon_months"],
        "source": window.source,
        "groups": {name: _group(part) for name, part in zip(GROUPS, both, strict=True)},
        "share_that_bought": _told(proportions(counts, (len(treated), len(control)))),
        "value_per_account": _told(_gain(both, MONEY, seed)),
        "value_per_account_in_all_divisions": _told(_gain(both, ANY_MONEY, seed)),
        "power_told_before": plan.facts["experiment"],
        "kinds": _by(treated, Plan.KIND),
        "divisions": _by(treated, Plan.DIVISION),
        "reps": _by(treated, Plan.REP),
        "feedback": _answers(treated),
        "control_with_feedback": int((control[ANSWER] != "").sum()),
    }


def _gain(groups: tuple[pd.DataFrame, pd.DataFrame], column: str, seed: int) -> Difference | None:
    first, second = (group[column].to_numpy(float) for group in groups)
    return means(first, second, seed)


def _told(difference: Difference | None) -> dict[str, float] | None:
    if difference is None:
        return None
    rounded = {name: round(value, 6) for name, value in asdict(difference).items()}
    return {"difference": rounded["value"], "low": rounded["low"], "high": rounded["high"]}


def _group(rows: pd.DataFrame) -> dict[str, Any]:
    n = len(rows)
    return {
        "accounts": n,
        "bought": int(rows[BOUGHT].sum()),
        "share": round(float(rows[BOUGHT].mean()), 6) if n else None,
        "expected_buyers": round(float(rows[Plan.SCORE].sum()), 2),
        "value": round(float(rows[MONEY].sum()), 2),
        "expected_value": round(float(rows[Plan.VALUE].sum()), 2),
        "value_per_account": round(float(rows[MONEY].mean()), 2) if n else None,
        "value_in_all_divisions": round(float(rows[ANY_MONEY].sum()), 2),
    }


def _by(rows: pd.DataFrame, column: str) -> list[dict[str, Any]]:
    return [{column: str(name), **_group(part)} for name, part in rows.groupby(column, sort=True)]


def _answers(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Pitches by what was answered; the last line has those without an answer."""
    counts = Counter(rows[ANSWER])
    names = [*sorted(name for name in counts if name), *([""] if counts[""] else [])]
    return [
        {"outcome": name or "no answer", "pitches": counts[name],
         "bought": int(rows[rows[ANSWER] == name][BOUGHT].sum())}
        for name in names
    ]  # fmt: skip
