"""`gosales runs verify`: the same again from the recorded inputs, settings and seed."""

from __future__ import annotations

import contextlib
import json

import pytest

from gosales.pipeline import verify
from tests.integration.conftest import sales

ROWS = sales(customers=14, months=22)


@pytest.fixture
def verified(place, gosales, capsys):
    """`verified(run_id)`: verify a run, by default the published one."""
    from gosales.cli import main

    def run(run_id=None):
        with contextlib.suppress(SystemExit):
            main(["runs", "verify", run_id or newest(place), "--workspace", str(place.root)])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def newest(place):
    return max(path.name for path in (place.outputs / "runs").iterdir())


def snapshot(place):
    paths = [*place.outputs.rglob("*"), *(place.root / "data").rglob("*")]
    files = (path for path in paths if path.is_file() and path.name != ".lock")
    return {path: path.stat().st_mtime_ns for path in files}


def test_every_run_comes_out_the_same_again(place, gosales, verified):
    """A chain: the star of one run, models of others, the lists and the verdict on later months."""
    history = [row for row in ROWS if str(row[2]) <= "2023-07-31"]
    place.write(history)
    commands = {
        "score-all": ("--seed", "3"),
        "build-star": ("--cutoff", "2023-06-30"),
        "train": ("--division", "CAD"),
        "score": ("--division", "CAD", "--division", "Printers"),
        "validate": (),
        "backtest": ("--cutoff", "2023-07-20"),
    }
    later = place.root / "data" / "holdout"
    later.mkdir()
    place.write([row for row in ROWS if str(row[2]) > "2023-07-31"], name="../holdout/later.csv")
    runs = {}
    for command, options in commands.items():
        gosales(command, place, *options)
        runs[command] = newest(place)
    before = snapshot(place)
    for command in ("score", "validate", "backtest"):  # which are built on all the others
        said = verified(runs[command])
        assert "same again:" in said, (command, said)
        assert "error" not in said, (command, said)
    assert snapshot(place) == before, "verifying leaves no trace"


def test_what_was_altered_is_named(place, gosales, verified):
    place.write(ROWS)
    gosales("score-all", place)
    path = place.outputs / "runs" / newest(place) / "icp_scores.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("whitespace", "active", 1), "utf-8")
    said = verified()
    assert "altered after the run:  icp_scores.csv" in said
    assert "error: 1 file(s)" in said


@pytest.mark.parametrize("change", ["changed", "added", "gone"])
def test_inputs_that_changed_are_named(place, gosales, verified, change):
    path = place.write(ROWS)
    place.write(ROWS[:5], name="more.csv")
    gosales("score-all", place)
    if change == "changed":
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "added":
        place.write(ROWS[:3], name="log.csv.csv")
    else:
        path.unlink()
    said = verified()
    assert "inputs changed since:" in said
    assert "error: The inputs" in said
    assert "log.csv" in said


def test_lookups_are_inputs(place, gosales, verified):
    place.write(ROWS)
    lookup = place.root / "data" / "lookup" / "customers.csv"
    lookup.parent.mkdir()
    lookup.write_text("customer_id,customer_name\n0001,One\n", encoding="utf-8")
    gosales("score-all", place)
    assert "same again" in verified()
    lookup.write_text("customer_id,customer_name\n0001,Two\n", encoding="utf-8")
    assert "inputs changed since:   data/lookup/customers.csv" in verified()


def test_other_versions_and_other_results_are_named(place, gosales, verified, monkeypatch):
    place.write(ROWS)
    gosales("score-all", place)
    folder = place.outputs / "runs" / newest(place)
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content["versions"]["lightgbm"] = "1.0.0"
    content["output_hashes"]["metrics.json"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(verify, "hashes", _as_recorded(content, verify.hashes))
    said = verified()
    assert "came out differently:   metrics.json" in said
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
    assert "did not end" in verified()
    place.write(ROWS)
    gosales("check", place)
    assert "`check`, which cannot be made again" in verified()
    path = place.outputs / "runs" / newest(place) / "manifest.json"
    for content in ('{"command": "score-all"}', '{"output_hashes": 3, "made_from": {}}'):
        path.write_text(content, encoding="utf-8")
        assert "from a version that did not record" in verified()
    assert "There is no run" in verified("../..")
