"""The tables behind the pages, without a browser."""

import csv
import io
import json
import unicodedata
import zipfile

import pandas as pd
import pytest

from gosales.core.columns import Plan, Whitespace
from gosales.core.errors import GosalesError, MissingArtifact
from gosales.pipeline.plan import PlanRun
from gosales.pipeline.publish_lists import DECIMALS
from gosales.pipeline.scorings import diff_folder
from gosales.ui import (
    shell,
    views,
    views_account,
    views_changes,
    views_list,
    views_plan,
    views_proof,
    views_quality,
    views_runs,
    views_story,
    views_trust,
)
from gosales.ui.board import Board, as_csv, sql
from gosales.ui.views_list import Filters
from gosales.utils.paths import Workspace


def ids(table):
    return table[Whitespace.CUSTOMER].tolist()


def with_parts(board, **parts):
    return Board(board.workspace, board.parts | parts)


# --- The board ------------------------------------------------------------------------------------


def test_an_empty_workspace_has_nothing_to_read(empty):
    board = Board.open(empty)
    assert not board.has_lists
    assert board.star is None
    assert board.metrics() == board.validation() == board.quality() == {}
    with pytest.raises(MissingArtifact):
        _ = board.scores


def test_the_copy_in_outputs_serves_when_the_run_was_deleted(board):
    run = board.scores
    run.rename(board.workspace.outputs / run.name)
    assert board.scores.parent == board.workspace.outputs
    assert views.headline(views.by_status(board))["customers"] == 5


def test_a_broken_file_is_an_expected_error(board):
    board.scores.write_bytes(b"no parquet")
    with pytest.raises(GosalesError, match="cannot be read"):
        views.by_status(board)


# --- Overview -------------------------------------------------------------------------------------


def test_the_headline_sums_the_money(board):
    head = views.headline(views.by_status(board))
    assert (head["cutoff_date"], head["horizon_months"]) == ("2024-12-31", 6)
    assert (head["customers"], head["divisions"]) == (5, 2)
    assert head["expected"] == 2 * (1000 + 2000 + 3000 + 4000 + 5000)
    assert head["whitespace"] == head["expected"] - 1000 - 3000  # what two customers own in CAD


def test_every_division_has_its_statuses_and_their_shares(board):
    table = views.by_status(board).set_index(["division", "status"])
    assert table.loc[("CAD", "whitespace"), "customers"] == 3
    assert table.loc[("CAD", "lapsed"), "share"] == pytest.approx(0.2)
    assert table.loc[("Training", "whitespace"), "share"] == 1.0


def test_the_top_holds_each_customer_once_and_only_divisions(board):
    table = views.top(board, 2, rows=3)
    assert ids(table) == ["1042", "007", "acme"]
    assert set(table[Whitespace.LEVEL]) == {"division"}


def test_baselines_drift_and_data_warnings_are_told(board):
    told = views.warnings(board, views.by_status(board))
    assert told[0].startswith("Baseline only: Training.")
    assert "The scores of CAD are spread otherwise than in training." in told
    assert "Odd <b>thing</b>. Mend it." in told


def test_newer_models_and_failed_gates_are_told(board):
    path = board.find("validation", "validation/metrics.json")
    judged = json.loads(path.read_text(encoding="utf-8"))
    judged["gates"][0]["result"] = "failed"
    path.write_text(json.dumps(judged), encoding="utf-8")
    later = with_parts(board, models="20990101T000000-1")
    told = "\n".join(views.warnings(later, views.by_status(later)))
    assert "Newer models were trained" in told
    assert "The holdout failed: auc" in told


# --- Whitespace -----------------------------------------------------------------------------------


