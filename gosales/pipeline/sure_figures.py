"""Figures with their intervals: of one cutoff, over several, and one score against another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.evaluation.bootstrap import FIGURES, Cells, Copies, resample, resample_counts
from gosales.evaluation.intervals import Draws, interval, limits, mean_over
from gosales.evaluation.metrics import summary
from gosales.evaluation.paired import Difference
from gosales.evaluation.scoreboard import (
    COUNTS,
    MACRO,
    MIN_BUYERS,
    NO_FLAG,
    NO_SCORE,
    POPULATIONS,
    RATIO,
    clean,
    ratio,
)
from gosales.pipeline.judging import Judged

EVERY = "_all"
"""In the place of a cutoff: all of them together."""

PLAIN = tuple(summary(NO_SCORE, NO_FLAG))
LIMITS = tuple(f"{name}_{end}" for name in FIGURES for end in ("low", "high"))
KEYS = ("cutoff_date", "score", "population", "division")
WHOLE = ("cutoffs", "divisions", "n", "buyers")
COLUMNS = (*KEYS, "cutoffs", "divisions", *PLAIN, *LIMITS)
COMPARED = ("auc", "ap_over_base", "lift_10")
DIFFERENCES = (
    "cutoff_date",
    "population",
    "score",
    "against",
    "figure",
    "gain",
    "low",
    "high",
    "cutoffs",
)


@dataclass(frozen=True)
class Macro:
    """Macro figures of one score on one population.

    Attributes:
        value: Shape (len(FIGURES),).
        draws: Shape (len(FIGURES), draws).
        counts: Shape (2, 1 + draws), buyers expected and found over all divisions; the figures
            themselves come first.
        cutoffs: How many cutoffs are in it.
    """

    value: NDArray[np.float64]
    draws: Draws
    counts: NDArray[np.float64]
    cutoffs: int = 1

    def __post_init__(self) -> None:
        """Expected over actual is that of the counts."""
        at = FIGURES.index(RATIO)
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = self.counts[0] / self.counts[1]
        self.value[at], self.draws[at] = whole[0], np.where(np.isfinite(whole), whole, np.nan)[1:]

    def limits(self) -> dict[str, float]:
        """The interval of every figure, by column."""
        return _limit_columns(*limits(self.value, self.draws))

    def gain(self, other: Macro, figure: str) -> Difference:
        """This figure minus the other's, draw by draw."""
        at = FIGURES.index(figure)
        value = float(self.value[at] - other.value[at])
        return interval(value, self.draws[at] - other.draws[at])

    @classmethod
    def over(cls, parts: Sequence[Macro]) -> Macro:
        """The mean over cutoffs, draw by draw; counts are added up."""
        value = mean_over(np.stack([part.value for part in parts]), 0)
        draws = mean_over(np.stack([part.draws for part in parts]), 0)
        counts = np.sum([part.counts for part in parts], axis=0)
        return cls(value, draws, counts, sum(part.cutoffs for part in parts))


Macros = dict[tuple[str, str], Macro]
"""(population, score) -> its macro figures; without the populations that have too few buyers."""


@dataclass(frozen=True)
class Figures:
    """The figures of one cutoff, or of all.

    Attributes:
        table: Rows of COLUMNS.
    """

    cutoff: str
    table: pd.DataFrame
    macros: Macros


def figures_at(judged: Judged, copies: Copies, who: NDArray[np.intp]) -> Figures:
    """The figures of one cutoff.

    Args:
        who: Shape (n,), the index of each customer among all that `copies` draws from.
    """
    boards = {name: judged.board(name) for name in judged.score}
    rows: list[dict[str, Any]] = []
    macros: Macros = {}
    for population in POPULATIONS:
        cells = Cells(judged.score, judged.bought, judged.inside(population))
        solid = [judged.divisions[d] for d in cells.solid]
        drawn, counts = resample(cells, copies, who), resample_counts(cells, copies, who)
        for score, board in ((name, boards[name][population]) for name in judged.score):
            sure: dict[str, dict[str, float]] = {}
            if solid:
                told = np.array([[board[MACRO]["expected"]], [board[MACRO]["buyers"]]], np.float64)
                macros[population, score] = macro = Macro(
                    _values(board[MACRO]),
                    mean_over(drawn[score], 1),
                    np.hstack([told, counts[score]]),
                )
                sure = {MACRO: macro.limits(), **_by_division(board, solid, drawn[score])}
            for division, figures in board.items():
                keys = dict(
                    zip(KEYS, (str(judged.cutoff), score, population, division), strict=True)
                )
                known = int(figures["auc"] is not None)
                rows.append({**keys, "cutoffs": known, **figures, **sure.get(division, {})})
    return Figures(str(judged.cutoff), _typed(pd.DataFrame(rows, columns=list(COLUMNS))), macros)


