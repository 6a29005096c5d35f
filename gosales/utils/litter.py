"""What a killed command leaves behind: half-written files and scratch folders beside their places.

Every one of them begins with a dot or ends like a temporary file; nothing of a user's does.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from gosales.utils.paths import Workspace

PATTERNS = {
    "outputs": (
        ".*.tmp",
        "*/.*.tmp",
        "runs/*/.*.tmp",
        "runs/*/*/.*.tmp",
        "runs/*/.check-*",
        "runs/*/.prove-*",
        ".check-*",
        ".verify-*",
        ".diff-*",
    ),
    "models": ("*_model/**/.*.tmp",),
    "stars": (".*.duckdb.*", "????????T??????-*.duckdb.wal", "*.duckdb.tmp", ".engine-*"),
    "staging": (".work-*", ".lookup-*", "holdout/.work-*", "holdout/.lookup-*"),
}
"""Place in the workspace -> what may be litter there."""


def sweep(workspace: Workspace) -> None:
    """Remove what killed commands left. Only for who holds the lock; what is in use stays."""
    for place, patterns in PATTERNS.items():
        folder: Path = getattr(workspace, place)
        for pattern in patterns:
            for path in list(folder.glob(pattern)):
                _drop(path)


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
