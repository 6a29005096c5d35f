"""Runs and what they publish: every run whole in its folder, one atomic replace commits it.

A run writes into `outputs/runs/<run_id>/` and nowhere else. Committing replaces
`outputs/published.json`, which names the run and, for each part (see PARTS), the run that made it.
Everything else a user sees (the plain files in `outputs/`, the folders in `models/`) is a copy made
after the commit; a copy that was interrupted is finished by the next command.
"""

from __future__ import annotations

import contextlib
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
STAR, MODELS, LISTS, VALIDATION, BACKTEST = "star", "models", "lists", "validation", "backtest"
PLAN, READOUT = "plan", "readout"

PARTS: dict[str, tuple[str, ...]] = {
    STAR: ("data_quality.json", "data_quality.txt", "rejects.csv"),
    MODELS: ("metrics.json", "feature_catalog.csv"),
    LISTS: ("icp_scores.csv", "icp_scores.parquet", "whitespace.csv", "whitespace.parquet"),
    VALIDATION: ("validation/*",),
    BACKTEST: ("backtest/*",),
    PLAN: ("plan/plan.csv", "plan/plan.parquet", "plan/plan.json"),
    READOUT: ("plan/readout.json", "plan/readout.html"),
}
"""Part -> what it shows in `outputs/`, as patterns in the folder of the run that made it."""

MADE_FROM = {VALIDATION: MODELS, BACKTEST: STAR, READOUT: PLAN}
"""A part that speaks of another one, and goes when that is made anew."""


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


@dataclass
class Run:
    """One command's work in progress: a folder, and the parts it has made so far."""

    run_id: str
    folder: Path
    made: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Published:
    """The run that was committed last, and which run made each part that is published."""

    run_id: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    def after(self, run: Run) -> Published:
        """What is published once `run` is committed."""
        kept = {
            part: made for part, made in self.parts.items() if MADE_FROM.get(part) not in run.made
        }
        return Published(run.run_id, {**kept, **dict.fromkeys(sorted(run.made), run.run_id)})

    def as_dict(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "parts": dict(sorted(self.parts.items()))}


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
        """What is published now; nothing before the first commit."""
        if not self.workspace.published.is_file():
            return Published()
        content = read_json(self.workspace.published, made_by="score-all")
        parts = content.get("parts", {})
        if not isinstance(parts, dict):
            raise WorkspaceError(
                f"{self.workspace.published} does not name the published parts.",
                remedy="Delete it and run `gosales score-all`.",
            )
        return Published(str(content.get("run_id", "")), {str(k): str(v) for k, v in parts.items()})

    def commit(self, run: Run) -> Published:
        """Publish the parts that `run` made; parts it did not make stay as they are."""
        published = self.published().after(run)
        write_json(self.workspace.published, published.as_dict())
        self.sync()
        return published

    def sync(self) -> None:
        """Make the copies agree with `published.json`; does nothing when they do already."""
        now = self.published()
        marker = self.workspace.outputs / ".copied.json"
        state = json.dumps(now.as_dict())
        if not now.run_id or (marker.is_file() and marker.read_text(encoding="utf-8") == state):
            return
        marker.unlink(missing_ok=True)
        for part, patterns in PARTS.items():
            self._sync_files(now.parts.get(part), patterns)
        if MODELS in now.parts:
            self._sync_models(self.workspace.runs / now.parts[MODELS] / "models")
        self._drop_old_stars(now.parts.get(STAR, ""))
        write_text(marker, state)

    def star_path(self) -> Path:
        """The DuckDB file of the published star. Raises MissingArtifact."""
        path = self.workspace.stars / f"{self.published().parts.get(STAR, 'star')}.duckdb"
        if not path.is_file():
            raise MissingArtifact(path, made_by="build-star")
        return path

    def drop_star(self, run: Run) -> None:
        """Remove the star of a run that failed, unless something still holds it open."""
        with contextlib.suppress(OSError):
            (self.workspace.stars / f"{run.run_id}.duckdb").unlink(missing_ok=True)

    def models_folder(self) -> Path:
        """Where the published models lie. Raises MissingArtifact before the first training."""
        made_by = self.published().parts.get(MODELS)
        if made_by is None or not (self.workspace.runs / made_by / "models").is_dir():
            raise MissingArtifact(self.workspace.models, made_by="train")
        return self.workspace.runs / made_by / "models"

    def _sync_files(self, made_by: str | None, patterns: tuple[str, ...]) -> None:
        """Copy what the run `made_by` shows under `patterns`; remove what it does not have."""
        outputs = self.workspace.outputs
        source = self.workspace.runs / made_by if made_by else None
        for pattern in patterns:
            wanted = {p.relative_to(source) for p in source.glob(pattern)} if source else set()
            for old in outputs.glob(pattern):
                if old.relative_to(outputs) not in wanted:
                    old.unlink()
            for name in sorted(wanted):
                _copy(self.workspace.runs / str(made_by) / name, outputs / name)

    def _sync_models(self, source: Path) -> None:
        if not source.is_dir():  # the run was cleaned away; `models_folder` says so when asked
            return
        wanted = {folder.name for folder in source.iterdir() if folder.is_dir()}
        self.workspace.models.mkdir(parents=True, exist_ok=True)
        for old in self.workspace.models.glob(f"*{MODEL_SUFFIX}"):
            if old.name not in wanted and (old / "MLmodel").is_file():
                shutil.rmtree(old)
        for path in sorted(source.rglob("*")):
            if path.is_file():
                _copy(path, self.workspace.models / path.relative_to(source))

    def _drop_old_stars(self, keep: str) -> None:
        for path in self.workspace.stars.glob("*.duckdb"):
            if path.stem != keep:
                path.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)
