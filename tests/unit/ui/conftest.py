"""A tiny published workspace, written file by file, so that a reader can do the sums."""

import csv
import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from gosales.core.columns import Plan, Scores, Whitespace
from gosales.ui.board import Board
from gosales.utils.paths import ENVIRONMENT, Workspace

EARLIER = "20240701T120000-000aa00"
RUN, LATER = "20250101T120000-000ab12", "20250201T120000-000cd34"
HOSTILE = "<script>alert(1)</script> **x** ![i](http://evil.example/i.png) $y$ :red[z]"
NAMES = {
    "007": "Émile & Söhne",
    "1042": HOSTILE,
    "9": "\u202eشركة النور\u202c",
    "acme": "Acme Precision Machining " + "very long " * 30,
    "b1": "🏭 Fabrik",
}
DIVISIONS = {"CAD": "own", "Training": "baseline"}
BUYERS = {("007", "CAD"): "active", ("9", "CAD"): "lapsed"}
REASON = "95 % of <b>alike</b> customers own it; Bought CAD 2 months ago; But: it is *far* away"


def score(at, division):
    return round((0.4 if division == "CAD" else 0.18) / (at + 1), 6)


def score_rows():
    for at, (customer, name) in enumerate(NAMES.items()):
        for division, model in DIVISIONS.items():
            values = (customer, name, division, "2024-12-31", 6, score(at, division), 50.0, "C")
            status = BUYERS.get((customer, division), "whitespace")
            kind = model if status == "whitespace" else "baseline"
            rest = (status, 1000.0 * (at + 1), REASON if at < 3 else "", kind, RUN)
            money = (2000.0, 500.0, 8000.0, 9000.0, 4000.0)
            yield dict(zip(Scores.ORDER, (*values, *rest, *money, "", 0.0, 1.0), strict=True))


def whitespace_rows():
    """Division rows by score, then a product row for each customer."""
    cells = [row for row in score_rows() if row[Scores.STATUS] == "whitespace"]
    cells.sort(key=lambda row: -row[Scores.SCORE])
    products = [row for row in score_rows() if row[Scores.DIVISION] == "CAD"]
    for level, rows in (("division", cells), ("product", products)):
        for rank, row in enumerate(rows, 1):
            sku = "SKU1" if level == "product" else ""
            share = row[Scores.SCORE] / 2 if sku else None
            place = ("East", "Ann") if row[Scores.CUSTOMER] in {"007", "1042"} else ("West", None)
            key = (rank, row[Scores.CUSTOMER], row[Scores.NAME], level, row[Scores.DIVISION], sku)
            rest = (row[Scores.SCORE], share, row[Scores.VALUE], row[Scores.REASONS], "Oak; Elm")
            remark = "competitor" if row[Scores.CUSTOMER] == "007" and level == "division" else ""
            yield dict(zip(Whitespace.ORDER, (*key, *rest, *place, RUN, remark), strict=True))


def figures(auc, lift):
    return {"n": 8, "buyers": 2, "base_rate": 0.25, "auc": auc, "ap": 0.3, "lift_10": lift,
            "ece": 0.01, "expected_over_actual": 0.97}  # fmt: skip


def metrics():
    never = {"_macro": figures(0.73, 3.06), "CAD": figures(0.75, 3.5), "Training": figures(0.6, 2)}
    return {
        "judged_at": "2024-06-30",
        "horizon_months": 6,
        "note": "Judged on the horizon after judged_at.",
        "populations": {"never_bought": never},
        "baselines": {
            "recency": {"never_bought": figures(0.68, 2.2)},
            "spend_12m": {"never_bought": figures(0.7, 2.5)},
        },
        "divisions": {
            "CAD": {"auc_gain": 0.05, "auc_gain_low": 0.01, "auc_gain_high": 0.09},
            "Training": {"why": "too few buyers"},
        },
    }