def test_without_filters_the_whole_level_is_found_by_rank(board):
    table = views_list.matching(board, Filters())
    assert table[Whitespace.RANK].tolist() == list(range(1, 9))
    assert views_list.count_matching(board, Filters()).rows == 8


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(divisions=("CAD",)), ["1042", "acme", "b1"]),
        (Filters(divisions=("CAD", "Training"), reps=("Ann",)), ["1042", "007", "1042"]),
        (Filters(branches=("West",), divisions=("CAD",)), ["acme", "b1"]),
        (Filters(least_value=4000, divisions=("CAD",)), ["acme", "b1"]),
        (Filters(least_score=0.15), ["1042", "007"]),
        (Filters(text="emile"), ["007"]),
        (Filters(text=" 104 "), ["1042", "1042"]),
        (Filters(text="%"), []),
        (Filters(text="' OR 1=1 --"), []),
        (Filters(divisions=("CAD'); DROP TABLE x; --",)), []),
        (Filters(level="product", least_score=0.1), ["007", "1042"]),
        (Filters(level="product", statuses=("active", "lapsed")), ["007", "9"]),
        (Filters(divisions=("CAD",), segments=("industry: Aerospace",)), ["1042"]),
        (
            Filters(segments=("industry: Medical", "industry: Aerospace"), divisions=("CAD",)),
            ["1042", "acme"],
        ),
        (Filters(segments=("industry: Medical", "size: 100+")), ["acme", "acme"]),
        (Filters(segments=("industry: Medical", "size: 20-99")), []),
        (Filters(remarks=("competitor",)), ["007"]),
        (Filters(remarks=("no remark",), divisions=("CAD",)), ["1042", "acme", "b1"]),
    ],
)
def test_filters_narrow_the_list(board, filters, wanted):
    table = views_list.matching(board, filters)
    found = views_list.count_matching(board, filters)
    assert ids(table) == wanted
    assert (found.rows, found.customers) == (len(wanted), len(set(wanted)))
    assert found.expected_value == pytest.approx(table[Whitespace.VALUE].sum())


def test_a_name_that_nobody_has_means_the_nearest_ones(board):
    def who(text):
        return views_list.meant(board, Filters(text=text, divisions=("CAD",))).customers

    assert who("") == who("acme") == who("104") == (), "somebody is called so"
    assert who("qqqq zzzz") == ()
    assert who("Acme Precission") == ("acme",)
    found = views_list.meant(board, Filters(text="Acme Precission", divisions=("CAD",)))
    assert ids(views_list.matching(board, found)) == ["acme"]
    rows = views_list.download(board, found).decode("utf-8").splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["acme"]
    assert views_list.names_of(board, ("acme", "nobody"))[0].startswith("Acme Precision")
    assert views_list.names_of(board, ("nobody",)) == ["nobody"]


def test_pages_follow_each_other(board, monkeypatch):
    monkeypatch.setattr(views_list, "PAGE_ROWS", 3)
    assert views_list.count_matching(board, Filters()).pages == 3
    pages = [
        views_list.matching(board, Filters(), page)[Whitespace.RANK].tolist() for page in (1, 2, 3)
    ]
    assert pages == [[1, 2, 3], [4, 5, 6], [7, 8]]


@pytest.mark.parametrize("level", views_list.LEVELS)
def test_the_whole_list_is_sorted_not_the_page(board, monkeypatch, level):
    filters = Filters(level=level)
    whole = views_list.matching(board, filters)
    score = whole[Whitespace.PRODUCT_SCORE].fillna(whole[Whitespace.SCORE])
    name = whole[Whitespace.NAME].where(whole[Whitespace.NAME].fillna("") != "",
                                        whole[Whitespace.CUSTOMER]).str.lower()  # fmt: skip
    monkeypatch.setattr(views_list, "PAGE_ROWS", 3)
    for sort, keys, rising in (("score", score, False), ("value", whole[Whitespace.VALUE], False),
                               ("customer", name.map(plain), True)):  # fmt: skip
        wanted = whole.assign(key=keys).sort_values(["key", Whitespace.RANK],
                                                    ascending=[rising, True])  # fmt: skip
        for page in (1, 2):
            found = views_list.matching(board, filters, page, sort)[Whitespace.RANK].tolist()
            assert found == wanted[Whitespace.RANK].tolist()[3 * page - 3 : 3 * page], sort


