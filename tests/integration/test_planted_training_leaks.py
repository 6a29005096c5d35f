"""Leaks in training, judging and scoring: the named check of `gosales prove` must fail on each."""

from __future__ import annotations

import pytest

from tests.integration import planted
from tests.integration.proofs import Clean, Planted, assert_caught, bench_of, make_workspace

pytestmark = pytest.mark.slow
PLANTED = [
    Planted(
        planted.overlapping_label_windows, {"labels_swapped": "training_rows", "row_overlap": ""}
    ),
    Planted(planted.trained_on_the_judged_rows, {"row_overlap": ""}),
    Planted(
        planted.target_in_a_feature,
        {"labels_swapped": "features", "shuffled_labels": "", "single_feature": ""},
    ),
    Planted(planted.target_in_a_feature_at_month_ends, {"placebo_cutoff": ""}),
    Planted(planted.proof_trained_on_its_own_horizon, {"judged_horizon_hidden": ""}),
    Planted(planted.calibration_on_the_judged_rows, {"judged_horizon_hidden": ""}),
    Planted(planted.scaler_on_the_scored_rows, {"row_alone": ""}),
    Planted(planted.another_seed_each_time, {"repeated_run": "judged_scores"}),
    Planted(planted.trees_that_differ_with_the_moment, {"repeated_run": "judged_scores"}),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return make_workspace(tmp_path_factory.mktemp("market") / "workspace")


@pytest.fixture(scope="module")
def clean(workspace, tmp_path_factory):
    made = Clean(bench_of(workspace, tmp_path_factory.mktemp("clean")))
    yield made
    made.bench.close()


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.name)
def test_a_planted_leak_is_caught(leak, workspace, tmp_path, clean):
    assert_caught(leak, workspace, tmp_path, clean)
