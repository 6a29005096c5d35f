"""The cells that a plan may pitch, from the published lists; and what was left out, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import CellStatus, Fact, Plan, Scores, Whitespace
from gosales.core.errors import MissingArtifact
from gosales.core.star import History
from gosales.core.timeline import Cutoff
from gosales.models.recipe import DORMANT_MONTHS
from gosales.pipeline.plan_past import Cell, Past
from gosales.pipeline.plan_team import Market
from gosales.pipeline.session import Session
from gosales.utils.store import LISTS
from gosales.whitespace.plan import TRIED
from gosales.whitespace.ranking import DIVISION, PRODUCT
from gosales.whitespace.wording import things, together

KEY = [Scores.CUSTOMER, Scores.DIVISION]
ACTIVE_MONTHS = 12


@dataclass(frozen=True)
class Lists:
    """The published lists.

    Attributes:
        scores: A row per cell, as published.
        whitespace: Division and product rows, as published.
        run_id: The run that made them.
    """

    scores: pd.DataFrame
    whitespace: pd.DataFrame
    run_id: str

    @property
    def cutoff(self) -> Cutoff:
        return Cutoff.parse(str(self.scores[Scores.CUTOFF].iloc[0]))

    @property
    def horizon_months(self) -> int:
        return int(self.scores[Scores.HORIZON].iloc[0])


@dataclass(frozen=True)
class Statuses:
    """Imported remarks that hold on the plan's day: of whole cells, and of single SKUs."""

    cells: dict[Cell, str]
    skus: dict[tuple[str, str, str], str]


def published_lists(session: Session) -> Lists:
    """Read both lists of the published run. Raises MissingArtifact before the first scoring."""
    made_by = session.store.published().parts.get(LISTS)
    folder = session.workspace.runs / str(made_by)
    paths = [folder / f"{name}.parquet" for name in ("icp_scores", "whitespace")]
    for path in paths:
        if made_by is None or not path.is_file():
            raise MissingArtifact(session.workspace.outputs / path.name, made_by="score-all")
    scores, whitespace = (pd.read_parquet(path) for path in paths)
    return Lists(scores, whitespace, str(made_by))


def market_of(lists: Lists, history: History) -> Market:
    """Rep and branch of every account: those of the lists, else those of its last line."""
    named = lists.whitespace.drop_duplicates(Scores.CUSTOMER).set_index(Scores.CUSTOMER)
    place = [Whitespace.REP, Whitespace.BRANCH]
    every = pd.Index(sorted(set(lists.scores[Scores.CUSTOMER])), name=Scores.CUSTOMER)
    accounts = named[place].reindex(every).astype(object)
    others = every.difference(named.index)
    if len(others):
        accounts.loc[others] = _last_places(history).reindex(others)[place]
    accounts = accounts.where(accounts.notna(), None)
    divisions = tuple(sorted(set(lists.scores[Scores.DIVISION])))
    return Market(accounts.reset_index(), divisions, _active_reps(history))


def _last_places(history: History) -> pd.DataFrame:
    """customer_id -> rep, branch of the latest line that names one."""
    facts = history.tables.facts
    lines = facts.filter(facts[Fact.REP].notnull() | facts[Fact.BRANCH].notnull())
    order = [lines[Fact.DATE].desc(), lines[Fact.BRANCH].asc(), lines[Fact.REP].asc()]
    newest = ibis.row_number().over(group_by=Fact.CUSTOMER, order_by=order)
    ranked = lines.select(Fact.CUSTOMER, Fact.REP, Fact.BRANCH, newest=newest)
    last = ranked.filter(ranked.newest == 0).to_pandas().set_index(Fact.CUSTOMER)
    return last.rename(columns={Fact.REP: Whitespace.REP, Fact.BRANCH: Whitespace.BRANCH})


def _active_reps(history: History) -> frozenset[str]:
    facts = history.tables.facts
    since = history.cutoff.plus_months(-ACTIVE_MONTHS)
    rows = facts.filter((facts[Fact.DATE] > since) & facts[Fact.REP].notnull())
    return frozenset(rows.select(Fact.REP).distinct().to_pandas()[Fact.REP])


def sold_lately(history: History) -> frozenset[str]:
    """Divisions with a sale in the last DORMANT_MONTHS."""
    facts = history.tables.facts
    since = history.cutoff.plus_months(-DORMANT_MONTHS)
    sales = facts.filter((facts[Fact.DATE] > since) & (facts[Fact.LINE_TYPE] == Fact.SALE))
    return frozenset(sales.select(Fact.DIVISION).distinct().to_pandas()[Fact.DIVISION])


def silence(rows: pd.DataFrame, sold: Collection[str]) -> list[str]:
    """A warning about pitches of divisions that nobody has ordered from lately, if there are any.

    They may come back, as a division of the season does: only its seller knows.
    """
    silent = rows[~rows[Plan.DIVISION].isin(sold)][Plan.DIVISION]
    if silent.empty:
        return []
    names, many = together(sorted(set(silent))), things(len(silent), "pitch", "pitches")
    told = (
        f"Nobody has ordered from {names} for {DORMANT_MONTHS} months; the plan has {many} there."
    )
    return [f"{told} Name what is no longer sold in [divisions] exclude."]