def plain(name):
    """Without accents."""
    return "".join(one for one in unicodedata.normalize("NFD", name)
                   if not unicodedata.combining(one))  # fmt: skip


def test_product_rows_have_the_products_name_or_its_sku(board):
    table = views_list.matching(board, Filters(level="product"))
    assert set(table["product_name"]) == {"Pro <b>seat</b>"}
    table = views_list.matching(with_parts(board, star="gone"), Filters(level="product"))
    assert set(table["product_name"]) == {"SKU1"}


def test_the_download_is_exactly_what_was_filtered(board):
    text = views_list.download(board, Filters(divisions=("CAD",), branches=("West",))).decode(
        "utf-8"
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(Whitespace.ORDER)
    assert [row["customer_id"] for row in rows] == ["acme", "b1"]
    assert rows[0]["icp_score"] == "0.100000"
    assert rows[0]["expected_value"] == "4000.00"
    assert rows[0]["product_score"] == ""


def test_no_name_in_the_download_runs_as_a_formula(board):
    path = str(board.whitespace)
    changed = sql(
        "SELECT * REPLACE ('=1+' || customer_name AS customer_name)", "FROM read_parquet($path)"
    )
    rows = list(csv.DictReader(io.StringIO(as_csv(changed, path=path).decode("utf-8"))))
    assert {row["customer_name"][:4] for row in rows} == {"'=1+"}


def test_choices_are_what_the_list_holds(board):
    found = views_list.choices(board)
    assert found[Whitespace.DIVISION] == ["CAD", "Training"]
    assert found[Whitespace.REP] == ["Ann"]
    assert found[Whitespace.BRANCH] == ["East", "West"]


def test_segments_are_those_of_the_lists_day(board):
    assert views_list.segments(board) == [
        "industry: Aerospace", "industry: Medical", "size: 100+", "size: 20-99"
    ]  # fmt: skip
    assert views_list.segments(with_parts(board, star="gone")) == []


def test_the_control_group_of_the_plan_can_be_left_out(board):
    wanted = Filters(divisions=("CAD",), but_control=True)
    assert ids(views_list.matching(board, wanted)) == ["1042", "acme"]
    gone = with_parts(board, plan="gone")
    assert ids(views_list.matching(gone, wanted)) == ["1042", "acme", "b1"]


def test_a_cell_has_its_interval_and_status(board):
    cell = views_list.cell(board, "9", "CAD")
    assert (cell["status"], cell["icp_score_low"], cell["icp_score_high"]) == ("lapsed", 0.0, 1.0)
    assert views_list.cell(board, "nobody", "CAD") == {}
    names = views_list.products(board, "007", "CAD")["product_name"].tolist()
    assert names == ["Pro <b>seat</b>"]


# --- Call plan ------------------------------------------------------------------------------------


def test_the_published_plan_has_its_pitches_without_the_control_group(board):
    plan = views_plan.published(board)
    assert views_plan.pitches(plan)["customer_id"].tolist() == ["1042", "007", "acme"]
    assert views_plan.pitches(plan, "Bo")["customer_id"].tolist() == ["acme"]
    assert plan.warnings == ("Newcomer has no account in the log.",)
    assert views_plan.published(with_parts(board, plan="gone")) is None


def test_who_gains_most_from_one_more_slot_comes_first(board):
    table = views_plan.reps(views_plan.published(board))
    assert table["rep"].tolist() == ["Bo", "Ann"]
    assert table["worth_of_one_more_slot"].tolist() == [77.5, 0.0]


def test_a_plan_says_how_good_it_is_and_what_it_left_out(board):
    plan = views_plan.published(board)
    assert views_plan.proof(plan) == "At most 1.2 % could be missing to the best plan."
    assert views_plan.left_out(plan) == "Left out: 2 accounts rest after a pitch."
    best = views_plan.CallPlan(plan.rows, plan.facts | {"optimum": {"proven": True, "gap": 0.0}})
    assert "is proven" in views_plan.proof(best)
    assert not views_plan.is_old(board, plan)
    assert views_plan.is_old(with_parts(board, lists="20260101T000000-1"), plan)


def test_a_plan_goes_to_csv_whole_and_to_a_crm_without_the_control_group(board):
    plan = views_plan.published(board)
    named = plan.rows.assign(customer_name="=1+1")
    text = views_plan.as_csv(views_plan.CallPlan(named, plan.facts)).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(Plan.ORDER)
    assert len(rows) == 4
    assert {row["customer_name"] for row in rows} == {"'=1+1"}
    decimals = {
        (key, len(row[key].partition(".")[2])) for row in rows for key in DECIMALS if row.get(key)
    }
    assert decimals == {("icp_score", 6), ("expected_value", 2)}
    with zipfile.ZipFile(io.BytesIO(views_plan.as_form(board, plan, "salesforce").content)) as made:
        deals = made.read("salesforce_opportunities.csv").decode("utf-8")
    assert len(list(csv.reader(io.StringIO(deals)))) == 1 + 3
    assert '"b1"' not in deals


def test_the_command_for_a_tried_plan_can_be_copied(tmp_path):
    ask = views_plan.Ask(25, None, ("lapsed", "active"), 0.1, 0.2)
    assert ask.command(tmp_path).endswith(
        "--slots 25 --include lapsed,active --explore 10% --holdout 20%"
    )
    ask = views_plan.Ask(25, b"rep,slots", called="My team.csv")
    assert "--capacity 'My team.csv'" in ask.command(tmp_path)


def test_an_uploaded_capacity_file_keeps_its_name(board, monkeypatch):
    """Warnings and errors of the plan name the file."""
    read = []

    def sketch(_session, request):
        read.append((request.capacity.name, request.capacity.read_bytes()))
        return PlanRun(pd.DataFrame(), {})

    monkeypatch.setattr("gosales.pipeline.plan.sketch", sketch)
    names = ["Équipe 2.csv", "../../etc/<b>.csv", "C:\\x\\team.txt", "-..", "x" * 300 + ".csv"]
    for name in names:
        views_plan.try_out(board, views_plan.Ask(20, b"", called=views_plan.name_of(name)))
    kept = ["Équipe 2.csv", "_b_.csv", "team.txt", "reps.csv", "x" * 96 + ".csv"]
    assert read == [(name, b"") for name in kept], "an empty file too is one"


# --- Account --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("007", "007"),
        ("emile", "007"),
        ("ACME", "acme"),
        ("Acme Precison", "acme"),
        ("machinning precission", "acme"),
        ("Fabrick", "b1"),
    ],
)
def test_a_customer_is_found_by_id_or_misspelt_name(board, text, wanted):
    assert views_account.find(board, text)["customer_id"].iloc[0] == wanted


