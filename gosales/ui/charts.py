"""The charts. Each takes a table of the views and gives an Altair chart; no Streamlit."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

BLUE, ORANGE, GREY = "#0F6CBD", "#D1730A", "#8A94A0"
LIGHT, DARK = "#DCEBF7", "#0B4F8A"
ON_LIGHT, ON_DARK = "#000000", "#FFFFFF"
TURN = 0.72
"""From here, of the way from LIGHT to DARK, ON_DARK is read better than ON_LIGHT."""

IN_BOX = "in_box"
"""Names the numbers that lie in boxes; style.css colours all others for the page."""

ROW_HEIGHT, AROUND = 26, 60
ROOM = 1.2
"""An axis this many times as long as its longest bar has room for the number beside it."""

LEGEND = 45
LABEL = 150
MOST_LETTERS = 24
STATUS_TITLES = {"whitespace": "never bought", "lapsed": "lapsed", "active": "active"}

Chart = Any
"""An Altair chart of any kind: layering widens its type."""


def status_map(table: pd.DataFrame) -> Chart:
    """Divisions x status: how many customers, coloured by the share of the division's."""
    shown = _short(table).assign(status=table["status"].map(STATUS_TITLES))
    base = alt.Chart(shown).encode(
        x=alt.X("status:N", sort=list(STATUS_TITLES.values()), title=None).axis(
            orient="top", labelAngle=0, labelOverlap=False, labelFlush=False
        ),
        y=_rows(),
    )
    boxes = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color("share:Q", title="Share of customers", legend=None).scale(
            range=[LIGHT, DARK], domain=[0, 1]
        ),
        tooltip=[
            alt.Tooltip("full:N", title="Division"),
            alt.Tooltip("status:N", title="Status"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
            alt.Tooltip("mean_score:Q", title="Mean score", format=".1%"),
            alt.Tooltip("expected_value:Q", title="Expected value", format=",.0f"),
        ],
    )
    numbers = base.mark_text(fontSize=12).encode(
        text=alt.Text("customers:Q", format=","),
        color=alt.condition(f"datum.share > {TURN}", alt.value(ON_DARK), alt.value(ON_LIGHT)),
    )
    numbers = numbers.properties(name=IN_BOX)
    return alt.layer(boxes, numbers).properties(height=_height(shown))


def timeline(table: pd.DataFrame) -> Chart:
    """A dot per month and division: the larger, the more money; returns are orange."""
    shown = _short(table).assign(size=table["value"].abs())
    return (
        alt.Chart(shown)
        .mark_circle(opacity=0.75)
        .encode(
            x=alt.X("month:T", title=None).scale(padding=20),
            y=_rows(),
            size=alt.Size("size:Q", legend=None).scale(range=[25, 500]),
            color=alt.Color("line_type:N", title=None)
            .scale(domain=["sale", "return"], range=[BLUE, ORANGE])
            .legend(orient="top"),
            tooltip=[
                alt.Tooltip("full:N", title="Division"),
                alt.Tooltip("month:T", title="Month", format="%Y-%m"),
                alt.Tooltip("line_type:N", title="Kind"),
                alt.Tooltip("lines:Q", title="Lines", format=","),
                alt.Tooltip("value:Q", title="Value", format=",.0f"),
            ],
        )
        .properties(height=_height(shown) + LEGEND)
    )


def evidence(table: pd.DataFrame) -> Chart:
    """Per division: by how much the model beats the best simple score, with its 95 % interval."""
    shown = _short(table.dropna(subset=["auc_gain"]))
    y = _rows().sort(field="auc_gain", order="descending")
    title = "AUC above the best simple score"
    kind = (
        alt.Color("never_bought:N", title=None)
        .scale(domain=["own", "pooled", "baseline"], range=[BLUE, "#5B6B7B", ORANGE])
        .legend(orient="top")
    )
    bars = alt.Chart(shown).mark_rule(strokeWidth=2)
    dots = alt.Chart(shown).mark_point(filled=True, size=70)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[4, 3], color=GREY)
    tips = [
        alt.Tooltip("full:N", title="Division"),
        alt.Tooltip("never_bought:N", title="Shown"),
        alt.Tooltip("auc_gain:Q", title="Gain", format="+.3f"),
        alt.Tooltip("auc_gain_low:Q", title="From", format="+.3f"),
        alt.Tooltip("auc_gain_high:Q", title="To", format="+.3f"),
    ]
    return alt.layer(
        zero.encode(x="x:Q"),
        bars.encode(x=alt.X("auc_gain_low:Q", title=title), x2="auc_gain_high:Q", y=y, color=kind),
        dots.encode(x="auc_gain:Q", y=y, color=kind, tooltip=tips),
    ).properties(height=_height(shown) + LEGEND)


