"""Forget a customer: out of the star, the outputs and every run, and never loaded again.

First of all its id goes, hashed, into `data/forgotten.json`: from then on no command loads its
lines. Then every file is replaced by one without it. What is interrupted is finished by the same
command again. Raw logs and lookups belong to the user: those that still name it are listed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gosales.core.errors import GosalesError, SalesLogError, WorkspaceError
from gosales.core.person import Person
from gosales.core.text import printable
from gosales.etl import forgotten
from gosales.etl.forget_star import copy_without, names_in, star_has
from gosales.etl.forgotten import Forgotten, hashed
from gosales.export.pseudonyms import Pseudonyms
from gosales.pipeline.forget_files import clean_file, mentions
from gosales.pipeline.session import CHECKPOINT, MANIFEST, NOT_OUTPUT
from gosales.pipeline.trouble import plain_trouble
from gosales.utils.litter import sweep
from gosales.utils.lock import holding
from gosales.utils.paths import Workspace, has_folder
from gosales.utils.store import RunStore, hashes, read_json, replacing, write_json

RAW = ("logs", "holdout", "lookup")
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
                "damaged, locked, packed too tightly or links that lead nowhere; look yourself:",
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
        store.sync()
        before = Forgotten.of(workspace.root)
        person = Person(customer, _names(workspace, customer))
        found = Forgetting(dry, known=before.knows(customer))
        _look_at_raw(workspace, person, found)
        found.databases = _databases(workspace)
        held = [path for path in _stars(workspace) if star_has(path, customer)]
        if not (held or found.raw or found.known):
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
            shutil.rmtree(workspace.staging, ignore_errors=True)  # copies of the raw logs
            (workspace.outputs / ".copied.json").unlink(missing_ok=True)
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


def _names(workspace: Workspace, customer: str) -> tuple[str, ...]:
    """Every name that a star knows for the id, and its pseudonym if lists were shared under one."""
    names = {name for path in _stars(workspace) for name in names_in(path, customer)}
    pseudonyms = Pseudonyms.find(workspace.root)
    return tuple(sorted(names | ({pseudonyms.name(customer)} if pseudonyms else set())))


def _look_at_raw(workspace: Workspace, person: Person, found: Forgetting) -> None:
    """Which of the user's own files have the customer, and which nobody can tell of."""
    folders = [getattr(workspace, name) for name in RAW]
    paths = sorted(path for folder in folders for path in (folder, *folder.rglob("*")))
    for path in paths:
        try:
            if _out_of_reach(path):
                found.unread.append(_place(workspace, path))
            elif path.is_file() and mentions(path, person):
                found.raw.append(_place(workspace, path))
        except SalesLogError:
            found.unread.append(_place(workspace, path))


def _out_of_reach(path: Path) -> bool:
    """On a drive that is not connected, or a folder that may not be looked into."""
    if path.is_dir():
        return not os.access(path, os.R_OK | os.X_OK)
    return path.is_symlink() and not path.exists()


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
    write_json(path, content)


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
    write_json(path, content)


def _clean_runs(workspace: Workspace, person: Person, found: Forgetting) -> None:
    """Every run, with its manifest brought up to date; then what is only in outputs/."""
    for folder in sorted(path for path in workspace.runs.glob("*") if path.is_dir()):
        changed = list(_clean_below(folder, person, dry=found.dry))
        found.files += [_place(workspace, path) for path in changed]
        if changed and not found.dry:
            _amend(folder)
    for folder in (workspace.outputs / "exports", workspace.outputs / "diffs"):
        if folder.is_dir():
            changed = list(_clean_below(folder, person, dry=found.dry))
            found.files += [_place(workspace, path) for path in changed]


def _clean_below(folder: Path, person: Person, *, dry: bool) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST and clean_file(path, person, dry=dry):
            yield path


def _amend(folder: Path) -> None:
    """Hold the run's manifest to what it has now; a run that broke off is not taken up again."""
    (folder / CHECKPOINT).unlink(missing_ok=True)
    path = folder / MANIFEST
    if path.is_file():
        manifest = read_json(path, made_by="score-all")
        manifest["forgotten"] = int(manifest.get("forgotten", 0)) + 1
        manifest["output_hashes"] = hashes(folder, but=NOT_OUTPUT)
        write_json(path, manifest)


def _clean_star(path: Path, person: Person, *, keep: bool) -> None:
    """The published star without the customer; one that is not published goes."""
    if not keep:
        path.unlink()
        return
    with replacing(path) as temporary:
        temporary.unlink()  # DuckDB makes its files itself
        copy_without(path, temporary, person)
