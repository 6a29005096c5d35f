"""Buttons that make a file when they are pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from gosales.pipeline.export_rows import MOST_ROWS, export_rows
from gosales.ui import views_list
from gosales.ui.board import Board

ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Form:
    """A form of a download: its button, its file, and what kind of file that is."""

    key: str
    label: str
    file_name: str
    mime: str = XLSX


CSV = Form("csv", "CSV", "whitespace_filtered.csv", "text/csv")
FORMS = (
    Form("xlsx", "Excel workbook", "whitespace_filtered.xlsx"),
    Form("salesforce", "Salesforce", "whitespace_salesforce.zip", ZIP),
    Form("hubspot", "HubSpot", "whitespace_hubspot.zip", ZIP),
    Form("dynamics", "Dynamics 365", "whitespace_dynamics.zip", ZIP),
)


def downloads(board: Board, filters: views_list.Filters, rows: int) -> None:
    """A button that opens the forms of the whitespace list."""
    with st.popover("Download", icon=":material/download:", width="stretch", disabled=not rows):
        st.caption("Exactly the rows that match the filters.")
        file_button(CSV, lambda: views_list.download(board, filters))
        for form in FORMS:
            make = partial(_as_form, board, filters, form.key)
            file_button(form, make, _why_not(form, filters, rows))


def _as_form(board: Board, filters: views_list.Filters, form: str) -> bytes:
    return export_rows(board.workspace, views_list.keys_of(board, filters), form).content


def file_button(form: Form, make: Callable[[], bytes], why_not: str = "") -> None:
    """A button for one form; `why_not` turns it off."""
    st.download_button(
        form.label,
        make,
        file_name=form.file_name,
        mime=form.mime,
        on_click="ignore",
        width="stretch",
        disabled=bool(why_not),
        help=why_not or None,
        key=f"download-{form.key}",
    )


def _why_not(form: Form, filters: views_list.Filters, rows: int) -> str:
    if rows > MOST_ROWS:
        return f"At most {MOST_ROWS:,} rows: filter more, or take the CSV."
    if filters.level == views_list.PRODUCT and form.mime == ZIP:
        return "A CRM takes divisions: choose that level."
    return ""
