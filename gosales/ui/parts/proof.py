"""What stands behind the scores besides training: backtest, leak certificate, drift."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gosales.ui import charts_proof, shell, tables, views_proof, wording
from gosales.ui.board import Board
from gosales.utils.store import CERTIFICATE

MOST_BARS = 15
CHECK = {"name": 170, "result": 110, "cutoffs": 120}
"""Pixels of the columns before what was found, which is shown in up to three lines."""


def backtest(board: Board) -> None:
    """How the recipe would have done on past cutoffs."""
    table = views_proof.contest(board)
    if table.empty:
        st.info(
            "Not done yet: `gosales backtest` trains and judges anew on each of many past cutoffs.",
            icon=":material/info:",
        )
        return
    st.markdown("**Against simple scores, over all past cutoffs**")
    shell.chart_with_data(
        charts_proof.contest(table),
        "Buyers in the top tenth of the never-bought, as a multiple of a random list: the further "
        "right, the better. The lines are 95 % intervals.",
        table.drop(columns="ours"),
    )
    rows = views_proof.by_cutoff(board)
    if not rows.empty:
        st.markdown("**Cutoff by cutoff**")
        better, of = views_proof.wins(rows)
        shell.chart_with_data(
            charts_proof.over_cutoffs(rows),
            f"The model was ahead of the best simple score at {better} of "
            f"{wording.plural(of, 'past cutoff')}. Points that stay high over time can be "
            "relied on.",
            rows,
        )
    curves(views_proof.gains(board), views_proof.reliability(board), "over all past cutoffs")


def curves(gains: pd.DataFrame, reliability: pd.DataFrame, where: str) -> None:
    """Gains, lift and reliability beside each other."""
    if not gains.empty:
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**What the top of the list holds**")
            shell.chart_with_data(charts_proof.gains(gains), reading(gains, where), gains)
        with right:
            st.markdown("**How much better than chance**")
            shell.chart_with_data(
                charts_proof.lift(gains),
                "Buyers in the top of the list, as a multiple of a random list; the dashed line "
                "is that list.",
                gains[["top_share", "lift"]],
            )
    if not reliability.empty:
        st.markdown("**Whether the scores are right**")
        shell.chart_with_data(
            charts_proof.reliability(reliability),
            "On the grey line the scores were exactly right; below it, they were too high.",
            reliability,
        )


def reading(table: pd.DataFrame, where: str) -> str:
    """The gains in a sentence."""
    tenth = table.iloc[(table["top_share"] - 0.1).abs().argsort().iloc[0]]
    return (
        f"Calling the top {wording.percent(tenth['top_share'], 0)} of the never-bought list "
        f"reaches {wording.percent(tenth['capture'], 0)} of its buyers, {where}."
    )


def certificate(board: Board) -> None:
    """Whether anything of the future got into the past."""
    content = views_proof.certificate(board)
    if not content:
        st.info(
            "Not checked yet: `gosales prove` changes the future of your own data, looks whether "
            "any score of the past moves, and writes a certificate.",
            icon=":material/info:",
        )
        return
    told = wording.escape(str(content.get("verdict", "")).capitalize())
    counts = content.get("counts", {})
    summary = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    if content.get("verdict") == "leak found":
        st.error(f"{told}: {wording.escape(summary)}.", icon=":material/error:")
    else:
        st.success(f"{told}: {wording.escape(summary)}.", icon=":material/verified:")
    column = st.column_config
    tables.show(
        views_proof.checks(content),
        {
            "name": column.TextColumn("Check", width=CHECK["name"]),
            "result": column.TextColumn("Result", width=CHECK["result"]),
            "cutoffs": column.TextColumn("Cutoffs", width=CHECK["cutoffs"]),
            "told": column.TextColumn(
                "What was done, and found", width=tables.rest(CHECK.values())
            ),
        },
        order=(*CHECK, "told"),
        row_height=tables.TALL,
    )
    if board.find(CERTIFICATE, views_proof.PAGE_FILE):
        st.download_button(
            "Download the certificate",
            lambda: views_proof.certificate_page(board),
            file_name=views_proof.PAGE_FILE,
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
        )


def drift(board: Board) -> None:
    """Whether the models still fit what they score."""
    content = board.drift()
    if not content:
        st.info("Nothing was compared: score with models of this version.", icon=":material/info:")
        return
    shell.remarks(content.get("warnings") or [])
    drifted = views_proof.drifted(content)
    if not content.get("warnings") and drifted:
        st.info(f"Too little has drifted for a warning: {drifted}.", icon=":material/info:")
    elif not content.get("warnings"):
        st.success("Nothing has drifted from the training.", icon=":material/check_circle:")
    left, right = shell.beside("drift", [1, 1])
    scores = views_proof.moved(content, "scores", "division")
    if not scores.empty:
        with left:
            st.markdown("**Scores per division**")
            _moved(scores.head(MOST_BARS), "division", scores)
    features = views_proof.moved(content, "features", "feature")
    if not features.empty:
        with right:
            st.markdown("**What the scores are made of**")
            about = views_proof.moved_concepts(board, content)
            _moved(about, "about", views_proof.with_meanings(board, features))
    _age(content)


def _moved(shown: pd.DataFrame, name: str, whole: pd.DataFrame) -> None:
    """The most moved, a bar each, and all of them in the data tab."""
    shell.chart_with_data(
        charts_proof.moved(shown, name),
        "The longer the bar, the more its values are spread otherwise than in training; 0 is the "
        "same.",
        whole,
    )


def _age(content: dict[str, Any]) -> None:
    volume, age = content.get("volume") or {}, content.get("data_age") or {}
    if volume and age:
        st.caption(
            wording.escape(
                f"Last {volume.get('months')} months: {wording.count(volume.get('lines'))} lines, "
                f"a year before {wording.count(volume.get('lines_before'))}. Last order: "
                f"{age.get('last_order')}, {age.get('days')} days before the cutoff."
            )
        )
