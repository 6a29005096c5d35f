"""Forget a customer: out of the star, the outputs and every run, and never loaded again.

First of all its id goes, hashed, into `data/forgotten.json`: from then on no command loads its
lines. Then every file is replaced by one without it. What is interrupted is finished by the same
command again. Raw logs and lookups belong to the user: those that still name it are listed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gosales.core.errors import GosalesError, SalesLogError, WorkspaceError
from gosales.core.person import Person
from gosales.core.text import printable
from gosales.etl import forgotten
from gosales.etl.forget_star import copy_without, names_in, star_has
from gosales.etl.forgotten import Forgotten, hashed
from gosales.etl.staging import STAGED_NAME
from gosales.export.pseudonyms import Pseudonyms
from gosales.pipeline.forget_files import clean_file, drop_file, mentions, names_in_list
from gosales.pipeline.forget_own import out_of_reach, own_files
from gosales.pipeline.session import CHECKPOINT, NOT_OUTPUT
from gosales.pipeline.trouble import plain_trouble
from gosales.utils.litter import sweep
from gosales.utils.lock import holding
from gosales.utils.paths import Workspace, has_folder
from gosales.utils.store import (
    COPIED,
    MANIFEST,
    RUN_ID,
    RunStore,
    hashes,
    read_json,
    replacing,
    write_json,
)

RECORDS = ("options", "settings", "versions", "input_hashes", "holdout_hashes", "made_from")
"""Tables of a manifest that name files, settings and runs."""

SHOWN = 20


@dataclass
class Forgetting:
    """What was found of a customer, and rewritten unless it was only looked for.

    Attributes:
        files: Files that had it, by their path in the workspace.
        raw: The user's own files that still have it.
        unread: The user's own files that could not be looked through.
        databases: Where lists were exported to.
        known: Whether it was forgotten before.
    """

    dry: bool
    files: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    databases: list[str] = field(default_factory=list)
    known: bool = False

    def summary(self) -> str:
        """What was done, a file a line."""
        verb = "would be rewritten or removed" if self.dry else "rewritten or removed"
        lines = [f"{len(self.files)} file(s) {verb}:", *_shown(self.files)]
        if self.raw:
            lines += [
                f"{len(self.raw)} file(s) of yours still have it, or a word like a short id. Its",
                "lines in them are rejected as `forgotten` from now on; take them out yourself:",
                *_shown(self.raw),
            ]
        if self.unread:
            lines += [
                f"{len(self.unread)} file(s) of yours could not be looked through, since they are",
                "damaged, locked, packed too tightly, links, or no runs of ours; look yourself:",
                *_shown(self.unread),
            ]
        lines += _left_behind(self.databases)
        lines += ["Nothing was changed. Run it with --yes to forget."] if self.dry else []
        return "\n".join(lines)


def _shown(names: list[str]) -> list[str]:
    more = [f"  and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return [f"  {name}" for name in names[:SHOWN]] + more


def _left_behind(databases: list[str]) -> list[str]:
    """What the command does not reach."""
    lines = [
        "Ranks and percentiles of the others stay as they are until the next `gosales score-all`.",
        "Copies outside of this workspace, such as lists that were sent, still have the customer.",
    ]
    if databases:
        lines += [
            f"{len(databases)} database(s) were exported to: export to them again after the next",
            "`gosales score-all`, or delete the rows there:",
            *_shown(databases),
        ]
    return lines


def forget(workspace: Workspace, customer: str, *, dry: bool) -> Forgetting:
    """Forget a customer, or only look for it.

    Raises:
        WorkspaceError: That is no id, nothing in the workspace is of it, or a file cannot be
            replaced; the same command again goes on where it stopped.
    """
    _refuse_no_id(customer)
    with plain_trouble(workspace.root), holding(workspace.outputs, "forget"):
        sweep(workspace)
        store = RunStore(workspace)
        before = Forgotten.of(workspace.root)
        listed = _listed(workspace, customer)
        person = Person(customer, _names(workspace, customer, listed or set()))
        found = Forgetting(dry, known=before.knows(customer))
        _look_at_raw(workspace, person, found)
        found.databases = _databases(workspace)
        held = [path for path in _stars(workspace) if star_has(path, customer)]
        if not (held or listed is not None or found.raw or found.known):
            raise WorkspaceError(
                f"Nothing in {workspace.root} is of a customer {customer!r}.",
                remedy="Ids are written as in icp_scores.csv; mind leading zeros.",
            )
        if not dry:
            _suppress(workspace, customer)
        _clean_runs(workspace, person, found)
        for path in held:
            found.files.append(_place(workspace, path))
            if not dry:
                _clean_star(path, person, keep=path.stem in store.published().parts.values())
        if not dry:
            _drop_staged(workspace)
            (workspace.outputs / COPIED).unlink(missing_ok=True)
            store.sync()
            _record(workspace, customer, found)
        return found


def _refuse_no_id(customer: str) -> None:
    """An empty id would be found in every file."""
    if not customer.strip() or "\0" in customer or not _is_text(customer):
        raise WorkspaceError(
            f"{printable(repr(customer))} is no customer's id.",
            remedy="Ids are written as in icp_scores.csv.",
        )


def _is_text(customer: str) -> bool:
    try:
        customer.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _place(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix()


def _stars(workspace: Workspace) -> list[Path]:
    """Every star file. Raises WorkspaceError where their folder is out of reach."""
    return sorted(workspace.stars.glob("*.duckdb")) if has_folder(workspace.stars) else []


def _drop_staged(workspace: Workspace) -> None:
    """Remove the copies of raw logs; nothing else, where their folder is a link to a user's own."""
    for folder in (workspace.staging, workspace.staging / workspace.holdout.name):
        for path in folder.iterdir() if has_folder(folder) else ():
            if STAGED_NAME.match(path.name):
                path.unlink()


