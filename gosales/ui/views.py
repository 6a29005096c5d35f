"""Tables of the overview. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.core.columns import Scores, Status, Whitespace
from gosales.ui.board import Board, query
from gosales.utils.store import LISTS, MODELS, STAR

STATUSES = (Status.WHITESPACE, Status.LAPSED, Status.ACTIVE)
BASELINE = "baseline"
MOST_OF_DRIFT = 3

BY_STATUS = """
    SELECT division, status, count(*) AS customers, avg(icp_score) AS mean_score,
        sum(expected_value) AS expected_value, coalesce(max(model), '') AS model,
        min(cutoff_date) AS cutoff_date, min(horizon_months) AS horizon_months
    FROM read_parquet($path) GROUP BY division, status ORDER BY division, status
"""
# Ranks above $deep are not read from the file.
TOP = """
    SELECT * FROM read_parquet($path) WHERE level = 'division' AND rank <= $deep
    QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY rank) = 1
    ORDER BY rank LIMIT $rows
"""
PRODUCT_NAMES = "SELECT division, product_sku, product_name FROM dim_product"


def by_status(board: Board) -> pd.DataFrame:
    """division, status, customers, mean_score, expected_value; `share` is of the division.

    Also model, cutoff_date and horizon_months. `headline` and `kinds` take their facts from it, so
    that the scores are read once.
    """
    table = query(BY_STATUS, path=str(board.scores))
    whole = table.groupby(Scores.DIVISION)["customers"].transform("sum")
    return table.assign(share=table["customers"] / whole)


def headline(cells: pd.DataFrame) -> dict[str, Any]:
    """Cutoff, horizon, customers, divisions, and the money expected in all and in whitespace.

    Args:
        cells: What `by_status` found. Every division has all customers.
    """
    never = cells[Scores.STATUS] == Status.WHITESPACE
    customers = cells.groupby(Scores.DIVISION)["customers"].sum()
    return {
        Scores.CUTOFF: cells[Scores.CUTOFF].min(),
        Scores.HORIZON: int(cells[Scores.HORIZON].min()),
        "customers": int(customers.max()),
        "divisions": len(customers),
        "expected": float(cells[Scores.VALUE].sum()),
        "whitespace": float(cells.loc[never, Scores.VALUE].sum()),
    }


def top(board: Board, divisions: int, rows: int) -> pd.DataFrame:
    """The best division-level opportunities, one per customer, of so many `divisions`."""
    # A customer has a row per division at most: so far down, `rows` customers are found.
    return query(TOP, path=str(board.whitespace), deep=rows * divisions, rows=rows)


def kinds(cells: pd.DataFrame) -> pd.DataFrame:
    """division, and what stands behind the scores of its `never_bought` and its `owned` cells.

    That is decided for both apart.

    Args:
        cells: What `by_status` found.
    """
    never = cells[Scores.STATUS] == Status.WHITESPACE
    sides = {"never_bought": cells[never], "owned": cells[~never]}
    found = {
        name: side.groupby(Scores.DIVISION)[Scores.MODEL].max() for name, side in sides.items()
    }
    table = pd.DataFrame(found, index=sorted(cells[Scores.DIVISION].unique()))
    return table.fillna("").rename_axis(Scores.DIVISION).reset_index()


def with_product_names(board: Board, table: pd.DataFrame) -> pd.DataFrame:
    """Add `product_name`: from the star, else the SKU."""
    if board.star is None or table.empty:
        return table.assign(product_name=table[Whitespace.SKU])
    names = query(PRODUCT_NAMES, board.star)
    joined = table.merge(names, how="left", on=[Whitespace.DIVISION, Whitespace.SKU])
    name = joined["product_name"].fillna("")
    return joined.assign(product_name=name.where(name != "", joined[Whitespace.SKU]))


def warnings(board: Board, cells: pd.DataFrame) -> list[str]:
    """What a reader must know before trusting the lists, in plain sentences."""
    return [
        *_weak_divisions(cells),
        *_out_of_step(board),
        *_proof(board),
        *_drift(board),
        *_quality(board),
    ]


def _weak_divisions(cells: pd.DataFrame) -> list[str]:
    table = kinds(cells)
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


def _drift(board: Board) -> list[str]:
    """Few warnings as they are; many would hide the page, and are on another."""
    found = [str(text) for text in board.drift().get("warnings", [])]
    if len(found) <= MOST_OF_DRIFT:
        return found
    told = (
        f"Much has moved since the models were trained, and scores may be off: {len(found)} "
        "warnings are under Can I trust it?"
    )
    return [told]


def _quality(board: Board) -> list[str]:
    return [
        f"{item.get('message', '')} {item.get('remedy', '')}".strip()
        for item in board.quality().get("warnings", [])
    ]
