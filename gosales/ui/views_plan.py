"""Call plans: the published one, or one that is only tried out. No Streamlit."""

from __future__ import annotations

import re
import shlex
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Plan
from gosales.pipeline.export_rows import Download, export_rows
from gosales.ui.board import Board, query
from gosales.ui.wording import percent
from gosales.utils.paths import Workspace
from gosales.utils.store import LISTS, PLAN, read_json

ROWS_FILE, FACTS_FILE = "plan/plan.parquet", "plan/plan.json"
CAPACITY = "reps.csv"
"""What a capacity file is called where the browser gives no usable name."""

ODD, MOST_LETTERS = re.compile(r"[^\w .()+-]+"), 100
ALL = "SELECT * FROM read_parquet($path)"
REP_COLUMNS = ("rep", "branch", "slots", "pitches", "expected_value", "worth_of_one_more_slot")
REASONS_LEFT_OUT = {
    "resting_accounts": "accounts rest after a pitch",
    "cells_with_a_status": "cells have a remark that keeps them out",
    "rejected_cells": "cells were rejected lately",
    "cells_not_worth_a_slot": "cells are not worth a slot",
    "accounts_nobody_may_pitch": "accounts belong to nobody in the team",
}


@dataclass(frozen=True)
class Ask:
    """What to plan for.

    Attributes:
        slots: Pitches of each rep, where no capacity file is given.
        capacity: The capacity file's content; None for the reps of the log.
        include: `lapsed`, `active`: cells to pitch besides the whitespace.
        explore: Share of slots for uncertain cells, 0 to 0.5.
        holdout: Share of the list to leave uncalled, 0 to 0.5.
        called: The capacity file's name.
    """

    slots: int
    capacity: bytes | None = None
    include: tuple[str, ...] = ()
    explore: float = 0.0
    holdout: float = 0.0
    called: str = CAPACITY

    def command(self, workspace: Path) -> str:
        """The command that freezes and publishes this plan."""
        words = ["gosales", "plan", "--workspace", str(workspace)]
        words += (
            ["--capacity", self.called]
            if self.capacity is not None
            else ["--slots", str(self.slots)]
        )
        words += ["--include", ",".join(self.include)] if self.include else []
        words += ["--explore", f"{100 * self.explore:g}%"] if self.explore else []
        words += ["--holdout", f"{100 * self.holdout:g}%"] if self.holdout else []
        return shlex.join(words)


