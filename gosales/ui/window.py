"""How wide the visitor's window is: told by a cookie before the first page, then by a script."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gosales.ui.door import WIDTH

NARROW, WIDE = 640, 1240
"""Below these widths in pixels a window is that of a phone, or has no room for two tables beside
each other nor for all columns of a list."""

MARGINS = 32
"""What the window of a phone has beside a table, in pixels."""

KEY = "window"
SCRIPT = Path(__file__).with_name("window.js").read_text(encoding="utf-8")


def watch() -> None:
    """Make the page anew when the window becomes wider or narrower."""
    watcher = st.components.v2.component(KEY, js=SCRIPT)
    watcher(key=KEY, data={"width": width(), "cookie": WIDTH}, on_width_change=lambda: None)


def width() -> int:
    """How wide the window is; a guess where it has not told."""
    told = (st.session_state.get(KEY) or {}).get("width")
    if told:
        return int(told)
    cookie = st.context.cookies.get(WIDTH, "")
    if cookie.isdecimal():
        return int(cookie)
    return NARROW - 1 if "Mobi" in st.context.headers.get("User-Agent", "") else WIDE


def narrow() -> bool:
    """Whether the window is no wider than a phone's."""
    return width() < NARROW


def room() -> int:
    """How wide a table may be to be seen whole: the window without the margins of style.css."""
    if narrow():
        return width() - MARGINS
    return width() - 2 * round(min(80, max(32, 0.3 * width() - 304)))
