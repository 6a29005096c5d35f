"""How long `gosales plan` takes on a big market, from published lists to published plan.

    python benchmarks/plan_speed.py --accounts 20000 --divisions 12 --reps 100

Makes a workspace with invented lists and a star that names the rep and branch of each, then plans:
plainly, with floors, a control group and exploring, and with every account free for its branch.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from gosales.core.columns import Scores, Status, Whitespace
from gosales.pipeline.build import build
from gosales.pipeline.plan import PlanRequest, plan
from gosales.pipeline.publish_lists import write_list
from gosales.pipeline.session import Options, Session, working
from gosales.utils.paths import Workspace
from gosales.utils.store import LISTS
from gosales.whitespace.ranking import division_rows

SETTINGS = """
[source]
shape = "long"
[columns]
customer = "customer"
date = "date"
sku = "sku"
division = "division"
value = "value"
branch = "branch"
rep = "rep"
"""
LAST_DAY = "2024-12-31"


def people(accounts: int, reps: int, branches: int, homeless: float) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rep = rng.integers(0, reps, accounts)
    names = np.array([f"Rep {one:03}" for one in rep], object)
    names[rng.random(accounts) < homeless] = None
    return pd.DataFrame(
        {
            Scores.CUSTOMER: [f"{number:06}" for number in range(accounts)],
            Whitespace.REP: names,
            Whitespace.BRANCH: [f"Branch {one % branches}" for one in rep],
        }
    )


def write_log(folder: Path, accounts: pd.DataFrame, divisions: list[str]) -> None:
    folder.mkdir(parents=True)
    with (folder / "log.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("customer", "date", "sku", "division", "value", "branch", "rep"))
        for number, row in enumerate(accounts.itertuples(index=False)):
            division = divisions[number % len(divisions)]
            writer.writerow((row[0], LAST_DAY, "A", division, 10, row[2], row[1] or ""))


def lists(accounts: pd.DataFrame, divisions: list[str], run_id: str) -> tuple[pd.DataFrame, ...]:
    rng = np.random.default_rng(2)
    n, d = len(accounts), len(divisions)
    score = np.clip(rng.lognormal(-3.0, 0.9, n * d), 1e-6, 0.9).round(6)
    table = pd.DataFrame(
        {
            **{name: np.repeat(accounts[name].to_numpy(object), d) for name in accounts},
            Scores.NAME: np.repeat([f"Company {number}" for number in range(n)], d),
            Scores.DIVISION: np.tile(np.array(divisions, object), n),
            Scores.CUTOFF: LAST_DAY,
            Scores.HORIZON: 6,
            Scores.SCORE: score,
            Scores.PERCENTILE: 50.0,
            Scores.GRADE: "C",
            Scores.STATUS: Status.WHITESPACE,
            Scores.VALUE: (score * rng.lognormal(9.0, 1.0, n * d)).round(2),
            Scores.REASONS: "Bought something similar not long ago",
            Scores.MODEL: "own",
            Scores.RUN: run_id,
        }
    )
    rows = division_rows(table, rng.random(n * d) < 0.8, Scores.SCORE)
    rows[Whitespace.LOOKALIKES] = "A; B; C"
    return table[list(Scores.ORDER)], rows[list(Whitespace.ORDER)]


def workspace(root: Path, given: argparse.Namespace, homeless: float) -> Session:
    divisions = [f"Division {number:02}" for number in range(given.divisions)]
    accounts = people(given.accounts, given.reps, given.branches, homeless)
    write_log(root / "data" / "database_samples", accounts, divisions)
    (root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    session = Session.open(Workspace(root), Options())
    with working(session, "benchmark") as work:
        build(work).star.close()
        scores, whitespace_rows = lists(accounts, divisions, work.run.run_id)
        write_list(scores, work.folder / "icp_scores")
        write_list(whitespace_rows, work.folder / "whitespace")
        work.run.made.add(LISTS)
    (root / "reps.csv").write_text(
        "rep,slots,branch\n"
        + "".join(
            f"Rep {one:03},{given.slots},Branch {one % given.branches}\n"
            for one in range(given.reps)
        ),
        encoding="utf-8",
    )
    return session


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("accounts", 20_000), ("divisions", 12), ("reps", 100), ("slots", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--branches", type=int, default=10)
    given = parser.parse_args()
    floors = {f"Division {number:02}": given.slots * given.reps // 20 for number in range(3)}
    everything = {"floors": floors, "holdout": 0.1, "explore": 0.1}
    cases = (
        ("own accounts", 0.0, {}),
        ("a fifth without a rep", 0.2, {}),
        ("the same, floors, control group, exploring", 0.2, everything),
        ("every account free for its branch", 0.2, {**everything, "territory": "branch"}),
    )
    print(f"{given.accounts:,} accounts x {given.divisions} divisions x {given.reps} reps")
    for title, homeless, settings in cases:
        with tempfile.TemporaryDirectory() as scratch:
            session = workspace(Path(scratch), given, homeless)
            request = PlanRequest(session.workspace.root / "reps.csv", settings=settings)
            started = time.perf_counter()
            facts = plan(session, request).facts
            seconds = time.perf_counter() - started
        best = facts["optimum"]
        print(
            f"  {title:44}{seconds:6.1f} s  {best['candidate_cells']:>7,} cells  "
            f"gap {best['gap']:.1%}  greedy regret {best['greedy_regret']:.2%}  ({best['method']})"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  peak memory {peak:.1f} GB, the making of the lists included")


if __name__ == "__main__":
    main()
