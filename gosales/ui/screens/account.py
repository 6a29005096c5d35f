"""Account: one customer, found by name or id, over all divisions."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Scores, Whitespace
from gosales.ui import charts, shell, tables, views, views_account, wording
from gosales.ui.board import Board
from gosales.ui.parts import story

SCORE_COLUMNS = (
    Scores.DIVISION,
    Scores.SCORE,
    Scores.GRADE,
    Scores.VALUE,
    Scores.STATUS,
    Scores.MODEL,
)
SUGGESTED = 5
PRODUCT_COLUMNS = (
    "product_name",
    Whitespace.DIVISION,
    Whitespace.PRODUCT_SCORE,
    Whitespace.VALUE,
)


def page() -> None:
    """Show the page."""
    question = "What did this customer buy, and what should we pitch?"
    with shell.page("Account", question=question):
        board = shell.published()
        chosen = _choose(board)
        if chosen is None:
            return
        customer, name = chosen
        listed = shell.kept(views_account.listed, board, customer)
        orders = shell.kept(views_account.orders, board, customer)
        _head(customer, name, listed, orders)
        left, right = shell.beside("scores", [5, 3])
        with left:
            row = _scores(shell.kept(views_account.scores, board, customer))
        with right:
            _reasons(row, listed)
        _remarks(shell.kept(views_account.remarks, board, customer))
        _products(views_account.products(listed))
        _purchases(views_account.purchases(orders))
        story.mix(board, orders)
        story.peers(board, customer)
        story.over_runs(board, customer)


def _choose(board: Board) -> tuple[str, str] | None:
    text = st.text_input(
        "Customer name or id",
        key="customer",
        bind="query-params",
        max_chars=200,
        placeholder="A name may be misspelt",
    )
    if not text.strip():
        st.info("Type a customer's name or id.", icon=":material/search:")
        _suggest(board)
        return None
    found = shell.kept(views_account.find, board, text)
    if found.empty:
        st.info("No customer has such a name or id.", icon=":material/search_off:")
        return None
    names = dict(zip(found[Scores.CUSTOMER], found[Scores.NAME], strict=True))
    if len(names) == 1:
        return next(iter(names.items()))
    customer = st.selectbox(
        f"{len(names)} customers may be meant",
        list(names),
        format_func=lambda one: f"{wording.shorten(names[one])} ({wording.shorten(one)})",
    )
    return customer, names[customer]


def _suggest(board: Board) -> None:
    """Where to begin: who is on top of the list."""
    divisions = shell.kept(views.by_status, board)[Scores.DIVISION].nunique()
    table = shell.named(shell.kept(views.top, board, divisions, SUGGESTED))
    if len(table):
        st.caption("Or begin with those on top of the whitespace list:")
        for row in table.to_dict("records"):
            shell.account_link(str(row[Scores.CUSTOMER]), wording.escape(_brief(row)))


def _brief(row: dict[Hashable, Any]) -> str:
    name, division = (wording.shorten(row[key]) for key in (Scores.NAME, Scores.DIVISION))
    return f"{name}: {division}, {wording.percent(row[Scores.SCORE])}"


def _head(customer: str, name: str, listed: pd.DataFrame, orders: pd.DataFrame) -> None:
    st.header(wording.escape(wording.shorten(name or customer, 120)))
    history = views_account.history(orders)
    told = [f"Id {customer}"] if name not in ("", customer) else []
    if history:
        told.append(f"orders on {wording.plural(history['days'], 'day')}")
        told.append(f"from {history['first_day']:%Y-%m-%d} to {history['last_day']:%Y-%m-%d}")
        told.append(f"net value {wording.money(history['value'])}")
    told += views_account.place(listed)
    line = " · ".join(wording.escape(text) for text in told)
    st.caption(line[:1].upper() + line[1:])


def _scores(table: pd.DataFrame) -> pd.Series:
    """Show the scores; returns the row that is ticked."""
    st.subheader("Scores")
    at = tables.show(
        tables.per_cent(table, Scores.SCORE),
        {
            Scores.DIVISION: "Division",
            Scores.SCORE: tables.score_column(
                "Score", float(table[Scores.SCORE].max()), "Probability to buy."
            ),
            Scores.GRADE: st.column_config.TextColumn(
                "Grade", width="small", help="Within the division: A is the top 5 %."
            ),
            Scores.VALUE: tables.money_column("Expected"),
            Scores.STATUS: st.column_config.TextColumn("Status", width=95),
            Scores.MODEL: st.column_config.TextColumn(
                "Model",
                help="own: proven in this division. pooled: proven over all divisions. "
                "baseline: a simple score, as the model did not prove better.",
            ),
        },
        order=SCORE_COLUMNS,
        pick=f"scores-{hash(tuple(table[Scores.DIVISION]))}",
    )
    st.caption("Divisions that it never bought from come first.")
    return table.iloc[at]


def _reasons(row: pd.Series, listed: pd.DataFrame) -> None:
    division = row[Scores.DIVISION]
    st.subheader(f"Why {wording.escape(wording.shorten(division))}")
    shell.reasons(row[Scores.REASONS])
    owners = wording.sentences(views_account.lookalikes(listed, division))
    if owners:
        st.caption("Look-alike owners, as references for the call")
        st.text("\n".join(owners))
    st.caption("Tick another division to see its reasons.")


def _purchases(table: pd.DataFrame) -> None:
    st.subheader("Purchases")
    if table.empty:
        st.info("The star is not there; `gosales build-star` makes it anew.")
        return
    shell.chart_with_data(
        charts.timeline(table), "A dot is a month; the larger it is, the more money.", table
    )


def _products(table: pd.DataFrame) -> None:
    st.subheader("Products to pitch")
    if table.empty:
        st.caption("None: products are named where a division is listed.")
        return
    highest = float(table[Whitespace.PRODUCT_SCORE].max())
    tables.show(
        tables.per_cent(table, Whitespace.PRODUCT_SCORE),
        {
            "product_name": st.column_config.TextColumn("Product", width="large"),
            Whitespace.DIVISION: "Division",
            Whitespace.PRODUCT_SCORE: tables.score_column("Score", highest, "Probability to buy."),
            Whitespace.VALUE: tables.money_column("Expected"),
        },
        order=PRODUCT_COLUMNS,
    )


def _remarks(table: pd.DataFrame) -> None:
    if not table.empty:
        st.subheader("Remarks from data/lookup/cells.csv")
        tables.show(
            table,
            {
                "division": "Division",
                "product_sku": "Product",
                "remark": "Remark",
                "valid_from": "From",
                "valid_to": "To",
            },
        )


if __name__ == "__main__":
    page()