def _listed(workspace: Workspace, customer: str) -> set[str] | None:
    """The names that any list of any run has for the id; None when none lists it.

    The star may know it no longer, or the lists come from a table of an engine.
    """
    found = [names_in_list(path, customer) for path in sorted(workspace.runs.rglob("*.parquet"))]
    told = [names for names in found if names is not None]
    return set().union(*told) if told else None


def _names(workspace: Workspace, customer: str, listed: set[str]) -> tuple[str, ...]:
    """Every name for the id that a star or list knows, and its pseudonym if there are such."""
    names = listed | {name for path in _stars(workspace) for name in names_in(path, customer)}
    pseudonyms = Pseudonyms.find(workspace.root)
    return tuple(sorted(names | ({pseudonyms.name(customer)} if pseudonyms else set())))


def _look_at_raw(workspace: Workspace, person: Person, found: Forgetting) -> None:
    """Which of the user's own files have the customer, and which nobody can tell of."""
    for path in own_files(workspace):
        try:
            if out_of_reach(path):
                found.unread.append(_place(workspace, path))
            elif path.is_file() and mentions(path, person):
                found.raw.append(_place(workspace, path))
        except SalesLogError:
            found.unread.append(_place(workspace, path))


def _databases(workspace: Workspace) -> list[str]:
    """Addresses, without passwords, that runs exported to."""
    targets = set()
    for path in workspace.runs.glob(f"*/{MANIFEST}"):
        with contextlib.suppress(GosalesError):  # of a run that cannot be read any more
            targets.add(str(read_json(path, made_by="export").get("to", "")))
    return sorted(target for target in targets if "://" in target)


def _suppress(workspace: Workspace, customer: str) -> None:
    """Add the customer to those whose lines are rejected."""
    path = workspace.root / forgotten.FILE
    if Forgotten.of(workspace.root).knows(customer):
        return
    content = _records(path)
    one = {"customer": hashed(content["salt"], customer), "state": "begun"}
    content["customers"].append(one)
    write_json(path, content, private=True)


