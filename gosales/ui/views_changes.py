"""Heat maps of the market, and what changed since the lists before. No Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gosales.core.columns import Diff
from gosales.pipeline.scorings import DIFF, KEY, diff_folder, lists_before
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
SUMS = """
    SELECT count(*) AS cells, coalesce(sum(expected_value), 0) AS value
    FROM read_parquet($path) WHERE level = 'division'
"""
# Cells of both lists: how many there are, and those whose score rose the most.
BOTH = """
    WITH both_lists AS MATERIALIZED (
        SELECT now.rank, was.icp_score AS before, now.icp_score AS after,
            now.icp_score - was.icp_score AS rise
        FROM (FROM read_parquet($after) WHERE level = 'division') AS now
        JOIN (FROM read_parquet($before) WHERE level = 'division') AS was
            USING (customer_id, division)
    )
    SELECT (SELECT count(*) FROM both_lists) AS cells, customer_id, customer_name, division,
        before AS icp_score_before, after AS icp_score_after, rank AS rank_after
    FROM (FROM both_lists ORDER BY rise DESC, rank LIMIT $most)
        JOIN (FROM read_parquet($after) WHERE level = 'division') USING (rank)
    ORDER BY rise DESC, rank
"""
MOVED = [Diff.CUSTOMER, Diff.NAME, Diff.DIVISION, Diff.BEFORE, Diff.AFTER, Diff.RANK_AFTER]


@dataclass(frozen=True)
class Change:
    """What a scoring changed on the whitespace list, division rows.

    Attributes:
        before: The run of the lists before.
        come: Cells that were not on the list; `gone` are no longer on it, mostly bought.
        moves: The largest rises of a score, with WHY where it was measured.
        measured: Whether it was.
    """

    before: str
    come: int
    gone: int
    value: float
    value_before: float
    moves: pd.DataFrame
    measured: bool


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


def change(board: Board, found: Path | None = None) -> Change | None:
    """What the published lists changed against the newest older ones; None without such.

    Args:
        found: The comparison of the two that `measured` found.
    """
    sides = runs_compared(board)
    if sides is None:
        return None
    before, after = str(board.workspace.runs / sides[0] / WHITESPACE), str(board.whitespace)
    was, now = (query(SUMS, path=path).iloc[0] for path in (before, after))
    both = query(BOTH, before=before, after=after, most=MOST_MOVES)
    kept = int(both["cells"].max()) if len(both) else 0
    come, gone = int(now["cells"]) - kept, int(was["cells"]) - kept
    rose = both[both[Diff.AFTER] > both[Diff.BEFORE]][MOVED]
    value = float(now["value"])
    return Change(sides[0], come, gone, value, float(was["value"]), _why(rose, found), bool(found))


def runs_compared(board: Board) -> tuple[str, str] | None:
    """The lists before, and the published ones; None without such."""
    now = board.parts.get(LISTS, "")
    before = lists_before(board.workspace, now)
    return (before, now) if before else None


def measured(board: Board) -> Path | None:
    """What `gosales runs diff` wrote of the published lists and those before; None: nothing yet."""
    sides = runs_compared(board)
    path = diff_folder(board.workspace, *sides) / f"{DIFF}.parquet" if sides else None
    return path if path and path.is_file() else None


def _why(moves: pd.DataFrame, found: Path | None) -> pd.DataFrame:
    """The moves with WHY of each, empty where it was not measured."""
    if found is None:
        return moves.assign(**{Diff.WHY: ""})
    why = pd.read_parquet(found, columns=[*KEY, Diff.WHY])
    return moves.merge(why, how="left", on=KEY)
