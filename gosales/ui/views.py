"""Tables of the overview and of the whitespace list. No Streamlit.

Every filter runs in DuckDB over the published Parquet files, and only the rows of one page are
brought into memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from gosales.core.columns import Scores, Status, Whitespace
from gosales.ui.board import Board, as_csv, query, sql
from gosales.utils.store import LISTS, MODELS, STAR

DIVISION, PRODUCT = "division", "product"
LEVELS = (DIVISION, PRODUCT)
STATUSES = (Status.WHITESPACE, Status.LAPSED, Status.ACTIVE)
PAGE_ROWS = 50
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
CHOICES = {
    Whitespace.DIVISION: "SELECT DISTINCT division AS name FROM read_parquet($path)",
    Whitespace.REP: "SELECT DISTINCT rep AS name FROM read_parquet($path)",
    Whitespace.BRANCH: "SELECT DISTINCT branch AS name FROM read_parquet($path)",
}
MATCHING = """
    FROM read_parquet($path)
    WHERE level = $level
        AND (len($divisions::VARCHAR[]) = 0 OR list_contains($divisions::VARCHAR[], division))
        AND (len($reps::VARCHAR[]) = 0 OR list_contains($reps::VARCHAR[], rep))
        AND (len($branches::VARCHAR[]) = 0 OR list_contains($branches::VARCHAR[], branch))
        AND ($least_value = 0 OR expected_value >= $least_value)
        AND ($least_score = 0 OR coalesce(product_score, icp_score) >= $least_score)
        AND ($text = '' OR contains(lower(customer_id), lower($text))
            OR contains(strip_accents(lower(customer_name)), strip_accents(lower($text))))
"""
COUNTED = sql(
    """
    SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers,
        coalesce(sum(expected_value), 0) AS expected_value,
        coalesce(max(coalesce(product_score, icp_score)), 0) AS best_score,
        coalesce(max(expected_value), 0) AS best_value
    """,
    MATCHING,
)
PAGED = sql("SELECT *", MATCHING, "ORDER BY rank LIMIT $rows OFFSET $skip")
# The columns and decimals of whitespace.csv, so that a download is a part of that file.
DOWNLOADED = sql(
    """
    SELECT * REPLACE (
        CAST(icp_score AS DECIMAL(9,6)) AS icp_score,
        CAST(product_score AS DECIMAL(9,6)) AS product_score,
        CAST(expected_value AS DECIMAL(20,2)) AS expected_value)
    """,
    MATCHING,
    "ORDER BY rank",
)
PRODUCT_NAMES = "SELECT division, product_sku, product_name FROM dim_product"


@dataclass(frozen=True)
class Filters:
    """What of the whitespace list is wanted; an empty choice means all."""

    level: str = DIVISION
    divisions: tuple[str, ...] = ()
    reps: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    least_value: float = 0.0
    least_score: float = 0.0
    text: str = ""

    def values(self) -> dict[str, Any]:
        """The parameters of MATCHING."""
        lists = {key: list(getattr(self, key)) for key in ("divisions", "reps", "branches")}
        return asdict(self) | lists | {"text": self.text.strip()}


@dataclass(frozen=True)
class Found:
    """How much of the list matches."""

    rows: int
    customers: int
    expected_value: float
    best_score: float
    best_value: float

    @property
    def pages(self) -> int:
        return max(1, -(-self.rows // PAGE_ROWS))


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


def choices(board: Board) -> dict[str, list[str]]:
    """Column -> what can be chosen in it, in order."""
    found = {}
    for column, statement in CHOICES.items():
        names = query(statement, path=str(board.whitespace))["name"].dropna()
        found[column] = sorted((str(name) for name in names if str(name)), key=str.casefold)
    return found


def count_matching(board: Board, filters: Filters) -> Found:
    """How many rows match, and what they are worth."""
    row = query(COUNTED, path=str(board.whitespace), **filters.values()).to_dict("records")[0]
    sums = {key: float(row[key]) for key in ("expected_value", "best_score", "best_value")}
    return Found(int(row["rows"]), int(row["customers"]), **sums)


def matching(board: Board, filters: Filters, page: int = 1) -> pd.DataFrame:
    """One page of the rows that match, by rank; product rows with the product's name."""
    table = query(
        PAGED,
        path=str(board.whitespace),
        rows=PAGE_ROWS,
        skip=PAGE_ROWS * max(0, page - 1),
        **filters.values(),
    )
    return with_product_names(board, table) if filters.level == PRODUCT else table


def download(board: Board, filters: Filters) -> bytes:
    """All rows that match, as CSV in the form of whitespace.csv."""
    return as_csv(DOWNLOADED, path=str(board.whitespace), **filters.values())


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
    return [*_weak_divisions(board), *_out_of_step(board), *_proof(board), *_quality(board)]


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
