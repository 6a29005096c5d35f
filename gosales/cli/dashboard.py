"""The dashboard, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gosales.cli.options import VERBOSE, WORKSPACE, open_workspace


@click.command("dashboard")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only serve; open no browser.")
@WORKSPACE
@VERBOSE
def dashboard_command(workspace: Path | None, port: int, no_browser: bool) -> None:
    """Look at what was published, in the browser; served to this machine only.

    Example: gosales dashboard --workspace my_company --port 8600
    """
    given = ["--workspace", str(open_workspace(workspace).root), "--port", str(port)]
    _start("gosales.ui", [*given, *(["--no-browser"] if no_browser else [])])


def _start(module: str, given: list[str]) -> None:
    """Run a module instead of this program; where that cannot be, run it and wait for it."""
    import os
    import subprocess

    command = [sys.executable, "-P", "-m", module, *given]
    if os.name != "nt":
        os.execv(sys.executable, command)  # noqa: S606 - our own module, without a shell
    raise SystemExit(subprocess.call(command))
