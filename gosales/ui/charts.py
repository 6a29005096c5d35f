"""The charts. Each takes a table of the views and gives an Altair chart; no Streamlit."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from gosales.ui import wording

BLUE, ORANGE, GREY = "#0F6CBD", "#D1730A", "#8A94A0"

IN_BOX = "in_box"
"""Names the numbers that lie in boxes; style.css colours all others for the page."""

PER_CENT = "format(100 * datum.value, '.0f') + ' %'"
MONEY = (
    "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, '~g') + 'B' : "
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, '~g') + 'M' : "
    "abs(datum.value) >= 1e3 ? format(datum.value / 1e3, '~g') + 'K' : format(datum.value, '~g')"
)
"""Labels of an axis in the words of `wording.percent` and `wording.money`."""

LINES = r"split(datum.label, '\n')"
"""Labels of an axis whose names are broken into lines by `in_lines`."""

IN_MIDDLE: Any = {
    "condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": "bottom"},
    "value": "middle",
}
"""Where the first line of such a label stands: above the middle, where there is another."""

ROW_HEIGHT, AROUND = 26, 60
GAP = 0.06
"""Between two boxes, as a share of a box."""

ROOM = 1.2
"""An axis this many times as long as its longest bar has room for the number beside it."""

LEGEND, TICKS = 45, 8
LABEL, FEW, LEAST_BOX, LETTER = 150, 16, 24, 7
MOST_LETTERS, PHONE_CUSTOMERS = 24, 8
STATUS_TITLES = {"whitespace": "never bought", "lapsed": "lapsed", "active": "active"}

Chart = Any
"""An Altair chart of any kind: layering widens its type."""


@dataclass(frozen=True)
class Palette:
    """The colours of boxes: what is high stands out from the page, what is low does not.

    Attributes:
        low, high: Of the lowest and of the highest figure; between them, by RGB.
        on_low, on_high: Of a number in such a box.
        turn: From here, of the way from low to high, on_high is read better than on_low.
        off: Of a box that has no part in it; its number is `on_low`.
    """

    low: str
    high: str
    on_low: str
    on_high: str
    turn: float
    off: str

    def depth(self, figure: str, highest: float) -> alt.Color:
        scale = alt.Scale(range=[self.low, self.high], domain=[0.0, highest], interpolate="rgb")
        return alt.Color(f"{figure}:Q", legend=None, scale=scale)

    def ink(self, high: str) -> Any:
        """The colour of a number, by a condition that tells high boxes."""
        return alt.condition(high, alt.value(self.on_high), alt.value(self.on_low))


DAY = Palette("#DCEBF7", "#0B4F8A", "#000000", "#FFFFFF", 0.72, "#C9CFD6")
NIGHT = Palette("#1E3247", "#8CC8FA", "#FFFFFF", "#000000", 0.47, "#3A434D")
"""For light pages, and for dark ones."""


def status_map(table: pd.DataFrame, colours: Palette = DAY) -> Chart:
    """Divisions x status: how many customers, coloured by the share of the division's."""
    shown = shortened(_with_nobody(table))
    shown = shown.assign(status=shown["status"].map(STATUS_TITLES))
    shown = with_words(shown, "share", "mean_score")
    base = alt.Chart(shown).encode(
        x=alt.X("status:N", sort=list(STATUS_TITLES.values()), title=None)
        .scale(paddingInner=GAP)
        .axis(orient="top", labelAngle=0, labelOverlap=False, labelFlush=False),
        y=division_rows().scale(paddingInner=GAP),
    )
    boxes = base.mark_rect(cornerRadius=3).encode(
        color=colours.depth("share", 1.0),
        tooltip=[
            alt.Tooltip("full:N", title="Division"),
            alt.Tooltip("status:N", title="Status"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
            alt.Tooltip("share_told:N", title="Share"),
            alt.Tooltip("mean_score_told:N", title="Mean score"),
            alt.Tooltip("expected_value:Q", title="Expected value", format=",.0f"),
        ],
    )
    numbers = base.mark_text(fontSize=12).encode(
        text=alt.Text("customers:Q", format=","),
        color=colours.ink(f"datum.share > {colours.turn}"),
    )
    numbers = numbers.properties(name=IN_BOX)
    return alt.layer(boxes, numbers).properties(height=height_of(shown))


def _with_nobody(table: pd.DataFrame) -> pd.DataFrame:
    """With a row of nobody for each division and status that has none."""
    every = pd.MultiIndex.from_product(
        [table["division"].unique(), STATUS_TITLES], names=["division", "status"]
    )
    whole = table.set_index(["division", "status"]).reindex(every).reset_index()
    return whole.fillna({"customers": 0, "share": 0.0, "expected_value": 0.0})


def timeline(table: pd.DataFrame) -> Chart:
    """A dot per month and division: the larger, the more money; returns are orange."""
    shown = shortened(table).assign(size=table["value"].abs())
    has_returns = bool((shown["line_type"] != "sale").any())
    legend = alt.Legend(orient="top") if has_returns else None
    return (
        alt.Chart(shown)
        .mark_circle(opacity=0.9)
        .encode(
            x=alt.X("month:T", title=None).scale(padding=20).axis(_months(table["month"])),
            y=division_rows(),
            size=alt.Size("size:Q", legend=None).scale(range=[25, 500]),
            color=alt.Color("line_type:N", title=None)
            .scale(domain=["sale", "return"], range=[BLUE, ORANGE])
            .legend(legend),
            tooltip=[
                alt.Tooltip("full:N", title="Division"),
                alt.Tooltip("month:T", title="Month", format="%Y-%m"),
                alt.Tooltip("line_type:N", title="Kind"),
                alt.Tooltip("lines:Q", title="Lines", format=","),
                alt.Tooltip("value:Q", title="Value", format=",.0f"),
            ],
        )
        .properties(height=height_of(shown) + (LEGEND if has_returns else 0))
    )


def one_more(table: pd.DataFrame) -> Chart:
    """Per rep: what one more slot is worth, with its number at the bar."""
    y = alt.Y("rep:N", title=None, sort=None).axis(labelOverlap=False, labelLimit=180)
    most = max(float(table["worth_of_one_more_slot"].max()), 1.0)
    worth = alt.X("worth_of_one_more_slot:Q", title="Expected value of one more pitch")
    worth = worth.scale(domain=[0.0, ROOM * most], nice=False)
    worth = worth.axis(labels=False, ticks=False, grid=False)
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
    shown = shortened(table)
    y = division_rows().sort(None)
    tips = [
        alt.Tooltip("full:N", title="Division"),
        alt.Tooltip("ever:Q", title="All time", format=",.0f"),
        alt.Tooltip("last_12_months:Q", title="Last 12 months", format=",.0f"),
    ]
    base = alt.Chart(shown).encode(y=y, tooltip=tips)
    whole = base.mark_bar(color=GREY, opacity=0.55, cornerRadiusEnd=3).encode(
        x=alt.X("ever:Q", title="Net value").axis(labelExpr=MONEY, tickCount=TICKS)
    )
    new = base.mark_bar(color=BLUE, size=9, cornerRadiusEnd=3).encode(x="last_12_months:Q")
    return alt.layer(whole, new).properties(height=height_of(shown))


def over_runs(table: pd.DataFrame, colours: Palette = DAY, room: int = 0) -> Chart:
    """Divisions x scorings: the score of an account; the bluer, the likelier.

    Lines would need a colour for each of many divisions, and would lie on each other.

    Args:
        room: Pixels for the scorings beside each other; where they fit, their names lie flat.
    """
    best = table["icp_score"].max()
    shown = table.assign(segment=table["scoring"])
    names = shown["segment"].unique()
    flat = LABEL + LETTER * sum(map(len, names)) + AROUND <= room
    boxes = colours.depth("icp_score", best)
    return _heat(shown, boxes, ("icp_score", best), colours, FLAT if flat else UPRIGHT)


def segments(table: pd.DataFrame, narrow: bool = False, colours: Palette = DAY) -> Chart:
    """Segments x divisions: the mean whitespace score; the bluer, the likelier."""
    best = table["mean_score"].max()
    boxes = colours.depth("mean_score", best)
    layout = UPRIGHT if narrow else TILTED
    return _heat(table, boxes, ("mean_score", best), colours, layout)


def customers(table: pd.DataFrame, narrow: bool = False, colours: Palette = DAY) -> Chart:
    """Customers x divisions: whitespace by score; what is owned or lapsed is grey."""
    if narrow:
        table = table[table["customer_id"].isin(table["customer_id"].unique()[:PHONE_CUSTOMERS])]
    name, key = table["customer_name"].fillna("").astype(str), table["customer_id"].astype(str)
    both = name.str.slice(0, MOST_LETTERS) + " (" + key + ")"
    shown = table.assign(segment=both.where(~name.isin(["", *key]), key))
    best = table.loc[table["status"] == "whitespace", "icp_score"].max()
    boxes = alt.condition(
        "datum.status == 'whitespace'", colours.depth("icp_score", best), alt.value(colours.off)
    )
    layout = UPRIGHT if narrow else TILTED
    return _heat(shown, boxes, ("icp_score", best), colours, layout)


@dataclass(frozen=True)
class Layout:
    """How a map of boxes lies.

    Attributes:
        divisions_down: Whether it has a row per division, not a column.
        angle: Of the names above its columns, in degrees.
    """

    divisions_down: bool
    angle: int


TILTED, UPRIGHT, FLAT = Layout(False, -40), Layout(True, -90), Layout(True, 0)


def _heat(
    table: pd.DataFrame, filled: Any, ranged: tuple[str, float], colours: Palette, layout: Layout
) -> Chart:
    """Boxes of the figure per `segment` and division, with its number in per cent.

    Args:
        ranged: The figure's name, and its highest value.
    """
    figure, highest = ranged
    shown = with_words(shortened(table), figure)
    narrow = layout.divisions_down
    over, down = ("segment", "division") if narrow else ("division", "segment")
    x = alt.X(f"{over}:N", title=None, sort=None).scale(paddingInner=GAP)
    x = x.axis(orient="top", labelAngle=layout.angle, labelOverlap=False, labelLimit=LABEL)
    y = alt.Y(f"{down}:N", title=None, sort=None).scale(paddingInner=GAP)
    y = y.axis(labelOverlap=False, labelFlush=False, labelLimit=LABEL if narrow else 230)
    tips = ["segment:N", alt.Tooltip("full:N", title="Division")]
    tips += [alt.Tooltip(f"{figure}_told:N", title="Score")]
    if "expected_value" in shown:
        tips.append(alt.Tooltip("expected_value:Q", title="Expected", format=",.0f"))
    if "status" in shown:
        tips.append(alt.Tooltip("status:N", title="Status"))
    base = alt.Chart(shown).encode(x=x, y=y)
    high = f"datum.{figure} > {colours.turn * highest}"
    if "status" in shown:
        high += " && datum.status == 'whitespace'"
    share = f"100 * datum.{figure}"
    written = f"format({share}, {share} < 9.95 ? '.1f' : '.0f')"
    columns = shown[over].nunique()
    room = f"width > {LEAST_BOX * columns}"
    numbers = (
        base.transform_calculate(short=f"{room} ? {written} : ''")
        .mark_text(fontSize=11 if columns <= (FEW // 2 if narrow else FEW) else 9)
        .encode(text="short:N", color=colours.ink(high))
        .properties(name=IN_BOX)
    )
    boxes = base.mark_rect(cornerRadius=2).encode(color=filled, tooltip=tips)
    height = shown[down].nunique() * ROW_HEIGHT + _room_above(shown[over], layout)
    return alt.layer(boxes, numbers).properties(height=height)


def _room_above(names: pd.Series, layout: Layout) -> int:
    """Pixels that the names above the boxes take, with what is below them."""
    if layout is UPRIGHT:
        return min(LABEL, LETTER * int(names.astype(str).str.len().max())) + AROUND // 2
    return AROUND if layout is FLAT else 2 * AROUND


def coverage(table: pd.DataFrame) -> Chart:
    """Lines loaded per month: a hole or a cliff is easy to see."""
    return (
        alt.Chart(table)
        .mark_bar(color=BLUE, binSpacing=1)
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


def _months(days: pd.Series) -> alt.Axis:
    """An axis whose ticks are months, not days: at most about ten of them."""
    span = 12 * (days.max().year - days.min().year) + days.max().month - days.min().month
    step = next(step for step in (1, 3, 6, 12, 24, 60, 120, 1200) if span <= TICKS * step)
    return alt.Axis(
        format="%b %Y", tickCount={"interval": "month", "step": step}, labelOverlap=True
    )


def division_rows() -> alt.Y:
    """A row per division, every one with its name."""
    return alt.Y("division:N", title=None).axis(
        labelOverlap=False, labelFlush=False, labelLimit=LABEL
    )


def shortened(table: pd.DataFrame) -> pd.DataFrame:
    """Division names cut for the axis, and whole as `full` for the tooltip."""
    names = table["division"].astype(str)
    cut = names.where(names.str.len() <= MOST_LETTERS, names.str[: MOST_LETTERS - 1] + "…")
    twice = names.groupby(cut).transform("nunique") > 1
    return table.assign(full=names, division=cut.where(~twice, names))


def in_lines(names: pd.Series) -> pd.Series:
    """Long names broken into lines, for an axis with the labels of LINES."""
    return names.map(lambda name: "\n".join(textwrap.wrap(str(name), MOST_LETTERS)) or str(name))


def with_words(table: pd.DataFrame, *shares: str) -> pd.DataFrame:
    """Shares in words as well, for the tooltip: `share_told` beside `share`."""
    return table.assign(**{f"{name}_told": table[name].map(wording.percent) for name in shares})


def height_of(table: pd.DataFrame) -> int:
    """The height of a chart with a row per division, in pixels."""
    return max(2, table["division"].nunique()) * ROW_HEIGHT + AROUND
