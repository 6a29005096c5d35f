"""Data quality: what was read, what was not and why, and what to mend."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gosales.ui import charts, shell, tables, views_quality, wording
from gosales.ui.board import Board
from gosales.utils.store import LISTS, STAR

FILE_TITLES: Any = {
    "file": st.column_config.TextColumn("File", width="large"),
    "lines_read": tables.count_column("Lines read"),
    "lines_loaded": tables.count_column("Loaded"),
    "lines_rejected": tables.count_column("Rejected"),
    "encoding": "Encoding",
}


def page() -> None:
    """Show the page."""
    question = "Was everything read, and what should be mended at the source?"
    with shell.page("Data quality", question=question):
        board = shell.published(STAR, LISTS)
        quality = board.quality()
        if not quality:
            st.info("No quality report is published; `gosales build-star` makes one.")
            return
        _accounting(quality)
        _remarks(quality)
        _coverage(quality)
        st.subheader("Rejected lines")
        _rejects(board, quality)
        st.subheader("Files")
        tables.show(views_quality.files(quality), FILE_TITLES)


def _accounting(quality: dict[str, Any]) -> None:
    sums = views_quality.accounting(quality)
    rejected = wording.count(sums["rejected"])
    if sums["rejected"]:
        rejected += f" ({wording.percent(sums['rejected'] / sums['read'])})"
    shown = (
        ("Lines read", wording.count(sums["read"])),
        ("Loaded", wording.count(sums["loaded"])),
        ("Rejected", rejected),
        ("From", str(quality.get("first_day") or wording.NONE)),
        ("To", str(quality.get("last_day") or wording.NONE)),
    )
    shell.metrics([(label, value, None) for label, value in shown])
    if sums["read"] == sums["loaded"] + sums["rejected"]:
        st.caption("Every line that was read is either loaded or rejected, with its reason.")
    else:
        st.error("Lines read do not add up to loaded and rejected: please report this.")


def _remarks(quality: dict[str, Any]) -> None:
    blockers = views_quality.remarks(quality, "blockers")
    warnings = views_quality.remarks(quality, "warnings")
    for message, remedy in blockers:
        st.error(
            f"**{wording.escape(message)}**\n\n{wording.told(remedy)}", icon=":material/block:"
        )
    for message, remedy in warnings:
        st.warning(
            f"**{wording.escape(message)}**\n\n{wording.told(remedy)}", icon=":material/warning:"
        )
    if not blockers and not warnings:
        st.success("No blockers and no warnings.", icon=":material/check_circle:")


def _coverage(quality: dict[str, Any]) -> None:
    table = views_quality.coverage(quality)
    if table.empty:
        return
    st.subheader("Coverage")
    shell.chart_with_data(
        charts.coverage(table),
        "Lines per month. A hole or a sudden step is often a missing export, not the market.",
        table.assign(month=table["month"].dt.strftime("%Y-%m")),
    )


def _rejects(board: Board, quality: dict[str, Any]) -> None:
    reasons = views_quality.reasons(quality)
    if reasons.empty:
        st.caption("None.")
        return
    tables.show(
        reasons,
        {
            "reason": "Reason",
            "lines": tables.count_column("Lines"),
            "meaning": st.column_config.TextColumn("Meaning", width="large"),
        },
    )
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    names = ["", *reasons["reason"]]
    reason = left.selectbox(
        "Show", names, format_func=lambda name: name or "All reasons", key="reason"
    )
    right.download_button(
        "Download all rejects",
        lambda: views_quality.rejects_file(board),
        file_name="rejects.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help="Text that a spreadsheet would run as a formula has an apostrophe in front.",
        width="stretch",
    )
    tables.show(
        views_quality.rejects(board, reason),
        {
            "source_file": "File",
            "record": "Record",
            "reason": "Reason",
            "text": st.column_config.TextColumn("Text", width="large"),
        },
        height=300,
    )
    st.caption(f"At most {views_quality.REJECT_ROWS} lines are shown; the download has all.")


if __name__ == "__main__":
    page()
