"""The main job, from files to files."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from gosales.core.columns import Scores, Whitespace
from tests.integration.conftest import HEADER, sales

CUTOFF = "2024-03-31"


@pytest.fixture
def scored(place, gosales):
    place.write(sales())
    answer = gosales("score-all", place)
    assert answer.code == 0, answer.err
    return place, answer


def test_the_whole_job_publishes_what_the_contract_names(scored):
    place, answer = scored
    names = {path.name for path in place.outputs.iterdir()}
    assert {
        "icp_scores.csv",
        "icp_scores.parquet",
        "whitespace.csv",
        "whitespace.parquet",
        "metrics.json",
        "data_quality.json",
        "rejects.csv",
        "feature_catalog.csv",
        "published.json",
    } <= names
    assert {path.name for path in (place.root / "models").iterdir()} == {
        "cad_model",
        "printers_model",
        "training_model",
    }
    assert "Top opportunities" in answer.out

    scores, whitespace = place.rows("icp_scores.csv"), place.rows("whitespace.csv")
    assert tuple(scores[0]) == Scores.ORDER
    assert tuple(whitespace[0]) == Whitespace.ORDER
    assert len(scores) == 40 * 3
    assert {row["customer_id"] for row in scores} == {f"{n:04d}" for n in range(40)}
    assert all(0 < float(row["icp_score"]) < 1 for row in scores)

    twin = pq.read_table(place.outputs / "icp_scores.parquet")
    assert tuple(twin.column_names) == Scores.ORDER
    assert twin.num_rows == len(scores)


def test_whitespace_holds_every_never_bought_cell_and_nothing_bought(scored):
    place, _ = scored
    bought = {(row[0], row[5]) for row in sales()}
    skus = {(row[0], row[4]) for row in sales()}
    rows = place.rows("whitespace.csv")
    cells = [(r["customer_id"], r["division"]) for r in rows if r["level"] == "division"]
    every = {(f"{n:04d}", d) for n in range(40) for d in ("CAD", "Printers", "Training")}
    assert set(cells) == every - bought
    assert len(cells) == len(set(cells))
    products = [r for r in rows if r["level"] == "product"]
    assert products
    assert not {(r["customer_id"], r["product_sku"]) for r in products} & skus
    assert all(float(r["product_score"]) <= float(r["icp_score"]) for r in products)
    for level in ("division", "product"):
        ranks = [int(r["rank"]) for r in rows if r["level"] == level]
        assert ranks == list(range(1, len(ranks) + 1))


def test_cells_in_blocks_of_few_customers_give_the_same_bytes(scored, gosales, monkeypatch):
    """In training, proofs, scores and reasons: 40 customers x 3 divisions, 20 at a time."""
    place, _ = scored
    at_once = place.published()
    monkeypatch.setattr("gosales.features.cells.CELLS_AT_ONCE", 60)
    assert gosales("score-all", place).code == 0
    assert place.published() == at_once


def test_a_proof_judges_a_draw_of_very_many_customers(place, gosales, monkeypatch):
    place.write(sales())
    for name in ("MOST_CELLS", "LEAST_CUSTOMERS"):
        monkeypatch.setattr(f"gosales.pipeline.proof.{name}", 30)
    assert gosales("score-all", place).code == 0
    figures = json.loads((place.root / "outputs" / "metrics.json").read_text(encoding="utf-8"))
    assert (figures["judged_customers"], figures["customers"]) == (30, 40)
    assert "30 of 40 customers" in figures["note"]
    assert figures["populations"]["all"]["_macro"]["n"] == 30 * len(figures["divisions"])


def test_two_runs_and_another_row_order_give_the_same_bytes(scored, gosales):
    place, _ = scored
    first = place.published()
    place.write(sales()[::-1])
    assert gosales("score-all", place).code == 0
    again = place.published()
    assert again["icp_scores.csv"] == first["icp_scores.csv"]
    assert again["whitespace.csv"] == first["whitespace.csv"]


def test_rows_after_the_cutoff_change_nothing(place, gosales):
    rows = sales()
    place.write([row for row in rows if str(row[2]) <= CUTOFF])
    assert gosales("score-all", place, "--cutoff", CUTOFF).code == 0
    known = place.published()
    later = [row for row in rows if str(row[2]) > CUTOFF]
    strange = ("0001", "Renamed GmbH", "2024-05-05", "O-new", "NEW-1", "Robots", 3, "1e3", "S", "R")
    place.write([strange, *later, *later[:5]], "later.csv")
    assert gosales("score-all", place, "--cutoff", CUTOFF).code == 0
    for name in ("icp_scores.csv", "whitespace.csv"):
        assert place.published()[name] == known[name]


def test_separate_steps_give_what_the_whole_job_gives(scored, gosales):
    place, _ = scored
    whole = place.published()
    for step in ("build-star", "train", "score"):
        answer = gosales(step, place)
        assert answer.code == 0, answer.err
    steps = place.published()
    assert steps["icp_scores.csv"] == whole["icp_scores.csv"]
    assert steps["whitespace.csv"] == whole["whitespace.csv"]


def test_a_new_division_in_the_log_needs_no_code(place, gosales):
    rows = sales(divisions=("Printers", "CAD", "Training", "Robots"), seed=5)
    assert any(row[5] == "Robots" for row in rows)
    place.write(rows)
    assert gosales("score-all", place).code == 0
    assert "Robots" in {row["division"] for row in place.rows("icp_scores.csv")}
    assert "Robots" in {row["division"] for row in place.rows("whitespace.csv")}


def test_the_history_needs_no_names_orders_or_reps(place, gosales):
    columns = [HEADER.index(name) for name in ("Customer", "Date", "Sku", "Division", "Amount")]
    header = [HEADER[i] for i in columns]
    place.write([[row[i] for i in columns] for row in sales()], header=header)
    (place.root / "gosales.toml").write_text(
        '[source]\nshape = "long"\n[columns]\ncustomer = "Customer"\ndate = "Date"\n'
        'sku = "Sku"\ndivision = "Division"\nvalue = "Amount"\n'
        "[models]\nsnapshots = 2\nrounds = 10\ntracking = false\n",
        encoding="utf-8",
    )
    answer = gosales("score-all", place)
    assert answer.code == 0, answer.err
    assert place.rows("icp_scores.csv")[0]["customer_name"] == ""


def test_holdout_is_judged_with_the_frozen_models(place, gosales):
    rows = sales()
    holdout = place.root / "data" / "holdout"
    holdout.mkdir()
    place.write([row for row in rows if str(row[2]) <= "2023-12-31"])
    assert gosales("score-all", place).code == 0
    later = place.write([row for row in rows if str(row[2]) > "2023-12-31"], "later.csv")
    later.rename(holdout / "later.csv")
    answer = gosales("validate", place)
    assert answer.code in {0, 1}, answer.err
    report = json.loads((place.outputs / "validation" / "metrics.json").read_text(encoding="utf-8"))
    assert report["judged_at"] == max(str(row[2]) for row in rows if str(row[2]) <= "2023-12-31")
    assert set(report["populations"]) == {"never_bought", "lapsed", "active", "all"}
    assert report["money"]["populations"]["all"]["forecast_over_actual"] > 0
    macro = report["populations"]["all"]["_macro"]
    assert macro["auc_low"] < macro["auc"] < macro["auc_high"]
    assert 0 < macro["capture_at_capacity"] <= 1
    assert report["gains"] == {}, "no division has ten first purchases here"
    for name in ("gains.csv", "calibration.csv", "report.html"):
        assert (place.outputs / "validation" / name).stat().st_size > 0


def test_a_holdout_that_overlaps_the_history_is_refused(scored, gosales):
    place, _ = scored
    holdout = place.root / "data" / "holdout"
    holdout.mkdir()
    place.write(sales()[-20:], "again.csv").rename(holdout / "again.csv")
    answer = gosales("validate", place)
    assert answer.code == 1
    assert "of the holdout lie on or before" in answer.err


def test_a_division_trained_alone_leaves_the_others(scored, gosales):
    place, _ = scored
    assert gosales("train", place, "--division", "CAD").code == 0
    assert len(list((place.root / "models").glob("*_model"))) == 3
    answer = gosales("score", place)
    assert answer.code == 0, answer.err
    assert {row["division"] for row in place.rows("icp_scores.csv")} == {
        "CAD",
        "Printers",
        "Training",
    }


def test_the_first_division_trained_alone_is_scored_alone(place, gosales):
    place.write(sales())
    assert gosales("build-star", place).code == 0
    assert gosales("train", place, "--division", "CAD").code == 0
    answer = gosales("score", place)
    assert answer.code == 0, answer.err
    assert {row["division"] for row in place.rows("icp_scores.csv")} == {"CAD"}
    assert "Printers has no saved model and was not scored." in _manifest(place)["warnings"]
    for option, told in (
        (("--division", "Printers"), "No saved model knows the division 'Printers'"),
        (("--horizon-months", "3"), "The saved models foretell 6 months, not 3"),
    ):
        refused = gosales("score", place, *option)
        assert refused.code == 1
        assert told in refused.err
        assert "gosales train" in refused.err


def _manifest(place):
    run = json.loads((place.outputs / "published.json").read_text(encoding="utf-8"))["run_id"]
    text = (place.outputs / "runs" / run / "manifest.json").read_text(encoding="utf-8")
    return json.loads(text)
