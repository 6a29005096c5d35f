"""The readable page of a backtest: never-bought cells first, and how to read each part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gosales.evaluation import page
from gosales.evaluation.charts import Axes, Line, line_chart, nice_end
from gosales.evaluation.scoreboard import ACTIVE, ALL, LAPSED, MACRO, MIN_BUYERS, NEVER
from gosales.models.baselines import BASELINES
from gosales.pipeline.backtest_curves import ONE_LIST
from gosales.pipeline.backtest_fold import UNGATED
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judge_money import MONEY_COLUMNS, money_rows
from gosales.pipeline.sure_figures import COMPARED, EVERY

TITLES = {
    NEVER: "Never bought",
    LAPSED: "Lapsed",
    ACTIVE: "Active",
    ALL: "All cells",
}
SURE = (
    ("auc", "AUC"),
    ("ap_over_base", "AP / base rate"),
    ("lift_10", "lift, top 10 %"),
    ("brier_skill", "Brier skill"),
    ("expected_over_actual", "expected / actual"),
)
PLAIN = (
    ("lift_5", "lift, top 5 %"),
    ("lift_20", "lift, top 20 %"),
    ("precision_at_capacity", "precision at capacity"),
    ("capture_at_capacity", "capture at capacity"),
    ("value_captured_10", "value in top 10 %"),
    ("ece", "ECE"),
    ("ece_by_chance", "ECE by chance"),
)


@dataclass(frozen=True)
class BacktestTables:
    """What a backtest publishes as CSV and Parquet; rows over all cutoffs have EVERY for one."""

    figures: pd.DataFrame
    differences: pd.DataFrame
    gains: pd.DataFrame
    reliability: pd.DataFrame


def report(summary: dict[str, Any], tables: BacktestTables) -> str:
    """The whole page."""
    sections = [
        *_opening(summary),
        *_population(tables, summary, NEVER),
        *_curves(tables),
        *_by_cutoff(tables),
        *_by_division(tables.figures),
    ]
    for name in (LAPSED, ACTIVE, ALL):
        sections += _population(tables, summary, name)
    sections += [*_money(summary["money"]), *_folds(summary["folds"])]
    return page.page("Backtest", sections)


def _opening(summary: dict[str, Any]) -> Iterator[str]:
    yield page.paragraph(
        f"At {', '.join(summary['cutoffs'])} the whole recipe was fitted anew on what was "
        f"known by then, and judged by the {summary['horizon_months']} months after it. A cell is "
        "a customer x division; which population it belongs to was fixed at the cutoff."
    )
    yield page.paragraph(
        f"{MODEL} is what would have been shipped, {UNGATED} the model without its gates; the "
        f"others are simple scores. Figures are means over divisions with at least {MIN_BUYERS} "
        "buyers, then over cutoffs; expected / actual is of the sums over all divisions and "
        "cutoffs. Where cutoffs lie closer together than the horizon is long, a purchase counts "
        "after each of them."
    )
    yield page.paragraph(
        f"In brackets: 95 % intervals from {summary['draws']:,} draws of the customers, each with "
        "all its cells and cutoffs. They tell how other customers would have changed a figure, and "
        "not how another half year would have: for that, see how the cutoffs differ."
    )


def _population(tables: BacktestTables, summary: dict[str, Any], population: str) -> Iterator[str]:
    rows = _macro(tables.figures, population)
    rows = rows[rows["cutoff_date"] == EVERY]
    yield page.heading(f"{TITLES[population]}: how well each score ranks and foretells")
    if not rows["cutoffs"].sum():
        yield page.paragraph(
            f"No division had {MIN_BUYERS} buyers at any cutoff, too few for any of these figures: "
            f"{int(rows['buyers'].max())} in all."
        )
        return
    yield page.paragraph(
        "AUC: chance that a buyer scores above a non-buyer, 0.5 is a coin toss. AP / base rate and "
        "lift: how many times more buyers than a random list holds. Brier skill: share of the "
        "base rate's error that is saved, below 0 is worse. Expected / actual: 1 is right."
    )
    head = ("score", "base rate", *(title for _, title in SURE))
    yield page.table(
        head, [(row["score"], _plain(row["base_rate"]), *_sure(row)) for row in _records(rows)]
    )
    yield page.paragraph(
        f"Capacity: of the best {summary['capacity']:,} rows of one list over all divisions, the "
        "share that bought (precision), and the share of all buyers they hold (capture). These "
        "figures have no intervals; they are less sure than those above."
    )
    yield page.table(
        ("score", *(title for _, title in PLAIN)),
        [(row["score"], *(_plain(row[key]) for key, _ in PLAIN)) for row in _records(rows)],
    )
    yield from _differences(tables.differences, population)


def _differences(table: pd.DataFrame, population: str) -> Iterator[str]:
    inside = (table["cutoff_date"] == EVERY) & (table["population"] == population)
    rows = table[inside]
    if rows.empty:
        return
    yield page.heading(f"{TITLES[population]}: gain over the others, on the same cells")
    yield page.paragraph(
        "Paired: both scores are judged on the same draws of customers. Where the whole interval "
        "lies above 0, the first score surely ranks better."
    )
    wide: dict[tuple[str, str], dict[str, str]] = {}
    for row in _records(rows):
        pair = wide.setdefault((row["score"], row["against"]), {})
        pair[row["figure"]] = page.interval(row["gain"], row["low"], row["high"], sign="+")
    titles = dict(SURE)
    yield page.table(
        ("score", "against", *(titles[key] for key in COMPARED)),
        [(*pair, *(found.get(key, "-") for key in COMPARED)) for pair, found in wide.items()],
    )


def _curves(tables: BacktestTables) -> Iterator[str]:
    gains = _one_list(tables.gains)
    bins = _one_list(tables.reliability)
    bins = bins[bins["score"] == MODEL]
    if gains.empty or bins.empty:
        return
    yield page.heading("Never bought: what the top of the list holds, and whether scores are right")
    yield page.paragraph(
        "Left: working the list from the top, the share of all buyers reached; the higher above "
        "the dashed line, the better. Right: ten equal parts of the list by score; on the dashed "
        "line what was foretold is what happened, below it too much was foretold."
    )
    yield page.beside([_gains_chart(gains), _reliability_chart(bins)])


def _gains_chart(gains: pd.DataFrame) -> str:
    tenth = gains[gains["top_share"] == 0.1].set_index("score")["capture"]
    rivals = sorted((name for name in BASELINES if name in tenth.index), key=lambda n: -tenth[n])
    lines = [
        Line(name, [(0.0, 0.0), *_points(gains[gains["score"] == name], "top_share", "capture")])
        for name in (MODEL, *rivals[:1])
    ]
    chance = Line("a list in random order", [(0, 0), (1, 1)], dashed=True)
    axes = Axes("top of the list", "buyers reached", 1.0, 1.0)
    return line_chart("Share of buyers reached by the top of the list", axes, [*lines, chance])


def _reliability_chart(bins: pd.DataFrame) -> str:
    end = nice_end(float(bins[["mean_score", "base_rate"]].to_numpy().max()))
    lines = [
        Line(MODEL, _points(bins, "mean_score", "base_rate")),
        Line("as foretold", [(0, 0), (end, end)], dashed=True),
    ]
    axes = Axes("mean score of the part", "share that bought", end, end)
    return line_chart("Scores beside what happened", axes, lines)


def _by_cutoff(tables: BacktestTables) -> Iterator[str]:
    rows = _macro(tables.figures, NEVER)
    rows = rows[rows["cutoff_date"] != EVERY]
    yield page.heading("Never bought, cutoff by cutoff")
    yield page.paragraph(
        "What would have been shipped at each cutoff, and its paired gain in AUC over the simple "
        "score that turned out best there: a good mean may hide a bad season."
    )
    simple = rows[rows["score"].isin(list(BASELINES)) & rows["auc"].notna()]
    best = simple.sort_values("auc").groupby("cutoff_date")["score"].last()
    yield page.table(
        ("cutoff", "buyers", "divisions", *(title for _, title in SURE), "best simple", "AUC gain"),
        [
            (
                row["cutoff_date"],
                row["buyers"],
                row["divisions"],
                *_sure(row),
                best.get(row["cutoff_date"], "-"),
                _gain(tables.differences, row["cutoff_date"], best.get(row["cutoff_date"])),
            )
            for row in _records(rows[rows["score"] == MODEL])
        ],
    )


def _gain(differences: pd.DataFrame, cutoff: str, rival: str | None) -> str:
    """Of the shipped score over another one in AUC, on never-bought cells at a cutoff."""
    found = differences[
        (differences["cutoff_date"] == cutoff)
        & (differences["population"] == NEVER)
        & (differences["score"] == MODEL)
        & (differences["against"] == rival)
        & (differences["figure"] == "auc")
    ]
    for row in _records(found):
        return page.interval(row["gain"], row["low"], row["high"], sign="+")
    return "-"


def _by_division(figures: pd.DataFrame) -> Iterator[str]:
    inside = (figures["population"] == NEVER) & (figures["score"] == MODEL)
    rows = figures[inside & (figures["division"] != MACRO)]
    rows = rows[rows["cutoff_date"] == EVERY].sort_values(
        ["buyers", "division"], ascending=[False, True]
    )
    keys = (*COMPARED, "capture_at_capacity", "brier_skill", "ece", "expected_over_actual")
    titles = dict((*SURE, *PLAIN))
    yield page.heading("Never bought, division by division")
    yield page.paragraph(
        "What would have been shipped: buyers and expected / actual over all cutoffs, all else as "
        f"the mean over those cutoffs at which the division had at least {MIN_BUYERS} buyers. "
        "Capture: the share of its buyers in the top of the one list over all divisions. Few "
        "buyers, little certainty: intervals at each cutoff are in figures.csv."
    )
    yield page.table(
        ("division", "buyers", "cutoffs", *(titles[key] for key in keys)),
        [
            (
                row["division"],
                row["buyers"],
                row["cutoffs"],
                *(_plain(row[key]) for key in keys),
            )
            for row in _records(rows)
        ],
    )


def _money(by_cutoff: dict[str, Any]) -> Iterator[str]:
    yield page.heading("Money")
    yield page.paragraph(
        "What was foretold beside what was spent, with the probabilities that would have been "
        "shipped; the last three columns: share of the money in the best 5 % of the list, by order."
    )
    for cutoff, figures in by_cutoff.items():
        rows = [(f"{cutoff}: {name}", *rest) for name, *rest in money_rows(figures)]
        yield page.table(MONEY_COLUMNS, rows)


def _folds(folds: list[dict[str, Any]]) -> Iterator[str]:
    yield page.heading("What each fit had seen")
    yield page.paragraph(
        "No line after its cutoff and no outcome that was not over by then: a fold that breaks "
        "this stops the backtest."
    )
    yield page.table(
        ("cutoff", "last line known", "training cutoffs", "their outcomes end", "judged until"),
        [
            (
                fold["cutoff"],
                fold["known_until"],
                ", ".join(fold["training_cutoffs"]) or "none",
                fold["training_outcomes_end"],
                fold["judged_until"],
            )
            for fold in folds
        ],
    )


def _macro(figures: pd.DataFrame, population: str) -> pd.DataFrame:
    return figures[(figures["population"] == population) & (figures["division"] == MACRO)]


def _one_list(curve: pd.DataFrame) -> pd.DataFrame:
    return curve[
        (curve["cutoff_date"] == EVERY)
        & (curve["population"] == NEVER)
        & (curve["division"] == ONE_LIST)
    ]


def _points(rows: pd.DataFrame, x: str, y: str) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(rows[x], rows[y], strict=True)]


def _records(rows: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return rows.to_dict("records")


def _sure(row: dict[str, Any]) -> list[str]:
    """Every figure of SURE with its interval."""
    return [page.interval(row[key], row[f"{key}_low"], row[f"{key}_high"]) for key, _ in SURE]


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
