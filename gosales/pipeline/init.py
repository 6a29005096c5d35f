"""Raw logs never seen before to a proposed `gosales.toml`, and the files to their places."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from gosales.config import Config
from gosales.core.errors import SalesLogError, WorkspaceError
from gosales.etl.files import find_logs
from gosales.etl.lookups import ENDINGS
from gosales.etl.propose import Proposal, propose
from gosales.etl.propose_toml import render_toml, to_check
from gosales.utils.paths import Workspace, find_workspace
from gosales.utils.store import replacing, sha256


@dataclass(frozen=True)
class InitOptions:
    """What the user asked for besides the files.

    Attributes:
        output: Where the proposal goes; None: the workspace's gosales.toml.
        copy: Put the logs and lookups into the workspace's folders.
        dry_run: Write and copy nothing.
    """

    output: Path | None = None
    copy: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class InitRun:
    """What was proposed, where it went, and what is left to do."""

    proposal: Proposal
    text: str
    written: Path | None
    copied: tuple[Path, ...]
    steps: tuple[str, ...]

    def summary(self) -> str:
        """What happened and what to do next, for the terminal."""
        lines = [f"Copied {path}" for path in self.copied]
        lines += [f"Wrote {self.written}"] if self.written else []
        lines += [f"Note: {note}" for note in self.proposal.notes]
        guesses = to_check(self.proposal)
        if guesses:
            lines.append(f"Guesses to check: {', '.join(guesses)}.")
        return "\n".join([*lines, *(f"Next: {step}" for step in self.steps)])


def workspace_for(given: Path | None) -> Workspace:
    """The workspace to propose for; a new folder may be named, and the current one always is one.

    The checkout's own workspace is meant only when standing in the checkout.
    """
    if given is not None:
        return Workspace(given.resolve())
    try:
        found = find_workspace()
    except WorkspaceError:
        return Workspace(Path.cwd())
    checkout = Path(__file__).resolve().parents[2]
    own = found.root == checkout / "gosales"
    return found if not own or Path.cwd().is_relative_to(checkout) else Workspace(Path.cwd())


def init(workspace: Workspace, files: list[Path], options: InitOptions) -> InitRun:
    """Look at `files`, propose settings, and write them where nothing stands yet.

    No file means the workspace's own logs and lookups.

    Raises:
        WorkspaceError: The settings, or another file under the name of a copy, exist already.
        SalesLogError: A file cannot be read, or none is a sales log.
    """
    target = options.output or workspace.config
    if not options.dry_run:
        _refuse_existing(target)
    proposal = propose(_each_file(files or _own_files(workspace)))
    plan = _Plan(workspace, proposal, options.copy)
    lookups = {path: place for path, place in plan.places.items() if path not in proposal.logs}
    text = render_toml(proposal, {path: plan.relative(place) for path, place in lookups.items()})
    Config.model_validate(tomllib.loads(text))
    if options.dry_run:
        return InitRun(proposal, text, None, (), ())
    copied = _copy_all(plan.moves) if options.copy else ()
    _write_new(target, text)
    steps = plan.steps(copied)
    if target != workspace.config:
        steps.append(f"name it with `--config {target}`, or put it at {workspace.config}.")
    steps.append(f"read {target}, then run `gosales check` and `gosales score-all`.")
    return InitRun(proposal, text, target, copied, tuple(steps))


def _own_files(workspace: Workspace) -> list[Path]:
    """The raw logs, and the products and customers that lie where lookups belong."""
    places = (
        workspace.lookup / f"{table}{ending}"
        for table in ("products", "customers")
        for ending in ENDINGS
    )
    return [workspace.logs, *filter(Path.is_file, places)]


def _each_file(given: list[Path]) -> list[Path]:
    """The files themselves; of a folder, the raw logs in it. Each once."""
    found = []
    for path in given:
        found += [file.path for file in find_logs(path).files] if path.is_dir() else [path]
    missing = [path for path in found if not path.exists()]
    if missing:
        raise SalesLogError(
            f"The file {missing[0]} does not exist.", remedy="Check the spelling of its path."
        )
    return list({path.resolve(): path for path in found}.values())


@dataclass(frozen=True)
class _Plan:
    """Where each file belongs in the workspace."""

    workspace: Workspace
    proposal: Proposal
    copy: bool

    @property
    def places(self) -> dict[Path, Path]:
        logs = {path: self.workspace.logs / path.name for path in self.proposal.logs}
        lookups = {one.path: self._lookup_place(one.path) for one in self.proposal.lookups}
        return logs | lookups

    @property
    def moves(self) -> dict[Path, Path]:
        """Files that are not where they belong."""
        return {
            path: place for path, place in self.places.items() if path.resolve() != place.resolve()
        }

    def _lookup_place(self, path: Path) -> Path:
        """Where it is, if inside the workspace and not among the logs."""
        here, root = path.resolve(), self.workspace.root.resolve()
        inside = here.is_relative_to(root) and not here.is_relative_to(
            self.workspace.logs.resolve()
        )
        return root / here.relative_to(root) if inside else self.workspace.lookup / path.name

    def relative(self, place: Path) -> str:
        return place.relative_to(self.workspace.root).as_posix()

    def steps(self, copied: tuple[Path, ...]) -> list[str]:
        """What the user has to move by hand."""
        told = [
            f"put {path} at {place}."
            for path, place in self.moves.items()
            if place not in copied and not place.exists()
        ]
        logs = self.workspace.logs.resolve()
        return told + [
            f"take {one.path} out of {logs}, where every file is read as a sales log."
            for one in self.proposal.lookups
            if one.path.resolve().is_relative_to(logs)
        ]


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise WorkspaceError(
            f"{target} exists already, and `gosales init` never overwrites.",
            remedy="Write the proposal elsewhere with --output FILE, print it with --dry-run, or "
            "move the old settings away.",
        )


def _write_new(target: Path, text: str) -> None:
    """Write a file that does not exist yet, whatever happened since we looked."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        _refuse_existing(target)
    except OSError as error:
        raise WorkspaceError(
            f"{target} cannot be written: {error.strerror or error}.",
            remedy="Check the folder's permissions, or choose another with --output FILE.",
        ) from error


def _copy_all(moves: dict[Path, Path]) -> tuple[Path, ...]:
    """Copy what is not there yet; refuse before the first copy where another file has the name."""
    if len(set(moves.values())) < len(moves):
        names = ", ".join(sorted(str(path) for path in moves))
        raise WorkspaceError(
            f"Two of the files have the same name: {names}.", remedy="Rename one of them."
        )
    todo = {}
    for path, place in moves.items():
        if not place.exists():
            todo[path] = place
        elif sha256(place) != sha256(path):
            raise WorkspaceError(
                f"{place} exists already and differs from {path}.",
                remedy="Rename one of them, or move the old file away; nothing was copied.",
            )
    for path, place in todo.items():
        with replacing(place) as temporary:
            shutil.copyfile(path, temporary)
    return tuple(todo.values())
