"""Runs and what they publish: every run whole in its folder, one atomic replace commits it.

A run writes into `outputs/runs/<run_id>/` and nowhere else. Committing replaces
`outputs/published.json`, which names the run and, for each part (see PARTS), the run that made it.
Everything else a user sees (the plain files in `outputs/`, the folders in `models/`) is a copy made
after the commit; a copy that was interrupted is finished by the next command. What was committed
is on the disk, not only in its cache: a power cut takes nothing back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gosales.core.errors import MissingArtifact, WorkspaceBusy, WorkspaceError
from gosales.utils.lock import holding
from gosales.utils.parse import parse_json
from gosales.utils.paths import Workspace, files_of, has_file, has_folder

MODEL_SUFFIX = "_model"
COPIED, MANIFEST = ".copied.json", "manifest.json"
RUN_ID = re.compile(r"\d{8}T\d{6}-\d{3}")
STAR, MODELS, LISTS, VALIDATION, BACKTEST = "star", "models", "lists", "validation", "backtest"
CERTIFICATE = "leak_certificate"
PLAN, READOUT = "plan", "readout"

PARTS: dict[str, tuple[str, ...]] = {
    STAR: ("data_quality.json", "data_quality.txt", "rejects.csv"),
    MODELS: ("metrics.json", "feature_catalog.csv"),
    LISTS: (
        "icp_scores.csv",
        "icp_scores.parquet",
        "whitespace.csv",
        "whitespace.parquet",
        "drift.json",
        "reasons.parquet",
    ),
    VALIDATION: ("validation/*",),
    BACKTEST: ("backtest/*",),
    CERTIFICATE: ("leak_certificate.json", "leak_certificate.html"),
    PLAN: ("plan/plan.csv", "plan/plan.parquet", "plan/plan.json"),
    READOUT: ("plan/readout.json", "plan/readout.html"),
}
"""Part -> what it shows in `outputs/`, as patterns in the folder of the run that made it."""

MADE_FROM = {VALIDATION: MODELS, BACKTEST: STAR, CERTIFICATE: STAR, READOUT: PLAN}
"""A part that speaks of another one, and goes when that is made anew."""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a path beside `path` that takes its place at the end; `private`: the user's alone."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _new_beside(path, 0o600 if private else 0o666)
        yield temporary
        _to_disk(temporary)
        temporary.replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Close it where it is open (Excel?), move away what else is in its place, check "
            "the disk space and the folder's permissions, then run the command again; what was "
            "published before is unharmed.",
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):  # what is left, the next run sweeps away
                temporary.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Let no power cut lose a file; of a folder, no file that was moved into it."""
    if path.is_dir():
        if os.name != "nt":
            handle = os.open(path, os.O_RDONLY)
            with contextlib.suppress(OSError):  # some network drives cannot
                os.fsync(handle)
            os.close(handle)
        return
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _new_beside(path: Path, mode: int) -> Path:
    """An empty file of a new name, with the rights of `mode` that are usual for the user.

    Asking the process which are means to switch them off for a moment, for all of its threads.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    return new


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write UTF-8 text so that a reader sees the old file or the new one, never half of it."""
    with replacing(path, private=private) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: Mapping[str, Any], *, private: bool = False) -> None:
    """Write JSON with sorted keys, atomically."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_text(path, text, private=private)


def read_json(path: Path, *, made_by: str) -> dict[str, Any]:
    """Read a JSON object. Raises MissingArtifact, or WorkspaceError when it is not JSON."""
    if not has_file(path):
        raise MissingArtifact(path, made_by=made_by)
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WorkspaceError(
            f"{path} is not JSON: {error}.", remedy=f"Delete it and run `gosales {made_by}`."
        ) from error
    if not isinstance(content, dict):
        raise WorkspaceError(
            f"{path} holds no JSON object.", remedy=f"Delete it and run `gosales {made_by}`."
        )
    return content


def same_file(source: Path, target: Path) -> None:
    """Give a file that nobody changes a second name, or copy it where the disk cannot do that."""
    try:
        os.link(source, target)
    except OSError:
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)


def hashes(folder: Path, but: frozenset[str] = frozenset()) -> dict[str, str]:
    """SHA-256 of every file below a folder by its path in it, without those named in `but`."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: sha256(path)
        for name, path in sorted(files.items())
        if path.is_file() and name not in but
    }


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass
class Run:
    """One command's work in progress: a folder, and the parts it has made so far.

    Attributes:
        gone: Parts of earlier runs that have no place beside what it made.
    """

    run_id: str
    folder: Path
    made: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Published:
    """The run that was committed last, and which run made each part that is published."""

    run_id: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    def after(self, run: Run) -> Published:
        """What is published once `run` is committed."""
        over = run.made | run.gone
        kept = {
            part: made
            for part, made in self.parts.items()
            if part not in run.gone and MADE_FROM.get(part) not in over
        }
        return Published(run.run_id, {**kept, **dict.fromkeys(sorted(run.made), run.run_id)})

    def as_dict(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "parts": dict(sorted(self.parts.items()))}


