"""The files of a workspace that belong to the user, and that `gosales forget` only tells of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gosales.etl import forgotten
from gosales.export import pseudonyms
from gosales.utils import lock
from gosales.utils.paths import Workspace
from gosales.utils.store import COPIED, PARTS

ENDINGS = frozenset(
    (
        *(".csv", ".tsv", ".txt", ".json", ".gz", ".zip"),
        *(".xls", ".xlsx", ".ods", ".parquet", ".db", ".sqlite", ".duckdb"),
    )
)
"""Of what is looked at directly in the workspace, which may be a checkout with code in it."""


def own_files(workspace: Workspace) -> list[Path]:
    """Raw logs, lookups, and what somebody has put beside the files that the engine knows."""
    return sorted({*_given(workspace), *_beside(workspace)})


def out_of_reach(path: Path) -> bool:
    """On a drive that is not connected, or a folder that may not be looked into."""
    if path.is_dir():
        return not os.access(path, os.R_OK | os.X_OK)
    return path.is_symlink() and not path.exists()


def _given(workspace: Workspace) -> Iterator[Path]:
    for folder in (workspace.logs, workspace.holdout, workspace.lookup):
        yield from (folder, *folder.rglob("*"))


def _beside(workspace: Workspace) -> Iterator[Path]:
    """Copies and lists of their own: in the workspace's folder, in `data`, in `outputs`."""
    data, outputs = workspace.root / "data", workspace.outputs
    known = {workspace.staging, workspace.stars, workspace.runs, workspace.tracking}
    known |= {workspace.root / name for name in (forgotten.FILE, pseudonyms.FILE)}
    known |= {outputs / name for name in ("exports", "diffs", "published.json", lock.NAME, COPIED)}
    known |= {path for part in PARTS.values() for name in part for path in outputs.glob(name)}
    yield from (path for path in workspace.root.iterdir() if path.suffix.lower() in ENDINGS)
    for folder in (data, outputs):
        for path in folder.iterdir() if folder.is_dir() else ():
            if path not in known:
                yield from (below for below in (path, *path.rglob("*")) if below not in known)
