"""The two clocks on the user's own log: posting delay, and the price of overlooking it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.star import History, Outcome, known_by, visible_date
from gosales.evaluation.checks.area import Area, area
from gosales.evaluation.clocks import posting_delay, unknown_share
from gosales.evaluation.paired import auc_gain, interval
from gosales.evaluation.scoreboard import MIN_BUYERS
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.pipeline.prove_judge import Seen, seen
from gosales.pipeline.prove_trial import RUN_ID, Trial, trained
from gosales.pipeline.score_customers import score_customers
from gosales.pipeline.session import Session


@dataclass(frozen=True)
class Naive:
    """The same cutoff with the knowledge clock ignored."""

    cells: CellFeatures
    found: Seen


def why_one_clock(trial: Trial) -> str:
    """Why posting dates are not used at a trial's cutoff; empty where they are."""
    if trial.engine.history.two_clocks:
        return ""
    facts = trial.star.tables.facts
    if not int(facts[Fact.KNOWN_AT].notnull().sum().execute() or 0):
        return "The log does not tell when its lines were entered (no known_at column)."
    return "Posting dates are not trusted: too many lines were entered long after their event."


def clocks_of(session: Session, trial: Trial, outcome: Outcome | None) -> dict[str, Any]:
    """Posting delay at the trial's cutoff, and what it costs to ignore it.

    Args:
        outcome: The horizon after the cutoff; None where the log does not cover it.
    """
    why = why_one_clock(trial)
    if why:
        return {"used": False, "why": why}
    told = {"used": True, "cutoff": str(trial.cutoff), **_delays(trial)}
    if outcome is None:
        return told | {"cost": None}
    return told | {"cost": cost_of_ignoring(session, trial, outcome)}


def _delays(trial: Trial) -> dict[str, Any]:
    facts = trial.star.tables.facts
    by = facts.filter(facts[Fact.DATE] <= trial.cutoff.date)
    late = visible_date(by) > trial.cutoff.date
    last_month = by[Fact.DATE] > trial.cutoff.plus_months(-1)
    counts = by.aggregate(
        lines=by.count(),
        unknown=ibis.ifelse(late, 1, 0).sum(),
        recent=ibis.ifelse(last_month, 1, 0).sum(),
        both=ibis.ifelse(last_month & late, 1, 0).sum(),
    ).execute()
    dated = by.filter(by[Fact.KNOWN_AT].notnull())
    wait = dated[Fact.KNOWN_AT].delta(dated[Fact.DATE], unit="day").execute()
    return {
        "delay": posting_delay(wait.to_numpy(float)),
        "at_the_cutoff": unknown_share(*(int(value) for value in counts.iloc[0])),
    }


def cost_of_ignoring(session: Session, trial: Trial, outcome: Outcome) -> dict[str, Any]:
    """Train and score at the cutoff as if lines were known when they happened.

    The gain in AUC of the naive scores is optimism: on the cutoff day nobody could have had them.
    Both are judged on the same cells, those that the honest ones take for never bought.
    """
    honest = seen(trial.lists, trial.cells, outcome)
    naive = _naive(session, trial, outcome)
    rows, columns = _shared(trial.cells, naive.cells)
    scores = honest.score[rows[0]][:, columns[0]], naive.found.score[rows[1]][:, columns[1]]
    bought = honest.bought[rows[0]][:, columns[0]]
    never = honest.never[rows[0]][:, columns[0]]
    moved = np.abs(scores[1] - scores[0])
    gain = auc_gain(scores[1], scores[0], bought, never, MIN_BUYERS)
    areas = [area(score, bought, never) for score in scores]
    optimism = interval(*gain) if gain else None
    return {
        "cells_compared": int(never.size),
        "customers_only_the_naive_knows": len(naive.cells.spine.customers) - len(rows[1]),
        "features_that_differ": round(_features_apart(trial.cells, naive.cells, rows), 6),
        "scores_that_differ": round(float((moved > 1e-6).mean()), 6),
        "mean_score_change": round(float(moved.mean()), 6),
        "largest_score_change": round(float(moved.max(initial=0.0)), 6),
        "auc_honest": _rounded(areas[0]),
        "auc_naive": _rounded(areas[1]),
        "optimism": round(optimism.value, 4) if optimism else None,
        "optimism_low": round(optimism.low, 4) if optimism else None,
        "optimism_high": round(optimism.high, 4) if optimism else None,
    }


def _naive(session: Session, trial: Trial, outcome: Outcome) -> Naive:
    tables = known_by(trial.star.tables, trial.cutoff, two_clocks=False)
    history = History(trial.cutoff, tables, two_clocks=False)
    engine = FeatureEngine(history, trial.engine.horizon_months)
    lists = score_customers(engine, trained(session, engine).models, session.config, RUN_ID)
    cells = engine.at(0)
    return Naive(cells, seen(lists, cells, outcome))


Pair = tuple[NDArray[np.int64], NDArray[np.int64]]


def _shared(one: CellFeatures, other: CellFeatures) -> tuple[Pair, Pair]:
    """Rows and columns of what both know, in each."""
    rows, columns = (
        np.intersect1d(np.array(a, str), np.array(b, str), return_indices=True)[1:]
        for a, b in (
            (one.spine.customers, other.spine.customers),
            (one.spine.divisions, other.spine.divisions),
        )
    )
    return rows, columns


def _features_apart(one: CellFeatures, other: CellFeatures, rows: Pair) -> float:
    """Share of the feature values of shared cells that are not the same."""
    differ, values = 0, 0
    for at, name in enumerate(one.spine.divisions):
        if name not in other.spine.divisions:
            continue
        there = other.spine.divisions.index(name)
        frames = [
            cells.rows(row.astype(np.int32), np.full(len(row), d, np.int32)).values
            for cells, row, d in ((one, rows[0], at), (other, rows[1], there))
        ]
        apart = (frames[0] != frames[1]) & ~(np.isnan(frames[0]) & np.isnan(frames[1]))
        differ, values = differ + int(apart.sum()), values + apart.size
    return differ / max(values, 1)


def _rounded(found: Area | None) -> float | None:
    return None if found is None else round(found.value, 4)
