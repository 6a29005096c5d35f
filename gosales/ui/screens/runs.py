"""Runs: what was done in this workspace, and with which settings."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gosales.pipeline.runs import show_run
from gosales.ui import shell, tables, views, views_quality, views_runs, window, wording
from gosales.ui.board import Board
from gosales.ui.parts import figures


def page() -> None:
    """Show the page."""
    with shell.page("Runs", question="What was run here, when, and with which settings?"):
        board = shell.board()
        table = views_quality.runs(board)
        if table.empty:
            shell.published()
        at = tables.show(
            table,
            {
                "run_id": st.column_config.TextColumn("Run", width="medium"),
                "when": "When (UTC)",
                "command": "Command",
                "state": "State",
                "published": st.column_config.TextColumn("Published from it", width="medium"),
            },
            pick="runs",
        )
        run = str(table["run_id"].iloc[at])
        st.subheader("The run that is ticked above")
        reported, settings = st.tabs(["Report", "Settings"])
        with reported:
            report = show_run(board.workspace, run, settings=False)
            st.code(report, language=None, wrap_lines=window.narrow())
        with settings:
            tables.show(views_runs.settings(board, run), {"key": "Setting", "value": "Value"})
        _compare(board, run, table[table["run_id"] != run])
        _models(board)
        st.caption(f"Workspace: {wording.escape(board.workspace.root)}")


def _compare(board: Board, run: str, others: pd.DataFrame) -> None:
    if others.empty:
        return
    st.subheader("Compare it with another run")
    titles = dict(zip(others["run_id"], others["command"] + ", " + others["when"], strict=True))
    other = st.selectbox(
        "Other run", list(titles), format_func=titles.__getitem__, key="other", bind=shell.URL
    )
    table = views_runs.compare(board, run, other or next(iter(titles)))
    if table.empty:
        st.caption("Nothing differs.")
        return
    tables.show(table, {"what": "What", "one": "The run above", "other": "The other run"})
    st.caption("Only what differs is shown.")


def _models(board: Board) -> None:
    about = views_runs.about_models(board)
    if not about or not board.has_lists:
        return
    st.subheader("The published models")
    st.caption(
        "One recipe over all divisions; per division what stands behind its scores, and how it "
        "fared on never-bought cells when it was trained."
    )
    figures.of_divisions(views_runs.cards(shell.kept(views.by_status, board), board.metrics()))
    told = " · ".join(f"{key}: {value}" for key, value in about.items() if value is not None)
    st.caption(wording.escape(told))


if __name__ == "__main__":
    page()