class RunStore:
    """The runs of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def last_run_id(self) -> str:
        """The newest run there is, whole or not; empty before the first."""
        runs = self.workspace.runs
        found = [path.name for path in runs.iterdir()] if has_folder(runs) else []
        found.append(self.published().run_id)
        return max((name for name in found if RUN_ID.match(name)), default="")

    def begin(self, run_id: str) -> Run:
        """Make the folder of a new run."""
        folder = self.workspace.runs / run_id
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise WorkspaceError(
                f"{folder} cannot be made: {error.strerror or error}.",
                remedy="Check the permissions and disk space of the workspace, or use another.",
            ) from error
        return Run(run_id, folder)

    def published(self) -> Published:
        """What is published now; nothing before the first commit."""
        if not has_file(self.workspace.published):
            return Published()
        content = read_json(self.workspace.published, made_by="score-all")
        parts = content.get("parts", {})
        named = [content.get("run_id", ""), *(parts.values() if isinstance(parts, dict) else ())]
        if not isinstance(parts, dict) or not all(_is_folder_name(str(name)) for name in named):
            raise WorkspaceError(
                f"{self.workspace.published} does not name the published parts.",
                remedy="Delete it and run `gosales score-all`.",
            )
        return Published(str(content.get("run_id", "")), {str(k): str(v) for k, v in parts.items()})

    def commit(self, run: Run) -> Published:
        """Publish the parts that `run` made; parts it did not make stay as they are.

        Raises:
            WorkspaceError: Nothing was published; or it was and a copy of it could not be made, as
                the message says.
        """
        published = self.published().after(run)
        _settle(run.folder)
        for folder in (self.workspace.runs, self.workspace.stars):
            if folder.is_dir():
                _to_disk(folder)
        write_json(self.workspace.published, published.as_dict())
        _to_disk(self.workspace.outputs)
        self.sync()
        return published

    def settle(self) -> None:
        """Finish an interrupted publishing, unless another command is working here.

        Raises:
            WorkspaceError: A copy cannot be made.
        """
        if self._copied(self.published()):
            return
        with contextlib.suppress(WorkspaceBusy), holding(self.workspace.outputs, "publishing"):
            self.sync()

    def sync(self) -> None:
        """Make the copies agree with `published.json`; does nothing when they do already.

        Raises:
            WorkspaceError: Some copies could not be made; the others were.
        """
        now = self.published()
        if self._copied(now):
            return
        refused: list[str] = []
        _remove(self._marker, refused)
        for part, patterns in PARTS.items():  # of a run that was cleaned away, copies are all
            if part not in now.parts or (self.workspace.runs / now.parts[part]).is_dir():
                self._sync_files(now.parts.get(part), patterns, refused)
        if MODELS in now.parts:
            self._sync_models(self.workspace.runs / now.parts[MODELS] / "models", refused)
        self._drop_stars_but(now.parts.get(STAR, ""))
        if refused:
            raise WorkspaceError(
                f"Run {now.run_id} is published, but {len(refused)} file(s) could not be brought "
                f"up to date: {refused[0]}",
                remedy="Close it where it is open (Excel?), move away what else is in its place, "
                "or make room on the disk; the next gosales command does the rest.",
            )
        write_text(self._marker, json.dumps(now.as_dict()))

    @property
    def _marker(self) -> Path:
        return self.workspace.outputs / COPIED

    def _copied(self, now: Published) -> bool:
        """Whether the copies are those of `now`, and none was deleted since."""
        marker = self._marker
        if not now.run_id:
            return True
        if not marker.is_file() or marker.read_bytes() != json.dumps(now.as_dict()).encode():
            return False
        copies = self._copies(now)
        return all(copy.exists() for source, copy in copies if source.exists())

    def _copies(self, now: Published) -> Iterator[tuple[Path, Path]]:
        """What is copied of a published state: from where to where."""
        for part, made_by in now.parts.items():
            source = self.workspace.runs / made_by
            for pattern in PARTS.get(part, ()):
                for path in files_of(source, pattern):
                    yield path, self.workspace.outputs / path.relative_to(source)
        run = self.workspace.runs / now.parts.get(MODELS, "-")
        for path in files_of(run, f"models/*{MODEL_SUFFIX}/MLmodel"):
            yield path, self.workspace.models / path.relative_to(run / "models")

    def star_path(self) -> Path:
        """The DuckDB file of the published star. Raises MissingArtifact."""
        path = self.workspace.stars / f"{self.published().parts.get(STAR, 'star')}.duckdb"
        if not has_file(path):
            raise MissingArtifact(path, made_by="build-star")
        return path

    def keep_star(self, run: Run) -> None:
        """Of the stars that are not published keep only that of a run that failed, for the next."""
        with contextlib.suppress(WorkspaceError):
            self._drop_stars_but(self.published().parts.get(STAR, ""), run.run_id)

    def models_folder(self) -> Path:
        """Where the published models lie. Raises MissingArtifact before the first training."""
        made_by = self.published().parts.get(MODELS)
        if made_by is None or not (self.workspace.runs / made_by / "models").is_dir():
            raise MissingArtifact(self.workspace.models, made_by="train")
        return self.workspace.runs / made_by / "models"

    def _sync_files(
        self, made_by: str | None, patterns: tuple[str, ...], refused: list[str]
    ) -> None:
        """Copy what the run `made_by` shows under `patterns`; remove what it does not have."""
        outputs = self.workspace.outputs
        source = self.workspace.runs / made_by if made_by else None
        for pattern in patterns:
            folder = (outputs / pattern).parent
            if folder != outputs and folder.is_symlink():
                _remove(folder, refused)  # what it leads to is not ours
            wanted = {p.relative_to(source) for p in files_of(source, pattern)} if source else set()
            for old in outputs.glob(pattern):
                if old.relative_to(outputs) not in wanted:
                    _remove(old, refused)
            for name in sorted(wanted):
                _copy(self.workspace.runs / str(made_by) / name, outputs / name, refused)

    def _sync_models(self, source: Path, refused: list[str]) -> None:
        if not source.is_dir():  # the run was cleaned away; `models_folder` says so when asked
            return
        models = self.workspace.models
        for old in models.glob(f"*{MODEL_SUFFIX}"):
            if old.is_symlink() and (source / old.name).is_dir():
                _remove(old, refused)
            elif not old.is_symlink() and (old / "MLmodel").is_file():
                for path in (old, *old.rglob("*")):
                    if path.is_symlink() or not (source / path.relative_to(models)).exists():
                        _remove(path, refused)
        for path in sorted(files_of(source.parent, f"{source.name}/**/*")):
            if path.is_file():
                _copy(path, models / path.relative_to(source), refused)

    def _drop_stars_but(self, *keep: str) -> None:
        for path in self.workspace.stars.glob("*.duckdb"):
            known = RUN_ID.match(path.stem) or (self.workspace.runs / path.stem).is_dir()
            if known and path.stem not in keep:  # others may be a user's own databases
                with contextlib.suppress(OSError):  # open elsewhere, on Windows; the next run can
                    path.unlink(missing_ok=True)


def _is_folder_name(name: str) -> bool:
    """Whether it stays below the folder that it is put behind."""
    return name not in (".", "..") and not any(char in name for char in "/\\:\0")


def _settle(folder: Path) -> None:
    """Have all of a run's folder on the disk."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() or path.suffix != ".tmp":
            _to_disk(path)


def _copy(source: Path, target: Path, refused: list[str]) -> None:
    try:
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)
    except WorkspaceError as error:
        refused.append(error.problem)


def _remove(path: Path, refused: list[str]) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            refused.append(f"{path} cannot be removed: {error.strerror or error}.")
