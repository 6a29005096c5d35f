"""Call plans, from published lists to frozen lists to what became of them."""

from __future__ import annotations

import json
import shutil

import pyarrow.parquet as pq
import pytest

from gosales.cli import main
from gosales.core.columns import Plan
from gosales.utils.store import sha256
from tests.integration.conftest import SETTINGS, Place, sales

LAST_HISTORY = "2023-12-31"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A scored workspace with a holdout and one cell that may not be pitched."""
    place = Place(tmp_path_factory.mktemp("plan") / "workspace")
    place.logs.mkdir(parents=True)
    (place.root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    rows = sales()
    place.write([row for row in rows if str(row[2]) > LAST_HISTORY], "later.csv")
    (place.root / "data" / "holdout").mkdir()
    (place.logs / "later.csv").rename(place.root / "data" / "holdout" / "later.csv")
    place.write([row for row in rows if str(row[2]) <= LAST_HISTORY])
    lookup = place.root / "data" / "lookup"
    lookup.mkdir()
    (lookup / "cells.csv").write_text(
        "customer_id,division,status\n"
        + "".join(f"{n:04d},Printers,open_opportunity\n" for n in range(9)),
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as end:
        main(["score-all", "--workspace", str(place.root), "--cutoff", LAST_HISTORY])
    assert end.value.code == 0
    return place


@pytest.fixture
def place(market, tmp_path):
    """A copy of it."""
    return Place(shutil.copytree(market.root, tmp_path / "workspace"))


def capacity(place, *lines, header="rep,slots"):
    path = place.root / "reps.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return ("--capacity", str(path))


def facts(place):
    return json.loads((place.outputs / "plan" / "plan.json").read_text(encoding="utf-8"))


def keys(place):
    return {(row["customer_id"], row["division"]) for row in place.rows("plan/plan.csv")}


def accounts(place):
    return {row["customer_id"] for row in place.rows("plan/plan.csv")}


def planned(place, gosales, *options):
    answer = gosales("plan", place, *options)
    assert answer.code == 0, answer.err
    return place.rows("plan/plan.csv")


def test_a_plan_of_the_logs_own_reps(place, gosales):
    rows = planned(place, gosales, "--slots", "5")
    assert tuple(rows[0]) == Plan.ORDER
    assert len(accounts(place)) == len(rows)
    listed = [r for r in place.rows("whitespace.csv") if r["level"] == "division"]
    owner = {r["customer_id"]: r["rep"] for r in listed}
    money = {(r["customer_id"], r["division"]): r["expected_value"] for r in listed}
    for row in rows:
        assert row["rep"] == owner[row["customer_id"]]
        assert row["expected_value"] == money[row["customer_id"], row["division"]]
        assert (row["group"], row["kind"], row["plan_date"]) == ("treated", "planned", "2023-12-31")
    for rep in ("Rep 0", "Rep 1", "Rep 2"):
        slots = [int(r["slot"]) for r in rows if r["rep"] == rep]
        assert slots == list(range(1, len(slots) + 1))
        assert len(slots) == 5
    assert not any(r["division"] == "Printers" and r["customer_id"] < "0009" for r in rows)
    assert facts(place)["left_out"]["cells_with_a_status"] > 0
    assert facts(place)["optimum"]["proven"]
    twin = pq.read_table(place.outputs / "plan" / "plan.parquet")
    assert twin.num_rows == len(rows)


def test_two_plans_of_one_day_are_the_same(place, gosales):
    options = ("--slots", "6", "--holdout", "20%", "--explore", "20%")
    first = planned(place, gosales, *options)
    again = planned(place, gosales, *options)
    assert [row | {"run_id": ""} for row in again] == [row | {"run_id": ""} for row in first]
    other = planned(place, gosales, *options, "--seed", "2")
    assert {r["customer_id"] for r in other if r["group"] == "control"} != {
        r["customer_id"] for r in first if r["group"] == "control"
    }


def test_a_sketch_is_the_plan_and_leaves_no_trace(place, gosales):
    from gosales.pipeline.session import Options, Session
    from gosales.ui import views_plan
    from gosales.ui.board import Board
    from gosales.utils.paths import Workspace

    rows = planned(place, gosales, "--slots", "5", "--holdout", "20%")
    before = sorted(path for path in place.root.rglob("*") if not path.is_dir())
    board = Board.open(Workspace(place.root))
    tried = views_plan.try_out(board, views_plan.Ask(5, holdout=0.2))
    columns = ["rep", "customer_id", "division", "group"]
    assert tried.rows[columns].astype(str).to_numpy().tolist() == [
        [row[name] for name in columns] for row in rows
    ]
    assert tried.facts["optimum"]["proven"]
    given = views_plan.try_out(board, views_plan.Ask(5, b"rep,slots\nRep 1,2\n"))
    assert given.rows["rep"].tolist() == ["Rep 1", "Rep 1"]
    assert sorted(path for path in place.root.rglob("*") if not path.is_dir()) == before
    assert views_plan.settings_of(board.workspace).slots == (
        Session.open(board.workspace, Options()).config.plan.slots
    )


def test_a_capacity_file_rules_who_pitches_what(place, gosales):
    options = capacity(
        place, "Rep 0;1,5;Training;", "rep 1;3;;North", "Newcomer;2;cad;North",
        header="rep;hours;divisions;branch",
    )  # fmt: skip
    rows = planned(place, gosales, *options)
    of = {rep: [r for r in rows if r["rep"] == rep] for rep in ("Rep 0", "Rep 1", "Newcomer")}
    assert {rep: len(theirs) for rep, theirs in of.items()} == {
        "Rep 0": 1,
        "Rep 1": 3,
        "Newcomer": 2,
    }
    assert {r["division"] for r in of["Rep 0"]} == {"Training"}
    assert {r["division"] for r in of["Newcomer"]} == {"CAD"}
    strays = {r["customer_id"] for r in of["Newcomer"]}
    assert all(int(customer) % 3 == 2 for customer in strays), "only Rep 2 has left accounts"
    assert "Newcomer has no account in the log" in " ".join(facts(place)["warnings"])
    assert [rep["slots"] for rep in facts(place)["reps"]] == [2, 1, 3]


@pytest.mark.parametrize(
    ("header", "lines", "said"),
    [
        ("rep,slots,divisions", ["Rep 0,3,Trainng"], "Did you mean 'Training'?"),
        ("rep,slots,branch", ["Rep 0,3,Nort"], "Did you mean 'North'?"),
        ("rep,slots", ["Rep 0,3", "rep 0,4"], "record 2: the rep 'Rep 0' stands in the file twice"),
        ("rep,slots", ["Rep 0,-3"], "record 1: slots is '-3'"),
        ("rep,slots", ["Rep 0,2.5"], "no whole number"),
        ("rep,hours", ["Rep 0,"], "neither slots nor hours"),
        ("rep,slots", ["Rep 0,0"], "Nobody in reps.csv has a slot"),
        ("name,slots", ["Rep 0,1"], "no column rep"),
        ("rep,slots", [], "has no rep"),
    ],
)
def test_a_wrong_capacity_file_is_told_in_one_paragraph(place, gosales, header, lines, said):
    answer = gosales("plan", place, *capacity(place, *lines, header=header))
    assert answer.code == 1
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not (place.outputs / "plan").exists()


def test_pitched_accounts_rest_until_the_cooldown_is_over(place, gosales):
    few = ("--slots", "3", "--cooldown-days", "60")
    planned(place, gosales, *few)
    first = accounts(place)
    planned(place, gosales, *few, "--date", "2024-01-31")
    second = accounts(place)
    assert not first & second
    assert facts(place)["left_out"]["resting_accounts"] == len(first)
    planned(place, gosales, *few, "--date", "2024-03-02")
    assert not accounts(place) & second
    assert facts(place)["left_out"]["resting_accounts"] == len(second)
    assert accounts(place) == first, "the best ones are free again"
    planned(place, gosales, *few, "--date", "2024-03-02", "--cooldown-days", "0")
    assert facts(place)["left_out"]["resting_accounts"] == 0


def test_imported_pitches_and_rejections_rest_too(place, gosales):
    before = planned(place, gosales, "--slots", "2")
    called, refused = before[0]["customer_id"], before[2]
    lookup = place.root / "data" / "lookup"
    (lookup / "pitches.csv").write_text(
        f"Customer ID;Date\n{called};2024-01-02\n", encoding="utf-8"
    )
    feedback = place.root / "answers.csv"
    feedback.write_text(
        "customer_id,division,outcome,date,note\n"
        f'{refused["customer_id"]},{refused["division"].lower()},Rejected,2023-06-01,"no, never"\n',
        encoding="utf-8",
    )
    planned(place, gosales, "--slots", "9", "--feedback", str(feedback))
    assert called not in accounts(place)
    assert (refused["customer_id"], refused["division"]) not in keys(place)
    assert facts(place)["left_out"]["rejected_cells"] == 1
    assert facts(place)["feedback"] == {"rejected": 1}
    feedback.write_text("customer_id,division,outcome,date\n1,CAD,maybe,2023-06-01\n", "utf-8")
    answer = gosales("plan", place, "--feedback", str(feedback))
    assert answer.code == 1
    assert "Write one of accepted, rejected, postponed, no_contact" in answer.err


def test_hopeless_cells_leave_their_slots_empty(place, gosales):
    cells = [r for r in place.rows("whitespace.csv") if r["level"] == "division"]
    open_cells = [
        r for r in cells if (r["division"], r["customer_id"] < "0009") != ("Printers", True)
    ]
    chances = sorted(float(row["icp_score"]) for row in open_cells)
    least = round(chances[len(chances) // 2], 4)
    with (place.root / "gosales.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[plan]\nleast_chance = {least}\n")
    rows = planned(place, gosales, "--slots", "20")
    assert all(float(row["icp_score"]) >= least for row in rows)
    low = sum(chance < least for chance in chances)
    assert facts(place)["left_out"]["cells_not_worth_a_slot"] == low > 0
    worths = sorted(float(row["expected_value"]) for row in open_cells)
    enough = round(worths[len(worths) // 2], 2)
    settings = place.root / "gosales.toml"
    worth = f"0.0\nleast_value = {enough}\n"
    settings.write_text(settings.read_text("utf-8").replace(f"{least}\n", worth), "utf-8")
    rows = planned(place, gosales, "--slots", "20")
    assert min(float(row["expected_value"]) for row in rows) >= enough
    settings.write_text(settings.read_text("utf-8").replace(f"{enough}\n", "9e9\n"), "utf-8")
    answer = gosales("plan", place)
    assert answer.code == 1
    assert "No cell is left to pitch" in answer.err


def test_floors_are_met_or_the_shortfall_is_told(place, gosales):
    rows = planned(place, gosales, "--slots", "4", "--floor", "CAD=6")
    assert sum(row["division"] == "CAD" for row in rows) >= 6
    planned(place, gosales, "--slots", "1", "--floor", "CAD=9")
    (floor,) = facts(place)["floors"]
    assert floor["attainable"] < floor["asked"] == 9
    assert "floor of CAD cannot be met" in facts(place)["warnings"][0]
    answer = gosales("plan", place, "--slots", "1", "--floor", "CAD=9", "--strict")
    assert answer.code == 1
    answer = gosales("plan", place, "--floor", "Robots=9")
    assert answer.code == 1
    assert "no division" in answer.err


def test_owned_cells_come_in_when_asked_for(place, gosales):
    assert {row["status"] for row in planned(place, gosales)} == {"whitespace"}
    rows = planned(place, gosales, "--include", "lapsed,active")
    assert {"whitespace", "active"} <= {row["status"] for row in rows}
    assert gosales("plan", place, "--include", "dormant").code == 2


def test_a_control_group_is_frozen_and_read_out(place, gosales):
    rows = planned(place, gosales, "--slots", "9", "--holdout", "25%")
    groups = [row["group"] for row in rows]
    assert groups.count("treated") + groups.count("control") == len(rows)
    assert 6 <= groups.count("control") <= 12
    for rep in facts(place)["reps"]:
        assert rep["pitches"] <= 9
    experiment = facts(place)["experiment"]
    assert experiment["control_accounts"] == groups.count("control")
    assert 0 < experiment["power"] < 1
    assert facts(place)["sha256"]["plan.csv"] == sha256(place.outputs / "plan" / "plan.csv")

    answer = gosales("plan", place, "readout")
    assert answer.code == 0, answer.err
    found = json.loads((place.outputs / "plan" / "readout.json").read_text(encoding="utf-8"))
    later = [row for row in sales() if str(row[2]) > LAST_HISTORY]
    bought = {(row[0], row[5]) for row in later}
    for group in ("treated", "control"):
        cells = [(r["customer_id"], r["division"]) for r in rows if r["group"] == group]
        figures = found["groups"][group]
        assert figures["accounts"] == len(cells)
        assert figures["bought"] == sum(cell in bought for cell in cells)
        money = sum(float(r[7]) for r in later if (r[0], r[5]) in set(cells))
        assert figures["value"] == pytest.approx(money, abs=0.01)
    share = found["share_that_bought"]
    assert share["low"] <= share["difference"] <= share["high"]
    assert [one["source"] for one in found["plans"]] == ["data/holdout"]
    assert not list((place.outputs / "runs").glob("*/later*"))
    assert "Treated and control" in (place.outputs / "plan" / "readout.html").read_text("utf-8")


def test_a_later_log_and_feedback_are_read(place, gosales):
    rows = planned(place, gosales, "--slots", "9")
    feedback = place.root / "data" / "lookup" / "feedback.csv"
    row = rows[0]
    feedback.write_text(
        "customer_id,division,outcome,date\n"
        f"{row['customer_id']},{row['division']},accepted,2024-01-09\n",
        encoding="utf-8",
    )
    shutil.move(place.root / "data" / "holdout" / "later.csv", place.root / "newer.csv")
    assert "no sales line after 2023-12-31" in gosales("plan", place, "readout").err
    log = ("--log", str(place.root / "newer.csv"))
    answer = gosales("plan", place, "readout", *log, "--since", "2024-02-01")
    assert answer.code == 0, answer.err
    found = json.loads((place.outputs / "plan" / "readout.json").read_text(encoding="utf-8"))
    late = {(r[0], r[5]) for r in sales() if str(r[2]) > "2024-02-01"}
    assert found["groups"]["treated"]["bought"] == len(keys(place) & late)
    assert found["share_that_bought"] is None
    assert {one["outcome"]: one["pitches"] for one in found["feedback"]}["accepted"] == 1
    assert gosales("plan", place, "readout", *log, "--since", "2023-06-01").code == 1


def run_id(place):
    return json.loads((place.outputs / "published.json").read_text(encoding="utf-8"))["run_id"]


def test_several_plans_are_pooled_each_with_its_own_days(place, gosales):
    options = ("--slots", "4", "--holdout", "25%", "--cooldown-days", "20")
    first = planned(place, gosales, *options)
    runs = ["--run", run_id(place)]
    second = planned(place, gosales, *options, "--date", "2024-02-15")
    runs += ["--run", run_id(place)]
    answer = gosales("plan", place, "readout", *runs)
    assert answer.code == 0, answer.err
    found = json.loads((place.outputs / "plan" / "readout.json").read_text(encoding="utf-8"))
    assert [one["since"] for one in found["plans"]] == ["2023-12-31", "2024-02-15"]
    total = 0
    for rows, since in ((first, "2023-12-31"), (second, "2024-02-15")):
        bought = {(r[0], r[5]) for r in sales() if str(r[2]) > since}
        total += sum((r["customer_id"], r["division"]) in bought for r in rows)
    groups = found["groups"].values()
    assert sum(group["bought"] for group in groups) == total
    assert sum(group["accounts"] for group in groups) == len(first) + len(second)

    planned(place, gosales, "--slots", "4", "--date", "2024-03-15")
    answer = gosales("plan", place, "readout", *runs, "--run", run_id(place))
    assert answer.code == 1
    assert "unlike shares of control accounts" in answer.err


def test_a_log_that_begins_late_or_too_late_is_told(place, gosales):
    planned(place, gosales, "--slots", "4")
    newer = place.root / "newer"
    newer.mkdir()
    for since, code in (("2024-03-01", 0), ("2024-07-01", 1)):
        late = [row for row in sales(months=36) if str(row[2]) > since]
        place.write(late, "late.csv").rename(newer / "late.csv")
        staged = sorted((place.root / "data" / "staging").iterdir())
        answer = gosales("plan", place, "readout", "--log", str(newer))
        assert sorted((place.root / "data" / "staging").iterdir()) == staged, "the history's own"
        assert answer.code == code, answer.err
        if code == 0:
            assert "has no line between 2023-12-31 and 2024-03-" in answer.out
    assert "no sales line after" in answer.err


@pytest.mark.parametrize("where", ["published", "frozen"])
def test_an_altered_list_is_refused(place, gosales, where):
    planned(place, gosales, "--slots", "9", "--holdout", "25%")
    runs = place.outputs / "runs"
    folder = place.outputs if where == "published" else runs / run_id(place)
    path = folder / "plan" / "plan.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("control", "treated", 1), encoding="utf-8", newline="")
    answer = gosales("plan", place, "readout")
    assert answer.code == 1
    assert "not the list that was frozen" in answer.err
    assert not (place.outputs / "plan" / "readout.json").exists()


def test_a_new_scoring_leaves_the_plan_in_place(place, gosales):
    planned(place, gosales, "--slots", "9", "--holdout", "25%")
    assert gosales("score", place).code == 0
    assert (place.outputs / "plan" / "plan.csv").is_file()
    assert gosales("plan", place, "readout").code == 0
    assert (place.outputs / "plan" / "readout.json").is_file()
    planned(place, gosales, "--slots", "2")
    assert not (place.outputs / "plan" / "readout.json").exists(), "it spoke of another plan"


def test_without_lists_or_plan_the_step_before_is_named(tmp_path, gosales):
    empty = Place(tmp_path / "workspace")
    empty.logs.mkdir(parents=True)
    assert "Run `gosales score-all` first" in gosales("plan", empty).err
    assert "Run `gosales plan` first" in gosales("plan", empty, "readout").err


def test_shares_and_floors_must_be_written_right(place, gosales):
    for wrong in (("--holdout", "60%"), ("--explore", "x"), ("--floor", "CAD"), ("--floor", "=3")):
        assert gosales("plan", place, *wrong).code == 2


def test_a_log_without_reps_or_branches_gets_one_list(place, gosales):
    rows = [(*row[:8], "", "") for row in sales() if str(row[2]) <= LAST_HISTORY]
    place.write(rows)
    assert gosales("score-all", place, "--cutoff", LAST_HISTORY).code == 0
    with (place.root / "gosales.toml").open("a", encoding="utf-8") as settings:
        settings.write("[plan]\nskip_statuses = []\n")
    made = planned(place, gosales, "--slots", "7")
    assert [row["rep"] for row in made] == ["team"] * 7
    assert [row["branch"] for row in made] == [""] * 7
    made = planned(place, gosales, *capacity(place, "Ann,4", "Ben,3"))
    assert sorted(row["rep"] for row in made) == ["Ann"] * 4 + ["Ben"] * 3
    assert {row["rep"] for row in made if int(row["slot"]) == 1} == {"Ann", "Ben"}
