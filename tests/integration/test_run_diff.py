"""`gosales runs diff` on runs that really ran: what moved each score, and what does without."""

import csv
import datetime as dt
import shutil
from dataclasses import dataclass

import pandas as pd
import pytest
from click.testing import CliRunner

from gosales.cli import gosales
from gosales.core.errors import WorkspaceError
from gosales.pipeline.run_diff import RunDiff, diff_runs
from gosales.pipeline.runs import list_runs
from gosales.pipeline.score_causes import GROUPS
from gosales.pipeline.scorings import last_two
from gosales.utils.paths import Workspace
from gosales.whitespace.changes import CAUSES, ENTERED, LEFT, NEW_MODEL, UNTOLD
from tests.integration.conftest import Place, sales

KEY = ["customer_id", "division"]
PARTS = ["by_orders", "by_cutoff", "by_model"]
LAST = max(row[2] for row in sales())


def new_month():
    """A month after the log: every third customer orders, one is new, one line came late."""
    rows = [
        (f"{n:04d}", f"Customer {n:02d} Ltd", LAST + dt.timedelta(1 + n % 28), f"N{n}",
         "CAD-1" if n % 2 else "TRA-2", "CAD" if n % 2 else "Training", 1, "310.00", "North",
         f"Rep {n % 3}")
        for n in (*range(0, 40, 3), 77)
    ]  # fmt: skip
    late = ("0001", "Customer 01 Ltd", LAST - dt.timedelta(40), "L1", "PRI-1", "Printers", 1,
            "90.00", "North", "Rep 1")  # fmt: skip
    return [*rows, late]


def run(place, line):
    command, *more = line.split()
    name = [command, more.pop(0)] if command == "runs" else [command]
    given = [*name, "--workspace", str(place.root), *more]
    done = CliRunner().invoke(gosales, given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def runs(scored, tmp_path_factory):
    """first: all trained; month: a new month with the old models; seed: trained anew."""
    folder = tmp_path_factory.mktemp("diff")
    place, before_training = Place(folder / "workspace"), Place(folder / "copy")
    shutil.copytree(scored.root, place.root)
    space = Workspace(place.root)
    place.write(new_month(), "month.csv")
    run(place, "build-star")
    run(place, "score")
    first, month = last_two(space)
    by_month = diff_runs(space, first, month)
    shutil.copytree(place.root, before_training.root)
    run(place, "train --seed 2")
    run(place, "score")
    seed = last_two(space)[1]
    return Runs(place, before_training, space, first, month, seed, by_month)


@dataclass(frozen=True)
class Runs:
    place: Place
    before_training: Place
    space: Workspace
    first: str
    month: str
    seed: str
    by_month: RunDiff


def test_the_parts_add_up_and_the_same_model_has_none(runs):
    table = runs.by_month.table
    both = table[table["change"].notna()]
    assert len(both) > 60
    assert (both[PARTS].sum(axis=1) - both["change"]).abs().max() < 3e-6
    assert both["by_model"].abs().max() < 3e-6
    ordered = both["customer_id"].isin({row[0] for row in new_month()})
    assert (both.loc[ordered, "by_orders"].abs() > 1e-4).any()
    assert (both.loc[~ordered, "by_orders"] == 0).all()
    assert set(table["cause"]) <= set(CAUSES) - {UNTOLD, NEW_MODEL}


def test_a_customer_without_its_new_orders_scores_as_a_log_without_them_says(runs):
    """The oracle: a log that lacks one group's new lines, loaded and scored by the whole engine."""
    group, place = sorted({row[0] for row in new_month()})[0::GROUPS], runs.before_training
    place.write([row for row in new_month() if row[0] not in group], "month.csv")
    run(place, "build-star")
    run(place, f"score --cutoff {max(row[2] for row in new_month())}")
    table = runs.by_month.table.set_index(KEY)
    table = table[table.index.get_level_values(0).isin(group) & table["change"].notna()]
    assert len(table) >= 6
    scores = pd.read_csv(place.outputs / "icp_scores.csv", dtype={"customer_id": str})
    without = scores.set_index(KEY)["icp_score"][table.index]
    assert (without - table["icp_score_before"] - table["by_cutoff"]).abs().max() < 5e-6


def test_sentences_tell_orders_with_their_days(runs):
    table = runs.by_month.table.set_index(KEY)
    late = table.loc["0001"]
    assert (late["new_orders"] == 1).all(), "of the file that was not read before"
    assert late["last_order"].iloc[0] == str(LAST - dt.timedelta(40))
    new = table.loc["0077"]
    assert (new["cause"] == ENTERED).all()
    assert new["why"].str.contains(f"a customer since {LAST + dt.timedelta(22)}").all()
    gone = table[table["cause"] == LEFT]
    assert len(gone)
    assert gone["why"].str.contains("Off the whitespace list: bought").all()
    summary = runs.by_month.summary()
    for part in ("cutoff:", "models: the same", "new file month.csv", "new orders", "rises"):
        assert part in summary


def test_another_seed_is_a_new_model_and_nothing_else(runs):
    found = diff_runs(runs.space, runs.month, runs.seed)
    assert set(found.table["cause"]) == {NEW_MODEL}
    assert (found.table["by_model"] - found.table["change"]).abs().max() < 3e-6
    assert found.table["why"].str.contains("seed 2, not 1").all()


def test_a_star_that_is_gone_is_made_again_from_the_same_files(runs):
    place = runs.before_training
    place.write(new_month(), "month.csv")
    place.write(new_month()[:1], "zzz.csv")
    run(place, "build-star")
    space = Workspace(place.root)
    again = diff_runs(space, runs.first, runs.month)
    pd.testing.assert_frame_equal(again.table, runs.by_month.table)
    place.write(new_month()[:2], "month.csv")
    lost = diff_runs(space, runs.first, runs.month)
    assert "since month.csv changed" in " ".join(lost.between)
    assert set(lost.table["cause"]) <= {UNTOLD, ENTERED, LEFT}


def test_without_the_earlier_models_orders_are_told_and_causes_not(runs, tmp_path):
    place = runs.before_training
    shutil.rmtree(place.outputs / "runs" / runs.first / "models")
    place.write(new_month(), "month.csv")
    told = run(place, f"runs diff {runs.first} {runs.month} --output {tmp_path}")
    assert "cannot be told apart: The models" in told
    table = pd.read_parquet(tmp_path / "diff.parquet")
    assert UNTOLD in set(table["cause"])
    assert (table["new_orders"] > 0).any()


def test_the_command_writes_both_forms(runs):
    assert "Rows: " in run(runs.place, f"runs diff {runs.month[:-1]} {runs.seed[:-1]}")
    folder = runs.place.outputs / "diffs" / f"{runs.month}_{runs.seed}"
    table = pd.read_parquet(folder / "diff.parquet")
    with (folder / "diff.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["why"] for row in csv.DictReader(stream)] == table["why"].tolist()


def test_what_cannot_be_compared_is_refused(runs):
    built = next(one.run_id for one in list_runs(runs.space) if one.command == "build-star")
    with pytest.raises(WorkspaceError, match="made no lists"):
        diff_runs(runs.space, runs.first, built)