def statuses_on(history: History, day: dt.date, skip: Iterable[str]) -> Statuses:
    """The statuses among `skip` that are valid on `day`."""
    table = history.tables.statuses
    start, end = table[CellStatus.VALID_FROM], table[CellStatus.VALID_TO]
    now = (start.isnull() | (start <= day)) & (end.isnull() | (end >= day))
    rows = table.filter(now & table[CellStatus.STATUS].isin(list(skip))).to_pandas()
    cells: dict[Cell, str] = {}
    skus: dict[tuple[str, str, str], str] = {}
    columns = (CellStatus.CUSTOMER, CellStatus.DIVISION, CellStatus.SKU, CellStatus.STATUS)
    for customer, division, sku, status in zip(*(rows[name] for name in columns), strict=True):
        if isinstance(sku, str) and sku:
            skus[customer, division, sku] = status
        else:
            cells[customer, division] = status
    return Statuses(cells, skus)


def candidates(
    lists: Lists, market: Market, include: tuple[str, ...], leftover: Collection[str] = ()
) -> pd.DataFrame:
    """Whitespace cells, and the lapsed or active ones that were asked for, with rep and branch.

    Args:
        leftover: Divisions that are never pitched.
    """
    rows = lists.whitespace[lists.whitespace[Whitespace.LEVEL] == DIVISION]
    scores = lists.scores[~lists.scores[Scores.DIVISION].isin(leftover)]
    chosen = _cells(scores).isin(_cells(rows)) | scores[Scores.STATUS].isin(include).to_numpy()
    cells = scores[chosen]
    alike = rows.set_index(KEY)[Whitespace.LOOKALIKES]
    cells = cells.assign(
        **{Whitespace.LOOKALIKES: alike.reindex(_cells(cells)).fillna("").to_numpy(object)}
    )
    return cells.merge(market.accounts, on=Scores.CUSTOMER, how="left")


@dataclass(frozen=True)
class Kept:
    """The cells that may be pitched, and how many were left out for which reason."""

    cells: pd.DataFrame
    left_out: dict[str, int]


@dataclass(frozen=True)
class Rules:
    """Which cells rest or are not worth a slot, on the plan's day."""

    day: dt.date
    cooldown_days: int
    rejected_rest_days: int
    least_chance: float
    least_value: float


def worth_a_slot(cells: pd.DataFrame, past: Past, statuses: Statuses, rules: Rules) -> Kept:
    """Drop cells with a status, rejected or hopeless ones, and all of accounts that rest."""
    keys = _cells(cells)
    status = _among(keys, list(statuses.cells))
    refused = _among(keys, list(past.rejected(rules.day, rules.rejected_rest_days)))
    resting = cells[Scores.CUSTOMER].isin(past.resting(rules.day, rules.cooldown_days)).to_numpy()
    too_little = (cells[Scores.SCORE] < rules.least_chance) | (
        cells[Scores.VALUE] < rules.least_value
    )
    hopeless = too_little.to_numpy()
    marked = cells.assign(**{TRIED: _among(keys, list(past.tried()))})
    left_out = {
        "resting_accounts": int(cells[resting][Scores.CUSTOMER].nunique()),
        "cells_with_a_status": int((status & ~resting).sum()),
        "rejected_cells": int((refused & ~(resting | status)).sum()),
        "cells_not_worth_a_slot": int((hopeless & ~(resting | status | refused)).sum()),
    }
    return Kept(marked[~(status | refused | resting | hopeless)], left_out)


def _among(keys: pd.MultiIndex, cells: list[Cell]) -> NDArray[np.bool_]:
    return np.asarray(keys.isin(cells)) if cells else np.zeros(len(keys), bool)


def best_products(rows: pd.DataFrame, lists: Lists, statuses: Statuses) -> NDArray[np.object_]:
    """The SKU to pitch in each row's cell: the best-ranked listed one without a status."""
    products = lists.whitespace[lists.whitespace[Whitespace.LEVEL] == PRODUCT]
    key = [*KEY, Whitespace.SKU]
    blocked = pd.MultiIndex.from_frame(products[key]).isin(list(statuses.skus) or [("", "", "")])
    open_products = products[~blocked].sort_values(Whitespace.RANK).drop_duplicates(KEY)
    best = open_products.set_index(KEY)[Whitespace.SKU]
    return best.reindex(_cells(rows)).fillna("").to_numpy(object)


def as_published(rows: pd.DataFrame, day: dt.date, run_id: str) -> pd.DataFrame:
    """The plan's rows in the published columns."""
    rows = rows.assign(**{Plan.DATE: day.isoformat(), Plan.RUN: run_id})
    return rows[list(Plan.ORDER)].reset_index(drop=True)


def _cells(table: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(table[KEY])
