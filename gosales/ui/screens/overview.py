"""Overview: what is at stake, where, and what to be careful with."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Whitespace
from gosales.ui import charts, shell, tables, views, window, wording
from gosales.ui.parts import market

LIST_COLUMNS = (
    Whitespace.NAME,
    Whitespace.DIVISION,
    Whitespace.SCORE,
    Whitespace.VALUE,
    Whitespace.REP,
)


MAP_COLUMNS = ("division", "status", "customers", "share", "mean_score", "expected_value")
NEXT = (
    ("screens/whitespace.py", "Go through the list", ":material/format_list_numbered:"),
    ("screens/plan.py", "Plan the calls of your reps", ":material/call:"),
    ("screens/trust.py", "See how good the scores are", ":material/verified:"),
)
LEAST_ROWS, MOST_ROWS, ROW = 10, 25, 35
AT_STAKE = (
    "Expected value of all whitespace: what customers who never bought from a division are "
    "expected to spend there in the horizon."
)


def page() -> None:
    """Show the page."""
    with shell.page("Overview", question="Where is the money, and whom should we call first?"):
        board = shell.published()
        cells = shell.kept(views.by_status, board)
        head = views.headline(cells)
        _metrics(head)
        shell.remarks(views.warnings(board, cells))
        rows = _rows_beside_the_map(head["divisions"])
        table = shell.kept(views.top, board, head["divisions"], rows)
        _next(table, head["horizon_months"])
        left, right = shell.beside("top", [5, 3])
        with left:
            _top(table, head["horizon_months"])
        with right:
            _map(cells)
        market.heat_maps(board)
        market.changes(board)


def _metrics(head: dict[str, Any]) -> None:
    months = wording.plural(head["horizon_months"], "month")
    shown = (
        ("Data as of", str(head["cutoff_date"]), "The last day that the scores know of."),
        ("Horizon", months, "Scores are about purchases in this time after that day."),
        ("Customers", wording.count(head["customers"]), None),
        ("Divisions", wording.count(head["divisions"]), None),
        (
            "Money at stake",
            wording.money(head["whitespace"]),
            AT_STAKE,
        ),
        (
            "Expected in all",
            wording.money(head["expected"]),
            "The same over all customers and divisions, those that buy already included.",
        ),
    )
    shell.metrics(shown)


def _rows_beside_the_map(divisions: int) -> int:
    """As many as fill the place beside a map of so many divisions."""
    if window.narrow():
        return LEAST_ROWS
    room = divisions * charts.ROW_HEIGHT + 2 * charts.AROUND
    return min(MOST_ROWS, max(LEAST_ROWS, room // ROW))


def _next(table: pd.DataFrame, months: int) -> None:
    """What to do now: the best call, and the pages to go on with."""
    if len(table):
        best = table.iloc[0]
        name = wording.shorten(best[Whitespace.NAME]) or best[Whitespace.CUSTOMER]
        st.markdown(
            f"The likeliest new business: **{wording.escape(name)}** buys from "
            f"**{wording.escape(wording.shorten(best[Whitespace.DIVISION]))}** within "
            f"{wording.plural(months, 'month')} with a chance of "
            f"{wording.escape(wording.percent(best[Whitespace.SCORE]))}."
        )
    with st.container(horizontal=True):
        for path, label, icon in NEXT:
            st.page_link(path, label=label, icon=icon, width="content")


def _top(table: pd.DataFrame, months: int) -> None:
    st.subheader("Top opportunities")
    highest = float(table[Whitespace.SCORE].max()) if len(table) else 1.0
    chance = f"Probability to buy within {wording.plural(months, 'month')}."
    tables.show(
        shell.named(tables.per_cent(table, Whitespace.SCORE)),
        {
            Whitespace.NAME: st.column_config.TextColumn("Customer", width=222),
            Whitespace.DIVISION: st.column_config.TextColumn(
                "Division", width=tables.width_of(table[Whitespace.DIVISION])
            ),
            Whitespace.SCORE: tables.score_column("Score", highest, chance),
            Whitespace.VALUE: tables.money_column("Expected"),
            Whitespace.REP: "Rep",
        },
        order=[name for name in LIST_COLUMNS if table[name].notna().any()],
        height="content",
    )
    st.caption("The best division for each customer who never bought from it.")


def _map(table: pd.DataFrame) -> None:
    st.subheader("Divisions and their customers")
    shell.chart_with_data(
        charts.status_map(table, shell.colours()),
        "Each number counts customers; the bluer, the larger their share of all. Never bought is "
        "the whitespace; lapsed means not within 12 months.",
        table[list(MAP_COLUMNS)],
    )


if __name__ == "__main__":
    page()
