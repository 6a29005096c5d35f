"""What surrounds one account: where its money goes, who is like it, how its scores moved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gosales.ui import charts, shell, tables, views_list, views_story, window
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
    tables.show(
        tables.per_cent(table, "likeness"),
        {
            "customer_name": st.column_config.TextColumn("Customer", width="medium"),
            "customer_id": st.column_config.TextColumn("Id", width="small"),
            "shared": st.column_config.NumberColumn(
                "Shared", width="small", help="Products that both bought."
            ),
            "likeness": st.column_config.ProgressColumn(
                "Likeness", format="%.0f %%", min_value=0.0, max_value=100.0,
                help="Products that both bought, as a share of all that either bought.",
            ),
            "owns_too": st.column_config.TextColumn("Also owns", width="large"),
        },
        order=(
            "customer_name",
            *(("customer_id",) if shell.has_names(table) else ()),
            "shared", "likeness", "owns_too",
        ),
    )  # fmt: skip


def over_runs(board: Board, customer: str) -> None:
    """Its scores in every scoring that is kept."""
    st.subheader("Its scores over time")
    table = shell.kept(views_story.over_runs, board, customer)
    if table["run_id"].nunique() < 2:
        st.caption("It was scored once so far; the next scoring adds a point.")
        return
    shell.chart_with_data(
        charts.over_runs(table, shell.colours(), window.room()),
        "Its scores in per cent, the newest scoring on the right: the bluer, the likelier. "
        "A rise means that something new speaks for a call.",
        table,
    )