@dataclass(frozen=True)
class CallPlan:
    """A plan's rows in the published columns, and its facts.

    Attributes:
        warnings: What looks odd, in sentences.
    """

    rows: pd.DataFrame
    facts: dict[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def treated(self) -> pd.DataFrame:
        """The pitches to make."""
        return self.rows[self.rows[Plan.GROUP] == Plan.TREATED]


def name_of(given: str) -> str:
    """The name of an uploaded file, fit to be a file's name here.

    >>> name_of("Team (Q3).csv"), name_of("../../a<b>.csv"), name_of("..")
    ('Team (Q3).csv', 'a_b_.csv', 'reps.csv')
    """
    plain = ODD.sub("_", given.replace("\\", "/").rpartition("/")[2])[-MOST_LETTERS:].strip(" .-")
    return plain or CAPACITY


def settings_of(workspace: Workspace) -> Ask:
    """What the workspace's settings ask for."""
    from gosales.pipeline.session import Options, Session  # the models: seconds of imports

    plan = Session.open(workspace, Options()).config.plan
    return Ask(plan.slots, include=plan.include, explore=plan.explore, holdout=plan.holdout)


def try_out(board: Board, ask: Ask) -> CallPlan:
    """Plan for `ask` in memory; nothing is written.

    Raises:
        GosalesError: The capacity file cannot be used, or nothing is left to pitch.
    """
    from gosales.pipeline.plan import PlanRequest, sketch
    from gosales.pipeline.session import Options, Session

    session = Session.open(board.workspace, Options())
    settings: dict[str, Any] = {
        "include": ask.include,
        "explore": ask.explore,
        "holdout": ask.holdout,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = None
        if ask.capacity is None:
            settings["slots"] = ask.slots
        else:
            path = Path(folder) / ask.called
            path.write_bytes(ask.capacity)
        made = sketch(session, PlanRequest(path, settings=settings))
    return CallPlan(made.rows, made.facts, made.warnings)


def published(board: Board) -> CallPlan | None:
    """The published plan; None where there is none."""
    rows, facts = board.find(PLAN, ROWS_FILE), board.find(PLAN, FACTS_FILE)
    if rows is None or facts is None:
        return None
    told = read_json(facts, made_by="plan")
    return CallPlan(query(ALL, path=str(rows)), told, tuple(told.get("warnings", ())))


def is_old(board: Board, plan: CallPlan) -> bool:
    """Whether the lists are newer than the plan."""
    return str(plan.facts.get("lists_run_id", "")) != board.parts.get(LISTS)


def reps(plan: CallPlan) -> pd.DataFrame:
    """REP_COLUMNS per rep: who would gain the most from one more slot comes first."""
    table = pd.DataFrame(plan.facts.get("reps", []), columns=list(REP_COLUMNS))
    order = ["worth_of_one_more_slot", "rep"]
    return table.sort_values(order, ascending=[False, True], ignore_index=True)


def pitches(plan: CallPlan, rep: str = "") -> pd.DataFrame:
    """The pitches of a rep, or of all, by rep and slot."""
    rows = plan.treated
    chosen = rows[rows[Plan.REP] == rep] if rep else rows
    return chosen.sort_values([Plan.REP, Plan.SLOT], ignore_index=True)


def of_rep(plan: CallPlan, rep: str) -> CallPlan:
    """The part of the plan that is about one rep; of none the whole."""
    rows = plan.rows[plan.rows[Plan.REP] == rep] if rep else plan.rows
    return replace(plan, rows=rows.reset_index(drop=True))


def proof(plan: CallPlan) -> str:
    """How good the plan is, in a sentence."""
    best = plan.facts.get("optimum", {})
    if not best:
        return ""
    if best.get("proven"):
        return "No better plan exists for this capacity: that is proven."
    return f"At most {100 * float(best.get('gap', 0.0)):.1f} % could be missing to the best plan."


def team(plan: CallPlan) -> str:
    """Who calls, in a sentence; empty where the plan does not tell."""
    told = str(plan.facts.get("team") or "")
    return f"Team: {told}." if told else ""


def power(plan: CallPlan) -> str:
    """What the control group can show, in a sentence; empty where there is none."""
    trial = plan.facts.get("experiment") or {}
    if trial.get("power") is None or not trial.get("control_accounts"):
        return ""
    return (
        f"If calls bring {percent(trial['lift'], 0)} more buyers, the control group shows it with "
        f"a chance of {percent(trial['power'], 0)}."
    )


def left_out(plan: CallPlan) -> str:
    """What was not planned and why, in a sentence; empty where all was considered."""
    counts = plan.facts.get("left_out", {})
    told = [f"{counts[key]:,} {text}" for key, text in REASONS_LEFT_OUT.items() if counts.get(key)]
    return f"Left out: {', '.join(told)}." if told else ""


def as_csv(plan: CallPlan) -> bytes:
    """All rows as they stand in plan.csv."""
    from gosales.pipeline.publish_lists import write_csv  # the models: seconds of imports

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.csv"
        write_csv(plan.rows, path)
        return path.read_bytes()


def as_form(board: Board, plan: CallPlan, form: str) -> Download:
    """The pitches to make in a form of the export, and nothing else."""
    keys = plan.treated[[Plan.CUSTOMER, Plan.DIVISION]]
    return export_rows(
        board.workspace, keys.assign(level="division", product_sku=""), form, plan.rows
    )
