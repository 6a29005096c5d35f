"""Call plan: who calls whom with the time there is, and what more time would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gosales.core.columns import Plan
from gosales.ui import charts, shell, tables, views_plan, window, wording
from gosales.ui.board import Board
from gosales.ui.parts import list_row
from gosales.ui.parts.downloads import ZIP, Form, file_button

TRIED = "tried-plan"
MOST_BARS = 12
WIDTHS = {
    Plan.REP: 108, Plan.SLOT: 50, Plan.NAME: 205, Plan.PRODUCT: 130, Plan.SKU: 130,
    Plan.SCORE: 118, Plan.VALUE: 76, Plan.STATUS: 95, Plan.KIND: 80, Plan.CUSTOMER: 90,
}  # fmt: skip
"""Pixels of the columns: at 1,280 the reasons begin in view."""

PUBLISHED, TRY = "Published plan", "Try a capacity"
FORMS = (
    Form("xlsx", "Excel workbook", "call_plan.xlsx"),
    Form("salesforce", "Salesforce", "call_plan_salesforce.zip", ZIP),
    Form("hubspot", "HubSpot", "call_plan_hubspot.zip", ZIP),
    Form("dynamics", "Dynamics 365", "call_plan_dynamics.zip", ZIP),
)


def page() -> None:
    """Show the page."""
    question = "Who calls whom with the time there is, and what would more time bring?"
    with shell.page("Call plan", question=question):
        board = shell.published()
        kept = shell.kept(views_plan.published, board)
        view = TRY
        if kept is not None:
            view = st.segmented_control(
                "Plan", (PUBLISHED, TRY), default=PUBLISHED, required=True, key="plan",
                bind=shell.URL, label_visibility="collapsed",
            ) or PUBLISHED  # fmt: skip
        if kept is not None and view == PUBLISHED:
            _age(board, kept)
            _plan(board, kept)
        else:
            _try(board)


def _age(board: Board, plan: views_plan.CallPlan) -> None:
    if views_plan.is_old(board, plan):
        st.warning(
            "The lists were made anew after this plan. `gosales plan` makes a new one.",
            icon=":material/history:",
        )


def _try(board: Board) -> None:
    usual = views_plan.settings_of(board.workspace)
    ask = _ask(usual)
    if ask is not None:
        with st.spinner("Planning calls..."):
            st.session_state[TRIED] = (board.parts, ask, views_plan.try_out(board, ask))
    parts, asked, plan = st.session_state.get(TRIED, (None, None, None))
    if plan is None or parts != board.parts:
        st.info(
            "Choose how many pitches there is time for, and press Plan. Nothing is published.",
            icon=":material/info:",
        )
        return
    _plan(board, plan)
    st.caption("To freeze and publish this plan, run")
    st.code(asked.command(board.workspace.root), language=None)


def _ask(usual: views_plan.Ask) -> views_plan.Ask | None:
    """The form; what was asked for when its button is pressed."""
    with st.form("capacity"):
        left, middle, right = st.columns(3, gap="large")
        slots = left.slider("Pitches of each rep", 1, 100, min(usual.slots, 100), key="slots")
        given = left.file_uploader(
            "Or a capacity file",
            type=["csv", "txt"],
            key="reps",
            max_upload_size=1,
            help="A line per rep: rep, hours or slots, optional divisions (; between) and branch.",
        )
        include = middle.multiselect(
            "Besides the whitespace, pitch",
            ("lapsed", "active"),
            default=list(usual.include),
            key="include",
            placeholder="Nothing else",
            help="lapsed: the customer bought from the division, but not within 12 months. "
            "active: it buys from it.",
        )
        explore = right.slider(
            "Slots to explore, %", 0, 50, round(100 * usual.explore), key="explore",
            help="For pitches whose scores are uncertain: not only to sell, but to learn.",
        )  # fmt: skip
        holdout = right.slider(
            "Left uncalled as a control group, %", 0, 50, round(100 * usual.holdout),
            key="holdout", help="What they buy without a call is what the plan is measured by.",
        )  # fmt: skip
        if not st.form_submit_button("Plan", type="primary", icon=":material/event_list:"):
            return None
    asked = views_plan.Ask(
        slots, include=tuple(include), explore=explore / 100, holdout=holdout / 100
    )
    if given is None:
        return asked
    return replace(asked, capacity=given.getvalue(), called=views_plan.name_of(given.name))


def _plan(board: Board, plan: views_plan.CallPlan) -> None:
    shell.remarks(plan.warnings)
    _figures(plan.facts)
    told = (views_plan.team, views_plan.proof, views_plan.left_out, views_plan.power)
    st.caption(wording.escape(" ".join(text for view in told if (text := view(plan)))))
    table = views_plan.reps(plan)
    st.subheader("The lists")
    _lists(board, plan, table)
    st.subheader("What one more pitch is worth")
    _one_more(table)


def _one_more(table: pd.DataFrame) -> None:
    shown = table[table["worth_of_one_more_slot"] > 0].head(MOST_BARS)
    if shown.empty:
        st.caption("Nothing: whatever is worth a pitch has its slot.")
        return
    rest = " The tab Data has all reps; for the others it is less, or nothing."
    shell.chart_with_data(
        charts.one_more(shown),
        "By how much the plan's expected value would grow if this rep had time for one more "
        f"pitch. Give time to those on top.{rest if len(shown) < len(table) else ''}",
        table,
    )


def _figures(facts: dict[str, Any]) -> None:
    treated, control = facts.get("treated", {}), facts.get("control", {})
    slots = sum(int(rep["slots"]) for rep in facts.get("reps", []))
    shown: list[tuple[str, str, str | None]] = [
        ("Day of the plan", str(facts.get("plan_date", wording.NONE)), None),
        ("Slots", wording.count(slots), "The time of all reps: a slot is room for one pitch."),
        ("Pitches", wording.count(treated.get("accounts")), "Calls to make, one per account."),
        (
            "Expected value",
            wording.money(treated.get("expected_value")),
            "What these accounts are expected to spend on what is pitched, called or not.",
        ),
        (
            "Expected buyers",
            wording.count(treated.get("expected_buyers")),
            "Of these accounts, those that are expected to buy what is pitched, called or not.",
        ),
    ]
    if control.get("accounts"):
        uncalled = "Accounts left uncalled, drawn by chance, to measure what calls bring."
        shown.append(("Control group", wording.count(control["accounts"]), uncalled))
    shell.metrics(shown)


def _lists(board: Board, plan: views_plan.CallPlan, table: pd.DataFrame) -> None:
    names = sorted(table["rep"], key=str.casefold)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    rep = left.selectbox(
        "Whose list", ["", *names], format_func=lambda one: one or "All reps", key="rep",
        bind=shell.URL,
    )  # fmt: skip
    rows = views_plan.pitches(plan, rep or "")
    with right:
        _downloads(board, views_plan.of_rep(plan, rep or ""), rep or "", any_row=not rows.empty)
    if rows.empty:
        st.info("Nothing is planned for this rep.")
        return
    order = _order(rows, rep or "")
    at = tables.show(
        shell.named(tables.per_cent(rows, Plan.SCORE)),
        _columns(rows, order),
        order=order,
        pick=f"pitches-{rep}",
        height=420 if len(rows) > 11 else "content",
    )
    _row(rows.iloc[at])


def _order(rows: pd.DataFrame, rep: str) -> list[str]:
    first = [] if rep else [Plan.REP]
    product = [Plan.PRODUCT] if (rows[Plan.PRODUCT] != "").any() else [Plan.SKU]
    names = [Plan.SLOT, Plan.NAME, Plan.DIVISION, *product, Plan.SCORE, Plan.VALUE]
    telling = [name for name in (Plan.STATUS, Plan.KIND) if rows[name].nunique() > 1]
    key = [Plan.CUSTOMER] if shell.has_names(rows) else []
    if window.width() < window.WIDE:
        always, widths = [*first, *names], _widths(rows)
        if tables.fits(always, widths):
            return tables.fitting(always, Plan.REASONS, [*telling, *key], widths)
        return [*names, *first, *telling, Plan.REASONS]  # cards, about a customer each
    return [*first, *names, Plan.REASONS, *key, *telling]


def _widths(rows: pd.DataFrame) -> dict[str, int]:
    return {**WIDTHS, Plan.DIVISION: tables.width_of(rows[Plan.DIVISION])}


def _columns(rows: pd.DataFrame, order: Sequence[str]) -> dict[str, Any]:
    column = st.column_config
    widths = _widths(rows)
    reasons: Any = None
    if Plan.REASONS in order:
        reasons = tables.rest(widths[name] for name in order[: order.index(Plan.REASONS)])
    else:
        widths = tables.widened(widths, order, Plan.NAME)
    return {
        Plan.REP: column.TextColumn("Rep", width=widths[Plan.REP]),
        Plan.SLOT: column.NumberColumn("Call", width=widths[Plan.SLOT], help="In this order."),
        Plan.NAME: column.TextColumn("Customer", width=widths[Plan.NAME]),
        Plan.CUSTOMER: column.TextColumn("Id", width=widths[Plan.CUSTOMER]),
        Plan.DIVISION: column.TextColumn("Division", width=widths[Plan.DIVISION]),
        Plan.PRODUCT: column.TextColumn("Product", width=widths[Plan.PRODUCT]),
        Plan.SKU: column.TextColumn("Product", width=widths[Plan.SKU]),
        Plan.SCORE: tables.score_column(
            "Score", float(rows[Plan.SCORE].max()), "Chance to buy.", width=widths[Plan.SCORE]
        ),
        Plan.VALUE: column.NumberColumn(
            "Expected",
            width=widths[Plan.VALUE],
            format="compact",
            help="In the unit of your sales log.",
        ),
        Plan.REASONS: column.TextColumn("Reasons", width=reasons),
        Plan.STATUS: column.TextColumn("Status", width=widths[Plan.STATUS]),
        Plan.KIND: column.TextColumn(
            "Kind", width=widths[Plan.KIND], help="explore: to learn, not only to sell."
        ),
    }


def _row(row: pd.Series) -> None:
    with st.container(border=True):
        name = row[Plan.NAME] or row[Plan.CUSTOMER]
        st.caption("The row that is ticked above")
        st.subheader(
            f"{wording.escape(wording.shorten(name))}: "
            f"{wording.escape(wording.shorten(row[Plan.DIVISION]))}"
        )
        st.caption(wording.escape(_facts(row)))
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown("**Why**")
            shell.reasons(row[Plan.REASONS])
        with right:
            st.markdown("**Look-alike owners**, as references for the call")
            st.text("\n".join(wording.sentences(row[Plan.LOOKALIKES])) or "None is known.")
            product = wording.clean(row[Plan.PRODUCT]) or wording.clean(row[Plan.SKU])
            if product:
                st.markdown("**Product to begin with**")
                st.text(product)
            shell.account_link(str(row[Plan.CUSTOMER]))


def _facts(row: pd.Series) -> str:
    """What a list in a narrow window has no room for."""
    facts = [list_row.place_of(row), f"call {row[Plan.SLOT]:.0f}", str(row[Plan.STATUS])]
    return " · ".join([*facts, "to learn"] if row[Plan.KIND] == Plan.EXPLORE else facts)


def _downloads(board: Board, plan: views_plan.CallPlan, rep: str, *, any_row: bool) -> None:
    """A button that opens the forms of what is shown: the list of one rep, or the whole plan."""
    with st.popover("Download", icon=":material/download:", width="stretch", disabled=not any_row):
        what = f"The list of {wording.escape(wording.shorten(rep))}" if rep else "The whole plan"
        st.caption(f"{what}, the control group only in the CSV.")
        csv = Form("csv", "CSV", "call_plan.csv", "text/csv")
        file_button(csv, lambda: views_plan.as_csv(plan))
        for form in FORMS:
            file_button(form, partial(_as_form, board, plan, form.key))


def _as_form(board: Board, plan: views_plan.CallPlan, form: str) -> bytes:
    return views_plan.as_form(board, plan, form).content


if __name__ == "__main__":
    page()