def test_an_exact_id_is_the_only_answer_and_nonsense_has_none(board):
    assert len(views_account.find(board, "9")) == 1
    for text in ("", "   ", "qqqqzzzz", "' OR ''='"):
        assert views_account.find(board, text).empty


def test_an_account_has_scores_products_and_purchases(board):
    found = views_account.scores(board, "007")
    assert found["division"].tolist() == ["Training", "CAD"], "what it may buy comes first"
    assert found["icp_score"].is_monotonic_increasing, "although it is the less likely one"
    listed = views_account.listed(board, "007")
    assert views_account.products(listed)["product_name"].tolist() == ["Pro <b>seat</b>"]
    assert views_account.lookalikes(listed, "Training") == "Oak; Elm"
    assert views_account.lookalikes(listed, "CAD") == "", "it is owned, and so not listed"
    assert views_account.place(listed) == ["rep Ann", "branch East"]
    assert views_account.place(views_account.listed(board, "b1")) == ["branch West"]
    orders = views_account.orders(board, "007")
    assert views_account.purchases(orders)["value"].tolist() == [130.0, -10.0]
    history = views_account.history(orders)
    assert (history["days"], history["value"]) == (3, 120.0)
    assert views_account.remarks(board, "007")["remark"].tolist() == ["competitor"]


