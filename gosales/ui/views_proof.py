"""Tables of the backtest, the leak certificate and drift. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.core.concepts import TITLES, concept_of
from gosales.core.errors import ModelError
from gosales.ui import wording
from gosales.ui.board import Board, query, sql
from gosales.ui.views_trust import MODEL, NEVER, SIMPLE_SCORES
from gosales.utils.store import BACKTEST, CERTIFICATE, MODELS, read_json

FIGURES_FILE, GAINS_FILE, BINS_FILE = (
    f"backtest/{name}.parquet" for name in ("figures", "gains", "reliability")
)
CATALOG = "feature_catalog.csv"
CERTIFICATE_FILE, PAGE_FILE = "leak_certificate.json", "leak_certificate.html"
OURS = "model"
COLUMNS = """
    SELECT CAST(cutoff_date AS VARCHAR) AS cutoff_date, score, auc, auc_low, auc_high, ap,
        lift_10, lift_10_low, lift_10_high, ece, expected_over_actual
    FROM read_parquet($path)
    WHERE population = $population AND division = '_macro' AND score <> 'model_everywhere'
"""
OVERALL = sql(COLUMNS, "AND cutoff_date = '_all'")
BY_CUTOFF = sql(COLUMNS, "AND cutoff_date <> '_all' ORDER BY cutoff_date")
CURVE = """
    SELECT * FROM read_parquet($path)
    WHERE population = $population AND division = '_all' AND cutoff_date = '_all'
        AND score = 'model'
"""


def contest(board: Board) -> pd.DataFrame:
    """Every score over all past cutoffs, never-bought: the model first, then by lift.

    Without rows when there was no backtest. `ours` marks the model.
    """
    path = board.find(BACKTEST, FIGURES_FILE)
    if path is None:
        return pd.DataFrame()
    table = query(OVERALL, path=str(path), population=NEVER)
    table = table.assign(ours=table["score"] == OURS, score=table["score"].map(_named))
    order = ["ours", "lift_10"]
    return table.sort_values(order, ascending=False, ignore_index=True).drop(columns="cutoff_date")


def by_cutoff(board: Board) -> pd.DataFrame:
    """Per past cutoff: the model and the simple score that is best over all of them."""
    table = contest(board)
    path = board.find(BACKTEST, FIGURES_FILE)
    if path is None or len(table) < 2:
        return pd.DataFrame()
    rows = query(BY_CUTOFF, path=str(path), population=NEVER)
    rows = rows.assign(score=rows["score"].map(_named))
    best = table[~table["ours"]]["score"].iloc[0]
    order = {MODEL: 0, best: 1}
    kept = rows[rows["score"].isin(order)]
    return kept.sort_values(["cutoff_date", "score"], key=lambda one: one.replace(order))


def wins(table: pd.DataFrame) -> tuple[int, int]:
    """At how many past cutoffs the model's lift was the higher one, and of how many."""
    if table.empty:
        return 0, 0
    sides = table.pivot_table(index="cutoff_date", columns="score", values="lift_10")
    simple = [name for name in sides.columns if name != MODEL]
    return int((sides[MODEL] > sides[simple[0]]).sum()), len(sides)


def gains(board: Board) -> pd.DataFrame:
    """top_share, capture, lift of the model's never-bought list over all past cutoffs."""
    return _curve(board, GAINS_FILE)


def reliability(board: Board) -> pd.DataFrame:
    """bin, rows, mean_score, base_rate of never-bought cells over all past cutoffs."""
    return _curve(board, BINS_FILE)


def certificate(board: Board) -> dict[str, Any]:
    """The leak certificate; empty where there is none."""
    path = board.find(CERTIFICATE, CERTIFICATE_FILE)
    return {} if path is None else read_json(path, made_by="prove")


def certificate_page(board: Board) -> bytes:
    """The certificate as a page for people."""
    return board.file(CERTIFICATE, PAGE_FILE, "prove").read_bytes()


def checks(content: dict[str, Any]) -> pd.DataFrame:
    """name, result, cutoffs, told: a row per check, failed ones first.

    What was changed in the raw logs, where anything was, is told before what came of it.
    """
    columns = ["name", "result", "cutoff", "told", "evidence"]
    table = pd.DataFrame(content.get("checks", []), columns=columns)
    changes = table["evidence"].map(lambda of: of.get("change", "") if isinstance(of, dict) else "")
    table = table.assign(
        name=table["name"].map(lambda name: str(name).replace("_", " ").capitalize()),
        told=(changes + " " + table["told"]).str.strip(),
    ).drop(columns="evidence")
    if table.empty:
        return table.rename(columns={"cutoff": "cutoffs"})
    together = table.groupby(["name", "result", "told"], sort=False)["cutoff"]
    joined = together.agg(lambda days: ", ".join(map(str, days))).reset_index(name="cutoffs")
    rank = joined["result"].map({"failed": 0}).fillna(1)
    return joined.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")


def moved(content: dict[str, Any], kind: str, name: str) -> pd.DataFrame:
    """`name`, psi, status of `kind` (features or scores), the most moved first."""
    table = pd.DataFrame(content.get(kind) or [], columns=[name, "psi", "status"])
    return table.sort_values("psi", ascending=False, ignore_index=True)


def moved_concepts(board: Board, content: dict[str, Any]) -> pd.DataFrame:
    """`about`, psi, status, feature, meaning: the most moved feature of each business concept."""
    table = with_meanings(board, moved(content, "features", "feature"))
    return table.drop_duplicates("about", ignore_index=True)


def with_meanings(board: Board, table: pd.DataFrame) -> pd.DataFrame:
    """Features with what they are `about`, and their `meaning` from the published catalogue."""
    table = table.assign(about=table["feature"].map(_about))
    table = table[["about", *(name for name in table if name != "about")]]
    path = board.find(MODELS, CATALOG)
    if path is None:
        return table
    known = pd.read_csv(path, encoding="utf-8").set_index("feature")["meaning"]
    return table.assign(meaning=table["feature"].map(known.to_dict()).fillna(""))


def _about(feature: str) -> str:
    """The business concept that a feature speaks of, or its name."""
    try:
        title = TITLES[concept_of(feature)]
    except ModelError:
        return feature
    return title[0].upper() + title[1:]


def drifted(content: dict[str, Any]) -> str:
    """How many features and scores have drifted, in words; empty where none has."""
    told = []
    for kind, one, many in (("features", "feature", "features"), ("scores", "score", "scores")):
        rows = content.get(kind) or []
        number = sum(row.get("status") == "drifted" for row in rows)
        told += [f"{number} of {wording.plural(len(rows), one, many)}"] if number else []
    return ", ".join(told)


def _curve(board: Board, name: str) -> pd.DataFrame:
    path = board.find(BACKTEST, name)
    return pd.DataFrame() if path is None else query(CURVE, path=str(path), population=NEVER)


def _named(score: str) -> str:
    return MODEL if score == OURS else SIMPLE_SCORES.get(score, score)
