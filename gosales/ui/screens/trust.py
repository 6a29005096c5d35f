"""Can I trust it? What the models are worth, against simple scores and on the holdout."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.ui import charts_proof, shell, tables, views, views_trust, wording
from gosales.ui.board import Board
from gosales.ui.parts import figures, proof
from gosales.utils.store import LISTS


def page() -> None:
    """Show the page."""
    question = "How good are the scores, and where should I be careful?"
    with shell.page("Can I trust it?", question=question):
        board = shell.published(LISTS, *shell.PROOFS)
        st.subheader("When it was trained")
        _training(board.metrics())
        if board.has_lists:
            st.subheader("Division by division")
            _divisions(views_trust.divisions(shell.kept(views.by_status, board), board.metrics()))
        st.subheader("On the holdout")
        _holdout(board)
        st.subheader("On past cutoffs")
        proof.backtest(board)
        st.subheader("Does the future leak into the past?")
        proof.certificate(board)
        if board.has_lists:
            st.subheader("Drift since the training")
            proof.drift(board)


def _training(metrics: dict[str, Any]) -> None:
    if not metrics:
        st.info(
            "No models are published yet: `gosales score-all` trains and judges them.",
            icon=":material/info:",
        )
        return
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
    figures.of_scores(views_trust.scoreboard(metrics))
    note = str(metrics.get("note", "")).replace("judged_at", str(metrics["judged_at"]))
    st.caption(wording.escape(note))


def _divisions(table: pd.DataFrame) -> None:
    st.markdown(
        "What stands behind the scores of customers who never bought (whitespace) and of those who "
        "did (owned). **own**: the model surely beat the best simple score in the division. "
        "**pooled**: it ranked better over all divisions, or too few bought to tell. "
        "**baseline**: it did not, so the simple score is shown. The figures are for "
        "never-bought."
    )
    figures.of_divisions(table)
    if table["auc_gain"].notna().any():
        st.markdown("**By how much the model beats the best simple score**")
        shell.chart_with_data(
            charts_proof.evidence(views_trust.evidence(table)),
            "Never-bought: right of the dashed line the model ranks better than the best simple "
            "score. Only where the whole line is right of it is that more than luck. Pooled "
            "divisions are judged together.",
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
    figures.of_scores(views_trust.scoreboard(metrics))
    proof.curves(views_trust.gains(board), views_trust.reliability(board), "on the holdout")


def _gates(table: pd.DataFrame) -> None:
    failed = table[table["result"] == "failed"]["name"].map(figures.title).tolist()
    if failed:
        st.error(f"Failed: {wording.escape(', '.join(failed))}.", icon=":material/error:")
    elif (table["result"] == "passed").any():
        st.success(
            "It passed every limit that the settings ask for (gates).",
            icon=":material/check_circle:",
        )
    tables.show(
        table.assign(name=table["name"].map(figures.title)),
        {
            "name": "Gate",
            "asked": "Limit",
            "found": st.column_config.NumberColumn("Found", format="%.2f"),
            "result": "Result",
        },
        width="content",
    )
    st.caption(
        "AUC and lift are means over divisions, as in the table below; here expected and actual "
        "buyers are first summed over all divisions."
    )


if __name__ == "__main__":
    page()
