"""One row of the whitespace list, unfolded: why, for how much, with whom as a reference."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Scores, Whitespace
from gosales.ui import shell, views_list, wording
from gosales.ui.board import Board

BEHIND = {
    "own": "a model that proved itself in this division",
    "pooled": "the model that proved itself over all divisions",
    "baseline": "a simple score: the model did not prove better here",
}
REMARKS = {
    "open_opportunity": "An opportunity is open already",
    "competitor": "A competitor serves it",
    "does_itself": "The customer does this itself",
    "do_not_pitch": "Marked as not to be pitched",
}


def show(board: Board, row: pd.Series) -> None:
    """The row in a box."""
    customer, division = str(row[Whitespace.CUSTOMER]), str(row[Whitespace.DIVISION])
    name = row[Whitespace.NAME] or customer
    product = row.get("product_name", "")
    what = wording.shorten(division) + (f", {wording.shorten(product)}" if product else "")
    with st.container(border=True):
        st.caption("The row that is ticked above")
        st.subheader(f"{wording.escape(wording.shorten(name))}: {wording.escape(what)}")
        place = place_of(row)
        if place:
            st.caption(wording.escape(place))
        cell = shell.kept(views_list.cell, board, customer, division)
        _remark(row.get(Whitespace.CELL_STATUS))
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown("**Why**")
            shell.reasons(row[Whitespace.REASONS])
            if cell:
                chance = row[Whitespace.PRODUCT_SCORE] if product else None
                st.caption(wording.escape(told(cell, chance)))
        with right:
            st.markdown("**Look-alike owners**, as references for the call")
            owners = wording.sentences(row[Whitespace.LOOKALIKES])
            st.text("\n".join(owners) or "None is known.")
            if not product:
                _products(shell.kept(views_list.products, board, customer, division))
            shell.account_link(customer)


def place_of(row: pd.Series) -> str:
    """Its customer's id, and the rep and branch that the list names."""
    parts = {"Id": Whitespace.CUSTOMER, "rep": Whitespace.REP, "branch": Whitespace.BRANCH}
    found = {label: wording.clean(row.get(name)) for label, name in parts.items()}
    if wording.clean(row.get(Whitespace.NAME)) in {"", found["Id"]}:
        del found["Id"]  # the heading has it already
    told = " · ".join(f"{label} {value}" for label, value in found.items() if value)
    return told[:1].upper() + told[1:]


def told(cell: dict[str, Any], product: float | None = None) -> str:
    """What stands behind the score, in a sentence or two.

    Args:
        product: The score of the row's product, which is not that of its division.
    """
    start = f"This product: {wording.percent(product)}. The division: " if product else ""
    bought = wording.money(cell[Scores.IF_BOUGHT])
    behind = BEHIND.get(str(cell[Scores.MODEL]), str(cell[Scores.MODEL]))
    return (
        f"{start}{'score' if start else 'Score'} {wording.percent(cell[Scores.SCORE])}, "
        f"grade {cell[Scores.GRADE]}: higher than that of {cell[Scores.PERCENTILE]:.0f} % of all "
        f"customers, those that buy there already included. {leeway(cell)}"
        f"Worth about {bought} if it buys. Behind it: {behind}."
    )


def leeway(cell: dict[str, Any]) -> str:
    """How far the score may be off, with a space after it."""
    low, high = (float(cell[name]) for name in (Scores.LOW, Scores.HIGH))
    if not low < high:
        return ""
    ends = f"{wording.percent(low)} to {wording.percent(high)}"
    return f"By how far scores were off before, it is {ends}. "


def _remark(status: object) -> None:
    if isinstance(status, str) and status:
        text = REMARKS.get(status, status)
        st.warning(f"{wording.escape(text)} (data/lookup/cells.csv).", icon=":material/flag:")


def _products(table: pd.DataFrame) -> None:
    if not table.empty:
        st.markdown("**Products to begin with**")
        names = table["product_name"].map(wording.shorten)
        chances = table[Whitespace.PRODUCT_SCORE].map(wording.percent)
        st.text(
            "\n".join(f"{name} ({chance})" for name, chance in zip(names, chances, strict=True))
        )
