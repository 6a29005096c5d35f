"""The tables of the pages: on a wide screen, on a phone, on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from gosales.ui import cards, paper, window

MOST_ROWS, MOST_HEIGHT = 15, 560
LEAST, MOST = 95, 240
"""What a column of names takes at least and at most, in pixels."""

LETTER, AROUND = 7, 18
"""What a usual letter and the room around a cell's text take, in pixels."""

LEAST_SENTENCE = 260
"""What a column of sentences takes at least, in pixels."""

SEEN, TICK = 200, 35
"""So many rows tell how wide a column is; what a box to tick takes, in pixels."""

TALL = 66
"""A row of three lines; Streamlit breaks lines in rows from 65 pixels only."""

FEW_CARDS = 5
"""More cards that can be ticked than these scroll in a box, so that what they unfold is near."""

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
    if window.narrow() and _breadth(table, titles, names, pick) > window.room():
        at = _cards(table, titles, names, pick)
    else:
        at = _grid(table, titles, names, pick, {"height": scrolled(len(table)), **options})
    st.html(paper.page_of(table, titles, names))
    return at


def _grid(
    table: pd.DataFrame,
    columns: Mapping[str, Any],
    order: Sequence[str],
    pick: str,
    options: Mapping[str, Any],
) -> int:
    ticked: dict[str, Any] = {}
    if pick:
        ticked = {
            "key": pick,
            "on_select": "rerun",
            "selection_mode": "single-row-required",
            "selection_default": {"selection": {"rows": [0]}},
        }
    event: Any = st.dataframe(
        table,
        hide_index=True,
        column_order=order,
        column_config=_plain(columns, order) if window.narrow() else dict(columns),
        placeholder="-",
        **ticked,
        **options,
    )
    rows = event["selection"]["rows"] if pick else []
    return rows[0] if rows and rows[0] < len(table) else 0


def _cards(table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str], pick: str) -> int:
    made = cards.of(table, columns, order)
    if not pick:
        st.html(cards.page_of(made, len(table)))
        return 0
    with st.container(
        height=MOST_HEIGHT if len(made) > FEW_CARDS else "content", key=f"cards-{pick}"
    ):
        at: int = st.radio(
            "Rows",
            range(len(made)),
            format_func=lambda one: cards.title_of(made[one]),
            captions=[cards.caption_of(card) for card in made],
            key=f"{pick}-cards",
            label_visibility="collapsed",
            width="stretch",
        )
    return at


def rest(taken: Iterable[int]) -> Any:
    """The width of a column of sentences beside others: what is left of the window."""
    if window.narrow():
        return "large"
    return max(LEAST_SENTENCE, window.room() - TICK - sum(taken))


def scrolled(rows: int) -> int | Literal["content"]:
    """The height of a table: all its rows, or a part that scrolls where they are many."""
    return MOST_HEIGHT if rows > MOST_ROWS else "content"


def width_of(texts: pd.Series) -> int:
    """Pixels that the longest of the texts needs, within reason."""
    longest = max(map(len, map(str, texts)), default=0)
    return min(MOST, max(LEAST, 8 * longest + 9))


def per_cent(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The table with shares of 1 as numbers of 100, as its columns show them."""
    return table.assign(**{name: 100 * table[name] for name in columns})


def score_column(label: str, highest: float, note: str, width: int | None = None) -> Any:
    """A column of probabilities, made `per_cent`, as bars; `highest`, of 1, fills its bar."""
    return st.column_config.ProgressColumn(
        label,
        width=width,
        format="%.1f %%",
        min_value=0.0,
        max_value=max(100 * highest, 0.1),
        help=note,
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


def _plain(columns: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    """The columns without bars and widths, which a phone has no room for."""
    found: dict[str, Any] = {}
    for name in order:
        config = {**paper.config_of(name, columns), "width": None}
        kind = config.get("type_config") or {}
        if kind.get("type") in WRITTEN:
            config["type_config"] = {"type": "number", "format": kind["format"]}
        found[name] = config
    return found


def _breadth(
    table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str], pick: str
) -> int:
    """Pixels that the table takes with every cell on one line."""
    whole = TICK if pick else 0
    for name in order:
        config = paper.config_of(name, columns)
        cells = (paper.told(cell, paper.format_of(config)) for cell in table[name].head(SEEN))
        whole += LETTER * max(map(len, (str(config["label"]), *cells))) + AROUND
    return whole
