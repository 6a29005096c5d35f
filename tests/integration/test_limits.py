"""Logs at the limits, at reduced size: lists, or one clear message (benchmarks/limits.py)."""

from __future__ import annotations

import csv

import pytest

from benchmarks.limits import select, workspace
from gosales.pipeline import room
from gosales.utils import db
from tests.integration.conftest import Place

QUICK = """\
[models]
snapshots = 2
rounds = 10
tracking = false
[whitespace]
listed_rows = 100
"""


@pytest.fixture
def run(tmp_path, gosales):
    """`run(select)`: the place after the main job on that log, and what it said."""

    def run(log, settings=""):
        place = Place(workspace(tmp_path / "workspace", log, QUICK + settings))
        return place, gosales("score-all", place)

    return run


def cells(place):
    """(customers, divisions), once it is sure that every pair is scored once."""
    found = [(row["customer_id"], row["division"]) for row in place.rows("icp_scores.csv")]
    customers, divisions = ({cell[at] for cell in found} for at in (0, 1))
    assert len(found) == len(set(found)) == len(customers) * len(divisions)
    return len(customers), len(divisions)


def test_ledgers_beyond_the_budget_are_refused_by_all_that_would_fetch_them(
    run, gosales, monkeypatch
):
    place, answer = run(select("few_customers", 10))
    assert answer.code == 0, answer.err
    before = place.published()
    holdout = place.root / "data" / "holdout" / "later.csv"
    holdout.parent.mkdir(parents=True, exist_ok=True)
    days = "".join(f"C0,2024-0{month}-15,S1,D1,1,10\n" for month in (1, 2, 3, 4))
    holdout.write_text("customer,day,sku,division,quantity,value\n" + days, encoding="utf-8")
    monkeypatch.setattr(room, "BYTES_A_ROW", 1e9)
    wanted = place.rows("icp_scores.csv")[0]["customer_id"]
    for command in (["score-all"], ["score"], ["backtest"], ["validate"], ["explain", wanted]):
        refused = gosales(command[0], place, *command[1:])
        assert refused.code == 1, command
        assert "By customer, division and month the log has" in refused.err, command
    assert place.published() == before


def test_many_divisions(run):
    place, answer = run(select("divisions", 24, beside=8))
    assert answer.code == 0, answer.err
    assert cells(place) == (32, 24)
    assert len(list((place.root / "models").glob("*_model"))) == 24


def test_many_customers_with_one_purchase_each(run):
    place, answer = run(select("one_purchase", 300))
    assert answer.code == 0, answer.err
    assert cells(place) == (300, 12)


def test_a_customer_with_very_many_lines_a_sku_name_of_10_kb_and_40_years(run):
    sizes = {"one_customer": 40_000, "sku_name": 10_000, "years": 40}
    logs = (select(case, size, beside=20) for case, size in sizes.items())
    place, answer = run(" UNION ALL ".join(logs))
    assert answer.code == 0, answer.err
    csv.field_size_limit(200_000)
    skus = {row["product_sku"] for row in place.rows("whitespace.csv")}
    assert "x" * 10_000 in skus
    assert cells(place) == (20, 4)


@pytest.mark.parametrize("case", ["one_day", "few_customers"])
def test_hardly_any_history(run, case):
    place, answer = run(select(case, 10))
    assert answer.code == 0, answer.err
    assert cells(place)[0] == 10
    assert ({row["model"] for row in place.rows("icp_scores.csv")} == {"baseline"}) == (
        case == "one_day"
    )


def test_what_does_not_fit_into_the_budget_is_refused_before_it_is_trained(run, monkeypatch):
    monkeypatch.setattr(room, "BYTES_A_CELL", 1e9)
    place, answer = run(select("few_customers", 10), "[limits]\nmemory_gb = 2\n")
    assert answer.code == 1
    assert "10 customers x 4 divisions are 40 cells" in answer.err
    assert "the memory budget is 2.0 GB" in answer.err
    assert not (place.outputs / "published.json").exists()


def test_every_connection_to_a_star_keeps_to_the_budget(run, monkeypatch):
    """DuckDB's own limit is 80 % of the machine."""
    budgets, real = [], db.connect

    def connect(path=None, **how):
        budgets.extend([how.get("memory_gb")] if path else [])  # without a file, rows pass through
        return real(path, **how)

    monkeypatch.setattr(db, "connect", connect)
    _, answer = run(select("few_customers", 10), "[limits]\nmemory_gb = 2\n")
    assert answer.code == 0, answer.err
    assert len(budgets) >= 3, "to build it, to write its rejects, to read it"
    assert set(budgets) == {2.0}
