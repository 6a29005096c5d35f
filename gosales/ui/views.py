"""Tables of the overview. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.core.columns import Scores, Status, Whitespace
from gosales.ui.board import Board, query
from gosales.utils.store import LISTS, MODELS, STAR

STATUSES = (Status.WHITESPACE, Status.LAPSED, Status.ACTIVE)
BASELINE = "baseline"

HEADLINE = """
    SELECT min(cutoff_date) AS cutoff_date, min(horizon_months) AS horizon_months,
        count(DISTINCT customer_id) AS customers, count(DISTINCT division) AS divisions,
        coalesce(sum(expected_value), 0) AS expected,
        coalesce(sum(expected_value) FILTER (status = 'whitespace'), 0) AS whitespace
    FROM read_parquet($path)
"""
BY_STATUS = """
    SELECT division, status, count(*) AS customers, avg(icp_score) AS mean_score,
        sum(expected_value) AS expected_value
    FROM read_parquet($path) GROUP BY ALL ORDER BY division, status
"""
TOP = """
    SELECT * EXCLUDE (place) FROM (
        SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY rank) AS place
        FROM read_parquet($path) WHERE level = 'division'
    ) WHERE place = 1 ORDER BY rank LIMIT $rows
"""
# What stands behind a score is decided for the never-bought and the owned cells apart.
KINDS = """
    SELECT division, coalesce(max(model) FILTER (status = 'whitespace'), '') AS never_bought,
        coalesce(max(model) FILTER (status <> 'whitespace'), '') AS owned
    FROM read_parquet($path) GROUP BY division ORDER BY division
"""
PRODUCT_NAMES = "SELECT division, product_sku, product_name FROM dim_product"


def headline(board: Board) -> dict[str, Any]:
    """Cutoff, horizon, customers, divisions, and the money expected in all and in whitespace."""
    row: dict[str, Any] = query(HEADLINE, path=str(board.scores)).to_dict("records")[0]
    return row


def by_status(board: Board) -> pd.DataFrame:
    """division, status, customers, mean_score, expected_value; `share` is of the division."""
    table = query(BY_STATUS, path=str(board.scores))
    whole = table.groupby(Scores.DIVISION)["customers"].transform("sum")
    return table.assign(share=table["customers"] / whole)


def top(board: Board, rows: int = 10) -> pd.DataFrame:
    """The best division-level opportunities, one per customer."""
    return query(TOP, path=str(board.whitespace), rows=rows)


def kinds(board: Board) -> pd.DataFrame:
    """division, and what stands behind the scores of its `never_bought` and its `owned` cells."""
    return query(KINDS, path=str(board.scores))


def with_product_names(board: Board, table: pd.DataFrame) -> pd.DataFrame:
    """Add `product_name`: from the star, else the SKU."""
    if board.star is None or table.empty:
        return table.assign(product_name=table[Whitespace.SKU])
    names = query(PRODUCT_NAMES, board.star)
    joined = table.merge(names, how="left", on=[Whitespace.DIVISION, Whitespace.SKU])
    name = joined["product_name"].fillna("")
    return joined.assign(product_name=name.where(name != "", joined[Whitespace.SKU]))


def warnings(board: Board) -> list[str]:
    """What a reader must know before trusting the lists, in plain sentences."""
    return [
        *_weak_divisions(board),
        *_out_of_step(board),
        *_proof(board),
        *map(str, board.drift().get("warnings", [])),
        *_quality(board),
    ]


def _weak_divisions(board: Board) -> list[str]:
    table = kinds(board)
    weak = table[table["never_bought"] == BASELINE][Scores.DIVISION]
    if weak.empty:
        return []
    told = (
        f"Baseline only: {', '.join(weak)}. On their whitespace the model did not prove better "
        "than a simple score, so the simple score is shown. Trust the order less."
    )
    return [told]


def _out_of_step(board: Board) -> list[str]:
    """Lists that were made before the models or the star that are published now."""
    lists = board.parts.get(LISTS, "")
    newer = {MODELS: "models were trained", STAR: "data was loaded"}
    late = [told for part, told in newer.items() if board.parts.get(part, "") > lists]
    return [f"Newer {told} after these lists were made. Run `gosales score`." for told in late]


def _proof(board: Board) -> list[str]:
    metrics = board.metrics()
    told = []
    if metrics and not metrics.get("judged_at"):
        told.append(str(metrics.get("note", "The models could not be judged.")))
    failed = [g["name"] for g in board.validation().get("gates", []) if g.get("result") == "failed"]
    if failed:
        told.append(f"The holdout failed: {', '.join(map(str, failed))}. See Can I trust it?")
    return told


def _quality(board: Board) -> list[str]:
    return [
        f"{item.get('message', '')} {item.get('remedy', '')}".strip()
        for item in board.quality().get("warnings", [])
    ]
