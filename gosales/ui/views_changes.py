"""Heat maps of the market, and what changed since the lists before. No Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gosales.core.columns import Diff, Scores
from gosales.pipeline.run_diff import NAME, diff_folder
from gosales.pipeline.scorings import ENDS, KEY, lists_before, side_by_side
from gosales.ui.board import Board, query, sql
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
    cells = side_by_side(board.workspace.runs / sides[0], board.whitespace.parent)
    before, after = (cells[f"rank{end}"].notna() for end in ENDS)
    value = [
        float(cells.loc[rows, f"{Scores.VALUE}{end}"].sum())
        for rows, end in zip((before, after), ENDS, strict=True)
    ]
    come, gone = int((after & ~before).sum()), int((before & ~after).sum())
    moves = _moves(cells[before & after], found)
    return Change(sides[0], come, gone, value[1], value[0], moves, found is not None)


def runs_compared(board: Board) -> tuple[str, str] | None:
    """The lists before, and the published ones; None without such."""
    now = board.parts.get(LISTS, "")
    before = lists_before(board.workspace, now)
    return (before, now) if before else None


def measured(board: Board) -> Path | None:
    """What `gosales runs diff` wrote of the published lists and those before; None: nothing yet."""
    sides = runs_compared(board)
    path = diff_folder(board.workspace, *sides) / f"{NAME}.parquet" if sides else None
    return path if path and path.is_file() else None


def _moves(cells: pd.DataFrame, found: Path | None) -> pd.DataFrame:
    """MOVED and WHY of the cells whose score rose the most."""
    rows = cells.rename(
        columns={
            f"{Scores.NAME}_after": Diff.NAME,
            f"{Scores.SCORE}_before": Diff.BEFORE,
            f"{Scores.SCORE}_after": Diff.AFTER,
            "rank_after": Diff.RANK_AFTER,
        }
    )[MOVED]
    rose = rows.assign(rise=rows[Diff.AFTER] - rows[Diff.BEFORE])
    order = ["rise", Diff.RANK_AFTER]
    top = rose[rose["rise"] > 0].sort_values(order, ascending=[False, True])[:MOST_MOVES]
    if found is None:
        return top[MOVED].assign(**{Diff.WHY: ""})
    why = pd.read_parquet(found, columns=[*KEY, Diff.WHY])
    return top[MOVED].merge(why, how="left", on=KEY)
