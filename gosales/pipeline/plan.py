"""Make a call plan from the published lists, freeze it and publish it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Plan, Scores
from gosales.core.errors import ConfigError
from gosales.pipeline.build import published_star
from gosales.pipeline.plan_cells import (
    Lists,
    Rules,
    Statuses,
    as_published,
    best_products,
    candidates,
    market_of,
    published_lists,
    silence,
    sold_lately,
    statuses_on,
    worth_a_slot,
)
from gosales.pipeline.plan_facts import Context, facts_of
from gosales.pipeline.plan_past import FACTS, FOLDER, HASHED, PastFiles, past_of
from gosales.pipeline.plan_team import Market, Team, read_team, team_of_log
from gosales.pipeline.products import product_names
from gosales.pipeline.publish_lists import write_list
from gosales.pipeline.session import Session, Work, working
from gosales.utils.progress import track
from gosales.utils.store import PLAN, sha256, write_json
from gosales.whitespace.plan import Ask, CallPlan, make_plan
from gosales.whitespace.plan_solve import Limits
from gosales.whitespace.settings import PlanSettings

SKETCH = "sketch"
"""The run id of a plan that no run made."""


@dataclass(frozen=True)
class PlanRequest:
    """What the command line asks for, on top of `[plan]`.

    Attributes:
        capacity: A capacity file; None takes the reps of the log.
        date: Day of the plan, from which later purchases count; None is the lists' cutoff.
        settings: Keys of `[plan]` to use instead of the file's.
    """

    capacity: Path | None = None
    date: dt.date | None = None
    files: PastFiles = field(default_factory=PastFiles)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanRun:
    """What a plan command made."""

    rows: pd.DataFrame
    facts: dict[str, Any]
    warnings: tuple[str, ...] = ()


def plan(session: Session, request: PlanRequest) -> PlanRun:
    """Choose the pitches, write `plan/`, publish.

    Raises:
        MissingArtifact: There are no lists or no star.
        ContractError: The capacity, pitches or feedback file cannot be used.
        ConfigError: The settings cannot be used, or nothing is left to pitch.
    """
    settings = _settings(session, request)
    lists = published_lists(session)
    with working(session, "plan") as work, track("Planning calls"):
        made = _plan(session, lists, settings, request, work.run.run_id)
        work.warnings.extend(made.warnings)
        _write(work, made)
    return made


def sketch(session: Session, request: PlanRequest) -> PlanRun:
    """The plan that `plan` would make now. Nothing is written, frozen or published.

    Raises: what `plan` raises.
    """
    lists = published_lists(session)
    return _plan(session, lists, _settings(session, request), request, SKETCH)


def _settings(session: Session, request: PlanRequest) -> PlanSettings:
    return PlanSettings.model_validate(
        {**session.config.plan.model_dump(), **dict(request.settings)}
    )


@dataclass(frozen=True)
class _Known:
    """What the star tells as of the lists' cutoff, beside the lists."""

    lists: Lists
    market: Market
    statuses: Statuses
    sold_lately: frozenset[str]
    products: dict[tuple[str, str], str]


def _plan(
    session: Session, lists: Lists, settings: PlanSettings, request: PlanRequest, run_id: str
) -> PlanRun:
    day = request.date or lists.cutoff.date
    known = _know(session, lists, day, settings)
    market = known.market
    team = _team(market, settings, request)
    past = past_of(session.workspace, day, request.files, market.divisions)
    leftover = session.config.divisions.leftover
    cells = candidates(lists, market, settings.include, leftover)
    kept = worth_a_slot(cells, past, known.statuses, _rules(day, settings))
    if kept.cells.empty:
        raise ConfigError(
            f"No cell is left to pitch on {day}: {_told(kept.left_out)}.",
            remedy="Plan for a later --date, lower [plan] cooldown_days, least_chance or "
            "least_value, or --include lapsed.",
        )
    made = make_plan(kept.cells, _ask(settings, team, market, (session.options.seed, day)))
    rows = as_published(_with_products(made.rows, known), day, run_id)
    context = Context(lists, team, settings, past, kept.left_out, day)
    strangers = past.strangers(market.accounts[Scores.CUSTOMER])
    warnings = (*team.warnings, *strangers, *_short(made), *silence(rows, known.sold_lately))
    return PlanRun(rows, facts_of(made, rows, context), warnings)


def _know(session: Session, lists: Lists, day: dt.date, settings: PlanSettings) -> _Known:
    star = published_star(session)
    try:
        history = star.as_of(lists.cutoff)
        return _Known(
            lists,
            market_of(lists, history),
            statuses_on(history, day, settings.skip_statuses),
            sold_lately(history),
            product_names(history),
        )
    finally:
        star.close()


def _rules(day: dt.date, settings: PlanSettings) -> Rules:
    return Rules(
        day=day,
        cooldown_days=settings.cooldown_days,
        rejected_rest_days=settings.rejected_rest_days,
        least_chance=settings.least_chance,
        least_value=settings.least_value,
    )


def _with_products(rows: pd.DataFrame, known: _Known) -> pd.DataFrame:
    skus = best_products(rows, known.lists, known.statuses)
    pairs = zip(rows[Plan.DIVISION], skus, strict=True)
    names = [known.products.get(pair, "") for pair in pairs]
    return rows.assign(**{Plan.SKU: skus, Plan.PRODUCT: names})


def _team(market: Market, settings: PlanSettings, request: PlanRequest) -> Team:
    if request.capacity is not None:
        return read_team(request.capacity, market, settings)
    return team_of_log(market, settings.slots)


def _ask(settings: PlanSettings, team: Team, market: Market, seed: tuple[int, dt.date]) -> Ask:
    unknown = sorted(set(settings.floors) - set(market.divisions))
    if unknown:
        raise ConfigError(
            f"There is a floor for {unknown[0]!r}, which is no division.",
            remedy=f"The divisions are {', '.join(market.divisions)}.",
        )
    return Ask(
        reps=team.reps,
        territory=settings.territory,
        floors=settings.floors,
        explore=settings.explore,
        holdout=settings.holdout,
        seed=(seed[0], seed[1].toordinal()),
        limits=Limits(settings.time_limit_seconds, settings.exact_up_to),
    )


def _short(made: CallPlan) -> list[str]:
    """Warnings about what could not be had."""
    return [
        f"The floor of {floor.division} cannot be met: {floor.attainable} of {floor.wanted}."
        for floor in made.floors
        if floor.attainable < floor.wanted
    ]


def _told(left_out: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in left_out.items())


def _write(work: Work, made: PlanRun) -> None:
    """The list with its twin, then the facts with both hashes; the manifest keeps them too."""
    folder = work.folder / FOLDER
    write_list(made.rows, folder / "plan")
    frozen = {name: sha256(folder / name) for name in HASHED}
    made.facts.update(sha256=frozen, run_id=work.run.run_id, warnings=list(work.warnings))
    write_json(folder / FACTS, made.facts)
    work.made(PLAN)
    work.note(
        plan_sha256=frozen,
        plan_date=made.facts["plan_date"],
        pitches=len(made.rows),
        expected_value=made.facts["treated"]["expected_value"],
    )
