"""Can I trust it? What the models are worth, against simple scores and on the holdout."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.ui import charts, shell, views, views_trust, wording
from gosales.ui.board import Board
from gosales.ui.parts import proof

MEANINGS = {
    "auc": ("AUC", "%.3f", "Chance that a buyer scores above a non-buyer; 0.5 is a coin toss."),
    "ap": ("Avg. precision", "%.3f", "Compare it with the base rate: higher is better."),
    "lift_10": ("Lift, top 10 %", "%.2f", "Buyers in the top tenth, as a multiple of the usual."),
    "ece": ("Calibration error", "%.3f", "Mean distance of score and outcome; 0 is exact."),
    "expected_over_actual": ("Foretold / real", "%.2f", "Buyers foretold per buyer; 1 is right."),
}
DIVISION_COLUMNS = (
    "division",
    "never_bought",
    "owned",
    "n",
    "buyers",
    "base_rate",
    *views_trust.FIGURES,
    "why",
)


def page() -> None:
    """Show the page."""
    question = "How good are the scores, and where should I be careful?"
    with shell.page("Can I trust it?", question=question):
        board = shell.published()
        metrics = board.metrics()
        st.subheader("When it was trained")
        _training(metrics)
        st.subheader("Division by division")
        _divisions(views_trust.divisions(shell.kept(views.by_status, board), metrics))
        st.subheader("On the holdout")
        _holdout(board)
        st.subheader("On past cutoffs")
        proof.backtest(board)
        st.subheader("Does the future leak into the past?")
        proof.certificate(board)
        st.subheader("Drift since the training")
        proof.drift(board)


def _training(metrics: dict[str, Any]) -> None:
    if not metrics.get("judged_at"):
        st.warning(wording.escape(metrics.get("note") or "No model has been judged yet."))
        return
    verdict = views_trust.verdict(metrics)
    if verdict:
        st.markdown(
            f"Of customers who had **never bought** from a division, the model's top tenth held "
            f"**{wording.figure(verdict['lift'], 1)} times** as many buyers as a random list. "
            f"The best simple score ({wording.escape(verdict['simple'])}) reached "
            f"{wording.figure(verdict['simple_lift'], 1)}."
        )
    _figures(views_trust.scoreboard(metrics))
    note = str(metrics.get("note", "")).replace("judged_at", str(metrics["judged_at"]))
    st.caption(wording.escape(note))


def _figures(table: pd.DataFrame) -> None:
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder="-",
        column_config={
            "score": st.column_config.TextColumn("Score", width="large"),
            **_figure_columns(),
        },
    )


def _figure_columns() -> dict[str, Any]:
    return {
        name: st.column_config.NumberColumn(label, format=form, help=note)
        for name, (label, form, note) in MEANINGS.items()
    }


def _divisions(table: pd.DataFrame) -> None:
    st.markdown(
        "What stands behind the scores of customers who never bought (whitespace) and of those who "
        "did (owned). **own**: the model surely beat the best simple score in the division. "
        "**pooled**: it ranked better over all divisions, or too few bought to tell. "
        "**baseline**: it did not, so the simple score is shown. The figures are for "
        "never-bought."
    )
    column = st.column_config
    st.dataframe(
        shell.per_cent(table.astype({"base_rate": float}), "base_rate"),
        hide_index=True,
        height="content",
        placeholder="-",
        column_order=DIVISION_COLUMNS if table["why"].notna().any() else DIVISION_COLUMNS[:-1],
        column_config={
            "division": "Division",
            "never_bought": column.TextColumn("Whitespace", help="Behind never-bought cells."),
            "owned": column.TextColumn("Owned", help="Behind lapsed and active cells."),
            "n": column.NumberColumn("Never bought", format="localized"),
            "buyers": column.NumberColumn("Buyers", format="localized"),
            "base_rate": column.NumberColumn("Base rate", format="%.1f %%"),
            "why": column.TextColumn("Why no evidence", width="large"),
            **_figure_columns(),
        },
    )
    if table["auc_gain"].notna().any():
        shell.chart_with_data(
            charts.evidence(table),
            "Never-bought: right of the dashed line the model ranks better than the best simple "
            "score. Only where the whole bar is right of it is that more than luck.",
            table[["division", "never_bought", "auc_gain", "auc_gain_low", "auc_gain_high"]],
        )


def _holdout(board: Board) -> None:
    metrics = board.validation()
    if not metrics:
        st.info(
            "The models have not been judged on a holdout. Put later sales logs into "
            "`data/holdout` and run `gosales validate`.",
            icon=":material/info:",
        )
        return
    st.caption(wording.escape(metrics.get("note", "")))
    _gates(views_trust.gates(board))
    _figures(views_trust.scoreboard(metrics))
    proof.curves(views_trust.gains(board), views_trust.reliability(board), "on the holdout")


def _gates(table: pd.DataFrame) -> None:
    failed = table[table["result"] == "failed"]["name"].tolist()
    if failed:
        st.error(f"Failed: {wording.escape(', '.join(failed))}.", icon=":material/error:")
    elif (table["result"] == "passed").any():
        st.success("The gates of the settings were passed.", icon=":material/check_circle:")
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder="-",
        width="content",
        column_config={
            "name": "Gate",
            "asked": "Asked",
            "found": st.column_config.NumberColumn("Found", format="%.3f"),
            "result": "Result",
        },
    )


if __name__ == "__main__":
    page()
