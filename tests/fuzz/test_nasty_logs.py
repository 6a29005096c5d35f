"""The whole job on generated bad logs: it ends with lists or with one message."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter

import pytest

from tests.campaign import CAMPAIGN, tried, was_tried
from tests.conftest import figure
from tests.fuzz.nasty import nasty_log

SEEDS = range(1, 201) if CAMPAIGN else (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


@pytest.fixture(scope="module")
def outcomes():
    """How the runs ended, told at the end."""
    found = Counter()
    yield found
    figure(
        f"nasty logs: {found[0]} ended with lists, {found[1]} with a message, every line counted"
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_lists_or_one_message(place, gosales, seed, outcomes):
    if was_tried(f"nasty log {seed}"):
        pytest.skip("tried before, see campaign.log")
    files, lines, told = nasty_log(seed)
    for name, content in files.items():
        (place.logs / name).write_bytes(content)
    answer = gosales("score-all", place)
    assert "Traceback" not in answer.err
    outcomes[answer.code] += 1
    if answer.code == 1:
        assert answer.err.startswith("error: "), told
        assert answer.err.count("\n") == 1, answer.err
        assert not (place.outputs / "published.json").exists()
    else:
        assert answer.code == 0
        assert answer.out.replace("\n", "").isprintable()
        _check_lines(place, lines)
        _check_lists(place)
    tried(f"nasty log {seed}")


def _check_lines(place, lines):
    quality = json.loads((place.outputs / "data_quality.json").read_text(encoding="utf-8"))
    rejected = sum(quality["lines_rejected"].values())
    assert quality["lines_read"] == quality["lines_loaded"] + rejected
    assert lines in (None, quality["lines_read"])
    per_file = quality["files"]
    for key in ("lines_read", "lines_loaded", "lines_rejected"):
        total = rejected if key == "lines_rejected" else quality[key]
        assert sum(one[key] for one in per_file) == total
    csv.field_size_limit(sys.maxsize >> 16)
    assert len(place.rows("rejects.csv")) == rejected


def _check_lists(place):
    scores = place.rows("icp_scores.csv")
    cells = {(row["customer_id"], row["division"]) for row in scores}
    assert len(cells) == len(scores)
    assert len(scores) == len({c for c, _ in cells}) * len({d for _, d in cells})
    assert all(0 < float(row["icp_score"]) < 1 for row in scores)
    assert all(float(row["expected_value"]) >= 0 for row in scores)
    open_cells = {
        (row["customer_id"], row["division"]) for row in scores if row["status"] == "whitespace"
    }
    divisions = [row for row in place.rows("whitespace.csv") if row["level"] == "division"]
    assert {(row["customer_id"], row["division"]) for row in divisions} == open_cells
    assert [int(row["rank"]) for row in divisions] == list(range(1, len(divisions) + 1))
    models = [path.name for path in (place.root / "models").iterdir()]
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in models)
