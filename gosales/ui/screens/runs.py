"""Runs: what was done in this workspace, and with which settings."""

from __future__ import annotations

import streamlit as st

from gosales.pipeline.runs import show_run
from gosales.ui import shell, views_quality, wording
from gosales.ui.board import Board


def page() -> None:
    """Show the page."""
    with shell.page("Runs", question="What was run here, when, and with which settings?"):
        board = Board.open()
        table = views_quality.runs(board)
        if table.empty:
            shell.published()
        event = st.dataframe(
            table,
            hide_index=True,
            key="runs",
            on_select="rerun",
            selection_mode="single-row-required",
            selection_default={"selection": {"rows": [0]}},
            column_config={
                "run_id": st.column_config.TextColumn("Run", width="medium"),
                "when": "When (UTC)",
                "command": "Command",
                "state": "State",
                "published": st.column_config.TextColumn("Published from it", width="large"),
            },
        )
        st.subheader("The run that is ticked above")
        st.code(show_run(board.workspace, shell.picked(event, table)["run_id"]), language=None)
        st.caption(f"Workspace: {wording.escape(board.workspace.root)}")


if __name__ == "__main__":
    page()