def gains(table: pd.DataFrame) -> Chart:
    """Share of the buyers in the top of the list, beside that of a random list."""
    ends = pd.DataFrame({"top_share": [0.0, 1.0], "capture": [0.0, 1.0]})
    line = pd.concat([ends.iloc[:1], table[["top_share", "capture"]], ends.iloc[1:]])
    parts = [
        ends.assign(list="Random list"),
        line.drop_duplicates("top_share").assign(list="Our list"),
    ]
    return (
        alt.Chart(pd.concat(parts))
        .mark_line(point=alt.OverlayMarkDef(size=30))
        .encode(
            x=alt.X("top_share:Q", title="Top of the list").axis(format=".0%"),
            y=alt.Y("capture:Q", title="Share of all buyers in it").axis(format=".0%"),
            color=_two_lists("Our list", "Random list"),
            tooltip=[
                alt.Tooltip("list:N", title="List"),
                alt.Tooltip("top_share:Q", title="Top", format=".0%"),
                alt.Tooltip("capture:Q", title="Buyers", format=".1%"),
            ],
        )
        .properties(height=300)
    )


def lift(table: pd.DataFrame) -> Chart:
    """How many times as many buyers the top of the list holds as a random list does."""
    usual = alt.Chart(pd.DataFrame({"y": [1.0]})).mark_rule(strokeDash=[4, 3], color=GREY)
    line = alt.Chart(table).mark_line(color=BLUE, point=alt.OverlayMarkDef(size=30, color=BLUE))
    line = line.encode(
        x=alt.X("top_share:Q", title="Top of the list").axis(format=".0%"),
        y=alt.Y("lift:Q", title="Times a random list").scale(zero=True),
        tooltip=[
            alt.Tooltip("top_share:Q", title="Top", format=".0%"),
            alt.Tooltip("lift:Q", title="Lift", format=".2f"),
        ],
    )
    return alt.layer(usual.encode(y="y:Q"), line).properties(height=300)


def contest(table: pd.DataFrame) -> Chart:
    """Per score: its lift in the top tenth with its 95 % interval; ours is blue."""
    y = alt.Y("score:N", title=None, sort=None).axis(labelOverlap=False, labelLimit=230)
    colour = alt.condition("datum.ours", alt.value(BLUE), alt.value(GREY))
    base = alt.Chart(table).encode(y=y, color=colour)
    title = "Lift in the top tenth: buyers there, as a multiple of the usual"
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("lift_10_low:Q", title=title), x2="lift_10_high:Q"
    )
    dots = base.mark_point(filled=True, size=80).encode(
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
    return alt.layer(bars, dots, numbers).properties(height=len(table) * 34 + AROUND)


def over_cutoffs(table: pd.DataFrame) -> Chart:
    """Per past cutoff: the lift of the model beside the best simple score, with intervals."""
    x = alt.X("cutoff_date:O", title=None).axis(labelAngle=0)
    offset = alt.XOffset("score:N", sort=None)
    names = list(dict.fromkeys(table["score"]))
    colour = alt.Color("score:N", title=None)
    colour = colour.scale(domain=names, range=[BLUE, GREY]).legend(orient="top", labelLimit=400)
    base = alt.Chart(table).encode(x=x, xOffset=offset, color=colour)
    bars = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("lift_10_low:Q", title="Lift in the top tenth"), y2="lift_10_high:Q"
    )
    dots = base.mark_point(filled=True, size=80).encode(
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
    """Stability index per feature or division; what has drifted is orange."""
    colour = alt.Color("status:N", title=None)
    colour = colour.scale(
        domain=["stable", "watch", "drifted", "unjudged"],
        range=[BLUE, "#7A4FB5", ORANGE, GREY],
    ).legend(orient="top")
    return (
        alt.Chart(table)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y(f"{name}:N", title=None, sort=None).axis(labelOverlap=False, labelLimit=230),
            x=alt.X("psi:Q", title="Stability index"),
            color=colour,
            tooltip=[f"{name}:N", alt.Tooltip("psi:Q", format=".3f"), "status:N"],
        )
        .properties(height=len(table) * ROW_HEIGHT + AROUND + LEGEND)
    )