def test_without_a_star_there_are_no_purchases(board):
    gone = with_parts(board, star="gone")
    for orders in (views_account.orders(gone, "007"), views_account.orders(board, "1042")):
        assert views_account.purchases(orders).empty
        assert views_account.history(orders) == {}
        assert views_story.mix(orders, "2024-12-31").empty


def test_the_mix_of_divisions_is_as_of_the_lists_day(board):
    table = views_story.mix(views_account.orders(board, "9"), "2024-12-31")
    assert table["division"].tolist() == ["CAD", "Training"]
    assert table["ever"].tolist() == [3.0, 3.0]
    assert table["last_12_months"].tolist() == [0.0, 3.0]
    later = views_account.orders(board, "b1")
    assert views_story.mix(later, "2024-12-31").empty, "what came after the day is not known"


def test_peers_bought_the_same_products(board):
    table = views_story.peers(board, "007")
    assert table["customer_id"].tolist() == ["9"], "one product in common is not enough"
    assert table["likeness"].tolist() == [pytest.approx(2 / 3)]
    assert table["owns_too"].tolist() == ["Training"]
    assert views_story.peers(with_parts(board, star="gone"), "007").empty


def test_scores_over_runs_have_a_point_for_every_scoring(board):
    table = views_story.over_runs(board, "007")
    assert table[["division", "icp_score"]].to_numpy().tolist() == [
        ["CAD", 0.01], ["Training", 0.01], ["CAD", 0.4], ["Training", 0.18]
    ]  # fmt: skip
    assert table["scoring"].tolist() == ["2024-12-31"] * 2 + ["2024-12-31 (2)"] * 2


# --- Overview and runs ----------------------------------------------------------------------------


def test_segments_and_customers_against_divisions(board):
    assert views_changes.attributes(["a: 1", "a: 2", "b: 1"]) == ["a", "b"]
    table = views_changes.by_segment(board, "industry")
    cells = table[["segment", "division", "customers"]].to_numpy().tolist()
    assert cells == [["Aerospace", "CAD", 1], ["Aerospace", "Training", 2],
                     ["Medical", "CAD", 1], ["Medical", "Training", 1]]  # fmt: skip
    worth = views_changes.by_customer(board)
    assert worth["customer_id"].iloc[0] == "b1"
    assert len(worth) == 10


def test_what_changed_is_told_against_the_lists_before(board):
    change = views_changes.change(board)
    assert (change.come, change.gone) == (1, 1)
    assert change.value - change.value_before == 5000.0 - 3000.0
    assert change.moves["customer_id"].iloc[0] == "1042"
    assert (change.moves["icp_score_after"] > change.moves["icp_score_before"]).all()
    assert not change.measured
    assert views_changes.change(with_parts(board, lists="20240101T000000-0")) is None


def test_why_a_score_changed_is_taken_from_the_comparison_that_was_written(board):
    assert views_changes.measured(board) is None
    folder = diff_folder(board.workspace, *views_changes.runs_compared(board))
    folder.mkdir(parents=True)
    key = {"customer_id": ["1042"], "division": ["CAD"]}
    pd.DataFrame(key | {"why": ["Up 19 points."]}).to_parquet(folder / "diff.parquet")
    found = views_changes.measured(board)
    change = views_changes.change(board, found)
    assert change.measured
    assert change.moves["why"].fillna("").tolist()[:2] == ["Up 19 points.", ""]


def test_two_runs_differ_in_what_is_shown(board):
    newest, middle, oldest = views_quality.runs(board)["run_id"]
    table = views_runs.compare(board, middle, oldest).set_index("what")
    assert table.loc["settings: time.horizon_months"].tolist() == ["6", "12"]
    assert table.loc["seed"].tolist() == ["1", "2"]
    assert "command" not in table.index
    assert views_runs.compare(board, newest, newest).empty
    assert views_runs.settings(board, middle).to_numpy().tolist() == [["time.horizon_months", "6"]]


