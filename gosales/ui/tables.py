"""The tables of the pages: on a wide screen, on a phone, on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from gosales.ui import paper
from gosales.ui.door import WIDTH

MOST_ROWS, MOST_HEIGHT = 15, 560
NARROW, MEDIUM = 640, 1000
"""Below these widths in pixels a window is that of a phone, or has no room for two tables."""

FIRST, NEXT, LONG, SLIM = 120, 95, 240, 44
"""Widths on a phone in pixels: the first text, others, sentences, and at least what is small."""

LETTER, AROUND = 7, 18
"""What a usual letter and the room around a cell's text take, in pixels."""

SEEN = 100
"""So many rows tell how long the numbers of a column are."""

TALL = 66
"""A row of three lines; Streamlit breaks lines in rows from 65 pixels only."""

TITLES = {
    "psi": "Stability index",
    "auc": "AUC",
    "auc_low": "AUC, low",
    "auc_high": "AUC, high",
    "auc_gain": "AUC gain",
    "auc_gain_low": "AUC gain, low",
    "auc_gain_high": "AUC gain, high",
    "ap": "Average precision",
    "ece": "Calibration error",
    "icp_score": "Score",
    "top_share": "Top of the list",
}
"""What is not made from the name of a column."""

WRITTEN = {"number", "progress"}


def show(
    table: pd.DataFrame,
    columns: Mapping[str, Any] | None = None,
    *,
    order: Sequence[str] = (),
    pick: str = "",
    **options: Any,
) -> int:
    """A table whose missing cells are dashes; on paper its first rows, whole.

    Args:
        columns: Column -> what `st.column_config` made, or its title.
        order: The columns to show; without it all.
        pick: The key under which a row can be ticked.
        options: What else `st.dataframe` takes.

    Returns: The place of the row that is ticked.
    """
    titles = columns or _titles(table)
    names = [name for name in order or table.columns if name in table.columns]
    ticked: dict[str, Any] = {}
    if pick:
        ticked = {
            "key": pick,
            "on_select": "rerun",
            "selection_mode": "single-row-required",
            "selection_default": {"selection": {"rows": [0]}},
        }
    config: dict[str, Any] = dict(titles)
    fitted: dict[str, Any] = {"height": scrolled(len(table)), **options}
    if narrow():
        config = _narrow(table, titles, names)
        if _broken(table, config):
            high = MOST_HEIGHT if isinstance(fitted["height"], int) else "content"
            fitted |= {"row_height": TALL, "height": high}
    event: Any = st.dataframe(
        table,
        hide_index=True,
        column_order=names,
        column_config=config,
        placeholder="-",
        **ticked,
        **fitted,
    )
    st.html(paper.page_of(table, titles, names))
    rows = event["selection"]["rows"] if pick else []
    return rows[0] if rows and rows[0] < len(table) else 0


def narrow() -> bool:
    """Whether the window is no wider than a phone's."""
    return width() < NARROW


def width() -> int:
    """How wide the visitor's window was when it loaded the page; a guess without its cookie."""
    told = st.context.cookies.get(WIDTH, "")
    if told.isdecimal():
        return int(told)
    return NARROW - 1 if "Mobi" in st.context.headers.get("User-Agent", "") else MEDIUM


def scrolled(rows: int) -> int | Literal["content"]:
    """The height of a table: all its rows, or a part that scrolls where they are many."""
    return MOST_HEIGHT if rows > MOST_ROWS else "content"


def width_of(texts: pd.Series) -> int:
    """Pixels that the longest of the texts needs, within reason."""
    longest = max(map(len, map(str, texts)), default=0)
    return min(LONG, max(NEXT, 8 * longest + 9))


def per_cent(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The table with shares of 1 as numbers of 100, as its columns show them."""
    return table.assign(**{name: 100 * table[name] for name in columns})


def score_column(label: str, highest: float, note: str) -> Any:
    """A column of probabilities, made `per_cent`, as bars; `highest`, of 1, fills its bar."""
    return st.column_config.ProgressColumn(
        label, format="%.1f %%", min_value=0.0, max_value=max(100 * highest, 0.1), help=note
    )


def money_column(label: str, note: str = "In the unit of your sales log.") -> Any:
    """A column of money."""
    return st.column_config.NumberColumn(label, format="compact", help=note)


def count_column(label: str, note: str | None = None) -> Any:
    """A column of whole numbers, their thousands apart."""
    return st.column_config.NumberColumn(label, format="localized", help=note)


def _titles(table: pd.DataFrame) -> dict[str, Any]:
    """Titles from the names of the columns, and decimals from what is in them."""
    found: dict[str, Any] = {}
    for name in map(str, table.columns):
        title = TITLES.get(name, name.replace("_", " ").capitalize())
        cells = table[name]
        found[name] = title
        if pd.api.types.is_float_dtype(cells):
            form = "%.3f" if cells.abs().max() < 10 else "localized"
            found[name] = st.column_config.NumberColumn(title, format=form)
        elif pd.api.types.is_datetime64_any_dtype(cells):
            found[name] = st.column_config.DateColumn(title, format="YYYY-MM-DD")
    return found


def _narrow(
    table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str]
) -> dict[str, Any]:
    """The columns as a phone has room for them: no bars, and names cut."""
    found: dict[str, Any] = {}
    first = True
    for name in order:
        config = columns.get(name, name)
        config = {"label": config} if isinstance(config, str) else dict(config)
        kind = config.get("type_config") or {}
        shown = (paper.told(cell, kind.get("format")) for cell in table[name].head(SEEN))
        longest = max(map(len, (str(config["label"]), *shown)))
        slim = max(SLIM, LETTER * longest + AROUND)
        if kind.get("type") in WRITTEN:
            config |= {"width": slim, "type_config": {"type": "number", "format": kind["format"]}}
        else:
            wide = {"large": LONG, "small": slim}.get(str(config.get("width")), NEXT)
            config["width"] = FIRST if first else wide
            first = False
        found[name] = config
    return found


def _broken(table: pd.DataFrame, columns: Mapping[str, Any]) -> bool:
    """Whether a text has no room in one line of its column."""
    return any(
        LETTER * max(map(len, map(str, table[name].fillna("")))) + AROUND > config["width"]
        for name, config in columns.items()
        if len(table) and not pd.api.types.is_numeric_dtype(table[name])
    )
