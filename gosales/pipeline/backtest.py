"""Judge the recipe on many past cutoffs, each with only what was known on its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.errors import TimelineError
from gosales.core.star import Star
from gosales.core.timeline import Cutoff
from gosales.evaluation import page
from gosales.evaluation.paired import Difference, auc_gain, interval
from gosales.evaluation.scoreboard import MACRO, MIN_BUYERS, NEVER, POPULATIONS
from gosales.features.engine import FeatureEngine
from gosales.models.division_model import POOLED, Side
from gosales.pipeline.fit import Plan, fit
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judge_money import MONEY_COLUMNS, money_rows
from gosales.pipeline.judging import Judged, score_frozen
from gosales.pipeline.publish_lists import write_list
from gosales.pipeline.session import Session, Work
from gosales.pipeline.snapshots import WARM_UP_MONTHS
from gosales.pipeline.train import chosen_divisions
from gosales.utils.progress import track
from gosales.utils.store import BACKTEST, write_json, write_text

MOST_FOLDS = 6
HALF_YEAR, QUARTER = 6, 3
UNGATED = "model_everywhere"
FIGURES = ("n", "buyers", "base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual")


@dataclass(frozen=True)
class BacktestRun:
    """What a backtest found.

    Attributes:
        figures: A row per cutoff, score, population and division (`_macro` for their mean).
        summary: The content of `backtest/metrics.json`.
    """

    figures: pd.DataFrame
    summary: dict[str, Any]


def backtest(work: Work, star: Star) -> BacktestRun:
    """Fit and judge at every cutoff, and write `backtest/` into the run's folder.

    Raises:
        TimelineError: The history is too short for a single cutoff.
    """
    session = work.session
    cutoffs = backtest_cutoffs(star, session)
    judged = []
    for number, cutoff in enumerate(cutoffs, start=1):
        with track(f"Cutoff {cutoff} ({number} of {len(cutoffs)})"):
            judged.append(judge_at(star, cutoff, session))
    figures = pd.concat([_rows(one) for one in judged], ignore_index=True)
    summary = _summary(judged, figures)
    folder = work.folder / BACKTEST
    write_list(figures, folder / "figures")
    write_json(folder / "metrics.json", summary)
    write_text(folder / "report.html", _html(summary))
    work.run.made.add(BACKTEST)
    work.note(backtest_cutoffs=[str(cutoff) for cutoff in cutoffs])
    return BacktestRun(figures, summary)


def backtest_cutoffs(star: Star, session: Session) -> list[Cutoff]:
    """The settings' cutoffs, or up to six, newest first: half-yearly, else quarterly.

    Each leaves a whole horizon after it, and before it enough history to learn from.
    """
    h = session.horizon_months
    last = session.options.cutoff or Cutoff(star.last_day)
    first_day = star.tables.facts["order_date"].min().execute()
    months = last.age_in_months(pd.Timestamp(first_day).date()) + 1
    if session.config.time.cutoffs:
        return sorted(map(Cutoff, session.config.time.cutoffs), reverse=True)
    oldest = months - h - WARM_UP_MONTHS
    by_half_years = [*range(h, oldest + 1, HALF_YEAR)][:MOST_FOLDS]
    ages = by_half_years if len(by_half_years) == MOST_FOLDS else [*range(h, oldest + 1, QUARTER)]
    if not ages:
        raise TimelineError(
            f"{months} months of history are too few to judge {h} months at a past cutoff.",
            remedy=f"Load at least {2 * h + WARM_UP_MONTHS} months, or use a shorter horizon.",
        )
    return [last.months_before(age) for age in ages[:MOST_FOLDS]]


def judge_at(star: Star, cutoff: Cutoff, session: Session) -> Judged:
    """Fit as of `cutoff`, and score what was shipped, the ungated model and the baselines."""
    engine = FeatureEngine(star.as_of(cutoff), session.horizon_months)
    settings = session.config.models
    budget = session.config.limits.training_rows
    divisions = chosen_divisions(session, engine)
    plan = Plan(settings, divisions, {}, budget, session.options.seed)
    models = fit(engine, plan).models
    outcome = star.outcome(cutoff, session.horizon_months)
    shipped = score_frozen(engine, models, outcome)
    always = Side(POOLED, "")
    ungated = score_frozen(engine, [replace(m, never=always, held=always) for m in models], outcome)
    return replace(shipped, score={**shipped.score, UNGATED: ungated.score[MODEL]})


def paired_gain(
    judged: Sequence[Judged], a: str, b: str, population: str
) -> tuple[Difference, int] | None:
    """Mean over the cutoffs of macro AUC of `a` minus that of `b`, and how many cutoffs count.

    A customer's influences are summed over cutoffs and divisions before they are squared.
    """
    gains: list[float] = []
    influence: dict[str, float] = defaultdict(float)
    for one in judged:
        inside = one.population == population
        found = auc_gain(one.score[a], one.score[b], one.bought, inside, MIN_BUYERS)
        if found is None:
            continue
        gains.append(found[0])
        for customer, value in zip(one.customers, found[1], strict=True):
            influence[customer] += value
    if not gains:
        return None
    total: NDArray[np.float64] = np.array(list(influence.values())) / len(gains)
    return interval(float(np.mean(gains)), total), len(gains)


def _rows(judged: Judged) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cutoff_date": str(judged.cutoff),
            "score": name,
            "population": population,
            "division": division,
            **{key: figures[key] for key in FIGURES},
        }
        for name in judged.score
        for population, board in judged.board(name).items()
        for division, figures in board.items()
    )


def _summary(judged: Sequence[Judged], figures: pd.DataFrame) -> dict[str, Any]:
    macro = figures[figures["division"] == MACRO]
    means = macro.groupby(["score", "population"])[list(FIGURES)].mean(numeric_only=True)
    names = list(judged[0].score)
    return {
        "cutoffs": [str(one.cutoff) for one in judged],
        "horizon_months": judged[0].horizon_months,
        "scores": {
            name: {
                population: {
                    key: None if pd.isna(value) else round(float(value), 6)
                    for key, value in means.loc[(name, population)].items()
                }
                for population in POPULATIONS
            }
            for name in names
        },
        "money": {str(one.cutoff): one.money() for one in judged},
        "never_bought_auc_gain": {name: _gain(judged, name) for name in names if name != MODEL},
    }


def _gain(judged: Sequence[Judged], name: str) -> dict[str, Any] | None:
    """What is shipped against another score, on never-bought cells."""
    found = paired_gain(judged, MODEL, name, NEVER)
    if found is None:
        return None
    difference, cutoffs = found
    return {
        "gain": round(difference.value, 4),
        "low": round(difference.low, 4),
        "high": round(difference.high, 4),
        "cutoffs": cutoffs,
    }


def _html(summary: dict[str, Any]) -> str:
    keys = ("base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual")
    sections = [
        page.paragraph(
            f"{len(summary['cutoffs'])} cutoffs ({', '.join(summary['cutoffs'])}), each judged on "
            f"the {summary['horizon_months']} months after it. Figures are means over divisions "
            f"with at least {MIN_BUYERS} buyers, then over cutoffs. `{MODEL}` is what is shipped, "
            f"`{UNGATED}` the model without the gates."
        ),
        page.heading("What is shipped against the others: AUC on never-bought cells"),
        page.table(
            ("against", "gain", "95 % from", "to", "cutoffs"),
            [
                (name, *(gain[key] for key in ("gain", "low", "high", "cutoffs")))
                for name, gain in summary["never_bought_auc_gain"].items()
                if gain
            ],
        ),
    ]
    for cutoff, figures in summary["money"].items():
        sections += [
            page.heading(f"Money after {cutoff}"),
            page.table(MONEY_COLUMNS, money_rows(figures)),
        ]
    for population in POPULATIONS:
        rows = [
            (name, *(boards[population][key] for key in keys))
            for name, boards in summary["scores"].items()
        ]
        sections += [page.heading(population), page.table(("score", *keys), rows)]
    return page.page("Backtest", sections)
