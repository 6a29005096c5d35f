"""What a call plan catches of the plan made with the true probabilities and values.

    python benchmarks/plan_against_truth.py --customers 3000 --slots 20

Runs the demo, plans once with the published expected values and once with the oracle's, and values
both plans by the oracle's. The oracle knows what no log shows (see docs/demo_market.md), so 100 %
cannot be reached. How far one could come is shown by a model that is *taught the true chances* of
four fifths of the customers, from the same features, and asked about the others.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from gosales.core.columns import Scores
from gosales.pipeline.build import published_star
from gosales.pipeline.demo import demo
from gosales.pipeline.plan_cells import candidates, market_of, published_lists
from gosales.pipeline.plan_team import team_of_log
from gosales.pipeline.session import Options, Session
from gosales.pipeline.train import engine_at
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.oracle import true_probabilities
from gosales.utils.paths import Workspace
from gosales.whitespace.plan import TRIED, Ask, make_plan

TRUE_CHANCE, TRUE_VALUE = "true_chance", "true_value"


def session_of(folder: Path, customers: int, seed: int) -> Session:
    if (folder / "outputs" / "published.json").is_file():
        return Session.open(Workspace(folder.resolve()), Options(seed=seed))
    return demo(folder, customers, seed)[1]


def truth(customers: int, seed: int, futures: int) -> pd.DataFrame:
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


def cells_of(session: Session, include: tuple[str, ...]) -> tuple[pd.DataFrame, Ask]:
    lists = published_lists(session)
    star = published_star(session)
    market = market_of(lists, star.as_of(lists.cutoff))
    star.close()
    return candidates(lists, market, include).assign(**{TRIED: False}), market


def taught(session: Session, cells: pd.DataFrame) -> np.ndarray:
    """True chances as far as the features tell them: five folds over the customers."""
    star = published_star(session)
    made = engine_at(session, star).at(0)
    row = pd.Index(made.spine.customers).get_indexer(cells[Scores.CUSTOMER].astype(object))
    column = pd.Index(made.spine.divisions).get_indexer(cells[Scores.DIVISION].astype(object))
    values = made.rows(row.astype(np.int32), column.astype(np.int32)).values
    star.close()
    varied = [len(np.unique(one[np.isfinite(one)])) > 5 for one in values.T]
    features, target = np.column_stack([values[:, varied], column]), cells[TRUE_CHANCE].to_numpy()
    result = np.zeros(len(cells))
    with threadpool_limits(1):
        for learn, ask in GroupKFold(5).split(features, target, groups=row):
            model = HistGradientBoostingRegressor(
                max_iter=120, learning_rate=0.08, min_samples_leaf=30, l2_regularization=1.0
            )
            result[ask] = model.fit(features[learn], target[learn]).predict(features[ask])
    return np.clip(result, 1e-6, None)


def captured(cells: pd.DataFrame, ask: Ask, value: pd.Series) -> tuple[float, float]:
    """True money and true buyers of the plan that believes in `value`."""
    rows = make_plan(cells.assign(**{Scores.VALUE: value.clip(lower=1e-9)}), ask).rows
    return float(rows[TRUE_VALUE].sum()), float(rows[TRUE_CHANCE].sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slots", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--futures", type=int, default=1000)
    parser.add_argument("--include", nargs="*", default=[])
    parser.add_argument("--folder", type=Path, help="A demo of that size and seed; kept.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        session = session_of(given.folder or Path(scratch) / "demo", given.customers, given.seed)
        cells, market = cells_of(session, tuple(given.include))
        known = truth(given.customers, given.seed, given.futures)
        cells = cells.merge(known, on=[Scores.CUSTOMER, Scores.DIVISION])
        told = taught(session, cells)
    rng = np.random.default_rng(given.seed)
    chance = cells[Scores.SCORE]
    money = cells[Scores.VALUE]
    mean_value = cells.groupby(Scores.DIVISION)[TRUE_VALUE].transform("mean")
    true_if_bought = cells[TRUE_VALUE] / cells[TRUE_CHANCE].clip(lower=1e-4)
    beliefs = {
        "the truth": cells[TRUE_VALUE],
        "the published expected value": money,
        "true value if bought x published chance": chance * true_if_bought,
        "true chance x published value if bought": cells[TRUE_CHANCE] * money / chance,
        "taught chance x published value if bought": told * money / chance,
        "mean of taught and published x that value": (told + chance) / 2 * money / chance,
        "the published chance": chance,
        "the division's mean": mean_value,
        "chance": pd.Series(rng.random(len(cells)), index=cells.index),
    }
    for slots in given.slots:
        ask = Ask(team_of_log(market, slots).reps)
        print(f"\n{slots} slots each, {len(cells):,} cells of {len(market.accounts):,} accounts")
        best = None
        for name, value in beliefs.items():
            found, buyers = captured(cells, ask, value)
            best = best or (found, buyers)
            print(
                f"  {name:42}{found:>12,.0f}{found / best[0]:>8.1%}"
                f"{buyers:>9.1f} buyers {buyers / best[1]:>7.1%}"
            )


if __name__ == "__main__":
    main()
