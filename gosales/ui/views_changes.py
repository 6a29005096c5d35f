"""Heat maps of the market, and what changed since the lists before. No Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gosales.pipeline.runs import run_ids
from gosales.ui.board import WHITESPACE, Board, query, sql
from gosales.ui.views_list import NOW, day
from gosales.utils.store import LISTS

MOST_CUSTOMERS, MOST_VALUES, MOST_MOVES = 20, 20, 5

BY_SEGMENT = sql(
    """
    SELECT attribute_value AS segment, division, count(*) AS customers,
        avg(icp_score) AS mean_score, sum(expected_value) AS expected_value
    FROM read_parquet($path) JOIN customer_attribute USING (customer_id)
    WHERE status = 'whitespace' AND attribute = $attribute AND attribute_value <> '' AND
    """,
    NOW,
    """
    GROUP BY attribute_value, division
    QUALIFY dense_rank() OVER (ORDER BY attribute_value) <= $most
    ORDER BY segment, division
    """,
)
BY_CUSTOMER = """
    WITH chosen AS (
        SELECT customer_id, sum(expected_value) AS worth FROM read_parquet($path)
        WHERE status = 'whitespace' GROUP BY customer_id
        ORDER BY worth DESC, customer_id LIMIT $most
    )
    SELECT customer_id, customer_name, division, status, icp_score, expected_value, worth
    FROM read_parquet($path) JOIN chosen USING (customer_id)
    ORDER BY worth DESC, customer_id, division
"""
SIDES = """
    WITH now AS (SELECT * FROM read_parquet($now) WHERE level = 'division'),
    before AS (SELECT * FROM read_parquet($before) WHERE level = 'division')
"""
SUMS = sql(
    SIDES,
    """
    SELECT count(now.customer_id) AS rows, count(before.customer_id) AS rows_before,
        count(*) FILTER (before.customer_id IS NULL) AS come,
        count(*) FILTER (now.customer_id IS NULL) AS gone,
        coalesce(sum(now.expected_value), 0) AS value,
        coalesce(sum(before.expected_value), 0) AS value_before
    FROM now FULL JOIN before USING (customer_id, division)
    """,
)
MOVES = sql(
    SIDES,
    """
    SELECT now.customer_id, now.customer_name, now.division, before.rank AS rank_before,
        now.rank, before.icp_score AS score_before, now.icp_score
    FROM now JOIN before USING (customer_id, division)
    WHERE now.icp_score > before.icp_score
    ORDER BY now.icp_score - before.icp_score DESC, now.rank LIMIT $most
    """,
)


@dataclass(frozen=True)
class Change:
    """What a scoring changed on the whitespace list, division rows.

    Attributes:
        before: The run of the lists before.
        come: Cells that were not on the list; `gone` are no longer on it, mostly bought.
        moves: The largest rises of a score.
    """

    before: str
    come: int
    gone: int
    value: float
    value_before: float
    moves: pd.DataFrame


def attributes(segments: list[str]) -> list[str]:
    """The attributes of `attribute: value` segments."""
    return sorted({name.partition(": ")[0] for name in segments})


def by_segment(board: Board, attribute: str) -> pd.DataFrame:
    """segment, division, customers, mean_score, expected_value of the whitespace."""
    if board.star is None:
        return pd.DataFrame()
    values = {"path": str(board.scores), "attribute": attribute, "most": MOST_VALUES}
    return query(BY_SEGMENT, board.star, day=day(board), **values)


def by_customer(board: Board) -> pd.DataFrame:
    """The cells of the customers with the most whitespace, by its worth."""
    return query(BY_CUSTOMER, path=str(board.scores), most=MOST_CUSTOMERS)


def change(board: Board) -> Change | None:
    """What the published lists changed against the newest older ones; None without such."""
    older = [run for run in run_ids(board.workspace) if run < board.parts.get(LISTS, "")]
    paths = [(run, board.workspace.runs / run / WHITESPACE) for run in reversed(older)]
    run, path = next(((run, path) for run, path in paths if path.is_file()), ("", None))
    if path is None:
        return None
    sides: dict[str, Any] = {"now": str(board.whitespace), "before": str(path)}
    row = query(SUMS, **sides).to_dict("records")[0]
    moves = query(MOVES, most=MOST_MOVES, **sides)
    values = float(row["value"]), float(row["value_before"])
    return Change(run, int(row["come"]), int(row["gone"]), *values, moves)