def reliability(table: pd.DataFrame) -> Chart:
    """What was foretold beside what happened, per bin of scores."""
    top = float(max(table["mean_score"].max(), table["base_rate"].max(), 0.01))
    exact = pd.DataFrame({"mean_score": [0.0, top], "base_rate": [0.0, top]})
    shown = pd.concat([exact.assign(list="Exactly right"), table.assign(list="Our scores")])
    return (
        alt.Chart(shown)
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=alt.X("mean_score:Q", title="Foretold: mean score").axis(format=".0%"),
            y=alt.Y("base_rate:Q", title="Happened: share that bought").axis(format=".0%"),
            color=_two_lists("Our scores", "Exactly right"),
            tooltip=[
                alt.Tooltip("mean_score:Q", title="Foretold", format=".1%"),
                alt.Tooltip("base_rate:Q", title="Happened", format=".1%"),
                alt.Tooltip("rows:Q", title="Cells", format=","),
            ],
        )
        .properties(height=300)
    )


def one_more(table: pd.DataFrame) -> Chart:
    """Per rep: what one more slot is worth, with its number at the bar."""
    y = alt.Y("rep:N", title=None, sort=None).axis(labelOverlap=False, labelLimit=180)
    most = max(float(table["worth_of_one_more_slot"].max()), 1.0)
    worth = alt.X("worth_of_one_more_slot:Q", title="Expected value of one more pitch")
    worth = worth.scale(domain=[0.0, ROOM * most], nice=False)
    base = alt.Chart(table).encode(y=y, x=worth)
    bars = base.mark_bar(color=BLUE, cornerRadiusEnd=3).encode(
        tooltip=[
            alt.Tooltip("rep:N", title="Rep"),
            alt.Tooltip("slots:Q", title="Slots"),
            alt.Tooltip("pitches:Q", title="Pitches"),
            alt.Tooltip("expected_value:Q", title="Expected value", format=",.0f"),
            alt.Tooltip("worth_of_one_more_slot:Q", title="One more is worth", format=",.0f"),
        ]
    )
    numbers = base.mark_text(align="left", dx=4).encode(
        text=alt.Text("worth_of_one_more_slot:Q", format=",.0f")
    )
    return alt.layer(bars, numbers).properties(height=max(2, len(table)) * ROW_HEIGHT + AROUND)


def mix(table: pd.DataFrame) -> Chart:
    """Per division: net value of all time, and of the last 12 months inside it."""
    shown = _short(table)
    y = alt.Y("division:N", title=None, sort=None).axis(labelOverlap=False)
    tips = [
        alt.Tooltip("full:N", title="Division"),
        alt.Tooltip("ever:Q", title="All time", format=",.0f"),
        alt.Tooltip("last_12_months:Q", title="Last 12 months", format=",.0f"),
    ]
    base = alt.Chart(shown).encode(y=y, tooltip=tips)
    whole = base.mark_bar(color=GREY, opacity=0.55, cornerRadiusEnd=3).encode(
        x=alt.X("ever:Q", title="Net value").axis(format="~s")
    )
    new = base.mark_bar(color=BLUE, size=9, cornerRadiusEnd=3).encode(x="last_12_months:Q")
    return alt.layer(whole, new).properties(height=_height(shown))


