"""Whitespace: the ranked list, filtered, row by row, and as a download."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Whitespace
from gosales.ui import shell, tables, views_list, window, wording
from gosales.ui.board import Board
from gosales.ui.parts import list_filters, list_row
from gosales.ui.parts.downloads import downloads

WIDTHS = {
    Whitespace.RANK: 52, Whitespace.NAME: 205, "product_name": 150, Whitespace.SCORE: 118,
    Whitespace.PRODUCT_SCORE: 118, Whitespace.VALUE: 112, Whitespace.CELL_STATUS: 105,
    Whitespace.REP: 108, Whitespace.BRANCH: 108, Whitespace.CUSTOMER: 90,
}  # fmt: skip
"""Pixels of the columns: at 1,280 the reasons begin in view."""

SORTS = {"Rank": "rank", "Score": "score", "Expected value": "value", "Customer": "customer"}
ASKED, PAGE = "asked", "page"


def page() -> None:
    """Show the page."""
    question = "Which customers could buy what they never bought, best first?"
    with shell.page("Whitespace", question=question):
        board = shell.published()
        filters = shell.kept(views_list.meant, board, list_filters.ask(board))
        if filters.customers:
            _nearest(board, filters)
        found = shell.kept(views_list.count_matching, board, filters)
        sort = _summary(board, filters, found)
        if not found.rows:
            st.info("Nothing matches. Loosen a filter.", icon=":material/filter_alt_off:")
            return
        _list(board, filters, found, sort)


def _begin_anew(asked: Hashable) -> None:
    """Go back to the first page when this visitor's list becomes another one."""
    before = st.session_state.get(ASKED)
    if before is not None and before != asked:
        st.session_state[PAGE] = 1
    st.session_state[ASKED] = asked


def _nearest(board: Board, filters: views_list.Filters) -> None:
    """Whom the list is about when nobody has the name that was searched for."""
    names = shell.kept(views_list.names_of, board, filters.customers)
    st.info(
        f"Nobody is called {wording.escape(wording.shorten(filters.text))}. Shown is what comes "
        f"nearest: {wording.escape(', '.join(wording.shorten(name) for name in names))}.",
        icon=":material/search:",
    )


def _summary(board: Board, filters: views_list.Filters, found: views_list.Found) -> str:
    """How much matches, and the download; returns how the list is to be sorted."""
    left, middle, right = st.columns([4, 2, 2], vertical_alignment="bottom")
    left.markdown(
        f"**{wording.plural(found.rows, 'opportunity', 'opportunities')}** for "
        f"{wording.plural(found.customers, 'customer')}, expected value "
        f"**{wording.money(found.expected_value)}**"
    )
    sort = middle.selectbox("Sort by", list(SORTS), key="sort", bind=shell.URL)
    with right:
        downloads(board, filters, found.rows)
    return SORTS[sort]


def _list(board: Board, filters: views_list.Filters, found: views_list.Found, sort: str) -> None:
    _begin_anew((filters, sort))
    table_place = st.container()
    number = 1
    if found.pages > 1:
        number = st.pagination(found.pages, key=PAGE, bind=shell.URL)
    table = shell.kept(views_list.matching, board, filters, number, sort)
    score = Whitespace.PRODUCT_SCORE if filters.level == views_list.PRODUCT else Whitespace.SCORE
    order = _order(table, filters, score)
    with table_place:
        at = tables.show(
            shell.named(tables.per_cent(table, score)),
            _columns(score, found, table, order),
            order=order,
            pick=f"rows-{hash((filters, number, sort))}",
            sort=False,
            height=420,
        )
    list_row.show(board, table.iloc[at])


def _order(table: pd.DataFrame, filters: views_list.Filters, score: str) -> list[str]:
    """What decides a call comes first, its reasons too; where it belongs is behind them."""
    product = ("product_name",) if filters.level == views_list.PRODUCT else ()
    remark = table.get(Whitespace.CELL_STATUS, pd.Series(dtype=str))
    remarked = (Whitespace.CELL_STATUS,) if remark.fillna("").astype(bool).any() else ()
    first = [Whitespace.RANK, Whitespace.NAME, Whitespace.DIVISION, *product, score]
    first += [Whitespace.VALUE, *remarked]
    rep, branch = (
        (name,) if table[name].notna().any() else () for name in (Whitespace.REP, Whitespace.BRANCH)
    )
    key = (Whitespace.CUSTOMER,) if shell.has_names(table) else ()
    if window.width() < window.WIDE:
        spare, widths = [*rep, *branch, *key], _widths(table)
        if tables.fits(first, widths):
            return tables.fitting(first, Whitespace.REASONS, spare, widths)
        return [*first, Whitespace.REASONS]  # cards
    if product or remarked:
        return [*first, Whitespace.REASONS, *rep, *branch, *key]
    return [*first, *rep, Whitespace.REASONS, *branch, *key]


def _widths(table: pd.DataFrame) -> dict[str, int]:
    return {**WIDTHS, Whitespace.DIVISION: tables.width_of(table[Whitespace.DIVISION])}


def _columns(
    score: str, found: views_list.Found, table: pd.DataFrame, order: Sequence[str]
) -> dict[str, Any]:
    column = st.column_config
    widths = _widths(table)
    reasons: Any = None
    if Whitespace.REASONS in order:
        before = order[: order.index(Whitespace.REASONS)]
        reasons = tables.rest(widths[name] for name in before)
    else:
        widths = tables.widened(widths, order, Whitespace.NAME)
    return {
        Whitespace.RANK: column.NumberColumn("Rank", width=widths[Whitespace.RANK]),
        Whitespace.NAME: column.TextColumn("Customer", width=widths[Whitespace.NAME]),
        Whitespace.CUSTOMER: column.TextColumn("Id", width=widths[Whitespace.CUSTOMER]),
        Whitespace.DIVISION: column.TextColumn("Division", width=widths[Whitespace.DIVISION]),
        "product_name": column.TextColumn("Product", width=widths["product_name"]),
        score: tables.score_column(
            "Score", found.best_score, "Probability to buy in the horizon.", width=widths[score]
        ),
        Whitespace.VALUE: column.ProgressColumn(
            "Expected",
            width=widths[Whitespace.VALUE],
            format="compact",
            min_value=0.0,
            max_value=max(found.best_value, 1.0),
            help="Money expected in the horizon, in the unit of your sales log.",
        ),
        Whitespace.REP: column.TextColumn("Rep", width=widths[Whitespace.REP]),
        Whitespace.BRANCH: column.TextColumn("Branch", width=widths[Whitespace.BRANCH]),
        Whitespace.CELL_STATUS: column.TextColumn("Remark", width=widths[Whitespace.CELL_STATUS]),
        Whitespace.REASONS: column.TextColumn("Reasons", width=reasons),
    }


if __name__ == "__main__":
    page()
