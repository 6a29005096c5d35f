"""The demo: an invented market's raw logs in a workspace, then the main job."""

from __future__ import annotations

from pathlib import Path

from gosales.core.errors import WorkspaceError
from gosales.pipeline.score_all import ScoreAllRun, score_all
from gosales.pipeline.session import Options, Session
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.write_logs import write_workspace
from gosales.utils.paths import Workspace
from gosales.utils.progress import track

MARKER = ".gosales-demo"
SETTINGS = """\
# Settings of the demo market. Everything else is at its default; docs/config.md lists every key.

[lookup.customers]
# These never change for a customer, so today's value may be used for the past.
constant = ["industry", "size_band", "state"]
"""


def demo(folder: Path, customers: int, seed: int) -> tuple[ScoreAllRun, Session]:
    """Make the workspace and run the main job on it.

    Raises:
        WorkspaceError: The folder holds something that is not a demo.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise WorkspaceError(
            f"{folder} holds files that are not a demo's.",
            remedy="Choose another folder with --folder; nothing was changed.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    with track("Inventing a market"):
        market = simulate_market(MarketSettings(customers=customers, seed=seed))
        write_workspace(market, folder)
    settings = folder / "gosales.toml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    session = Session.open(Workspace(folder.resolve()), Options(seed=seed))
    return score_all(session), session
