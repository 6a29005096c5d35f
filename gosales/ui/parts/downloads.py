"""The list as it is filtered, as a file in several forms."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from gosales.pipeline.export_rows import MOST_ROWS, export_rows
from gosales.ui import views_list
from gosales.ui.board import Board

ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Form:
    """A form of the export: its button, its file and what that is."""

    key: str
    label: str
    file_name: str
    mime: str
    products: bool = False


FORMS = (
    Form("xlsx", "Excel workbook", "whitespace_filtered.xlsx", XLSX, products=True),
    Form("salesforce", "Salesforce", "whitespace_salesforce.zip", ZIP),
    Form("hubspot", "HubSpot", "whitespace_hubspot.zip", ZIP),
    Form("dynamics", "Dynamics 365", "whitespace_dynamics.zip", ZIP),
)


def downloads(board: Board, filters: views_list.Filters, rows: int) -> None:
    """A button that opens the forms; each is made when it is asked for."""
    with st.popover("Download", icon=":material/download:", width="stretch", disabled=not rows):
        st.caption("Exactly the rows that match the filters.")
        st.download_button(
            "CSV",
            lambda: views_list.download(board, filters),
            file_name="whitespace_filtered.csv",
            mime="text/csv",
            on_click="ignore",
            width="stretch",
            key="download-csv",
        )
        for form in FORMS:
            _form(board, filters, rows, form)


def _form(board: Board, filters: views_list.Filters, rows: int, form: Form) -> None:
    why = ""
    if rows > MOST_ROWS:
        why = f"At most {MOST_ROWS:,} rows: filter more, or take the CSV."
    elif filters.level == views_list.PRODUCT and not form.products:
        why = "A CRM takes divisions: choose that level."
    st.download_button(
        form.label,
        lambda: export_rows(board.workspace, views_list.keys_of(board, filters), form.key).content,
        file_name=form.file_name,
        mime=form.mime,
        on_click="ignore",
        width="stretch",
        disabled=bool(why),
        help=why or None,
        key=f"download-{form.key}",
    )
