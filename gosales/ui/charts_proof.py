"""The charts of what the scores are worth: gains, contests, drift and more. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from gosales.ui.charts import (
    AROUND,
    BLUE,
    GREY,
    IN_MIDDLE,
    LEGEND,
    LINES,
    ORANGE,
    PER_CENT,
    ROW_HEIGHT,
    TICKS,
    Chart,
    division_rows,
    height_of,
    in_lines,
    shortened,
    with_words,
)

KINDS = {"own": BLUE, "pooled": "#5B6B7B", "baseline": ORANGE}
TALL_ROW = 36
"""Pixels of a row whose name may have two lines."""

SHARES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
YEAR_AND_DAY = "[slice(datum.label, 0, 4), slice(datum.label, 5)]"
"""Of a date, below each other: six of them have room on a phone."""

STATES = {"stable": BLUE, "watch": "#7A4FB5", "drifted": ORANGE, "unjudged": GREY}


def evidence(table: pd.DataFrame) -> Chart:
    """Per division: by how much the model beats the best simple score, with its 95 % interval.

    Args:
        table: What `views_trust.evidence` found.
    """
    shown = shortened(table)
    y = division_rows().sort(field="auc_gain", order="descending")
    title = "AUC above the best simple score"
    kind = (
        alt.Color("never_bought:N", title=None)
        .scale(_present(KINDS, shown["never_bought"]))
        .legend(orient="top")
    )
    bars = alt.Chart(shown).mark_rule(strokeWidth=2)
    dots = alt.Chart(shown).mark_point(filled=True, size=70, opacity=1)
    numbers = alt.Chart(shown).mark_text(dy=-9, fontSize=10)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[4, 3], color=GREY)
    tips = [
        alt.Tooltip("divisions:N", title="Division"),
        alt.Tooltip("never_bought:N", title="Shown"),
        alt.Tooltip("auc_gain:Q", title="Gain", format="+.3f"),
        alt.Tooltip("auc_gain_low:Q", title="From", format="+.3f"),
        alt.Tooltip("auc_gain_high:Q", title="To", format="+.3f"),
    ]
    return alt.layer(
        zero.encode(x="x:Q"),
        bars.encode(
            x=alt.X("auc_gain_low:Q", title=title).axis(tickCount=TICKS),
            x2="auc_gain_high:Q",
            y=y,
            color=kind,
        ),
        dots.encode(x="auc_gain:Q", y=y, color=kind, tooltip=tips),
        numbers.encode(x="auc_gain:Q", y=y, text=alt.Text("auc_gain:Q", format="+.3f")),
    ).properties(height=height_of(shown) + LEGEND)


def gains(table: pd.DataFrame) -> Chart:
    """Share of the buyers in the top of the list, beside that of a random list."""
    ends = pd.DataFrame({"top_share": [0.0, 1.0], "capture": [0.0, 1.0]})
    line = pd.concat([ends.iloc[:1], table[["top_share", "capture"]], ends.iloc[1:]])
    parts = [
        ends.assign(list="Random list"),
        line.drop_duplicates("top_share").assign(list="Our list"),
    ]
    lines = (
        alt.Chart(with_words(pd.concat(parts), "top_share", "capture"))
        .mark_line(point=alt.OverlayMarkDef(size=30))
        .encode(
            x=alt.X("top_share:Q", title="Top of the list").axis(labelExpr=PER_CENT, values=SHARES),
            y=alt.Y("capture:Q", title="Share of all buyers in it").axis(labelExpr=PER_CENT),
            color=_two_lists("Our list", "Random list"),
            tooltip=[
                alt.Tooltip("list:N", title="List"),
                alt.Tooltip("top_share_told:N", title="Top"),
                alt.Tooltip("capture_told:N", title="Buyers"),
            ],
        )
    )
    middle = line.iloc[(line["top_share"] - 0.3).abs().argsort().iloc[0]]
    names = pd.DataFrame(
        {
            "top_share": [middle["top_share"], 0.6],
            "capture": [middle["capture"], 0.6],
            "list": ["Our list", "Random list"],
        }
    )
    return _named_lines(lines, names, "top_share", "capture")


def lift(table: pd.DataFrame) -> Chart:
    """How many times as many buyers the top of the list holds as a random list does."""
    usual = alt.Chart(pd.DataFrame({"y": [1.0]})).mark_rule(strokeDash=[4, 3], color=GREY)
    line = alt.Chart(with_words(table, "top_share")).mark_line(
        color=BLUE, point=alt.OverlayMarkDef(size=30, color=BLUE)
    )
    line = line.encode(
        x=alt.X("top_share:Q", title="Top of the list").axis(labelExpr=PER_CENT, values=SHARES),
        y=alt.Y("lift:Q", title="Times a random list").scale(zero=True),
        tooltip=[
            alt.Tooltip("top_share_told:N", title="Top"),
            alt.Tooltip("lift:Q", title="Lift", format=".2f"),
        ],
    )
    return alt.layer(usual.encode(y="y:Q"), line).properties(height=300)


def contest(table: pd.DataFrame) -> Chart:
    """Per score: its lift in the top tenth with its 95 % interval; ours is blue."""
    shown = table.assign(label=in_lines(table["score"]))
    y = alt.Y("label:N", title=None, sort=None)
    y = y.axis(
        labelOverlap=False,
        labelFlush=False,
        labelLimit=230,
        labelExpr=LINES,
        labelBaseline=IN_MIDDLE,
    )
    colour = alt.condition("datum.ours", alt.value(BLUE), alt.value(GREY))
    base = alt.Chart(shown).encode(y=y, color=colour)
    title = "Lift in the top tenth"
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("lift_10_low:Q", title=title).axis(tickCount=TICKS), x2="lift_10_high:Q"
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x="lift_10:Q",
        tooltip=[
            alt.Tooltip("score:N", title="Score"),
            alt.Tooltip("lift_10:Q", title="Lift", format=".2f"),
            alt.Tooltip("lift_10_low:Q", title="From", format=".2f"),
            alt.Tooltip("lift_10_high:Q", title="To", format=".2f"),
        ],
    )
    numbers = base.mark_text(dy=-10, fontSize=11).encode(
        x="lift_10:Q", text=alt.Text("lift_10:Q", format=".2f")
    )
    return alt.layer(bars, dots, numbers).properties(height=len(table) * TALL_ROW + AROUND)


def over_cutoffs(table: pd.DataFrame) -> Chart:
    """Per past cutoff: the lift of the model beside the best simple score, with intervals."""
    x = alt.X("cutoff_date:O", title=None).axis(
        labelAngle=0, labelOverlap=False, labelExpr=YEAR_AND_DAY
    )
    offset = alt.XOffset("score:N", sort=None)
    names = list(dict.fromkeys(table["score"]))
    colour = alt.Color("score:N", title=None)
    colour = colour.scale(domain=names, range=[BLUE, GREY]).legend(
        orient="top", columns=1, labelLimit=400
    )
    base = alt.Chart(table).encode(x=x, xOffset=offset, color=colour)
    bars = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("lift_10_low:Q", title="Lift in the top tenth"), y2="lift_10_high:Q"
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        y="lift_10:Q",
        tooltip=[
            alt.Tooltip("cutoff_date:N", title="Cutoff"),
            alt.Tooltip("score:N", title="Score"),
            alt.Tooltip("lift_10:Q", title="Lift", format=".2f"),
            alt.Tooltip("auc:Q", title="AUC", format=".3f"),
        ],
    )
    return alt.layer(bars, dots).properties(height=300)


def moved(table: pd.DataFrame, name: str) -> Chart:
    """Stability index per division or concept; what has drifted is orange."""
    colour = alt.Color("status:N", title=None)
    colour = colour.scale(_present(STATES, table["status"])).legend(orient="top", columns=2)
    told = [f"{key}:N" for key in ("feature", "meaning") if key in table]
    shown = table.assign(label=in_lines(table[name]))
    row = TALL_ROW if shown["label"].str.contains("\n").any() else ROW_HEIGHT
    return (
        alt.Chart(shown)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y("label:N", title=None, sort=None).axis(
                labelOverlap=False,
                labelFlush=False,
                labelLimit=260,
                labelExpr=LINES,
                labelBaseline=IN_MIDDLE,
            ),
            x=alt.X("psi:Q", title="Stability index").axis(tickCount=5),
            color=colour,
            tooltip=[
                f"{name}:N",
                *told,
                alt.Tooltip("psi:Q", title="index", format=".3f"),
                "status:N",
            ],
        )
        .properties(height=max(3, len(table)) * row + AROUND + LEGEND)
    )


def reliability(table: pd.DataFrame) -> Chart:
    """What was expected beside what happened, per bin of scores."""
    top = float(max(table["mean_score"].max(), table["base_rate"].max(), 0.01))
    exact = pd.DataFrame({"mean_score": [0.0, top], "base_rate": [0.0, top]})
    shown = pd.concat([exact.assign(list="Exactly right"), table.assign(list="Our scores")])
    lines = (
        alt.Chart(with_words(shown, "mean_score", "base_rate"))
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=alt.X("mean_score:Q", title="Expected: mean score").axis(
                labelExpr=PER_CENT, tickCount=TICKS
            ),
            y=alt.Y("base_rate:Q", title="Actual: share that bought").axis(labelExpr=PER_CENT),
            color=_two_lists("Our scores", "Exactly right"),
            tooltip=[
                alt.Tooltip("mean_score_told:N", title="Expected"),
                alt.Tooltip("base_rate_told:N", title="Actual"),
                alt.Tooltip("rows:Q", title="Cells", format=","),
            ],
        )
    )
    last = table.sort_values("mean_score").iloc[-1]
    over = last["base_rate"] > last["mean_score"]
    at = 0.75 * top
    names = pd.DataFrame(
        {
            "mean_score": [last["mean_score"], at] if over else [at, last["mean_score"]],
            "base_rate": [last["base_rate"], at] if over else [at, last["base_rate"]],
            "list": ["Our scores", "Exactly right"] if over else ["Exactly right", "Our scores"],
        }
    )
    return _named_lines(lines, names, "mean_score", "base_rate")


def _present(colours: Mapping[str, str], found: pd.Series) -> alt.Scale:
    """A scale of the names that occur: a legend of all would be cut on a phone."""
    domain = [name for name in colours if (found == name).any()]
    return alt.Scale(domain=domain, range=[colours[name] for name in domain])


def _two_lists(ours: str, other: str) -> alt.Color:
    scale = alt.Scale(domain=[ours, other], range=[BLUE, GREY])
    return alt.Color("list:N", scale=scale, legend=None)


def _named_lines(lines: Chart, names: pd.DataFrame, x: str, y: str) -> Chart:
    """Lines with their names at them: above the first, below the second."""
    above, below = (
        alt.Chart(names.iloc[[at]]).encode(x=f"{x}:Q", y=f"{y}:Q", text="list:N") for at in (0, 1)
    )
    labels = (
        above.mark_text(align="right", dx=-8, dy=-10, fontSize=12, fontWeight=600),
        below.mark_text(align="left", dx=8, dy=12, fontSize=12, fontWeight=600),
    )
    return alt.layer(lines, *labels).properties(height=300)