QUALITY = {
    "lines_read": 12,
    "lines_loaded": 9,
    "lines_rejected": {"blank": 1, "no_sale": 2},
    "blockers": [],
    "warnings": [{"code": "x", "message": "Odd <b>thing</b>.", "remedy": "Mend it."}],
    "first_day": "2024-01-02",
    "last_day": "2024-12-31",
    "coverage": [{"month": "2024-01", "lines": 9, "customers": 5, "value": 90.0}],
    "files": [{"file": "log.csv", "lines_read": 12, "lines_loaded": 9, "lines_rejected": 3,
               "encoding": "utf-8", "sha256": "0"}],
}  # fmt: skip
REJECTS = [("log.csv", 3, "blank", ""), ("log.csv", 7, "no_sale", 'a,"b",\n<i>c</i>'),
           ("log.csv", 8, "no_sale", "=1+1")]  # fmt: skip
GAINS = [("never_bought", 0.1, 1, 1, 0.33, 3.3, 0.3), ("never_bought", 1.0, 8, 2, 1.0, 1.0, 1.0),
         ("all", 1.0, 10, 4, 1.0, 1.0, 1.0)]  # fmt: skip
BINS = [("never_bought", 1, 4, 0.01, 0.02), ("never_bought", 2, 4, 0.2, 0.25)]