def sure_board(judged: Judged, score: str, draws: int, seed: int) -> dict[str, Any]:
    """The scoreboard of one score, with the intervals of its macro figures."""
    alone = replace(judged, score={score: judged.score[score]})
    n = len(judged.customers)
    macros = figures_at(alone, Copies(n, draws, seed), np.arange(n)).macros
    board = alone.board(score)
    for (population, _), macro in macros.items():
        told = {name: clean(value) for name, value in macro.limits().items()}
        board[population][MACRO] |= told
    return board


def figures_over(parts: Sequence[Figures]) -> Figures:
    """The figures over all cutoffs: counts are sums, their ratio is theirs, all else means.

    A division counts at the cutoffs at which it has enough buyers.
    """
    names = list(dict.fromkeys(key for part in parts for key in part.macros))
    macros = {
        key: Macro.over([part.macros[key] for part in parts if key in part.macros]) for key in names
    }
    rows = pd.concat([part.table for part in parts], ignore_index=True)
    means = [name for name in PLAIN if name not in (*COUNTS, RATIO)]
    thin = (rows["division"] != MACRO) & (rows["buyers"] < MIN_BUYERS)
    rows[means] = rows[means].mask(thin)
    rows["cutoffs"] = rows["auc"].notna().astype(int)
    groups = rows.groupby(list(KEYS[1:]), sort=False, as_index=False)
    table = groups.agg(
        {"cutoffs": "sum", **dict.fromkeys(COUNTS, "sum"), **dict.fromkeys(means, "mean")}
    )
    table.insert(0, KEYS[0], EVERY)
    table[RATIO] = [ratio(row) for row in table.to_dict("records")]
    table = table.reindex(columns=list(COLUMNS))
    for (population, score), macro in macros.items():
        row = (
            (table["population"] == population)
            & (table["score"] == score)
            & (table["division"] == MACRO)
        )
        for name, value in macro.limits().items():
            table.loc[row, name] = value
    return Figures(EVERY, _typed(table), macros)


def differences(figures: Figures, scores: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of DIFFERENCES: each of `scores` against every other score, never-bought cells first."""
    for population in POPULATIONS:
        for score in scores:
            for other in (b for p, b in figures.macros if p == population and b != score):
                ours, theirs = (figures.macros.get((population, one)) for one in (score, other))
                if ours is None or theirs is None:
                    continue
                for name in COMPARED:
                    gain = ours.gain(theirs, name)
                    limits_ = (clean(one) for one in (gain.value, gain.low, gain.high))
                    keys = figures.cutoff, population, score, other, name
                    yield dict(zip(DIFFERENCES, (*keys, *limits_, ours.cutoffs), strict=True))


def _values(figures: dict[str, Any]) -> NDArray[np.float64]:
    return np.array([figures[name] for name in FIGURES], np.float64)


def _by_division(
    board: dict[str, Any], solid: list[str], draws: Draws
) -> dict[str, dict[str, float]]:
    """Division -> its intervals, by column; `draws` has shape (len(FIGURES), solid, draws)."""
    values = np.column_stack([_values(board[name]) for name in solid])
    low, high = limits(values, draws)
    return {name: _limit_columns(low[:, at], high[:, at]) for at, name in enumerate(solid)}


def _limit_columns(low: NDArray[np.float64], high: NDArray[np.float64]) -> dict[str, float]:
    both = np.column_stack([low, high]).ravel()
    return {name: float(value) for name, value in zip(LIMITS, both, strict=True)}


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers that may be missing, texts, and rounded floats."""
    floats = [name for name in table if name not in (*KEYS, *WHOLE)]
    kinds = {**dict.fromkeys(WHOLE, "Int64"), **dict.fromkeys(floats, "float64")}
    return table.astype(kinds).round(6)
