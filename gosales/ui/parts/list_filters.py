"""The filters above the whitespace list; what is chosen is in the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gosales.core.columns import Whitespace
from gosales.ui import shell, views, views_list, window
from gosales.ui.board import Board
from gosales.ui.shell import URL
from gosales.utils.store import PLAN

LEVEL_TITLES = {views_list.DIVISION: "Divisions", views_list.PRODUCT: "Products"}
NAMES = {
    "divisions": ("Division", Whitespace.DIVISION),
    "reps": ("Rep", Whitespace.REP),
    "branches": ("Branch", Whitespace.BRANCH),
}
"""Filter -> its label, and its column, which is its key in the address too."""

KEYS = (*(column for _, column in NAMES.values()), "value", "score", "status", "segment", "remark")
Choices = Mapping[str, Sequence[str]]


def ask(board: Board) -> views_list.Filters:
    """Show the filters; returns what is chosen."""
    choices = shell.kept(views_list.choices, board)
    first, second = st.columns([1, 2])
    level = first.segmented_control(
        "Level",
        views_list.LEVELS,
        default=views_list.DIVISION,
        required=True,
        format_func=LEVEL_TITLES.__getitem__,
        key="level",
        bind=URL,
    )
    text = second.text_input(
        "Search", key="find", bind=URL, max_chars=200, placeholder="Customer name or id"
    )
    level = level or views_list.DIVISION
    with _folded_on_a_phone():
        chosen = _usual(choices) | _of_some_workspaces(board, level, choices)
    return views_list.Filters(level=level, text=text, **chosen)


def _folded_on_a_phone() -> DeltaGenerator:
    """Room for the filters: folded where it would fill the screen, unless a link brings some."""
    if not window.narrow():
        return st.container()
    brought = any(key in st.query_params for key in KEYS)
    return st.expander("Filters", expanded=brought, icon=":material/filter_alt:")


def _usual(choices: Choices) -> dict[str, Any]:
    """Filters that every workspace has, but for names that its log does not tell."""
    named = {name: told for name, told in NAMES.items() if choices[told[1]]}
    boxes = st.columns(len(named) + 2)
    chosen: dict[str, Any] = {
        name: _several(label, choices[column], column, box)
        for box, (name, (label, column)) in zip(boxes, named.items(), strict=False)
    }
    chosen["least_value"] = boxes[-2].number_input(
        "Expected at least", min_value=0.0, step=500.0, format="%.0f", key="value", bind=URL
    )
    score = boxes[-1].number_input(
        "Score at least, %", 0.0, 100.0, step=1.0, format="%.0f", key="score", bind=URL
    )
    return {**chosen, "least_score": score / 100}


def _of_some_workspaces(board: Board, level: str, choices: Choices) -> dict[str, Any]:
    """Filters that not every workspace has something for."""
    filters: dict[str, Callable[[DeltaGenerator], Any]] = {}
    if level == views_list.PRODUCT:
        filters["statuses"] = partial(_several, "Status of the division", views.STATUSES, "status")
    kinds = shell.kept(views_list.segments, board)
    if kinds:
        filters["segments"] = partial(_several, "Segment", kinds, "segment")
    remarks = choices[Whitespace.CELL_STATUS]
    if remarks:
        told = "What data/lookup/cells.csv says of the cell."
        names = [views_list.NO_REMARK, *remarks]
        filters["remarks"] = partial(_several, "Remark", names, "remark", note=told)
    if PLAN in board.parts:
        filters["but_control"] = _but_control
    if not filters:
        return {}
    boxes = st.columns(max(2, len(filters)), vertical_alignment="bottom")
    return {name: show(box) for box, (name, show) in zip(boxes, filters.items(), strict=False)}


def _several(
    label: str, names: Sequence[str], key: str, box: DeltaGenerator, note: str | None = None
) -> tuple[str, ...]:
    return tuple(box.multiselect(label, names, key=key, bind=URL, placeholder="All", help=note))


def _but_control(box: DeltaGenerator) -> bool:
    return box.toggle(
        "Leave out the control group",
        value=True,
        key="but_control",
        bind=URL,
        help="The published call plan keeps these accounts uncalled, to measure against them.",
    )
