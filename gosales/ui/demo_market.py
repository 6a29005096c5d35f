"""The demo for a visitor of an empty workspace: made by `gosales demo`, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gosales.core.errors import WorkspaceError
from gosales.utils.paths import Workspace

FOLDER, CUSTOMERS = "demo", 400
MOST_SECONDS = 1800


def demo_of(workspace: Workspace) -> Workspace:
    """Where the demo of a workspace lies."""
    return Workspace(workspace.root / FOLDER)


def make_demo(workspace: Workspace) -> Path:
    """Make the demo in a folder of the workspace, unless it is there; returns that folder.

    Raises:
        WorkspaceError: It cannot be made; what the command said is told.
    """
    place = demo_of(workspace)
    if place.published.is_file():
        return place.root
    command = [sys.executable, "-P", "-m", "gosales.cli", "demo", "--folder", str(place.root)]
    try:
        done = subprocess.run(
            [*command, "--customers", str(CUSTOMERS)],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=MOST_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorkspaceError(
            f"The demo cannot be made: {type(error).__name__}.",
            remedy="Run `gosales demo` in a terminal.",
        ) from error
    if done.returncode:
        told = " ".join(done.stderr.split())[-300:]
        raise WorkspaceError(
            f"The demo could not be made: {told}", remedy="Run `gosales demo` in a terminal."
        )
    return place.root
