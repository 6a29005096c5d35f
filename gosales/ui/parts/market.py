"""The market from above: where the whitespace lies, and what the newest scoring changed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gosales.core.columns import Diff
from gosales.pipeline.scorings import diff_folder
from gosales.ui import charts, shell, tables, views_changes, views_list, window, wording
from gosales.ui.board import Board

BOX = 36
"""Pixels of a window that a column of numbers takes, its share of names and margins included."""


def heat_maps(board: Board) -> None:
    """Segments and customers against divisions."""
    st.subheader("Where the whitespace lies")
    names = views_changes.attributes(shell.kept(views_list.segments, board))
    tabs = st.tabs([*(["Segments"] if names else []), "Customers"])
    if names:
        with tabs[0]:
            _segments(board, names)
    with tabs[-1]:
        table = shell.kept(views_changes.by_customer, board)
        shell.chart_with_data(
            charts.customers(table, _narrow(table), shell.colours()),
            "The customers with the most whitespace, with their scores in per cent. Blue was never "
            "bought: the bluer, the likelier a purchase. Grey is owned or lapsed.",
            table,
        )


def _segments(board: Board, names: list[str]) -> None:
    attribute = st.selectbox("Attribute", names, key="attribute", bind=shell.URL, width=320)
    table = shell.kept(views_changes.by_segment, board, attribute or names[0])
    shell.chart_with_data(
        charts.segments(table, _narrow(table), shell.colours()),
        "Mean score, in per cent, of customers who never bought from the division: the bluer, the "
        "likelier.",
        table,
    )


def _narrow(table: pd.DataFrame) -> bool:
    """Whether a column per division would have no room for its numbers."""
    return window.width() < max(window.NARROW, BOX * table["division"].nunique())


def changes(board: Board) -> None:
    """What changed since the lists before."""
    st.subheader("Since the last scoring")
    found = views_changes.measured(board)
    change = shell.kept(views_changes.change, board, found)
    if change is None:
        st.caption("These are the first lists here; the next scoring is held against them.")
        return
    shell.metrics(
        [
            ("New opportunities", wording.count(change.come), "Cells that were not on the list."),
            ("Gone", wording.count(change.gone), "No longer on the list: mostly bought."),
            (
                "Money at stake",
                wording.money(change.value),
                f"Before: {wording.money(change.value_before)}.",
            ),
        ]
    )
    if change.moves.empty:
        st.caption("No score rose.")
        return
    _rises(change)
    if not change.measured and st.button("Say why", icon=":material/help:"):
        _measure(board)
        st.rerun()


def _rises(change: views_changes.Change) -> None:
    st.caption("The largest rises of a score:")
    tables.show(
        shell.named(tables.per_cent(change.moves, Diff.BEFORE, Diff.AFTER)),
        {
            Diff.NAME: "Customer",
            Diff.DIVISION: "Division",
            Diff.BEFORE: st.column_config.NumberColumn("Score before", format="%.1f %%"),
            Diff.AFTER: st.column_config.NumberColumn("Score now", format="%.1f %%"),
            Diff.RANK_AFTER: st.column_config.NumberColumn("Rank now"),
            Diff.WHY: st.column_config.TextColumn("Why", width="large"),
        },
        order=(
            Diff.NAME,
            Diff.DIVISION,
            Diff.BEFORE,
            Diff.AFTER,
            Diff.RANK_AFTER,
            *([Diff.WHY] if change.measured else []),
        ),
        row_height=tables.TALL if change.measured else None,
    )


def _measure(board: Board) -> None:
    """Measure what moved the scores, and keep it as `gosales runs diff` does."""
    from gosales.pipeline.run_diff import diff_runs  # the models: seconds of imports

    sides = views_changes.runs_compared(board)
    if sides is None:
        return
    with st.spinner("Scoring again with the earlier models, some seconds to minutes..."):
        found = diff_runs(board.workspace, *sides)
        found.write(diff_folder(board.workspace, *sides))
