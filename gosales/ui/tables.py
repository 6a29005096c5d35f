"""The tables of the pages: on a wide screen, on a narrow one, on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from gosales.ui import cards, paper, window
from gosales.ui.wording import INVISIBLE

MOST_ROWS, MOST_HEIGHT = 15, 560
LEAST, MOST = 95, 240
"""What a column of names takes at least and at most, in pixels."""

LETTER, AROUND = 7, 18
"""What a usual letter and the room around a cell's text take, in pixels."""

LEAST_SENTENCE = 260
"""What a column of sentences takes at least, in pixels."""

SEEN, TICK, EDGE, BAR = 200, 35, 4, 60
"""So many rows tell how wide a column is; pixels of a box to tick, of an edge of a table, and of a
bar."""

TALL = 66
"""A row of three lines; Streamlit breaks lines in rows from 65 pixels only."""

FEW_CARDS, MOST_TICKED = 5, 50
"""More cards that can be ticked than these scroll in a box, so that what they unfold is near, or
come in pages."""

NAMED = {"small": 75, "medium": 200, "large": 400}
"""Streamlit's own widths, in pixels."""

AS_LISTED, SORT = "", 260

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
    sort: bool = True,
    **options: Any,
) -> int:
    """A table whose missing cells are dashes; on paper its first rows, whole.

    Where it would have to be scrolled sideways, its rows are cards.

    Args:
        columns: Column -> what `st.column_config` made, or its title.
        order: The columns to show; without it all.
        pick: The key under which a row can be ticked.
        sort: Whether cards that can be ticked can be sorted; not where the page sorts them.
        options: What else `st.dataframe` takes.

    Returns: The place of the row that is ticked.
    """
    titles = columns or _titles(table)
    names = [name for name in order or table.columns if name in table.columns]
    if _is_too_wide(table, titles, names, pick):
        at = _ticked(table, titles, names, pick, sort) if pick else _cards(table, titles, names)
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
        _cleaned(table),
        hide_index=True,
        column_order=order,
        column_config=_plain(columns, order) if window.narrow() else dict(columns),
        placeholder="-",
        **ticked,
        **options,
    )
    rows = event["selection"]["rows"] if pick else []
    return rows[0] if rows and rows[0] < len(table) else 0


def _cleaned(table: pd.DataFrame) -> pd.DataFrame:
    """The table without characters that are not seen but act, as in all other foreign text."""
    texts = [name for name in table if pd.api.types.is_string_dtype(table[name])]
    return table.assign(
        **{name: table[name].str.replace(INVISIBLE, " ", regex=True) for name in texts}
    )


def _cards(table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str]) -> int:
    st.html(cards.page_of(cards.of(table, columns, order), len(table)))
    return 0


def _ticked(
    table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str], pick: str, sort: bool
) -> int:
    """Cards of which one is ticked, sorted as the visitor wants and in pages."""
    places = pd.Series(range(len(table)))
    if sort and len(table) > FEW_CARDS:
        places = _sorted(table, columns, order, pick)
    pages = -(-len(places) // MOST_TICKED)
    page = st.pagination(pages, key=f"{pick}-page") if pages > 1 else 1
    shown = places[MOST_TICKED * (page - 1) : MOST_TICKED * page].tolist()
    made = cards.of(table.iloc[shown], columns, order)
    titles = cards.titles_of(made)
    with st.container(
        height=MOST_HEIGHT if len(made) > FEW_CARDS else "content", key=f"cards-{pick}"
    ):
        at: int = st.radio(
            "Rows",
            range(len(made)),
            format_func=titles.__getitem__,
            captions=[cards.caption_of(card) for card in made],
            key=f"{pick}-cards",
            label_visibility="collapsed",
            width="stretch",
        )
    return int(shown[at])


def _sorted(
    table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str], pick: str
) -> pd.Series:
    """The places of the rows as the visitor wants them: names from A, numbers from the largest."""
    labels = {name: str(paper.config_of(name, columns)["label"]) for name in order}
    by = st.selectbox(
        "Sort by",
        [AS_LISTED, *(name for name in order if not cards.is_long(paper.config_of(name, columns)))],
        format_func=lambda name: labels.get(name, "As listed"),
        key=f"{pick}-sort",
        width=SORT,
    )
    places = pd.Series(range(len(table)))
    if not by:
        return places
    cells = table[by].reset_index(drop=True)
    if not pd.api.types.is_numeric_dtype(cells):
        return places[cells.fillna("").astype(str).str.casefold().argsort(kind="stable")]
    return places[cells.sort_values(ascending=False, kind="stable").index]


def fits(order: Sequence[str], widths: Mapping[str, int]) -> bool:
    """Whether a list has room for these columns."""
    return _left(widths[name] for name in order) >= 0


def fitting(
    first: Sequence[str], sentences: str, spare: Sequence[str], widths: Mapping[str, int]
) -> list[str]:
    """The columns that a list has room for: without its sentences or spare ones in a narrow window.

    What is left out is unfolded on the row that is ticked.

    Args:
        first: The columns that are always shown.
        sentences: The column of sentences, which comes before the spare ones.
        spare: The other columns, the most telling first.
        widths: Column -> pixels, of all but the sentences.
    """
    left = _left(widths[name] for name in first)
    told = [sentences] if left >= LEAST_SENTENCE else []
    left -= LEAST_SENTENCE * len(told)
    found = []
    for name in spare:
        if widths[name] <= left:
            found.append(name)
            left -= widths[name]
    return [*first, *found, *told]


def widened(widths: Mapping[str, int], order: Sequence[str], name: str) -> dict[str, int]:
    """The widths with all that is left of the window given to one column."""
    return {**widths, name: widths[name] + max(0, _left(widths[one] for one in order) - EDGE)}


def _left(taken: Iterable[int]) -> int:
    return window.room() - TICK - sum(taken)


def rest(taken: Iterable[int]) -> Any:
    """The width of a column of sentences beside others: what is left of the window."""
    left = _left(taken)
    if left < LEAST_SENTENCE and window.width() < window.WIDE:
        return "large"
    return max(LEAST_SENTENCE, left)


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
        if _kind(config) in WRITTEN:
            config["type_config"] = {"type": "number", "format": paper.format_of(config)}
        found[name] = config
    return found


def _is_too_wide(
    table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str], pick: str
) -> bool:
    """Whether the table would have to be scrolled sideways."""
    if window.width() >= window.WIDE:
        return False
    breadths = (_breadth(table[name], paper.config_of(name, columns)) for name in order)
    return sum(breadths) + (TICK if pick else 0) > window.room()


def _breadth(cells: pd.Series, config: Mapping[str, Any]) -> int:
    """Pixels that a column takes: as it says, else, and on a phone, with every cell on one line."""
    width = config.get("width")
    if width and not window.narrow():
        return NAMED.get(width, width)
    told = (paper.told(cell, paper.format_of(config)) for cell in cells.head(SEEN))
    bar = BAR if _kind(config) == "progress" and not window.narrow() else 0
    return LETTER * max(map(len, (str(config["label"]), *told))) + AROUND + bar


def _kind(config: Mapping[str, Any]) -> str | None:
    kind: str | None = (config.get("type_config") or {}).get("type")
    return kind
