"""What a call plan catches of the plan made with the true probabilities and values.

    python benchmarks/plan_against_truth.py --customers 4000 --seeds 1 2 3 --teach 8

For each seed: runs the demo, plans with the published expected values, with the truth and with
other beliefs, and values every plan by the truth. The truth knows what no log shows (see
docs/demo_market.md), so 100 % cannot be had. How far one could come is shown by `--teach N`: models
that learn the *true* money of the cells of N other markets of the same law, from the features that
the engine makes of their logs. No log of one firm can teach as much.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from gosales.core.columns import Scores, Status
from gosales.core.frames import Spine
from gosales.pipeline.build import build, published_star
from gosales.pipeline.demo import SETTINGS, demo
from gosales.pipeline.plan_cells import candidates, market_of, published_lists
from gosales.pipeline.plan_team import Market, team_of_log
from gosales.pipeline.session import Options, Session, working
from gosales.pipeline.train import engine_at
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.oracle import true_probabilities
from gosales.simulate.write_logs import write_workspace
from gosales.utils.paths import Workspace
from gosales.whitespace.plan import TRIED, Ask, make_plan

Floats = NDArray[np.float64]
KEY = [Scores.CUSTOMER, Scores.DIVISION]
TRUE_CHANCE, TRUE_VALUE, TAUGHT = "true_chance", "true_value", "taught"
FIRST_LESSON = 201
"""Seed of the first market that is learned from; none is judged."""

TREES = {"max_iter": 200, "learning_rate": 0.05, "min_samples_leaf": 100, "l2_regularization": 5.0}


@dataclass(frozen=True)
class Lessons:
    """Cells of the markets that are learned from: features, division and true money."""

    values: Floats
    division: NDArray[np.object_]
    money: Floats


def session_of(folder: Path, customers: int, seed: int) -> Session:
    """The demo; one that is there already is taken."""
    if (folder / "outputs" / "published.json").is_file():
        return Session.open(Workspace(folder.resolve()), Options(seed=seed))
    return demo(folder, customers, seed)[1]


def truth(customers: int, seed: int, futures: int) -> pd.DataFrame:
    """customer_id, division, and the true chance and money of every cell."""
    market = simulate_market(MarketSettings(customers=customers, seed=seed))
    found = true_probabilities(market, futures=futures)
    n, d = found.probability.shape
    return pd.DataFrame(
        {
            Scores.CUSTOMER: np.repeat(np.array(found.customer_ids, object), d),
            Scores.DIVISION: np.tile(np.array(found.divisions, object), n),
            TRUE_CHANCE: found.probability.ravel(),
            TRUE_VALUE: found.expected_value_cents.ravel() / 100.0,
        }
    )


def cells_of(session: Session, include: tuple[str, ...]) -> tuple[pd.DataFrame, Market]:
    """What may be pitched, as `gosales plan` sees it, and who sells what where."""
    lists = published_lists(session)
    star = published_star(session)
    market = market_of(lists, star.as_of(lists.cutoff))
    star.close()
    return candidates(lists, market, include).assign(**{TRIED: False}), market


def features_of(session: Session, rows: pd.DataFrame) -> Floats:
    """Shape (rows, features), of each row's cell at the history's end."""
    star = published_star(session)
    made = engine_at(session, star).at(0)
    place = [
        pd.Index(names).get_indexer(rows[key].astype(object)).astype(np.int32)
        for names, key in zip((made.spine.customers, made.spine.divisions), KEY, strict=True)
    ]
    values = made.rows(*place).values
    star.close()
    return values


def lesson(folder: Path, customers: int, seed: int, futures: int) -> Lessons:
    """The never-bought cells of another market, with the truth of each."""
    write_workspace(simulate_market(MarketSettings(customers=customers, seed=seed)), folder)
    (folder / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    session = Session.open(Workspace(folder.resolve()), Options(seed=seed))
    with working(session, "build-star") as work:
        build(work).star.close()
    star = published_star(session)
    spine = engine_at(session, star).at(0).spine
    star.close()
    known = truth(customers, seed, futures).merge(never_owned(spine), on=KEY)
    values = features_of(session, known)
    return Lessons(values, known[Scores.DIVISION].to_numpy(object), known[TRUE_VALUE].to_numpy())


def never_owned(spine: Spine) -> pd.DataFrame:
    """customer_id and division of the cells that are nobody's."""
    row, column = np.nonzero(~spine.owned)
    names = np.array(spine.divisions, object)[column]
    return pd.DataFrame(dict(zip(KEY, (spine.customers[row], names), strict=True)))


def taught(lessons: Sequence[Lessons], values: Floats, division: NDArray[np.object_]) -> Floats:
    """The money that models of each division's true money expect of cells."""
    result = np.zeros(len(values))
    for name in np.unique(division):
        ask = division == name
        learn = np.concatenate([one.values[one.division == name] for one in lessons])
        money = np.concatenate([one.money[one.division == name] for one in lessons]).clip(min=0)
        varied = [len(np.unique(one[np.isfinite(one)])) > 1 for one in learn.T]
        model = HistGradientBoostingRegressor(loss="poisson", random_state=1, **TREES)
        with threadpool_limits(1):
            model.fit(learn[:, varied], money / money.mean())
            result[ask] = model.predict(values[ask][:, varied]) * money.mean()
    return result