def over_runs(table: pd.DataFrame) -> Chart:
    """The score of an account in each division, scoring after scoring."""
    return (
        alt.Chart(_short(table))
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=alt.X("run_id:O", title="Run").axis(labelLimit=120),
            y=alt.Y("icp_score:Q", title="Score").axis(format=".0%"),
            color=alt.Color("division:N", title=None).legend(orient="top", columns=4),
            tooltip=[
                alt.Tooltip("full:N", title="Division"),
                alt.Tooltip("cutoff_date:N", title="Data as of"),
                alt.Tooltip("icp_score:Q", title="Score", format=".1%"),
            ],
        )
        .properties(height=300)
    )


def segments(table: pd.DataFrame) -> Chart:
    """Segments x divisions: the mean whitespace score; the darker, the likelier."""
    return _heat(table, "segment", _depth("mean_score", table["mean_score"].max()), "mean_score")


def customers(table: pd.DataFrame) -> Chart:
    """Customers x divisions: whitespace by score; what is owned or lapsed is grey."""
    name, key = table["customer_name"].fillna("").astype(str), table["customer_id"].astype(str)
    both = name.str.slice(0, MOST_LETTERS) + " (" + key + ")"
    shown = table.assign(segment=both.where(~name.isin(["", *key]), key))
    best = table.loc[table["status"] == "whitespace", "icp_score"].max()
    colour = alt.condition(
        "datum.status == 'whitespace'",
        _depth("icp_score", best),
        alt.value("#C9CFD6"),
    )
    return _heat(shown, "segment", colour, "icp_score")


def _depth(figure: str, highest: float) -> alt.Color:
    legend = alt.Legend(orient="bottom", format=".0%", gradientLength=160, tickCount=3)
    return alt.Color(f"{figure}:Q", title="Score", legend=legend).scale(
        range=[LIGHT, DARK], domain=[0.0, highest]
    )


def _heat(table: pd.DataFrame, rows: str, colour: Any, figure: str) -> Chart:
    shown = _short(table)
    x = alt.X("division:N", title=None).axis(
        orient="top", labelAngle=-40, labelOverlap=False, labelLimit=LABEL
    )
    y = alt.Y(f"{rows}:N", title=None, sort=None)
    y = y.axis(labelOverlap=False, labelFlush=False, labelLimit=230)
    tips = [f"{rows}:N", alt.Tooltip("full:N", title="Division")]
    tips += [alt.Tooltip(f"{figure}:Q", title="Score", format=".1%")]
    tips += [alt.Tooltip("expected_value:Q", title="Expected", format=",.0f")]
    if "status" in shown:
        tips.append(alt.Tooltip("status:N", title="Status"))
    box = alt.Chart(shown).mark_rect(cornerRadius=2)
    height = shown[rows].nunique() * ROW_HEIGHT + 2 * AROUND + LEGEND
    return box.encode(x=x, y=y, color=colour, tooltip=tips).properties(height=height)


def coverage(table: pd.DataFrame) -> Chart:
    """Lines loaded per month: a hole or a cliff is easy to see."""
    return (
        alt.Chart(table)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("yearmonth(month):T", title=None),
            y=alt.Y("lines:Q", title="Lines loaded"),
            tooltip=[
                alt.Tooltip("yearmonth(month):T", title="Month", format="%Y-%m"),
                alt.Tooltip("lines:Q", title="Lines", format=","),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("value:Q", title="Value", format=",.0f"),
            ],
        )
        .properties(height=220)
    )


def _rows() -> alt.Y:
    """A row per division, every one with its name."""
    return alt.Y("division:N", title=None).axis(
        labelOverlap=False, labelFlush=False, labelLimit=LABEL
    )


def _two_lists(ours: str, other: str) -> alt.Color:
    scale = alt.Scale(domain=[ours, other], range=[BLUE, GREY])
    return alt.Color("list:N", title=None, scale=scale).legend(orient="top")


def _short(table: pd.DataFrame) -> pd.DataFrame:
    """Division names cut for the axis, and whole as `full` for the tooltip."""
    names = table["division"].astype(str)
    cut = names.where(names.str.len() <= MOST_LETTERS, names.str[: MOST_LETTERS - 1] + "…")
    twice = names.groupby(cut).transform("nunique") > 1
    return table.assign(full=names, division=cut.where(~twice, names))


def _height(table: pd.DataFrame) -> int:
    return max(2, table["division"].nunique()) * ROW_HEIGHT + AROUND
