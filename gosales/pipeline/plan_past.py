"""Earlier pitches: past plans, imported pitches, feedback; and who rests because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Plan
from gosales.core.errors import MissingArtifact, WorkspaceError
from gosales.etl.forgotten import Forgotten
from gosales.pipeline.plan_tables import Record, read_table
from gosales.pipeline.runs import find_run, run_ids
from gosales.utils.paths import Workspace, has_file
from gosales.utils.store import MANIFEST, PLAN, RunStore, read_json, sha256

FOLDER = "plan"
TABLE, FACTS, TWIN = "plan.csv", "plan.json", "plan.parquet"
HASHED = (TABLE, TWIN)
ACCEPTED, REJECTED, NO_CONTACT, POSTPONED = "accepted", "rejected", "no_contact", "postponed"
OUTCOMES = (ACCEPTED, REJECTED, POSTPONED, NO_CONTACT)

Cell = tuple[str, str]


@dataclass(frozen=True)
class StoredPlan:
    """A plan that a run made: its folder, and what its plan.json tells."""

    run_id: str
    folder: Path
    facts: dict[str, Any]

    @property
    def date(self) -> dt.date:
        return dt.date.fromisoformat(self.facts["plan_date"])

    def rows(self) -> pd.DataFrame:
        """The rows of the plan, texts as they were."""
        return pd.read_parquet(self.folder / TWIN)


@dataclass(frozen=True)
class Feedback:
    """What came of one pitch, as somebody wrote it down; `division` may be blank."""

    customer: str
    division: str
    outcome: str
    date: dt.date
    note: str = ""


@dataclass(frozen=True)
class PastFiles:
    """Files named on the command line; without one, that of data/lookup counts if it is there."""

    pitches: Path | None = None
    feedback: Path | None = None


@dataclass(frozen=True)
class Pitch:
    """A pitch that was made; `division` is blank where nobody wrote it down."""

    customer: str
    division: str
    date: dt.date


@dataclass(frozen=True)
class Past:
    """All that is known of earlier pitches."""

    pitches: tuple[Pitch, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    plans: tuple[str, ...] = field(default=())

    def resting(self, day: dt.date, cooldown_days: int) -> set[str]:
        """Customers whose last pitch is less than the cooldown away from `day`.

        A pitch that reached nobody starts no rest; an answer starts one by itself.
        """
        missed = {
            cell: found.date
            for cell, found in self._latest().items()
            if found.outcome == NO_CONTACT
        }
        never = dt.date.min
        made = {
            (p.customer, p.date)
            for p in self.pitches
            if missed.get((p.customer, p.division), never) < p.date
        }
        made |= {(f.customer, f.date) for f in self.feedback if f.outcome != NO_CONTACT}
        cooldown = dt.timedelta(days=cooldown_days)
        return {customer for customer, date in made if day < date + cooldown}

    def rejected(self, day: dt.date, rest_days: int) -> set[Cell]:
        """Cells that said no less than so many days before `day`."""
        rest = dt.timedelta(days=rest_days)
        return {
            cell
            for cell, found in self._latest().items()
            if found.outcome == REJECTED and day < found.date + rest
        }

    def tried(self) -> set[Cell]:
        """Cells that were ever pitched."""
        return {(p.customer, p.division) for p in self.pitches} | set(self._latest())

    def strangers(self, accounts: Iterable[str]) -> list[str]:
        """Warnings about files whose customer ids are written otherwise, so that nobody rests."""
        known = set(accounts)
        pitched = {pitch.customer for pitch in self.pitches}
        answered = {answer.customer for answer in self.feedback}
        told = (
            _strangers("pitches.csv", pitched, known),
            _strangers("feedback.csv", answered, known),
        )
        return [warning for warning in told if warning]

    def _latest(self) -> dict[Cell, Feedback]:
        ordered = sorted(self.feedback, key=lambda f: f.date)
        return {(f.customer, f.division): f for f in ordered}


def _strangers(file: str, named: set[str], known: set[str]) -> str:
    """A warning about ids that the log writes otherwise, or of which it has none.

    A spreadsheet drops leading zeros, a CRM has ids of its own. One that is merely not in the log
    may be a prospect's.
    """
    strangers = sorted(named - known)
    alike = {_likeness(account): account for account in sorted(known, reverse=True)}
    slips = [stranger for stranger in strangers if _likeness(stranger) in alike]
    if slips:
        told = f"Customer ids of {file} that the log writes otherwise: {len(slips):,} "
        told += f"(e.g. {slips[0]}, there {alike[_likeness(slips[0])]})"
    elif strangers and len(strangers) == len(named):
        told = f"None of the {len(named):,} customer ids of {file} is in the log "
        told += f"(e.g. {strangers[0]})"
    else:
        return ""
    return f"{told}; nobody rests for them. Write ids as the log does."


def _likeness(customer: str) -> str:
    return customer.lower().lstrip("0")


def past_of(
    workspace: Workspace, day: dt.date, files: PastFiles, divisions: tuple[str, ...]
) -> Past:
    """Plans of earlier days, imported pitches and feedback.

    A plan of the same day is no past: it is being made anew. What the files say of customers who
    were forgotten is passed over, so that no warning names them.

    Args:
        divisions: The known names.

    Raises:
        ContractError: A file cannot be used.
    """
    plans = earlier_plans(workspace, day)
    made = [
        Pitch(customer, division, plan.date)
        for plan in plans
        for customer, division in plan.rows()[[Plan.CUSTOMER, Plan.DIVISION]].to_numpy().tolist()
    ]
    made += read_pitches(files.pitches or _usual(workspace, "pitches"), divisions)
    feedback = feedback_of(workspace, files.feedback, divisions)
    forgotten = Forgotten.of(workspace.root)
    return Past(
        tuple(pitch for pitch in made if not forgotten.knows(pitch.customer)),
        tuple(answer for answer in feedback if not forgotten.knows(answer.customer)),
        tuple(plan.run_id for plan in plans),
    )


def earlier_plans(workspace: Workspace, day: dt.date) -> list[StoredPlan]:
    """The last plan made for each earlier day, oldest first."""
    by_day: dict[dt.date, StoredPlan] = {}
    for run_id in run_ids(workspace):
        folder = workspace.runs / run_id
        if (folder / MANIFEST).is_file() and (folder / FOLDER / FACTS).is_file():
            plan = stored_plan(workspace, run_id)
            if plan.date < day:
                by_day[plan.date] = plan
    return [by_day[date] for date in sorted(by_day)]


def stored_plan(workspace: Workspace, run_id: str = "") -> StoredPlan:
    """The plan of a run; without one, the published plan.

    Raises:
        MissingArtifact: There is none.
        WorkspaceError: There is no such run.
    """
    chosen = run_id or RunStore(workspace).published().parts.get(PLAN)
    if chosen is None:
        raise MissingArtifact(workspace.outputs / FOLDER / TABLE, made_by="plan")
    folder = find_run(workspace, chosen) / FOLDER
    return StoredPlan(chosen, folder, read_json(folder / FACTS, made_by="plan"))


def require_unaltered(workspace: Workspace, plan: StoredPlan) -> None:
    """Compare the frozen list with the hashes in its run's manifest.

    The copy in `outputs/plan`, which people work with, must be the same too while it is published.

    Raises:
        WorkspaceError: A file is missing or not what was frozen.
    """
    manifest = read_json(plan.folder.parent / MANIFEST, made_by="plan")
    frozen = manifest.get("plan_sha256") or {}
    folders = [plan.folder]
    if RunStore(workspace).published().parts.get(PLAN) == plan.run_id:
        folders.append(workspace.outputs / FOLDER)
    for folder in folders:
        for name in HASHED:
            path = folder / name
            if not path.is_file() or sha256(path) != frozen.get(name):
                raise _altered(path, plan)


def _altered(path: Path, plan: StoredPlan) -> WorkspaceError:
    copy = path.parent != plan.folder
    remedy = f"The frozen list is in {plan.folder}: copy it back" if copy else "Restore it"
    return WorkspaceError(
        f"{path} is not the list that was frozen when the plan was made, so a readout of it would "
        "prove nothing.",
        remedy=f"{remedy} and run the command again. Write answers into a feedback file, not into "
        "the plan.",
    )


def read_pitches(path: Path | None, divisions: tuple[str, ...]) -> list[Pitch]:
    """Imported pitches: customer_id, date, optional division.

    Raises:
        ContractError: A line is not understood.
    """
    if path is None:
        return []
    records = read_table(path, ("customer_id", "date"), ("division",))
    return [Pitch(r.customer(), _division(r, divisions), r.day()) for r in records]


def read_feedback(path: Path | None, divisions: tuple[str, ...]) -> list[Feedback]:
    """Feedback: customer_id, division, outcome, date, optional note.

    Raises:
        ContractError: A line is not understood.
    """
    if path is None:
        return []
    records = read_table(path, ("customer_id", "division", "outcome", "date"), ("note",))
    return [_feedback(record, divisions) for record in records]


def feedback_of(
    workspace: Workspace, given: Path | None, divisions: tuple[str, ...]
) -> list[Feedback]:
    """The feedback of the named file, else of the workspace's own, if there is one."""
    return read_feedback(given or _usual(workspace, "feedback"), divisions)


def _feedback(record: Record, divisions: tuple[str, ...]) -> Feedback:
    record.need("division")
    outcome = record.need("outcome").lower().replace(" ", "_")
    if outcome not in OUTCOMES:
        raise record.wrong(
            f"the outcome {outcome[:60]!r} is not known", f"Write one of {', '.join(OUTCOMES)}."
        )
    division = _division(record, divisions)
    return Feedback(record.customer(), division, outcome, record.day(), record["note"])


def _division(record: Record, divisions: tuple[str, ...]) -> str:
    text = record["division"]
    return record.known("division", text, divisions) if text else ""


def _usual(workspace: Workspace, name: str) -> Path | None:
    path = workspace.lookup / f"{name}.csv"
    return path if has_file(path) else None