def write_rows(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([columns, *rows])


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_star(path):
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as star:
        star.execute(
            "CREATE TABLE fact_transactions(customer_id VARCHAR, order_date DATE, division VARCHAR,"
            " line_type VARCHAR, value_cents BIGINT, product_sku VARCHAR)"
        )
        rows = [("007", dt.date(2024, 3, 5), "CAD", "sale", 12_300, "SKU1"),
                ("007", dt.date(2024, 3, 9), "CAD", "sale", 700, "SKU2"),
                ("007", dt.date(2024, 5, 1), "CAD", "return", -1_000, "SKU1"),
                ("9", dt.date(2022, 5, 1), "CAD", "sale", 100, "SKU1"),
                ("9", dt.date(2022, 6, 1), "CAD", "sale", 200, "SKU2"),
                ("9", dt.date(2024, 6, 1), "Training", "sale", 300, "T1"),
                ("b1", dt.date(2025, 6, 1), "CAD", "sale", 300, "SKU1"),
                ("b1", dt.date(2025, 6, 1), "CAD", "sale", 300, "SKU2"),
                ("acme", dt.date(2024, 6, 1), "CAD", "sale", 300, "SKU1")]  # fmt: skip
        star.executemany("INSERT INTO fact_transactions VALUES (?, ?, ?, ?, ?, ?)", rows)
        star.execute("CREATE TABLE dim_product(division VARCHAR, product_sku VARCHAR, "
                     "product_name VARCHAR)")  # fmt: skip
        star.execute("INSERT INTO dim_product VALUES ('CAD', 'SKU1', 'Pro <b>seat</b>')")
        star.execute("CREATE TABLE cell_status(customer_id VARCHAR, division VARCHAR, product_sku "
                     "VARCHAR, cell_status VARCHAR, valid_from DATE, valid_to DATE)")  # fmt: skip
        star.execute("INSERT INTO cell_status VALUES ('007', 'CAD', '', 'competitor', NULL, NULL)")
        star.execute("CREATE TABLE customer_attribute(customer_id VARCHAR, attribute VARCHAR, "
                     "attribute_value VARCHAR, valid_from DATE, valid_to DATE)")  # fmt: skip
        kinds = [("007", "industry", "Aerospace", None, None),
                 ("1042", "industry", "Medical", None, dt.date(2024, 6, 30)),
                 ("1042", "industry", "Aerospace", dt.date(2024, 7, 1), None),
                 ("acme", "industry", "Medical", None, None),
                 ("007", "size", "20-99", None, None),
                 ("acme", "size", "100+", None, None)]  # fmt: skip
        star.executemany("INSERT INTO customer_attribute VALUES (?, ?, ?, ?, ?)", kinds)


def write_earlier(run):
    """The scoring before: one cell fewer on the list, one more, and half the scores."""
    run.mkdir()
    rows = pd.DataFrame(whitespace_rows())
    rows = rows[~((rows["customer_id"] == "b1") & (rows["division"] == "CAD"))]
    bought = rows[rows["customer_id"] == "007"].assign(
        customer_id="9", division="CAD", expected_value=3000.0
    )
    table = pd.concat([rows, bought]).assign(
        icp_score=lambda one: one["icp_score"] / 2, run_id=EARLIER
    )
    table.to_parquet(run / "whitespace.parquet", index=False)
    scores = pd.DataFrame(score_rows()).assign(run_id=EARLIER, icp_score=0.01)
    scores.drop(columns="icp_score_low").to_parquet(run / "icp_scores.parquet", index=False)
    write_json(run / "manifest.json", {"command": "score-all", "seed": 2,
                                       "settings": {"time": {"horizon_months": 12}}})  # fmt: skip


def write_backtest(run):
    rows = []
    for cutoff, ours, simple in (("_all", 3.0, 2.4), ("2023-12-31", 3.2, 2.2),
                                 ("2024-06-30", 2.1, 2.3)):  # fmt: skip
        for name, lift in (("spend_12m", simple), ("model", ours), ("model_everywhere", 4.0),
                           ("base_rate", 1.0)):  # fmt: skip
            row = {"cutoff_date": cutoff, "score": name, "population": "never_bought",
                   "division": "_macro", "auc": 0.7, "auc_low": 0.6, "auc_high": 0.8, "ap": 0.1,
                   "lift_10": lift, "lift_10_low": lift - 0.2, "lift_10_high": lift + 0.2,
                   "ece": 0.01, "expected_over_actual": 1.0}  # fmt: skip
            rows += [row, row | {"population": "all", "lift_10": 9.0}]
    key = {"cutoff_date": "_all", "population": "never_bought", "division": "_all"}
    curve = [key | {"score": score, "top_share": share, "capture": share ** 0.5, "lift": 2.0}
             for score in ("model", "recency") for share in (0.1, 1.0)]  # fmt: skip
    bins = [key | {"score": "model", "bin": 1, "rows": 9, "mean_score": 0.1, "base_rate": 0.2}]
    (run / "backtest").mkdir()
    for name, table in (("figures", rows), ("gains", curve), ("reliability", bins)):
        pd.DataFrame(table).to_parquet(run / "backtest" / f"{name}.parquet", index=False)


CERTIFICATE = {
    "verdict": "no leak found",
    "counts": {"passed": 3, "failed": 0},
    "checks": [
        {"name": "Shuffled <future>", "result": "passed", "cutoff": "2023-12-31", "told": "Same."},
        {"name": "Shuffled <future>", "result": "passed", "cutoff": "2024-06-30", "told": "Same."},
        {"name": "Clocks", "result": "failed", "cutoff": "2024-06-30", "told": "Late lines."},
    ],
}
DRIFT = {
    "warnings": ["The scores of CAD are spread otherwise than in training."],
    "scores": [{"division": "CAD", "psi": 0.3, "status": "drifted"},
               {"division": "Training", "psi": 0.4, "status": "drifted"}],
    "features": [{"feature": "recency", "psi": 0.01, "status": "stable"}],
    "volume": {"months": 6, "lines": 90, "lines_before": 80},
    "data_age": {"last_order": "2024-12-30", "days": 1},
}  # fmt: skip


def plan_rows():
    cells = [("Ann", "1042", "CAD", 1, 4000.0, "treated"), ("Ann", "007", "Training", 2, 9.0,
             "treated"), ("Bo", "acme", "CAD", 1, 900.0, "treated"),
             ("Bo", "b1", "CAD", None, 500.0, "control")]  # fmt: skip
    for rep, customer, division, slot, value, group in cells:
        tail = ("planned", NAMES[customer], "East", "whitespace", 0.2, "SKU1", "Pro <b>seat</b>")
        rest = (REASON, "Oak; Elm", "2024-12-31", LATER)
        row = (rep, customer, division, slot, value, group, *tail, *rest)
        yield dict(zip(Plan.ORDER, row, strict=True))


def write_plan(run):
    reps = [{"rep": "Ann", "branch": "East", "slots": 2, "pitches": 2, "expected_value": 4009.0,
             "worth_of_one_more_slot": 0.0},
            {"rep": "Bo", "branch": "East", "slots": 3, "pitches": 1, "expected_value": 900.0,
             "worth_of_one_more_slot": 77.5}]  # fmt: skip
    treated = {"accounts": 3, "expected_value": 4909.0, "expected_buyers": 0.6}
    facts = {"plan_date": "2024-12-31", "lists_run_id": RUN, "reps": reps, "treated": treated,
             "control": {"accounts": 1}, "optimum": {"proven": False, "gap": 0.0123},
             "left_out": {"resting_accounts": 2, "rejected_cells": 0},
             "warnings": ["Newcomer has no account in the log."]}  # fmt: skip
    write_json(run / "plan" / "plan.json", facts)
    pd.DataFrame(plan_rows()).to_parquet(run / "plan" / "plan.parquet", index=False)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The files, written once; every test gets a copy that it may change."""
    place = Workspace(tmp_path_factory.mktemp("ui") / "published")
    run, later = place.runs / RUN, place.runs / LATER
    run.mkdir(parents=True)
    pd.DataFrame(score_rows()).to_parquet(run / "icp_scores.parquet", index=False)
    pd.DataFrame(whitespace_rows()).to_parquet(run / "whitespace.parquet", index=False)
    write_json(run / "metrics.json", metrics())
    write_json(run / "data_quality.json", QUALITY)
    write_rows(run / "rejects.csv", ("source_file", "record", "reason", "text"), REJECTS)
    write_json(
        run / "manifest.json",
        {"command": "score-all", "seed": 1, "settings": {"time": {"horizon_months": 6}}},
    )
    gate = {"name": "auc", "asked": ">= 0.6", "found": 0.7, "result": "passed"}
    judged = metrics() | {"note": "Frozen at 2024-12-31.", "gates": [gate]}
    write_json(later / "validation" / "metrics.json", judged)
    top = ("population", "top_share", "rows", "buyers", "capture", "lift", "value_capture")
    write_rows(later / "validation" / "gains.csv", top, GAINS)
    bins = ("population", "bin", "rows", "mean_score", "base_rate")
    write_rows(later / "validation" / "calibration.csv", bins, BINS)
    write_json(later / "manifest.json", {"command": "validate", "seed": 1})
    write_earlier(place.runs / EARLIER)
    write_plan(later)
    write_backtest(later)
    write_json(run / "drift.json", DRIFT)
    write_json(later / "leak_certificate.json", CERTIFICATE)
    (later / "leak_certificate.html").write_text("<h1>Certificate</h1>", encoding="utf-8")
    parts = {"star": RUN, "models": RUN, "lists": RUN}
    parts |= dict.fromkeys(("validation", "plan", "backtest", "leak_certificate"), LATER)
    write_json(place.published, {"run_id": LATER, "parts": parts})
    write_star(place.stars / f"{RUN}.duckdb")
    return place.root


@pytest.fixture
def workspace(published, tmp_path):
    return Workspace(Path(shutil.copytree(published, tmp_path / "published")))


@pytest.fixture
def board(workspace):
    return Board.open(workspace)


@pytest.fixture
def empty(tmp_path):
    place = Workspace(tmp_path / "empty")
    place.logs.mkdir(parents=True)
    return place


@pytest.fixture
def visit(monkeypatch):
    """`visit(workspace, "trust", customer="007")`: the page, shown by the real app."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    import gosales.ui
    from gosales.ui import window

    monkeypatch.setattr(window, "width", lambda: 1280)
    app = Path(gosales.ui.__file__).with_name("app.py")

    def show(workspace, page, /, **params):
        monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
        st.cache_data.clear()
        test = AppTest.from_file(str(app), default_timeout=120)
        test.switch_page(f"screens/{page}.py")
        for key, value in params.items():
            test.query_params[key] = value
        return test.run()

    return show


@pytest.fixture
def phone(visit, monkeypatch):
    """Every visitor's window is as narrow as a phone's; after `visit`, whose window is wide."""
    from gosales.ui import window

    monkeypatch.setattr(window, "width", lambda: 390)
