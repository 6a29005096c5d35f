"""Runs: what was done in this workspace, and with which settings."""

from __future__ import annotations

import streamlit as st

from gosales.pipeline.runs import show_run
from gosales.ui import shell, views, views_quality, views_runs, wording
from gosales.ui.board import Board


def page() -> None:
    """Show the page."""
    with shell.page("Runs", question="What was run here, when, and with which settings?"):
        board = shell.board()
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
        run = str(shell.picked(event, table)["run_id"])
        st.subheader("The run that is ticked above")
        report, settings = st.tabs(["Report", "Settings"])
        with report:
            st.code(show_run(board.workspace, run), language=None)
        with settings:
            st.dataframe(views_runs.settings(board, run), hide_index=True, height=400)
        _compare(board, run, [name for name in table["run_id"] if name != run])
        _models(board)
        st.caption(f"Workspace: {wording.escape(board.workspace.root)}")


def _compare(board: Board, run: str, others: list[str]) -> None:
    if not others:
        return
    st.subheader("Compare it with another run")
    other = st.selectbox("Other run", others, key="other", bind=shell.URL)
    table = views_runs.compare(board, run, other or others[0])
    if table.empty:
        st.caption("Nothing differs.")
        return
    st.dataframe(
        table,
        hide_index=True,
        height=400,
        column_config={"what": "What", "one": run, "other": other},
    )
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
    cards = views_runs.cards(shell.kept(views.by_status, board), board.metrics())
    column = st.column_config
    st.dataframe(
        shell.per_cent(cards.astype({"base_rate": float}), "base_rate"),
        hide_index=True,
        height="content",
        placeholder="-",
        column_config={
            "division": "Division",
            "never_bought": "Whitespace",
            "owned": "Owned",
            "n": column.NumberColumn("Never bought", format="localized"),
            "buyers": column.NumberColumn("Buyers", format="localized"),
            "base_rate": column.NumberColumn("Base rate", format="%.1f %%"),
            "auc": column.NumberColumn("AUC", format="%.3f"),
            "lift_10": column.NumberColumn("Lift, top 10 %", format="%.2f"),
            "ece": column.NumberColumn("Calibration error", format="%.3f"),
        },
    )
    told = " · ".join(f"{key}: {value}" for key, value in about.items() if value is not None)
    st.caption(wording.escape(told))


if __name__ == "__main__":
    page()