def beliefs_of(cells: pd.DataFrame, seed: int) -> dict[str, pd.Series]:
    """What a plan may believe that a cell is worth."""
    chance, money, told = cells[Scores.SCORE], cells[Scores.VALUE], cells[TRUE_CHANCE]
    bought = money / chance
    truly = cells[TRUE_VALUE] / told.clip(lower=1e-4)
    usual = bought.groupby(cells[Scores.DIVISION]).transform("mean")
    low_chance, low = cells[Scores.LOW], cells[Scores.IF_BOUGHT_LOW]
    rng = np.random.default_rng(seed)
    named = {
        "the truth": cells[TRUE_VALUE],
        "true chance x published value if bought": told * bought,
        "published chance x true value if bought": chance * truly,
        "a model taught the truth of others": cells.get(TAUGHT),
        "the published expected value": money,
        "the published chance": chance,
        "chance ^ 0.8": chance**0.8 * bought,
        "chance ^ 1.2": chance**1.2 * bought,
        "value ^ 0.8": chance * bought**0.8,
        "value ^ 1.1": chance * bought**1.1,
        "half-way to the division's mean value": chance * np.sqrt(bought * usual),
        "lower end of the chance": low_chance * bought,
        "lower end of the value": chance * low,
        "both lower ends": low_chance * low,
        "random numbers": pd.Series(rng.random(len(cells)), index=cells.index),
    }
    return {name: value for name, value in named.items() if value is not None}


def captured(cells: pd.DataFrame, ask: Ask, value: pd.Series) -> float:
    """True money of the plan that believes in `value`."""
    rows = make_plan(cells.assign(**{Scores.VALUE: value.clip(lower=1e-9)}), ask).rows
    return float(rows[TRUE_VALUE].sum())


def by_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """How well chances and money fit the truth, by status."""
    found = {}
    for status in (Status.WHITESPACE, Status.LAPSED, Status.ACTIVE):
        rows = cells[cells[Scores.STATUS] == status]
        if len(rows):
            found[status] = _fit(rows)
    return pd.DataFrame(found).T


def _fit(rows: pd.DataFrame) -> dict[str, float]:
    true, money = rows[TRUE_VALUE], rows[Scores.VALUE]

    def explained(value: pd.Series) -> float:
        return float(1 - ((true - value) ** 2).sum() / ((true - true.mean()) ** 2).sum())

    likely = rows[rows[TRUE_CHANCE] > 0.02]
    chances = np.log(rows[Scores.SCORE]), np.log(rows[TRUE_CHANCE] + 0.001)
    values = likely[Scores.IF_BOUGHT], likely[TRUE_VALUE] / likely[TRUE_CHANCE]
    best = rows.nlargest(max(len(rows) // 100, 1), Scores.VALUE)
    return {
        "cells": len(rows),
        "explained": explained(money),
        "by taught": explained(rows[TAUGHT]) if TAUGHT in rows else np.nan,
        "log chances": float(np.corrcoef(*chances)[0, 1]),
        "log values": float(np.corrcoef(*(np.log(one.clip(lower=1)) for one in values))[0, 1]),
        "foretold / true": float(money.sum() / true.sum()),
        "of the first 1 %": float(best[Scores.VALUE].sum() / best[TRUE_VALUE].sum()),
    }


def judged(cells: pd.DataFrame, market: Market, slots: Sequence[int], seed: int) -> pd.DataFrame:
    """Share of the true plan's money that each belief catches: a row each, a column a team."""
    found = {}
    for many in slots:
        ask = Ask(team_of_log(market, many).reps)
        money = {
            name: captured(cells, ask, value) for name, value in beliefs_of(cells, seed).items()
        }
        found[f"{many} slots"] = {name: value / money["the truth"] for name, value in money.items()}
    return pd.DataFrame(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--slots", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--futures", type=int, default=1000)
    parser.add_argument("--teach", type=int, default=0, help="Other markets to learn from.")
    parser.add_argument("--include", nargs="*", default=[], help="lapsed, active.")
    parser.add_argument("--folder", type=Path, help="Keeps the demos; those there are taken.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        lessons = []
        for seed in range(FIRST_LESSON, FIRST_LESSON + given.teach):
            folder = Path(scratch) / f"lesson{seed}"
            lessons.append(lesson(folder, given.customers, seed, given.futures // 4))
            print(f"learned from market {seed}: {len(lessons[-1].money):,} cells", flush=True)
        tables = []
        for seed in given.seeds:
            folder = (given.folder or Path(scratch)) / f"demo{seed}"
            session = session_of(folder, given.customers, seed)
            cells, market = cells_of(session, tuple(given.include))
            cells = cells.merge(truth(given.customers, seed, given.futures), on=KEY)
            if lessons:
                division = cells[Scores.DIVISION].to_numpy(object)
                cells[TAUGHT] = taught(lessons, features_of(session, cells), division)
            tables.append(judged(cells, market, given.slots, seed))
            print(f"\nseed {seed}, {len(cells):,} cells of {len(market.accounts):,} accounts")
            print(tables[-1].round(3).to_string())
            print(by_cells(cells).round(3).to_string(), flush=True)
    mean = sum(tables[1:], tables[0]) / len(tables)
    print(f"\nmean of {len(tables)} seeds\n{mean.round(3).to_string()}")


if __name__ == "__main__":
    main()
