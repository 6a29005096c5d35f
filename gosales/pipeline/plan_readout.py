"""What the treated and the control accounts of frozen plans bought after them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gosales.core.columns import Fact, Plan
from gosales.core.errors import ConfigError
from gosales.evaluation.paired import Difference
from gosales.evaluation.trial import means, proportions
from gosales.labels.purchases import VALUE
from gosales.pipeline.plan_later import Later, Window, end_of
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
GROUPS = (Plan.TREATED, Plan.CONTROL)
ALIKE = 1.5
"""Control shares that differ by more than this factor must not be pooled."""


@dataclass(frozen=True)
class ReadoutRequest:
    """What to read out.

    Attributes:
        run_ids: The plans' runs, pooled; none is the published plan.
        since: Purchases after this day count; None is each plan's day.
        log: Later raw logs, a file or a folder; None looks into the star and data/holdout.
        feedback: Answers; None is data/lookup/feedback.csv.
    """

    run_ids: tuple[str, ...] = ()
    since: dt.date | None = None
    log: Path | None = None
    feedback: Path | None = None


def readout(session: Session, request: ReadoutRequest) -> dict[str, Any]:
    """Compare the groups, write `plan/readout.json` and `.html`, publish.

    Raises:
        MissingArtifact: There is no plan.
        WorkspaceError: A frozen list was altered, or there is no such run.
        ConfigError: `since` is too early, or the plans cannot be pooled.
        SalesLogError: There is no later line to read.
    """
    plans = [stored_plan(session.workspace, one) for one in dict.fromkeys(request.run_ids or ("",))]
    for plan in plans:
        require_unaltered(session.workspace, plan)
        _require_after(plan, request.since)
    plans.sort(key=lambda plan: plan.date)
    _require_alike(plans)
    with working(session, "plan readout") as work, track("Reading the plan out"):
        rows, windows = _outcomes(work, plans, request)
        found = _told(plans, windows) | _compare(rows, session.options.seed)
        found["warnings"] = list(work.warnings)
        write_json(work.folder / FOLDER / "readout.json", found)
        write_text(work.folder / FOLDER / "readout.html", report(found))
        work.made(READOUT)
        work.note(plan_run_ids=[plan.run_id for plan in plans])
    return found


def _require_after(plan: StoredPlan, since: dt.date | None) -> None:
    if since is not None and since < plan.date:
        raise ConfigError(
            f"--since {since} lies before the plan of {plan.date}.",
            remedy="Purchases before a plan are not its doing: give a later day, or leave it out.",
        )


def _require_alike(plans: Sequence[StoredPlan]) -> None:
    """Pooling plans with unlike control shares would compare good months with bad ones."""
    shares = [
        plan.facts["control"]["accounts"]
        / max(plan.facts["treated"]["accounts"] + plan.facts["control"]["accounts"], 1)
        for plan in plans
    ]
    if max(shares) > ALIKE * min(shares):
        told = ", ".join(
            f"{plan.date} {100 * share:.0f} %" for plan, share in zip(plans, shares, strict=True)
        )
        raise ConfigError(
            f"The plans have unlike shares of control accounts ({told}), and pooled they would "
            "mislead.",
            remedy="Read them out one by one, or pool those with like shares.",
        )


def _outcomes(
    work: Work, plans: Sequence[StoredPlan], request: ReadoutRequest
) -> tuple[pd.DataFrame, list[Window]]:
    """The rows of all plans with what each account bought and answered, and the plans' windows."""
    later = Later(work, request.log)
    parts, windows = [], []
    try:
        for plan in plans:
            months = int(plan.facts["horizon_months"])
            since = request.since or plan.date
            window, bought = later.bought(since, months, end_of(plan.date, months))
            divisions = tuple(plan.facts["divisions"])
            answers = feedback_of(work.session.workspace, request.feedback, divisions)
            end = end_of(plan.date, months)
            parts.append(
                _with_outcomes(
                    plan.rows(), bought, (a for a in answers if plan.date <= a.date <= end)
                )
            )
            windows.append(window)
    finally:
        later.close()
    return pd.concat(parts, ignore_index=True), windows


def _with_outcomes(
    rows: pd.DataFrame, bought: pd.DataFrame, answers: Iterable[Feedback]
) -> pd.DataFrame:
    """A plan's rows with what each account bought, in the pitched division and at all."""
    keys = list(zip(rows[Plan.CUSTOMER], rows[Plan.DIVISION], strict=True))
    columns = (bought[Fact.CUSTOMER], bought[Fact.DIVISION], bought[VALUE])
    cents = {(who, what): value for who, what, value in zip(*columns, strict=True)}
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


def _told(plans: Sequence[StoredPlan], windows: Sequence[Window]) -> dict[str, Any]:
    """Which plans, and which days count for each."""
    return {
        "plans": [
            {
                "run_id": plan.run_id,
                "plan_date": plan.date.isoformat(),
                "sha256": plan.facts["sha256"],
                "since": window.since.isoformat(),
                "until": window.until.isoformat(),
                "days": (window.until - window.since).days,
                "horizon_over": window.until >= _nearly(plan),
                "source": window.source,
                "power_told_before": plan.facts["experiment"],
            }
            for plan, window in zip(plans, windows, strict=True)
        ]
    }


def _nearly(plan: StoredPlan) -> dt.date:
    """The horizon counts as over a week before its end: few logs have a sale on every day."""
    return end_of(plan.date, int(plan.facts["horizon_months"])) - dt.timedelta(days=7)


def _compare(rows: pd.DataFrame, seed: int) -> dict[str, Any]:
    treated, control = (rows[rows[Plan.GROUP] == group] for group in GROUPS)
    both = (treated, control)
    counts = (int(treated[BOUGHT].sum()), int(control[BOUGHT].sum()))
    return {
        "groups": {name: _group(part) for name, part in zip(GROUPS, both, strict=True)},
        "share_that_bought": _interval(proportions(counts, (len(treated), len(control)))),
        "value_per_account": _interval(_gain(both, MONEY, seed)),
        "value_per_account_in_all_divisions": _interval(_gain(both, ANY_MONEY, seed)),
        "kinds": _by(treated, Plan.KIND),
        "divisions": _by(treated, Plan.DIVISION),
        "reps": _by(treated, Plan.REP),
        "feedback": _answers(treated),
        "control_with_feedback": int((control[ANSWER] != "").sum()),
    }


def _gain(groups: tuple[pd.DataFrame, pd.DataFrame], column: str, seed: int) -> Difference | None:
    first, second = (group[column].to_numpy(float) for group in groups)
    return means(first, second, seed)


def _interval(difference: Difference | None) -> dict[str, float] | None:
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
        {
            "outcome": name or "no answer",
            "pitches": counts[name],
            "bought": int(rows[rows[ANSWER] == name][BOUGHT].sum()),
        }
        for name in names
    ]
