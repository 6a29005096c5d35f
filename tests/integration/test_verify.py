"""`gosales runs verify`: the same again from the recorded inputs, settings and seed."""

from __future__ import annotations

import contextlib
import json

import pytest

from gosales.pipeline import verify
from tests.integration.conftest import SETTINGS, sales

ROWS = sales(customers=14, months=19)


@pytest.fixture
def verified(capsys):
    """`verified(place, run_id)`: verify a run, by default the published one."""
    from gosales.cli import main

    def run(place, run_id=None):
        with contextlib.suppress(SystemExit):
            main(["runs", "verify", run_id or newest(place), "--workspace", str(place.root)])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def newest(place):
    return max(path.name for path in (place.outputs / "runs").iterdir())


def lists_run(place):
    """The main job's run; other tests may have left later runs in the shared workspace."""
    return max(path.parent.name for path in place.outputs.glob("runs/*/icp_scores.csv"))


def snapshot(place):
    paths = [*place.outputs.rglob("*"), *(place.root / "data").rglob("*")]
    files = (path for path in paths if path.is_file() and path.name != ".lock")
    return {path: path.stat().st_mtime_ns for path in files}


def test_every_run_comes_out_the_same_again(place, gosales, verified):
    """Chains: the star of one run, models of two others, the lists and the verdict on later months.

    A lookup is an input like any other. `score-all` is made again in a test below.
    """
    (place.root / "gosales.toml").write_text(
        SETTINGS + "[time]\nhorizon_months = 3\n[backtest]\nfolds = 1\ndraws = 100\n", "utf-8"
    )
    lookup = place.root / "data" / "lookup" / "customers.csv"
    later = place.root / "data" / "holdout"
    for folder in (lookup.parent, later):
        folder.mkdir()
    lookup.write_text("customer_id,customer_name\n0001,One\n", encoding="utf-8")
    place.write([row for row in ROWS if str(row[2]) <= "2023-04-30"])
    place.write([row for row in ROWS if str(row[2]) > "2023-04-30"], name="../holdout/later.csv")
    runs = {}
    for command in (
        "build-star --cutoff 2023-04-30",
        "train --seed 3",
        "validate",
        "train --division CAD",
        "score --division CAD --division Printers",
        "backtest",
    ):
        name, *options = command.split()
        gosales(name, place, *options)
        runs[name] = newest(place)
    before = snapshot(place)
    for command in ("score", "validate", "backtest"):  # which are built on all the others
        said = verified(place, runs[command])
        assert "same again:" in said, (command, said)
        assert "error" not in said, (command, said)
    assert snapshot(place) == before, "verifying leaves no trace"
    lookup.write_text("customer_id,customer_name\n0001,Two\n", encoding="utf-8")
    assert "inputs changed since:   data/lookup/customers.csv" in verified(place, runs["score"])


def test_what_was_altered_is_named(scored_copy, verified, monkeypatch):
    place = scored_copy
    monkeypatch.setattr(verify, "_made_again", lambda *_given: {})
    path = place.outputs / "runs" / lists_run(place) / "icp_scores.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("whitespace", "active", 1), "utf-8")
    said = verified(place, lists_run(place))
    assert "altered after the run:  icp_scores.csv" in said
    assert "error: 1 file(s)" in said


@pytest.mark.parametrize("change", ["changed", "added", "gone"])
def test_inputs_that_changed_are_named(scored_copy, verified, change):
    place = scored_copy
    path = place.logs / "log.csv"
    if change == "changed":
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "added":
        place.write(ROWS[:3], name="log.csv.csv")
    else:
        path.rename(path.with_name("other.csv"))
    said = verified(place, lists_run(place))
    assert "inputs changed since:" in said
    assert "error: The inputs" in said
    assert "log.csv" in said


def test_other_versions_and_other_results_are_named(scored_copy, verified, monkeypatch):
    place = scored_copy
    folder = place.outputs / "runs" / lists_run(place)
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content["versions"]["lightgbm"] = "1.0.0"
    content["output_hashes"]["metrics.json"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(verify, "hashes", _as_recorded(content, verify.hashes))
    said = verified(place, lists_run(place))
    assert "same again:" in said
    assert "came out differently:   metrics.json\n" in said
    assert "Changed since: lightgbm 1.0.0 -> " in said


def _as_recorded(content, real):
    """The run's own files look unaltered; what is made again is really looked at."""
    calls = []

    def looked_at(folder, but):
        calls.append(folder)
        return content["output_hashes"] if len(calls) == 1 else real(folder, but)

    return looked_at


def test_runs_that_cannot_be_verified_say_why(place, gosales, verified):
    place.write([(*row[:2], "soon", *row[3:]) for row in ROWS])
    gosales("score-all", place)
    assert "did not end" in verified(place)
    place.write(ROWS)
    gosales("check", place)
    assert "`check`, which cannot be made again" in verified(place)
    path = place.outputs / "runs" / newest(place) / "manifest.json"
    for content in ('{"command": "score-all"}', '{"output_hashes": 3, "made_from": {}}'):
        path.write_text(content, encoding="utf-8")
        assert "from a version that did not record" in verified(place)
    assert "There is no run" in verified(place, "../..")