def _records(path: Path) -> dict[str, Any]:
    if path.is_file():
        return read_json(path, made_by="forget")
    return {"salt": secrets.token_hex(16), "customers": []}


def _record(workspace: Workspace, customer: str, found: Forgetting) -> None:
    """Write down that it was done: when, and what was rewritten."""
    path = workspace.root / forgotten.FILE
    content = _records(path)
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    for one in content["customers"]:
        if one["customer"] == hashed(content["salt"], customer):
            done = {"when": now, "rewritten": sorted(found.files)}
            one.update(state="done", times=[*one.get("times", []), done])
    write_json(path, content, private=True)


def _clean_runs(workspace: Workspace, person: Person, found: Forgetting) -> None:
    """Every run, with its manifest brought up to date; then what is only in outputs/."""
    for folder in _reached(workspace, found, *workspace.runs.glob("*")):
        changed = [path for path in _files(folder) if clean_file(path, person, dry=found.dry)]
        if _amend(folder, person, others=bool(changed), dry=found.dry):
            changed.append(folder / MANIFEST)
        found.files += [_place(workspace, path) for path in changed]
    for name, clean in (("exports", drop_file), ("diffs", clean_file)):
        for folder in _reached(workspace, found, workspace.outputs / name):
            changed = [path for path in _files(folder) if clean(path, person, dry=found.dry)]
            found.files += [_place(workspace, path) for path in changed]


def _reached(workspace: Workspace, found: Forgetting, *paths: Path) -> list[Path]:
    """The folders among `paths` whose files are ours to rewrite or remove; others are told.

    A link may lead to a folder of the user, and so may one in the place of the outputs or the runs.
    """
    folders = sorted(path for path in paths if path.is_dir())
    odd = {path for path in folders if path.is_symlink() or not _ours(workspace, path)}
    found.unread += [_place(workspace, path) for path in sorted(odd)]
    return [path for path in folders if path not in odd]


def _ours(workspace: Workspace, folder: Path) -> bool:
    """Whether its name alone tells that no user made a folder of the runs or outputs."""
    if folder.parent == workspace.runs:
        return bool(RUN_ID.match(folder.name))
    return not workspace.outputs.is_symlink()


def _files(folder: Path) -> list[Path]:
    """All files below a folder but a run's manifest; those that know the names come last."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return sorted(found, key=lambda path: (path.stem == "icp_scores", path))


def _amend(folder: Path, person: Person, *, others: bool, dry: bool) -> bool:
    """Hold the run's manifest to what it has now; a run that broke off is not taken up again.

    Args:
        others: Whether other files of the run have changed.

    Returns:
        Whether the manifest itself had the person, such as in a warning.
    """
    path = folder / MANIFEST
    if others and not dry:
        (folder / CHECKPOINT).unlink(missing_ok=True)
    if not path.is_file():
        return False
    try:
        manifest = read_json(path, made_by="score-all")
    except WorkspaceError:
        return drop_file(path, person, dry=dry)
    told = {key: one for key, one in manifest.items() if key not in RECORDS}
    clean = person.scrubbed(told)
    if not dry and (others or clean != told):
        clean["forgotten"] = int(manifest.get("forgotten", 0)) + 1
        clean |= {key: manifest[key] for key in RECORDS if key in manifest}
        clean["output_hashes"] = hashes(folder, but=NOT_OUTPUT)
        write_json(path, clean)
    return bool(clean != told)


def _clean_star(path: Path, person: Person, *, keep: bool) -> None:
    """The published star without the customer; one that is not published goes."""
    if not keep:
        path.unlink()
        return
    with replacing(path) as temporary:
        temporary.unlink()  # DuckDB makes its files itself
        copy_without(path, temporary, person)
