"""Whitespace: the ranked list, filtered, row by row, and as a download."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Whitespace
from gosales.ui import shell, views, wording
from gosales.ui.board import Board

URL: Any = "query-params"
LEVEL_TITLES = {views.DIVISION: "Divisions", views.PRODUCT: "Products"}
BEFORE_SCORE = (Whitespace.RANK, Whitespace.NAME, Whitespace.CUSTOMER, Whitespace.DIVISION)
AFTER_SCORE = (Whitespace.VALUE, Whitespace.REP, Whitespace.BRANCH, Whitespace.REASONS)


def page() -> None:
    """Show the page."""
    question = "Which customers could buy what they never bought, best first?"
    with shell.page("Whitespace", question=question):
        board = shell.published()
        filters = _filters(shell.kept(views.choices, board))
        found = views.count_matching(board, filters)
        _summary(board, filters, found)
        if not found.rows:
            st.info("Nothing matches. Loosen a filter.", icon=":material/filter_alt_off:")
            return
        _list(board, filters, found)


def _filters(choices: dict[str, list[str]]) -> views.Filters:
    first, second = st.columns([1, 2], vertical_alignment="bottom")
    level = first.segmented_control(
        "Level",
        views.LEVELS,
        default=views.DIVISION,
        required=True,
        format_func=LEVEL_TITLES.__getitem__,
        key="level",
        bind=URL,
    )
    text = second.text_input(
        "Search", key="find", bind=URL, max_chars=200, placeholder="Customer name or id"
    )
    boxes = st.columns(5)
    names = (
        ("Division", Whitespace.DIVISION),
        ("Rep", Whitespace.REP),
        ("Branch", Whitespace.BRANCH),
    )
    chosen = [
        box.multiselect(label, choices[column], key=column, bind=URL, placeholder="All")
        for box, (label, column) in zip(boxes, names, strict=False)
    ]
    value = boxes[3].number_input(
        "Expected at least", min_value=0.0, step=500.0, format="%.0f", key="value", bind=URL
    )
    score = boxes[4].number_input(
        "Score at least, %", 0.0, 100.0, step=1.0, format="%.0f", key="score", bind=URL
    )
    division, rep, branch = (tuple(names) for names in chosen)
    return views.Filters(level or views.DIVISION, division, rep, branch, value, score / 100, text)


def _summary(board: Board, filters: views.Filters, found: views.Found) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(
        f"**{wording.plural(found.rows, 'opportunity', 'opportunities')}** for "
        f"{wording.plural(found.customers, 'customer')}, expected value "
        f"**{wording.money(found.expected_value)}**"
    )
    right.download_button(
        "Download as CSV",
        lambda: views.download(board, filters),
        file_name="whitespace_filtered.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not found.rows,
        width="stretch",
    )


def _list(board: Board, filters: views.Filters, found: views.Found) -> None:
    below = st.container()
    number = 1
    if found.pages > 1:
        number = below.pagination(found.pages, key="page", bind=URL)
    table = views.matching(board, filters, number)
    score = Whitespace.PRODUCT_SCORE if filters.level == views.PRODUCT else Whitespace.SCORE
    product = ("product_name",) if filters.level == views.PRODUCT else ()
    event = st.dataframe(
        shell.per_cent(table, score),
        hide_index=True,
        key=f"rows-{hash((filters, number))}",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        column_order=[*BEFORE_SCORE, *product, score, *AFTER_SCORE],
        column_config=_columns(score, found),
        height=420,
    )
    _detail(shell.picked(event, table))


def _columns(score: str, found: views.Found) -> dict[str, Any]:
    column = st.column_config
    return {
        Whitespace.RANK: column.NumberColumn("Rank", width="small"),
        Whitespace.NAME: column.TextColumn("Customer", width="medium"),
        Whitespace.CUSTOMER: column.TextColumn("Id", width="small"),
        Whitespace.DIVISION: "Division",
        "product_name": "Product",
        score: shell.score_column("Score", found.best_score, "Probability to buy in the horizon."),
        Whitespace.VALUE: column.ProgressColumn(
            "Expected",
            format="compact",
            min_value=0.0,
            max_value=max(found.best_value, 1.0),
            help="Money expected in the horizon, in the unit of your sales log.",
        ),
        Whitespace.REP: "Rep",
        Whitespace.BRANCH: "Branch",
        Whitespace.REASONS: column.TextColumn("Reasons", width="large"),
    }


def _detail(row: pd.Series) -> None:
    name = row[Whitespace.NAME] or row[Whitespace.CUSTOMER]
    product = row.get("product_name", "")
    what = wording.shorten(row[Whitespace.DIVISION]) + (f", {product}" if product else "")
    with st.container(border=True):
        st.caption("The row that is ticked above")
        st.subheader(f"{wording.escape(wording.shorten(name))}: {wording.escape(what)}")
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown("**Why**")
            shell.reasons(row[Whitespace.REASONS])
        with right:
            st.markdown("**Look-alike owners**, as references for the call")
            owners = wording.sentences(row[Whitespace.LOOKALIKES])
            st.text("\n".join(owners) or "None is known.")
            shell.account_link(str(row[Whitespace.CUSTOMER]))


if __name__ == "__main__":
    page()
