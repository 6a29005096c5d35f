"""What `plan.json` tells of a plan: capacities, how good it is, what the experiment can show."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from gosales.core.columns import Plan, Scores
from gosales.evaluation.trial import POWER, Sizes, accounts_needed, detectable_lift, power
from gosales.pipeline.plan_cells import Lists
from gosales.pipeline.plan_past import Past
from gosales.pipeline.plan_team import Team
from gosales.whitespace.plan import CallPlan, Rep
from gosales.whitespace.plan_solve import GREEDY
from gosales.whitespace.settings import PlanSettings

MONEY = 2


@dataclass(frozen=True)
class Context:
    """What a plan was made from."""

    lists: Lists
    team: Team
    settings: PlanSettings
    past: Past
    left_out: dict[str, int]
    day: dt.date


def facts_of(made: CallPlan, rows: pd.DataFrame, context: Context) -> dict[str, Any]:
    """All of `plan.json` but the hashes."""
    groups = rows[Plan.GROUP]
    return {
        "plan_date": context.day.isoformat(),
        "cutoff_date": str(context.lists.cutoff),
        "horizon_months": context.lists.horizon_months,
        "lists_run_id": context.lists.run_id,
        "divisions": sorted(set(context.lists.scores[Scores.DIVISION])),
        "settings": context.settings.model_dump(mode="json"),
        "team": context.team.origin,
        "treated": _totals(rows[groups == Plan.TREATED]),
        "control": _totals(rows[groups == Plan.CONTROL]),
        "without_reasons": int((rows[Plan.REASONS] == "").sum()),
        "optimum": _optimum(made),
        "reps": [
            _rep(rep, rows[rows[Plan.REP] == rep.name], made.worth[at])
            for at, rep in enumerate(context.team.reps)
        ],
        "floors": [asdict(floor) for floor in made.floors],
        "price_of_floors": round(made.price_of_floors, MONEY),
        "price_of_exploring": round(made.price_of_exploring, MONEY),
        "left_out": {**context.left_out, "accounts_nobody_may_pitch": made.unserved},
        "past_plans": list(context.past.plans),
        "feedback": _answers(context.past),
        "experiment": experiment(rows, context.settings.detect),
    }


def experiment(rows: pd.DataFrame, lift: float) -> dict[str, Any] | None:
    """What the control group can show; None without one.

    The base rate is the mean score of the list: what it would buy as things have been so far.
    """
    control = int((rows[Plan.GROUP] == Plan.CONTROL).sum())
    if not control:
        return None
    sizes = Sizes(len(rows) - control, control, float(rows[Plan.SCORE].mean()))
    least = detectable_lift(sizes)
    chance = power(sizes, lift)
    return {
        "treated_accounts": sizes.treated,
        "control_accounts": sizes.control,
        "base_rate": round(sizes.base_rate, 6),
        "lift": lift,
        "power": None if chance is None else round(chance, 4),
        "detectable_lift": None if least is None else round(least, 4),
        "detectable_at_power": POWER,
        "accounts_needed": accounts_needed(sizes, lift),
    }


def _totals(rows: pd.DataFrame) -> dict[str, Any]:
    return {
        "accounts": len(rows),
        "expected_value": round(float(rows[Plan.VALUE].sum()), MONEY),
        "expected_buyers": round(float(rows[Plan.SCORE].sum()), MONEY),
    }


def _optimum(made: CallPlan) -> dict[str, Any]:
    """How good the planned pitches are; with a control group, those of both groups."""
    found = made.solution
    return {
        "expected_value": round(found.value, MONEY),
        "bound": round(found.bound, MONEY),
        "gap": round(found.gap, 6),
        "proven": found.gap == 0.0,
        "method": found.method,
        "solver": "own" if found.method == GREEDY else "HiGHS",
        "greedy_expected_value": round(found.hurried, MONEY),
        "greedy_regret": round(found.regret, 6),
        "candidate_cells": found.candidates,
        "worth_of_one_more_slot": "upper bound at the floors' prices"
        if found.prices.any()
        else "exact: the best chain of moves"
        if found.gap == 0.0
        else "the best chain of moves from this plan",
    }


def _rep(rep: Rep, rows: pd.DataFrame, worth: float) -> dict[str, Any]:
    treated = rows[rows[Plan.GROUP] == Plan.TREATED]
    return {
        "rep": rep.name,
        "branch": rep.branch,
        "divisions": sorted(rep.divisions) if rep.divisions is not None else None,
        "slots": rep.slots,
        "pitches": len(treated),
        "explored": int((treated[Plan.KIND] == Plan.EXPLORE).sum()),
        "control": len(rows) - len(treated),
        "expected_value": round(float(treated[Plan.VALUE].sum()), MONEY),
        "worth_of_one_more_slot": round(float(worth), MONEY),
    }


def _answers(past: Past) -> dict[str, int]:
    counts: dict[str, int] = {}
    for answer in past.feedback:
        counts[answer.outcome] = counts.get(answer.outcome, 0) + 1
    return dict(sorted(counts.items()))