def test_model_cards_tell_what_stands_behind_each_division(board):
    cards = views_runs.cards(views.by_status(board), board.metrics()).set_index("division")
    assert cards.loc["CAD", ["never_bought", "owned", "auc"]].tolist() == ["own", "baseline", 0.75]
    assert views_runs.about_models(board)["Seed"] == 1
    assert views_runs.about_models(with_parts(board, models="gone")) == {}


# --- Trust and quality ----------------------------------------------------------------------------


def test_the_model_comes_first_then_the_best_simple_score(board):
    table = views_trust.scoreboard(board.metrics())
    assert table["score"].tolist() == ["The model", "Who spends most", "Who ordered last"]
    told = views_trust.verdict(board.metrics())
    assert told == {"lift": 3.06, "simple": "Who spends most", "simple_lift": 2.5}
    assert views_trust.scoreboard({}).empty
    assert views_trust.verdict({}) == {}


def test_divisions_show_what_stands_behind_them_and_why(board):
    table = views_trust.divisions(views.by_status(board), board.metrics()).set_index("division")
    assert table.loc["CAD", "auc_gain_low"] == 0.01
    assert table.loc["Training", "never_bought"] == "baseline"
    assert table.loc["CAD", ["never_bought", "owned"]].tolist() == ["own", "baseline"]
    assert table.loc["Training", "owned"] == ""
    assert table.loc["Training", "why"] == "too few buyers"


def test_divisions_that_share_a_measured_gain_are_one_row():
    gains = {"auc_gain": [0.1, 0.3, 0.1, None], "auc_gain_low": [0.0, 0.2, 0.0, None],
             "auc_gain_high": [0.2, 0.4, 0.2, None]}  # fmt: skip
    names = {"division": list("ABCD"), "never_bought": ["pooled", "own", "pooled", "baseline"]}
    found = views_trust.evidence(pd.DataFrame(names | gains))
    assert found["division"].tolist() == ["B", "2 divisions, pooled"]
    assert found["divisions"].tolist() == ["B", "A, C"]
    assert found["auc_gain"].tolist() == [0.3, 0.1]
    assert views_trust.evidence(pd.DataFrame(names | dict.fromkeys(gains))).empty


def test_curves_are_those_of_never_bought_cells(board):
    assert views_trust.gains(board)["top_share"].tolist() == [0.1, 1.0]
    assert len(views_trust.reliability(board)) == 2
    assert views_trust.gates(board)["result"].tolist() == ["passed"]


def test_the_backtest_is_of_never_bought_cells_and_the_model_comes_first(board):
    table = views_proof.contest(board)
    assert table["score"].tolist() == ["The model", "Who spends most", "Everyone alike (base rate)"]
    assert table["lift_10"].tolist() == [3.0, 2.4, 1.0]
    rows = views_proof.by_cutoff(board)
    assert rows["lift_10"].tolist() == [3.2, 2.2, 2.1, 2.3]
    assert views_proof.wins(rows) == (1, 2)
    assert views_proof.gains(board)["top_share"].tolist() == [0.1, 1.0]
    assert views_proof.reliability(board)["base_rate"].tolist() == [0.2]
    gone = with_parts(board, backtest="gone")
    for view in (views_proof.contest, views_proof.by_cutoff, views_proof.gains):
        assert view(gone).empty
    assert views_proof.wins(views_proof.by_cutoff(gone)) == (0, 0)


def test_a_reps_part_of_the_plan_is_a_plan(board):
    plan = views_plan.published(board)
    mine = views_plan.of_rep(plan, "Bo")
    assert mine.rows["customer_id"].tolist() == ["acme", "b1"]
    assert mine.treated["customer_id"].tolist() == ["acme"]
    assert len(views_plan.as_csv(mine).splitlines()) == 3
    assert len(views_plan.of_rep(plan, "").rows) == len(plan.rows)


