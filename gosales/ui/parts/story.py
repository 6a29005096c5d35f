"""What surrounds one account: where its money goes, who is like it, how its scores moved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gosales.ui import charts, shell, views_list, views_story
from gosales.ui.board import Board


def mix(board: Board, orders: pd.DataFrame) -> None:
    """Where its money goes."""
    table = views_story.mix(orders, shell.kept(views_list.day, board))
    if table.empty:
        return
    st.subheader("Division mix")
    shell.chart_with_data(
        charts.mix(table),
        "Grey is net value of all time, blue that of the last 12 months: a division with grey "
        "only went quiet.",
        table,
    )


def peers(board: Board, customer: str) -> None:
    """Who buys the same, and what else they own."""
    st.subheader("Peers")
    table = shell.kept(views_story.peers, board, customer)
    if table.empty:
        st.caption("Nobody else bought at least two of the same products.")
        return
    st.dataframe(
        shell.per_cent(table, "likeness"),
        hide_index=True,
        height="content",
        column_config={
            "customer_id": st.column_config.TextColumn("Id", width="small"),
            "customer_name": "Customer",
            "shared": st.column_config.NumberColumn("Same products", width="small"),
            "likeness": st.column_config.ProgressColumn(
                "Likeness", format="%.0f %%", min_value=0.0, max_value=100.0,
                help="Products that both bought, as a share of all that either bought.",
            ),
            "owns_too": st.column_config.TextColumn("Owns, this account does not", width="large"),
        },
    )  # fmt: skip


def over_runs(board: Board, customer: str) -> None:
    """Its scores in every scoring that is kept."""
    st.subheader("Its scores over time")
    table = shell.kept(views_story.over_runs, board, customer)
    if table["run_id"].nunique() < 2:
        st.caption("One scoring is kept so far; the next one adds a point.")
        return
    shell.chart_with_data(
        charts.over_runs(table),
        "A point per scoring and division. A rise means that something new speaks for a call.",
        table,
    )
