"""Judge the recipe on many past cutoffs, each with only what was known on its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gosales.core.columns import Fact
from gosales.core.star import Star
from gosales.core.timeline import Cutoff
from gosales.evaluation.bootstrap import Copies
from gosales.evaluation.curves import Row
from gosales.evaluation.scoreboard import MACRO, POPULATIONS, clean
from gosales.pipeline.backtest_curves import (
    gains_at,
    gains_over,
    reliability_at,
    reliability_over,
)
from gosales.pipeline.backtest_cutoffs import backtest_cutoffs
from gosales.pipeline.backtest_fold import UNGATED, judge_at
from gosales.pipeline.backtest_report import BacktestTables, report
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judging import capacity_of
from gosales.pipeline.publish_lists import write_list
from gosales.pipeline.session import Session, Work
from gosales.pipeline.sure_figures import (
    DIFFERENCES,
    EVERY,
    LIMITS,
    PLAIN,
    Figures,
    differences,
    figures_at,
    figures_over,
)
from gosales.utils.progress import track
from gosales.utils.store import BACKTEST, write_json, write_text

OURS = (MODEL, UNGATED)


@dataclass(frozen=True)
class BacktestRun:
    """What a backtest found.

    Attributes:
        tables: What is published as CSV and Parquet.
        summary: The content of `backtest/metrics.json`.
    """

    tables: BacktestTables
    summary: dict[str, Any]


@dataclass(frozen=True)
class Court:
    """What every cutoff is judged with.

    Attributes:
        customers: Of the whole star; each is drawn as often at all cutoffs.
        capacity: Best rows of a list that can be worked.
        reference: Whether trees per division compete too.
    """

    star: Star
    session: Session
    customers: pd.Index
    copies: Copies
    capacity: int
    reference: bool

    @classmethod
    def of(cls, star: Star, session: Session, newest: Cutoff, *, reference: bool) -> Court:
        ids = star.tables.facts[Fact.CUSTOMER].as_table().distinct().execute()[Fact.CUSTOMER]
        customers = pd.Index(np.sort(ids.to_numpy(object)))
        copies = Copies(len(customers), session.config.backtest.draws, session.options.seed)
        capacity = capacity_of(star.as_of(newest), session.config)
        return cls(star, session, customers, copies, capacity, reference)


@dataclass(frozen=True)
class Verdict:
    """What is kept of a cutoff once it is judged."""

    figures: Figures
    gains: list[Row]
    reliability: list[Row]
    seen: dict[str, Any]
    money: dict[str, Any]


def backtest(work: Work, star: Star, *, reference: bool = False) -> BacktestRun:
    """Fit and judge at every cutoff, and write `backtest/` into the run's folder.

    Args:
        reference: Whether trees per division compete too.

    Raises:
        TimelineError: The history is too short for a single cutoff, or a cutoff cannot be judged.
    """
    cutoffs = backtest_cutoffs(star, work.session)
    court = Court.of(star, work.session, cutoffs[0], reference=reference)
    verdicts = []
    for number, cutoff in enumerate(cutoffs, start=1):
        with track(f"Cutoff {cutoff} ({number} of {len(cutoffs)})"):
            verdicts.append(_judge(court, cutoff))
    tables = _tables(verdicts)
    summary = _summary(court, verdicts, tables)
    _write(work.folder / BACKTEST, tables, summary)
    work.made(BACKTEST)
    work.note(backtest_cutoffs=[str(cutoff) for cutoff in cutoffs])
    return BacktestRun(tables, summary)


def _judge(court: Court, cutoff: Cutoff) -> Verdict:
    fold = judge_at(
        court.star, cutoff, court.session, reference=court.reference, capacity=court.capacity
    )
    who = court.customers.get_indexer(fold.judged.customers)
    return Verdict(
        figures_at(fold.judged, court.copies, who),
        gains_at(fold.judged),
        reliability_at(fold.judged, OURS),
        fold.seen,
        fold.judged.money(),
    )


def _tables(verdicts: Sequence[Verdict]) -> BacktestTables:
    single = [one.figures for one in verdicts]
    figures = [figures_over(single), *single]
    gained = [row for one in figures for row in differences(one, OURS)]
    return BacktestTables(
        pd.concat([one.table for one in figures], ignore_index=True),
        pd.DataFrame(gained, columns=list(DIFFERENCES)),
        gains_over([row for one in verdicts for row in one.gains]),
        reliability_over([row for one in verdicts for row in one.reliability]),
    )


def _summary(court: Court, verdicts: Sequence[Verdict], tables: BacktestTables) -> dict[str, Any]:
    together = tables.figures[tables.figures["cutoff_date"] == EVERY]
    shipped = together[together["score"] == MODEL]
    macro = together[together["division"] == MACRO]
    return {
        "cutoffs": [one.seen["cutoff"] for one in verdicts],
        "horizon_months": court.session.horizon_months,
        "capacity": court.capacity,
        "draws": court.copies.draws,
        "folds": [one.seen for one in verdicts],
        "populations": {
            name: _figures(shipped[shipped["population"] == name], "division")
            for name in POPULATIONS
        },
        "scores": {
            score: _figures(macro[macro["score"] == score], "population")
            for score in macro["score"].unique()
        },
        "differences": _differences(tables.differences),
        "money": {one.seen["cutoff"]: one.money for one in verdicts},
    }


def _figures(rows: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Rows as figures for JSON, by the column `key`."""
    whole = {"n", "buyers"}
    return {
        row[key]: {
            "cutoffs": int(row["cutoffs"]),
            **{name: int(row[name]) if name in whole else clean(row[name]) for name in PLAIN},
            **{name: clean(row[name]) for name in LIMITS if np.isfinite(row[name])},
        }
        for row in rows.to_dict("records")
    }


def _differences(table: pd.DataFrame) -> dict[str, Any]:
    """Score -> other score -> population -> figure -> gain, low, high and cutoffs."""
    found: dict[str, Any] = {}
    for row in table[table["cutoff_date"] == EVERY].to_dict("records"):
        against = found.setdefault(row["score"], {}).setdefault(row["against"], {})
        against.setdefault(row["population"], {})[row["figure"]] = {
            **{name: clean(row[name]) for name in ("gain", "low", "high")},
            "cutoffs": int(row["cutoffs"]),
        }
    return found


def _write(folder: Path, tables: BacktestTables, summary: dict[str, Any]) -> None:
    write_list(tables.figures, folder / "figures")
    write_list(tables.differences, folder / "differences")
    write_list(tables.gains, folder / "gains")
    write_list(tables.reliability, folder / "reliability")
    write_json(folder / "metrics.json", summary)
    write_text(folder / "report.html", report(summary, tables))
