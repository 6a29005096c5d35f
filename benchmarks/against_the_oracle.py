"""How far from the truth are the scores? Demo markets, whose true probabilities are known.

    python benchmarks/against_the_oracle.py --customers 4000 --seeds 7 11 23 --futures 1000

For each seed: a market is invented and loaded, the models are fitted at the end of its history, and
every score is judged on never-bought cells in two ways:

- by what happened in the half year after it, and
- by the *expected* AUC: each cell counts as a buyer with its true probability, so that the luck of
  one half year is taken out (macro mean over divisions).

Competitors are the six simple scores and boosted trees per division. Intervals are 95 %, customers
drawn again 1,000 times, each with all its cells. The oracle that ranks and the oracle that judges
are estimated from separate futures, so that it is not flattered by its own noise. "Closed" is the
share of the distance between the best competitor and the oracle that the model covers.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.timeline import Cutoff
from gosales.evaluation.bootstrap import Copies
from gosales.evaluation.scoreboard import MIN_BUYERS, NEVER
from gosales.pipeline.backtest_fold import UNGATED, judge_at
from gosales.pipeline.build import build
from gosales.pipeline.demo import SETTINGS
from gosales.pipeline.gate import MODEL
from gosales.pipeline.judging import Judged
from gosales.pipeline.session import Options, Session, working
from gosales.simulate.market import Market, MarketSettings, simulate_market
from gosales.simulate.oracle import Oracle, true_probabilities
from gosales.simulate.write_logs import write_workspace
from gosales.utils.paths import Workspace

Floats = NDArray[np.float64]
ORACLE = "oracle"
HORIZON = 6
DRAWS = 1000
OURS = (MODEL, UNGATED, ORACLE)


@dataclass(frozen=True)
class Truth:
    """True probabilities in the order of the judged cells, and their mean standard error."""

    ranking: Floats
    judging: Floats
    error: float


def judged_market(market: Market, folder: Path, seed: int) -> Judged:
    """Every score at the end of the history, beside what the holdout's lines tell."""
    write_workspace(market, folder)
    for later in sorted((folder / "data" / "holdout").iterdir()):
        shutil.move(later, folder / "data" / "database_samples" / later.name)
    (folder / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    session = Session.open(Workspace(folder.resolve()), Options(seed=seed))
    with working(session, "build-star") as work:
        star = build(work).star
        cutoff = Cutoff(market.settings.last_day)
        fold = judge_at(star, cutoff, session, reference=True, capacity=100)
        star.close()
    return fold.judged


def truth_of(market: Market, judged: Judged, futures: int) -> Truth:
    """The oracle's probabilities of the judged cells, from two separate sets of futures."""
    judging, ranking = (true_probabilities(market, HORIZON, futures, seed=s) for s in (1, 2))
    error = _aligned(judging.standard_error, judging, judged)
    never = judged.inside(NEVER)
    return Truth(
        _aligned(ranking.probability, ranking, judged),
        _aligned(judging.probability, judging, judged),
        float(error[never].mean()),
    )


def _aligned(values: Floats, oracle: Oracle, judged: Judged) -> Floats:
    rows = pd.Index(oracle.customer_ids).get_indexer(pd.Index(judged.customers))
    columns = pd.Index(oracle.divisions).get_indexer(pd.Index(judged.divisions))
    if (rows < 0).any() or (columns < 0).any():
        raise SystemExit("The star knows customers or divisions that the market does not.")
    return values[np.ix_(rows, columns)]


def macro_draws(
    scores: Mapping[str, Floats], chance: Floats, inside: NDArray[np.bool_], copies: Copies
) -> dict[str, Floats]:
    """Score -> shape (1 + draws,): the macro AUC as it is, then with customers drawn again.

    Divisions with enough (expected) buyers count, as in the scoreboard.
    """
    everyone = np.arange(len(chance), dtype=np.intp)
    drawn = np.hstack([np.ones((len(chance), 1), np.float32), *copies.blocks(everyone)])
    return {
        name: np.nanmean(
            [
                _areas(score[rows, d], chance[rows, d], drawn[rows])
                for d, rows in enumerate(inside.T)
                if chance[rows, d].sum() >= MIN_BUYERS
            ],
            axis=0,
        )
        for name, score in scores.items()
    }


def _areas(score: Floats, chance: Floats, copies: NDArray[np.float32]) -> Floats:
    """Shape (b,): AUC where a row is a buyer with its chance; ties count half.

    Args:
        copies: Shape (rows, b), how often each row counts.
    """
    order = np.argsort(score, kind="stable")
    level = np.concatenate([[0], np.cumsum(np.diff(score[order]) != 0)])
    starts = np.flatnonzero(np.concatenate([[True], np.diff(level) != 0]))
    weight = copies[order].astype(np.float64)
    buyers = np.add.reduceat(weight * chance[order][:, None], starts, axis=0)
    others = np.add.reduceat(weight * (1 - chance[order])[:, None], starts, axis=0)
    below = others.cumsum(0) - others / 2
    with np.errstate(invalid="ignore"):  # a draw without buyers says nothing
        return np.asarray((buyers * below).sum(0) / (buyers.sum(0) * others.sum(0)))


def interval(draws: Floats) -> str:
    """The figure with its 95 % interval."""
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return f"{draws[0]:+.4f} ({low:+.4f} to {high:+.4f})"


def report(title: str, found: Mapping[str, Floats]) -> None:
    """Print the areas, the shipped model's gains, and the share of the distance it closes."""
    print(f"\n{title:34} AUC     gain of the shipped model (95 %)")
    for name, draws in found.items():
        gain = "" if name == MODEL else interval(found[MODEL] - draws)
        print(f"  {name:30} {draws[0]:.4f}  {gain}")
    rivals = [name for name in found if name not in OURS]
    best = max(rivals, key=lambda name: found[name][0])
    for name in (MODEL, UNGATED):
        closed = (found[name] - found[best]) / (found[ORACLE] - found[best])
        print(f"  {name} closes {interval(closed)} of the distance from {best} to the oracle")


def run(seed: int, given: argparse.Namespace) -> dict[str, Floats]:
    """Invent, fit, judge and print one market; its expected areas."""
    market = simulate_market(
        MarketSettings(customers=given.customers, seed=seed, history_months=given.months)
    )
    with tempfile.TemporaryDirectory() as folder:
        judged = judged_market(market, Path(folder), seed)
    truth = truth_of(market, judged, given.futures)
    scores = {**judged.score, ORACLE: truth.ranking}
    copies, inside = Copies(len(judged.customers), DRAWS, seed), judged.inside(NEVER)
    print(f"\n=== seed {seed}: {len(judged.customers)} customers, {given.futures} futures")
    print(f"standard error of a true probability: {truth.error:.5f} on average; ", end="")
    print(f"mean probability {truth.judging[inside].mean():.4f}")
    happened = macro_draws(scores, judged.bought.astype(float), inside, copies)
    report("by what happened", happened)
    expected = macro_draws(scores, truth.judging, inside, copies)
    report("by the true probabilities", expected)
    return expected


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11, 23])
    parser.add_argument("--months", type=int, default=60, help="Of history.")
    parser.add_argument("--futures", type=int, default=1000)
    given = parser.parse_args()
    found = [run(seed, given) for seed in given.seeds]
    if len(found) > 1:
        print(f"\n=== mean over {len(found)} markets")
        names = found[0]
        report("by the true probabilities", {n: np.mean([f[n] for f in found], 0) for n in names})


if __name__ == "__main__":
    main()
