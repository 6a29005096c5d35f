"""The filters above the whitespace list; what is chosen is in the page's address."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gosales.core.columns import Whitespace
from gosales.ui import shell, views, views_list, window
from gosales.ui.board import Board
from gosales.ui.shell import URL
from gosales.utils.store import PLAN

LEVEL_TITLES = {views_list.DIVISION: "Divisions", views_list.PRODUCT: "Products"}
NAMES = (
    ("Division", Whitespace.DIVISION),
    ("Rep", Whitespace.REP),
    ("Branch", Whitespace.BRANCH),
)

KEYS = (*(column for _, column in NAMES), "value", "score", "status", "segment", "remark")


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
    with _folded_on_a_phone():
        named = [(label, column) for label, column in NAMES if choices[column]]
        boxes = st.columns(len(named) + 2)
        chosen = {
            column: tuple(
                box.multiselect(label, choices[column], key=column, bind=URL, placeholder="All")
            )
            for box, (label, column) in zip(boxes, named, strict=False)
        }
        value = boxes[-2].number_input(
            "Expected at least", min_value=0.0, step=500.0, format="%.0f", key="value", bind=URL
        )
        score = boxes[-1].number_input(
            "Score at least, %", 0.0, 100.0, step=1.0, format="%.0f", key="score", bind=URL
        )
        more = _more(board, level or views_list.DIVISION, choices)
    statuses, segments, remarks, but_control = more
    return views_list.Filters(
        level=level or views_list.DIVISION,
        divisions=chosen.get(Whitespace.DIVISION, ()),
        reps=chosen.get(Whitespace.REP, ()),
        branches=chosen.get(Whitespace.BRANCH, ()),
        least_value=value,
        least_score=score / 100,
        text=text,
        statuses=statuses,
        segments=segments,
        remarks=remarks,
        but_control=but_control,
    )


def _folded_on_a_phone() -> DeltaGenerator:
    """Room for the filters: folded where it would fill the screen, unless a link brings some."""
    if not window.narrow():
        return st.container()
    brought = any(key in st.query_params for key in KEYS)
    return st.expander("Filters", expanded=brought, icon=":material/filter_alt:")


def _more(
    board: Board, level: str, choices: dict[str, list[str]]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]:
    """Filters that not every workspace has something for."""
    statuses: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    but_control = False
    kinds = shell.kept(views_list.segments, board)
    remarked = choices[Whitespace.CELL_STATUS]
    asked = [level == views_list.PRODUCT, bool(kinds), bool(remarked), PLAN in board.parts]
    if not any(asked):
        return statuses, segments, remarks, but_control
    boxes = iter(st.columns(max(2, sum(asked)), vertical_alignment="bottom"))
    if asked[0]:
        statuses = tuple(
            next(boxes).multiselect(
                "Status of the division", views.STATUSES, key="status", bind=URL, placeholder="All"
            )
        )
    if asked[1]:
        segments = tuple(
            next(boxes).multiselect("Segment", kinds, key="segment", bind=URL, placeholder="All")
        )
    if asked[2]:
        remarks = tuple(
            next(boxes).multiselect(
                "Remark",
                [views_list.NO_REMARK, *remarked],
                key="remark",
                bind=URL,
                placeholder="All",
                help="What data/lookup/cells.csv says of the cell.",
            )
        )
    if asked[3]:
        but_control = next(boxes).toggle(
            "Leave out the control group",
            value=True,
            key="but_control",
            bind=URL,
            help="The published call plan keeps these accounts uncalled, to measure against them.",
        )
    return statuses, segments, remarks, but_control
