"""Runs and what they publish: every run whole in its folder, one atomic replace commits it.

A run writes into `outputs/runs/<run_id>/` and nowhere else. Committing replaces
`outputs/published.json`, which names the run and, for each part (star, models, lists), the run
that made it. Everything else a user sees (the plain files in `outputs/`, the folders in `models/`)
is a copy made after the commit; a copy that was interrupted is finished by the next command.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gosales.core.errors import MissingArtifact, WorkspaceError
from gosales.utils.paths import Workspace

MODEL_SUFFIX = "_model"
PRIVATE = frozenset({"models", "manifest.json", "log.jsonl"})
"""What stays in the run folder: manifests belong to their run, models go to `models/`."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place when the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    os.close(handle)
    temporary = Path(name)
    try:
        temporary.chmod(0o666 & ~_umask())
        yield temporary
        Path(temporary).replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Close it where it is open (Excel?), check the disk space and the folder's "
            "permissions, then run the command again; what was published before is unharmed.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text so that a reader sees the old file or the new one, never half of it."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys, atomically."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path, *, made_by: str) -> dict[str, Any]:
    """Read a JSON object. Raises MissingArtifact, or WorkspaceError when it is not JSON."""
    if not path.is_file():
        raise MissingArtifact(path, made_by=made_by)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WorkspaceError(
            f"{path} is not JSON: {error}.", remedy=f"Delete it and run `gosales {made_by}`."
        ) from error
    if not isinstance(content, dict):
        raise WorkspaceError(
            f"{path} holds no JSON object.", remedy=f"Delete it and run `gosales {made_by}`."
        )
    return content


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Published:
    """Which run made each published part; empty strings where a part was never made."""

    run_id: str = ""
    star: str = ""
    models: str = ""
    lists: str = ""

    def as_dict(self) -> dict[str, str]:
        return {
            "run_id": self.run_id,
            "star": self.star,
            "models": self.models,
            "lists": self.lists,
        }


@dataclass
class Run:
    """One command's work in progress: a folder, and the parts it has made so far."""

    run_id: str
    folder: Path
    made: set[str] = field(default_factory=set)


class RunStore:
    """The runs of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

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
        """What is published now; all empty before the first commit."""
        if not self.workspace.published.is_file():
            return Published()
        content = read_json(self.workspace.published, made_by="score-all")
        return Published(**{key: str(content.get(key, "")) for key in Published().as_dict()})

    def commit(self, run: Run) -> Published:
        """Publish the parts that `run` made; parts it did not make stay as they are."""
        now = self.published()
        parts = dict.fromkeys(run.made, run.run_id)
        published = Published(**{**now.as_dict(), **parts, "run_id": run.run_id})
        write_json(self.workspace.published, published.as_dict())
        self.sync()
        return published

    def sync(self) -> None:
        """Make the copies agree with `published.json`; does nothing when they do already."""
        now = self.published()
        marker = self.workspace.outputs / ".copied.json"
        if not now.run_id:
            return
        if marker.is_file() and marker.read_text(encoding="utf-8") == json.dumps(now.as_dict()):
            return
        marker.unlink(missing_ok=True)
        if now.lists:
            _mirror(self.workspace.runs / now.lists, self.workspace.outputs, PRIVATE)
        if now.models:
            self._sync_models(self.workspace.runs / now.models / "models")
        self._drop_old_stars(now)
        write_text(marker, json.dumps(now.as_dict()))

    def star_path(self, run_id: str | None = None) -> Path:
        """The DuckDB file of a run's star; by default the published one."""
        name = run_id or self.published().star
        if not name:
            raise MissingArtifact(self.workspace.stars, made_by="build-star")
        path = self.workspace.stars / f"{name}.duckdb"
        if run_id is None and not path.is_file():
            raise MissingArtifact(path, made_by="build-star")
        return path

    def models_folder(self) -> Path:
        """Where the published models lie. Raises MissingArtifact before the first training."""
        name = self.published().models
        folder = self.workspace.runs / name / "models"
        if not name or not folder.is_dir():
            raise MissingArtifact(self.workspace.models, made_by="train")
        return folder

    def _sync_models(self, source: Path) -> None:
        wanted = {folder.name for folder in source.iterdir() if folder.is_dir()}
        self.workspace.models.mkdir(parents=True, exist_ok=True)
        for old in self.workspace.models.glob(f"*{MODEL_SUFFIX}"):
            if old.name not in wanted and (old / "MLmodel").is_file():
                shutil.rmtree(old)
        for name in sorted(wanted):
            _mirror(source / name, self.workspace.models / name, frozenset())

    def _drop_old_stars(self, now: Published) -> None:
        for path in self.workspace.stars.glob("*.duckdb"):
            if path.stem != now.star:
                path.unlink(missing_ok=True)


def _mirror(source: Path, target: Path, leave: frozenset[str]) -> None:
    """Copy a folder's files one by one, each atomically."""
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_dir() or relative.parts[0] in leave:
            continue
        with replacing(target / relative) as temporary:
            shutil.copyfile(path, temporary)
