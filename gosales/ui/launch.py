"""Start the dashboard: Streamlit on this machine only, without telemetry.

`python -m gosales.ui` is what `gosales dashboard` starts, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import MutableMapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from gosales.core.errors import GosalesError, WorkspaceError
from gosales.ui.door import lock_of
from gosales.utils.paths import ENVIRONMENT, find_workspace

FOLDER = Path(__file__).resolve().parent
ADDRESS, PORT = "127.0.0.1", 8501
FIXED = {
    "server.address": ADDRESS,
    "browser.gatherUsageStats": "false",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.disableDataExport": "true",
    "global.developmentMode": "false",
    "runner.magicEnabled": "false",
    "global.disableWidgetStateDuplicationWarning": "true",
}
"""What nobody changes: it binds to this machine, calls nobody and shows no tracebacks.
Streamlit's own export of a table would write cells that a spreadsheet runs as formulas. A list that
becomes another one begins with its first page: that needs no warning with a stack."""

WARM = tuple(f"gosales.ui.screens.{path.stem}" for path in sorted(FOLDER.glob("screens/[a-z]*.py")))
"""What is imported before the first visitor comes, who would wait for it otherwise."""

DEFAULTS = {
    "STREAMLIT_THEME_BASE": str(FOLDER / "theme.toml"),
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "viewer",
    "STREAMLIT_SERVER_ALLOWED_HOSTS": f"{ADDRESS} localhost",
}
"""What an environment variable of that name may change."""


def arguments(port: int, headless: bool) -> list[str]:
    """What comes after `streamlit` on its command line."""
    options = FIXED | {"server.port": str(port), "server.headless": str(headless).lower()}
    return [
        "run",
        str(FOLDER / "server.py"),
        *(f"--{key}={value}" for key, value in options.items()),
    ]


def prepare(environment: MutableMapping[str, str], workspace: Path) -> None:
    """Tell the app its workspace, and Streamlit its defaults."""
    environment[ENVIRONMENT] = str(workspace)
    for key, value in DEFAULTS.items():
        environment.setdefault(key, value)


def require_streamlit() -> None:
    """Raise WorkspaceError when the extra `ui` is not installed."""
    if find_spec("streamlit") is None:
        raise WorkspaceError(
            "The dashboard needs Streamlit, which is not installed in this Python.",
            remedy='Install the extra: `pip install "gosales-engine[ui]"`, or run `make setup` '
            "in the checkout.",
        )


def serve(given: Sequence[str]) -> None:
    """Run the dashboard until it is stopped. Raises GosalesError before it starts."""
    parser = argparse.ArgumentParser(prog="gosales dashboard")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args(given)
    require_streamlit()
    lock_of(os.environ)
    prepare(os.environ, find_workspace(options.workspace).root)
    os.chdir(FOLDER)  # Streamlit obeys a .streamlit/config.toml of the folder that it starts in
    from streamlit.web.cli import main as streamlit

    for module in WARM:
        import_module(module)

    streamlit(arguments(options.port, options.no_browser), prog_name="streamlit")


def main() -> None:
    """Entry point: an expected error prints its remedy and exits 1."""
    try:
        serve(sys.argv[1:])
    except GosalesError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(1) from error
