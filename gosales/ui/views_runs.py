"""Two runs side by side, and the cards of the models. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.pipeline.runs import about, run_facts
from gosales.ui.board import Board
from gosales.ui.views import kinds
from gosales.ui.views_trust import NEVER
from gosales.utils.store import MODELS

CARD_FIGURES = ("n", "buyers", "base_rate", "auc", "lift_10", "ece")


def compare(board: Board, one: str, other: str) -> pd.DataFrame:
    """what, one, other: only what differs between two runs."""
    left, right = (run_facts(board.workspace, run) for run in (one, other))
    names = [*left, *(name for name in right if name not in left)]
    rows = [
        {"what": name, "one": left.get(name, "-"), "other": right.get(name, "-")}
        for name in names
        if left.get(name) != right.get(name)
    ]
    return pd.DataFrame(rows, columns=["what", "one", "other"])


def settings(board: Board, run: str) -> pd.DataFrame:
    """key, value: the settings of a run as they were resolved."""
    prefix = "settings: "
    facts = run_facts(board.workspace, run)
    rows = [(name.removeprefix(prefix), value) for name, value in facts.items()
            if name.startswith(prefix)]  # fmt: skip
    return pd.DataFrame(rows, columns=["key", "value"])


def cards(cells: pd.DataFrame, metrics: dict[str, Any]) -> pd.DataFrame:
    """A row per division: what stands behind it, and how it fared when it was trained.

    Args:
        cells: What `views.by_status` found.
    """
    figures = metrics.get("populations", {}).get(NEVER, {})
    rows = [
        {**kind, **{name: figures.get(kind["division"], {}).get(name) for name in CARD_FIGURES}}
        for kind in kinds(cells).to_dict("records")
    ]
    return pd.DataFrame(rows)


def about_models(board: Board) -> dict[str, Any]:
    """When and from what the published models were trained; empty without any."""
    run = board.parts.get(MODELS)
    manifest = about(board.workspace, run) if run else {}
    if not manifest:
        return {}
    metrics = board.metrics()
    return {
        "Run": run,
        "Seed": manifest.get("seed"),
        "Horizon, months": metrics.get("horizon_months"),
        "Judged at": metrics.get("judged_at"),
        **manifest.get("versions", {}),
    }
