"""Leaks in loading and in features: the named check of `gosales prove` must fail on each.

Each check is also made on the engine as it is, where it must pass: a check that always fails, or
that cannot be made here, catches nothing. Leaks in training and judging are in the next file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gosales.evaluation.checks.check import FAILED, PASSED
from gosales.pipeline.prove_clocks import cost_of_ignoring
from tests.integration import planted
from tests.integration.proofs import (
    CUTOFF,
    Clean,
    Planted,
    assert_caught,
    bench_of,
    divisions_of_the_horizon,
    make_workspace,
)
from tests.integration.test_planted_training_leaks import PLANTED as IN_TRAINING

pytestmark = pytest.mark.slow
PAGE = Path(__file__).resolve().parents[2] / "docs" / "leak_certificate.md"
PLANTED = [
    # Not `future_extended`: its invented division would be refused before parts are compared.
    Planted(planted.cutoff_off_by_one_day, {"future_scrambled": "facts"}),
    Planted(planted.known_at_ignored, {"late_posted": "facts"}),
    Planted(planted.returns_netted_back, {"future_extended": "facts"}),
    Planted(planted.latest_row_kept, {"future_extended": "facts"}),
    Planted(planted.latest_name, {"future_extended": "names"}),
    Planted(planted.todays_attribute, {"future_scrambled": "attributes", "dated_attributes": ""}),
    Planted(planted.popularity_over_all_time, {"future_deleted": "features"}),
    Planted(planted.encoder_over_all_time, {"future_deleted": "features"}),
    Planted(planted.factors_over_all_time, {"labels_swapped": "features"}),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return make_workspace(tmp_path_factory.mktemp("market") / "workspace", months=3)


@pytest.fixture(scope="module")
def clean(workspace, tmp_path_factory):
    made = Clean(bench_of(workspace, tmp_path_factory.mktemp("clean")))
    yield made
    made.bench.close()


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.name)
def test_a_planted_leak_is_caught(leak, workspace, tmp_path, clean):
    assert_caught(leak, workspace, tmp_path, clean)


def test_the_price_of_ignoring_the_knowledge_clock_is_told_of_the_same_cells(clean):
    bench = clean.bench
    cost = cost_of_ignoring(bench.lab.at(CUTOFF), bench.base, bench.outcome())
    assert cost["optimism"] == pytest.approx(cost["auc_naive"] - cost["auc_honest"], abs=2e-4)
    assert cost["optimism_low"] < cost["optimism"] < cost["optimism_high"]


def test_the_unchanged_copy_of_the_raw_logs_gives_their_star(clean):
    assert clean.bench.exact


def test_a_target_in_a_lookup_is_caught_by_the_alarm_on_single_columns(tmp_path, clean):
    """The user says that the status never changes; in truth it was filled in at the sale."""
    assert clean.check("single_feature").result == PASSED, clean.check("single_feature").told
    declared = '[lookup.customers]\nconstant = ["trade", "status_today"]\n'
    place = make_workspace(tmp_path / "workspace", declared, divisions_of_the_horizon())
    bench = bench_of(place, tmp_path)
    found = bench.single_feature()
    bench.close()
    assert found.result == FAILED, found.told
    assert "attribute status_today" in found.evidence["alarms"]


def test_every_planted_leak_is_on_the_page():
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    for leak in [*PLANTED, *IN_TRAINING]:
        (row,) = [line for line in rows if line.startswith(f"| {leak.name} |")]
        for check in leak.caught_by:
            assert f"`{check}`" in row, leak.name
