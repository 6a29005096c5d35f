"""How good the scores are, in tables: per score, and per division."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.ui import tables

MEANINGS = {
    "auc": ("AUC", "%.3f", "Chance that a buyer scores above a non-buyer; 0.5 is a coin toss."),
    "ap": ("Avg. precision", "%.3f", "Compare it with the base rate: higher is better."),
    "lift_10": ("Lift, top 10 %", "%.2f", "Buyers in the top tenth, as a multiple of the usual."),
    "ece": ("Calibration error", "%.3f", "Mean distance of score and outcome; 0 is exact."),
    "expected_over_actual": ("Expected / actual", "%.2f", "Expected buyers per buyer; 1 is right."),
}
DIVISION = ("division", "never_bought", "owned", "n", "buyers", "base_rate")


def title(figure: str) -> str:
    """What people call a figure."""
    return MEANINGS[figure][0] if figure in MEANINGS else figure


def of_scores(table: pd.DataFrame) -> None:
    """A row per score: the model, and the simple ones."""
    first = {"score": st.column_config.TextColumn("Score", width="large")}
    tables.show(table, first | _columns())


def of_divisions(table: pd.DataFrame) -> None:
    """A row per division: what stands behind its scores, and the figures that the table has."""
    column = st.column_config
    has_why = "why" in table and table["why"].notna().any()
    tables.show(
        tables.per_cent(table.astype({"base_rate": float}), "base_rate"),
        {
            "division": "Division",
            "never_bought": column.TextColumn("Whitespace", help="Behind never-bought cells."),
            "owned": column.TextColumn("Owned", help="Behind lapsed and active cells."),
            "n": tables.count_column("Never bought", "Customers that the figures are about."),
            "buyers": tables.count_column("Buyers"),
            "base_rate": column.NumberColumn("Base rate", format="%.1f %%"),
            "why": column.TextColumn("Why no evidence", width="large"),
            **_columns(),
        },
        order=(*DIVISION, *MEANINGS, *(["why"] if has_why else [])),
        height="content",
    )


def _columns() -> dict[str, Any]:
    return {
        name: st.column_config.NumberColumn(label, format=form, help=note)
        for name, (label, form, note) in MEANINGS.items()
    }
