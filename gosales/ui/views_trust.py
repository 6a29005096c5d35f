"""Tables of what the models are worth. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.ui.board import Board, query
from gosales.ui.views import kinds
from gosales.utils.store import VALIDATION

NEVER, MACRO = "never_bought", "_macro"
FIGURES = ("auc", "ap", "lift_10", "ece", "expected_over_actual")
MODEL = "The model"
SIMPLE_SCORES = {
    "base_rate": "Everyone alike (base rate)",
    "frequency": "Who orders most often",
    "popularity_x_activity": "Popular divisions, busy customers",
    "recency": "Who ordered last",
    "rfm_logistic": "Recency, frequency and money, fitted",
    "spend_12m": "Who spends most",
}
EVIDENCE = ("auc_gain", "auc_gain_low", "auc_gain_high", "why")
CURVE = "SELECT * FROM read_csv($path) WHERE population = $population"


def scoreboard(metrics: dict[str, Any]) -> pd.DataFrame:
    """`score` and FIGURES on never-bought cells: the model first, then the best simple score."""
    model = metrics.get("populations", {}).get(NEVER, {}).get(MACRO, {})
    if not model:
        return pd.DataFrame(columns=["score", *FIGURES])
    simple = [
        {"score": SIMPLE_SCORES.get(name, name), **_figures(_macro(board))}
        for name, board in metrics.get("baselines", {}).items()
    ]
    simple.sort(key=lambda row: -(row["auc"] or 0.0))
    return pd.DataFrame([{"score": MODEL, **_figures(model)}, *simple])


def verdict(metrics: dict[str, Any]) -> dict[str, Any]:
    """What the scoreboard says: the lift of the model, of the best simple score, and its name."""
    table = scoreboard(metrics)
    if len(table) < 2:
        return {}
    best = table.iloc[1:].sort_values("lift_10", ascending=False).iloc[0]
    ours = table.iloc[0]
    return {"lift": ours["lift_10"], "simple": best["score"], "simple_lift": best["lift_10"]}


def divisions(cells: pd.DataFrame, metrics: dict[str, Any]) -> pd.DataFrame:
    """Per division: what stands behind both sides, and its never-bought figures and evidence.

    Args:
        cells: What `views.by_status` found.
    """
    figures = metrics.get("populations", {}).get(NEVER, {})
    evidence = metrics.get("divisions", {})
    rows = [
        {
            **kind,
            **{key: figures.get(name, {}).get(key) for key in ("n", "buyers", "base_rate")},
            **_figures(figures.get(name, {})),
            **{key: evidence.get(name, {}).get(key) for key in EVIDENCE},
        }
        for kind in kinds(cells).to_dict("records")
        for name in [kind["division"]]
    ]
    return pd.DataFrame(rows)


def evidence(table: pd.DataFrame) -> pd.DataFrame:
    """A row per measured gain, the largest first: divisions that share one share a row.

    `divisions` names them; `division` is their name, or how many they are.

    Args:
        table: What `divisions` found.
    """
    measured = table.dropna(subset=["auc_gain"])
    rows = []
    for shared, part in measured.groupby(["never_bought", *EVIDENCE[:3]], dropna=False, sort=False):
        names = part["division"].tolist()
        title = names[0] if len(names) == 1 else f"{len(names)} divisions, {shared[0]}"
        row = dict(zip(("never_bought", *EVIDENCE[:3]), shared, strict=True))
        rows.append({"division": title, "divisions": ", ".join(names), **row})
    columns = ["division", "divisions", "never_bought", *EVIDENCE[:3]]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("auc_gain", ascending=False, kind="stable", ignore_index=True)


def gates(board: Board) -> pd.DataFrame:
    """name, asked, found, result of the holdout's gates."""
    return pd.DataFrame(
        board.validation().get("gates", []), columns=["name", "asked", "found", "result"]
    ).astype({"found": float})


def gains(board: Board) -> pd.DataFrame:
    """The gains of never-bought cells on the holdout; without rows when there is none."""
    return _curve(board, "gains.csv")


def reliability(board: Board) -> pd.DataFrame:
    """Mean score and base rate per bin of never-bought cells on the holdout."""
    return _curve(board, "calibration.csv")


def _curve(board: Board, name: str) -> pd.DataFrame:
    path = board.find(VALIDATION, f"validation/{name}")
    if path is None:
        return pd.DataFrame()
    return query(CURVE, path=str(path), population=NEVER)


def _macro(board: dict[str, Any]) -> dict[str, Any]:
    """The figures of a baseline: plain, or under `_macro`."""
    never = board.get(NEVER, {})
    return dict(never.get(MACRO, never))


def _figures(row: dict[str, Any]) -> dict[str, float | None]:
    return {name: row.get(name) for name in FIGURES}
