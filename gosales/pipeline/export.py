"""The published lists, handed to other programs: files in outputs/exports/, or database tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from gosales.core.errors import MissingArtifact
from gosales.export.crm import (
    DYNAMICS_ACCOUNT_NUMBER,
    LARGEST_DYNAMICS_FILE,
    write_dynamics,
    write_hubspot,
    write_salesforce,
)
from gosales.export.page import write_page
from gosales.export.pitches import Pitches, Sources, Wanted
from gosales.export.product_names import named_whitespace
from gosales.export.pseudonyms import Pseudonyms
from gosales.export.read_pitches import read_pitches
from gosales.export.record_ids import read_record_ids
from gosales.export.settings import DatabaseSettings, DynamicsAccounts, DynamicsSettings
from gosales.export.tables import TableSource
from gosales.export.target import CRMS, Target, file_of
from gosales.export.workbook import write_workbook
from gosales.pipeline.session import Session, Work
from gosales.utils.paths import path_inside
from gosales.utils.progress import track
from gosales.utils.spreadsheet import neutralise
from gosales.utils.store import LISTS, PLAN, STAR

FOLDER = "exports"
UNNAMED = "pseudonymous"
"""Below it: a list with names is never taken for one without."""

PLAN_FILE = "plan/plan.parquet"


@dataclass(frozen=True)
class ExportRun:
    """What an export did.

    Attributes:
        written: File or table -> its rows.
        notes: What its reader should know, in sentences.
    """

    written: dict[str, int]
    notes: tuple[str, ...] = ()


def export(work: Work, target: Target, wanted: Wanted, *, pseudonyms: bool = False) -> ExportRun:
    """Write the lists in one form.

    Args:
        pseudonyms: Put pseudonyms in the place of customers' ids and names.

    Raises:
        MissingArtifact: No lists are published yet.
        ConfigError: A rep or division that the lists do not have.
        ExportError: The database cannot be written.
    """
    session = work.session
    sources, folder = published_lists(session), session.workspace.outputs / FOLDER
    with (
        track(f"Exporting to {target.form}"),
        tempfile.TemporaryDirectory(dir=work.folder, prefix=".check-") as scratch,
    ):
        if pseudonyms:
            copies = Path(scratch) / "pseudonyms"
            sources = Pseudonyms.of(session.workspace.root).copy(sources, copies)
            folder /= UNNAMED
        if target.url:
            settings = session.config.export.database
            tables = list_tables(sources, settings, Path(scratch))
            run = ExportRun(_to_database(tables, target, settings.schema_name))
        else:
            chosen = replace(wanted, products=target.form not in CRMS)
            pitches = read_pitches(sources, chosen)
            written = write_files(session, pitches, target.form, folder)
            notes = _notes(pitches)
            if target.form in CRMS:
                notes += _open_left_out(pitches)
            if target.form == "dynamics":
                notes += _limits_of_dynamics(pitches, session.config.export.dynamics, written)
            run = ExportRun(written, tuple(notes))
    work.note(
        to=str(target),
        pseudonyms=pseudonyms,
        reps=list(wanted.reps),
        only_divisions=list(wanted.divisions),
        rows=run.written,
    )
    return run


def published_lists(session: Session) -> Sources:
    """Where the published lists and the call plan are: in the run that made them, else the copies.

    Raises:
        MissingArtifact: There are no lists.
    """
    scores = _published(session, LISTS, "icp_scores.parquet")
    whitespace = _published(session, LISTS, "whitespace.parquet")
    if scores is None or whitespace is None:
        missing = session.workspace.outputs / "icp_scores.csv"
        raise MissingArtifact(missing, made_by="score-all")
    star = session.workspace.stars / f"{session.store.published().parts.get(STAR, '')}.duckdb"
    plan = _published(session, PLAN, PLAN_FILE)
    return Sources(scores, whitespace, plan, star=star if star.is_file() else None)


def _published(session: Session, part: str, name: str) -> Path | None:
    """A published file: of the run that made it, whose files belong together, else the copy."""
    made_by = session.store.published().parts.get(part)
    if made_by is None:
        return None
    places = (session.workspace.runs / made_by / name, session.workspace.outputs / name)
    return next((path for path in places if path.is_file()), None)


def write_files(session: Session, pitches: Pitches, form: str, folder: Path) -> dict[str, int]:
    """Write lists in one of FORMS into `folder`; returns each file's path and its rows."""
    settings = session.config.export
    if form == "salesforce":
        written = write_salesforce(pitches, settings.salesforce, folder)
    elif form == "hubspot":
        written = write_hubspot(pitches, settings.hubspot, folder)
    elif form == "xlsx":
        written = write_workbook(pitches, folder)
    elif form == "html":
        written = write_page(pitches, folder)
    else:
        ids = _record_ids(session, settings.dynamics)
        written = write_dynamics(pitches, settings.dynamics, folder, ids)
    return {str(path): rows for path, rows in written.items()}


def _record_ids(session: Session, settings: DynamicsSettings) -> dict[str, str]:
    if settings.record_ids is None:
        return {}
    key = "[export.dynamics] record_ids"
    return read_record_ids(path_inside(session.workspace.root, settings.record_ids, key))


def _notes(pitches: Pitches) -> list[str]:
    notes = []
    if pitches.left_out:
        notes.append(
            f"{pitches.left_out:,} lower-ranked rows are left out: at most "
            f"{pitches.rows_per_list:,} per list and level (change it with --rows)."
        )
    if pitches.held_out:
        notes.append(
            f"Accounts left out: {pitches.held_out:,}, the control group of the call plan."
        )
    return notes


def _open_left_out(pitches: Pitches) -> list[str]:
    count = len(pitches.pitches) - len(pitches.not_open())
    told = "Rows left out of the new opportunities, being open ones already"
    return [f"{told}: {count:,}."] if count else []


def _limits_of_dynamics(
    pitches: Pitches, settings: DynamicsSettings, written: dict[str, int]
) -> list[str]:
    """What of these lists Dynamics would not take."""
    notes = []
    large = [name for name in map(Path, written) if name.stat().st_size > LARGEST_DYNAMICS_FILE]
    if large:
        notes.append(
            f"{large[0].name} is larger than Dynamics takes at once: export less with --rep."
        )
    ids = {pitch.customer_id for pitch in pitches.pitches}
    long = [one for one in ids if len(neutralise(one)) > DYNAMICS_ACCOUNT_NUMBER]
    if long and settings.accounts.account == DynamicsAccounts().account:
        notes.append(
            f"Account ids longer than the {DYNAMICS_ACCOUNT_NUMBER} characters that Account Number "
            f"takes: {len(long):,}. Name a text column of your own as account in "
            "[export.dynamics.accounts]."
        )
    return notes


def list_tables(sources: Sources, settings: DatabaseSettings, scratch: Path) -> list[TableSource]:
    """Both lists as tables, with the names of products; files are made in `scratch`."""
    return [
        TableSource(settings.scores_table, sources.scores),
        TableSource(settings.whitespace_table, named_whitespace(sources, scratch)),
    ]


def _to_database(tables: list[TableSource], target: Target, schema: str | None) -> dict[str, int]:
    if target.form == "duckdb":
        from gosales.export.to_duckdb import write_duckdb

        return write_duckdb(Path(file_of(target.url)), tables, schema)
    from gosales.export.to_sql import write_sql

    return write_sql(target, tables, schema)
