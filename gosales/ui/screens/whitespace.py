"""Whitespace: the ranked list, filtered, row by row, and as a download."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Whitespace
from gosales.ui import shell, tables, views_list, wording
from gosales.ui.board import Board
from gosales.ui.parts import list_filters, list_row
from gosales.ui.parts.downloads import downloads

BEFORE_SCORE = (Whitespace.RANK, Whitespace.NAME, Whitespace.DIVISION)
AFTER_SCORE = (Whitespace.VALUE, Whitespace.REP, Whitespace.BRANCH)


def page() -> None:
    """Show the page."""
    question = "Which customers could buy what they never bought, best first?"
    with shell.page("Whitespace", question=question):
        board = shell.published()
        filters = list_filters.ask(board)
        found = shell.kept(views_list.count_matching, board, filters)
        _summary(board, filters, found)
        if not found.rows:
            hint = " The page Account finds misspelt names too." if filters.text else ""
            st.info(f"Nothing matches. Loosen a filter.{hint}", icon=":material/filter_alt_off:")
            return
        _list(board, filters, found)


def _summary(board: Board, filters: views_list.Filters, found: views_list.Found) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(
        f"**{wording.plural(found.rows, 'opportunity', 'opportunities')}** for "
        f"{wording.plural(found.customers, 'customer')}, expected value "
        f"**{wording.money(found.expected_value)}**"
    )
    with right:
        downloads(board, filters, found.rows)


def _list(board: Board, filters: views_list.Filters, found: views_list.Found) -> None:
    table_place = st.container()
    number = 1
    if found.pages > 1:
        number = st.pagination(found.pages, key="page", bind=shell.URL)
    table = shell.kept(views_list.matching, board, filters, number)
    score = Whitespace.PRODUCT_SCORE if filters.level == views_list.PRODUCT else Whitespace.SCORE
    with table_place:
        at = tables.show(
            shell.named(tables.per_cent(table, score)),
            _columns(score, found, table),
            order=_order(table, filters, score),
            pick=f"rows-{hash((filters, number))}",
            height=420,
        )
    list_row.show(board, table.iloc[at])


def _order(table: pd.DataFrame, filters: views_list.Filters, score: str) -> list[str]:
    product = ("product_name",) if filters.level == views_list.PRODUCT else ()
    remark = table.get(Whitespace.CELL_STATUS, pd.Series(dtype=str))
    remarked = (Whitespace.CELL_STATUS,) if remark.fillna("").astype(bool).any() else ()
    filled = [name for name in AFTER_SCORE if table[name].notna().any()]
    last = (*((Whitespace.CUSTOMER,) if shell.has_names(table) else ()), Whitespace.REASONS)
    if tables.narrow():
        return [Whitespace.NAME, *(product or (Whitespace.DIVISION,)), score, *filled, *last]
    return [*BEFORE_SCORE, *product, score, *filled, *remarked, *last]


def _columns(score: str, found: views_list.Found, table: pd.DataFrame) -> dict[str, Any]:
    column = st.column_config
    return {
        Whitespace.RANK: column.NumberColumn("Rank", width="small"),
        Whitespace.NAME: column.TextColumn("Customer", width=220),
        Whitespace.CUSTOMER: column.TextColumn("Id", width="small"),
        Whitespace.DIVISION: column.TextColumn(
            "Division", width=tables.width_of(table[Whitespace.DIVISION])
        ),
        "product_name": "Product",
        score: tables.score_column("Score", found.best_score, "Probability to buy in the horizon."),
        Whitespace.VALUE: column.ProgressColumn(
            "Expected",
            format="compact",
            min_value=0.0,
            max_value=max(found.best_value, 1.0),
            help="Money expected in the horizon, in the unit of your sales log.",
        ),
        Whitespace.REP: "Rep",
        Whitespace.BRANCH: "Branch",
        Whitespace.CELL_STATUS: "Remark",
        Whitespace.REASONS: column.TextColumn("Reasons", width="large"),
    }


if __name__ == "__main__":
    page()