def test_a_check_tells_what_was_changed_before_what_came_of_it():
    check = {"name": "future_deleted", "result": "passed", "cutoff": "2024-06-30", "told": "Same.",
             "evidence": {"change": "Later lines are taken out."}}  # fmt: skip
    (row,) = views_proof.checks({"checks": [check]}).to_dict("records")
    assert (row["name"], row["told"]) == ("Future deleted", "Later lines are taken out. Same.")


def test_failed_checks_of_the_certificate_come_first_and_cutoffs_go_together(board):
    table = views_proof.checks(views_proof.certificate(board))
    assert table["name"].tolist() == ["Clocks", "Shuffled <future>"]
    assert table["cutoffs"].tolist() == ["2024-06-30", "2023-12-31, 2024-06-30"]
    gone = with_parts(board, leak_certificate="gone")
    assert views_proof.certificate(gone) == {}
    assert views_proof.checks({}).empty


def test_the_most_drifted_comes_first(board):
    content = board.drift()
    assert views_proof.moved(content, "scores", "division")["division"].tolist() == [
        "Training", "CAD"
    ]  # fmt: skip
    assert views_proof.drifted(content) == "2 of 2 scores"
    assert views_proof.drifted({"features": [{"status": "stable"}]}) == ""
    assert with_parts(board, lists="gone").drift() == {}


def test_features_have_the_meaning_that_the_catalogue_gives(board):
    table = views_proof.moved(board.drift(), "features", "feature")
    (board.workspace.runs / board.parts["models"] / "feature_catalog.csv").write_text(
        "feature,of,meaning\nrecency,customer,Days since the last order.\n", encoding="utf-8"
    )
    assert views_proof.with_meanings(board, table)["meaning"].tolist() == [
        "Days since the last order."
    ]
    gone = with_parts(board, models="gone")
    assert "meaning" not in views_proof.with_meanings(gone, table)


def test_of_each_concept_the_most_moved_feature_is_shown(board):
    psi = {"paths__lag_sum": 0.1, "any_cadence__usual_gap_days": 0.2, "paths__lag_max": 0.3,
           "of_another_version": 0.0}  # fmt: skip
    rows = [{"feature": name, "psi": value, "status": "watch"} for name, value in psi.items()]
    table = views_proof.moved_concepts(board, {"features": rows})
    assert table[["about", "feature"]].to_numpy().tolist() == [
        ["Related divisions that it bought", "paths__lag_max"],
        ["The rhythm of its orders", "any_cadence__usual_gap_days"],
        ["of_another_version", "of_another_version"],
    ]
    assert views_proof.moved_concepts(board, {}).empty


def test_lines_add_up_and_rejects_are_found_by_reason(board):
    quality = board.quality()
    assert views_quality.accounting(quality) == {"read": 12, "loaded": 9, "rejected": 3}
    assert views_quality.reasons(quality)["reason"].tolist() == ["no_sale", "blank"]
    assert views_quality.rejects(board, "no_sale")["record"].tolist() == ["7", "8"]
    assert views_quality.rejects(board)["text"].fillna("").tolist()[1] == 'a,"b",\n<i>c</i>'
    assert views_quality.coverage(quality)["lines"].tolist() == [9]


def test_every_reject_reason_has_a_meaning():
    from gosales.etl.lines import Reason

    known = {v for k, v in vars(Reason).items() if k.isupper() and isinstance(v, str)}
    assert known == set(views_quality.MEANINGS)


def test_runs_are_listed_newest_first(board):
    assert views_quality.runs(board)["command"].tolist() == ["validate", "score-all", "score-all"]
    assert views_quality.runs(Board.open(Workspace(board.workspace.root / "no"))).empty


def test_what_is_kept_for_visitors_ends_when_a_customer_is_forgotten(tmp_path):
    """The run stays the same then, without that customer."""
    board, made = Board(Workspace(tmp_path), {"lists": "r1"}), []

    def view(_board):
        made.append(1)
        return len(made)

    assert [shell.kept(view, board) for _ in range(2)] == [1, 1]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "forgotten.json").write_text("{}", encoding="utf-8")
    assert shell.kept(view, board) == 2
