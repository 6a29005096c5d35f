"""The demo market's wide logs, through the command line."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

import gosales.etl
from gosales.core.timeline import Cutoff
from gosales.pipeline.build import sources_of
from gosales.pipeline.prove_bench import open_bench
from gosales.pipeline.prove_trial import Laboratory
from gosales.pipeline.session import Options, Session
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.write_logs import write_workspace
from gosales.utils.paths import Workspace
from tests.integration.conftest import Place

SETTINGS = "[models]\nsnapshots = 2\nrounds = 10\ntracking = false\n"
DRONES = """
[[divisions]]
name = "Drones"
products = [{ value = ["Quadcopter"] }]
"""


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A workspace with the raw logs of a small market."""
    root = tmp_path_factory.mktemp("market")
    market = simulate_market(
        MarketSettings(customers=60, seed=4, history_months=30, last_day=dt.date(2024, 12, 31))
    )
    write_workspace(market, root)
    (root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    return Place(root)


def add_product(place: Place) -> None:
    """Give every fifth log line a sale of a product that no map knows yet."""
    (path,) = place.logs.glob("*.csv")
    with path.open(newline="", encoding="utf-8-sig") as stream:
        header, *rows = csv.reader(stream)
    sold = [
        [*row, "1200.00", "1"] if number % 5 == 0 else [*row, "", ""]
        for number, row in enumerate(row for row in rows if len(row) == len(header))
    ]
    place.write(sold, path.name, [*header, "Quadcopter", "Quadcopter_Qty"])


def test_a_wide_log_is_scored_without_settings_for_its_columns(market, gosales):
    answer = gosales("score-all", market)
    assert answer.code == 0, answer.err
    divisions = {row["division"] for row in market.rows("icp_scores.csv")}
    assert {"Solidworks", "Maintenance", "Training"} <= divisions
    assert {row["rep"] for row in market.rows("whitespace.csv")} - {""}


def test_a_new_division_needs_a_line_in_the_sku_map_and_no_code(market, gosales):
    add_product(market)
    warned = gosales("check", market)
    assert "Quadcopter" in warned.out
    shipped = Path(gosales_map()).read_text(encoding="utf-8")
    (market.root / "my_map.toml").write_text(shipped + DRONES, encoding="utf-8")
    settings = SETTINGS + '[source]\nsku_map = "my_map.toml"\n'
    (market.root / "gosales.toml").write_text(settings, encoding="utf-8")
    answer = gosales("score-all", market)
    assert answer.code == 0, answer.err
    for name in ("icp_scores.csv", "whitespace.csv"):
        assert "Drones" in {row["division"] for row in market.rows(name)}
    assert "drones_model" in {path.name for path in (market.root / "models").iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("change", ["future_extended", "future_scrambled", "late_posted"])
def test_no_future_leaks_into_a_wide_log_of_two_clocks(market, change):
    session = Session.open(Workspace(market.root), Options())
    lab = Laboratory(session, sources_of(session), session.workspace.root / "outputs" / change)
    bench = open_bench(lab, Cutoff.parse("2024-06-30"), lambda _: True)
    found = bench.changed(change)
    bench.close()
    assert bench.exact
    assert found.result == "passed", found.told
    assert found.evidence["future_before"] != found.evidence["future_after"]


def gosales_map() -> Path:
    """The shipped SKU map."""
    return Path(gosales.etl.__file__).parent / "sku_map.toml"
