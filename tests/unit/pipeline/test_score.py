"""What a scoring adds to the files of the training."""

import json
from types import SimpleNamespace

from gosales.pipeline.score import _complete_metrics

LISTS = SimpleNamespace(faith={"rows": 3}, drift=("The models know nothing after 2023-06-30.",))


def test_metrics_of_the_same_run_repeat_the_warnings_of_drift(tmp_path):
    (tmp_path / "metrics.json").write_text('{"judged_at": null}', encoding="utf-8")
    _complete_metrics(SimpleNamespace(folder=tmp_path), LISTS)
    assert json.loads((tmp_path / "metrics.json").read_text("utf-8")) == {
        "judged_at": None,
        "reasons": {"rows": 3},
        "warnings": ["The models know nothing after 2023-06-30."],
    }


def test_a_run_without_a_training_has_no_metrics(tmp_path):
    _complete_metrics(SimpleNamespace(folder=tmp_path), LISTS)
    assert list(tmp_path.iterdir()) == []
