"""Tables for paper, as HTML: those of the screen scroll, and would be cut. No Streamlit."""

from __future__ import annotations

import datetime as dt
import html
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_float, is_number

from gosales.ui import wording

MOST_ROWS, MOST_LETTERS = 60, 600
LONG = 100
"""A text of more letters gets the room of several columns."""

LONG_WORD = re.compile(r"(\S{20})(?=\S)")
WORDED = {"compact": wording.money, "localized": wording.count}


def page_of(table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str]) -> str:
    """The table as HTML that only a printer shows: its first rows, as the screen formats them.

    Args:
        columns: Column -> what `st.column_config` made, or its title.
        order: The columns to show.
    """
    shown = [(name, config_of(name, columns)) for name in order]
    head = "".join(f"<th>{text(config['label'])}</th>" for _, config in shown)
    rows = "".join(_row(record, shown) for record in table[:MOST_ROWS].to_dict("records"))
    more = len(table) - MOST_ROWS
    foot = f"<caption>And {more:,} more rows.</caption>" if more > 0 else ""
    return f'<table class="paper">{foot}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def config_of(name: str, columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `st.column_config` made for a column, or its title in the same form."""
    config = columns.get(name, name)
    return {"label": config} if isinstance(config, str) else config


def format_of(config: Mapping[str, Any]) -> str | None:
    """How the screen writes the numbers of a column."""
    form: str | None = (config.get("type_config") or {}).get("format")
    return form


def _row(record: Mapping[Any, Any], shown: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    cells = (_cell(record[name], config) for name, config in shown)
    return f"<tr>{''.join(cells)}</tr>"


def _cell(value: Any, config: Mapping[str, Any]) -> str:
    shown = text(told(value, format_of(config)))
    kind = "number" if is_number(value) else "long" if len(shown) > LONG else ""
    return f'<td class="{kind}">{shown}</td>' if kind else f"<td>{shown}</td>"


def told(value: Any, form: str | None = None) -> str:
    """A cell as the screen shows it.

    >>> told(8_512.3, "compact"), told(12.44, "%.1f %%"), told(None), told(1234, "localized")
    ('8.5K', '12.4 %', '-', '1,234')
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return wording.NONE
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    if not is_number(value):
        return wording.shorten(value, MOST_LETTERS)
    if form in WORDED:
        return WORDED[form](float(value))
    return form % value if form else f"{value:g}" if is_float(value) else str(value)


def text(foreign: Any) -> str:
    """Foreign text as text in HTML, with a place to break it in every long word."""
    return html.escape(LONG_WORD.sub("\\1\u200b", wording.clean(foreign)))
