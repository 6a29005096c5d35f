"""Reading past runs."""

import json

import pytest

from gosales.core.errors import WorkspaceError
from gosales.pipeline.runs import find_run, list_runs, read_manifest, render_list, show_run
from gosales.utils.paths import Workspace

OLD, NEW, BAD = "20250101T120000-ab12", "20250301T080000-cd34", "20250201T080000-ff00"


@pytest.fixture
def workspace(tmp_path):
    place = Workspace(tmp_path)
    for run_id, command in ((OLD, "score-all"), (NEW, "train")):
        folder = place.runs / run_id
        folder.mkdir(parents=True)
        manifest = {
            "run_id": run_id,
            "command": command,
            "seed": 7,
            "settings": {"time": {"horizon_months": 6, "last_day": None}},
            "input_hashes": {"log.csv": "0" * 64},
            "versions": {"duckdb": "2.0"},
            "lines_loaded": 12,
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (place.runs / BAD).mkdir()
    log = [{"event": "begin", "command": "score"}, {"event": "failed", "error": "Oh: no\nmore"}]
    lines = "\n".join(map(json.dumps, log))
    (place.runs / BAD / "log.jsonl").write_text(lines, encoding="utf-8")
    metrics = {"populations": {"never_bought": {"_macro": {"auc": 0.71, "n": 40}}}}
    (place.runs / NEW / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    published = {"run_id": NEW, "parts": {"star": OLD, "models": NEW}}
    place.published.write_text(json.dumps(published), encoding="utf-8")
    return place


def test_the_list_says_what_each_run_did_and_publishes(workspace):
    cards = [(card.run_id, card.command, card.state) for card in list_runs(workspace)]
    assert cards == [
        (NEW, "train", "current"),
        (BAD, "score", "failed"),
        (OLD, "score-all", "done"),
    ]
    text = render_list(list_runs(workspace))
    assert "2025-03-01 08:00:00  train" in text
    assert text.splitlines()[3].endswith("star")


def test_one_run_is_shown_whole(workspace):
    text = show_run(workspace, NEW)
    for part in ("train", "time.horizon_months  6", "0" * 64, "duckdb", "seed", "auc", "0.71"):
        assert part in text
    assert "last_day" not in text
    assert "Oh: no more" in show_run(workspace, BAD)


@pytest.mark.parametrize("name", [OLD[:-1] + "3", "../runs/" + OLD, "/etc", "", "."])
def test_an_unknown_run_names_the_nearest(workspace, name):
    with pytest.raises(WorkspaceError, match=r"There is no run .*Did you mean 2025"):
        find_run(workspace, name)


def test_an_empty_workspace_has_no_runs(tmp_path):
    assert render_list(list_runs(Workspace(tmp_path))) == "No runs yet."
    with pytest.raises(WorkspaceError, match="Nothing has run here yet"):
        find_run(Workspace(tmp_path), "x")


def test_a_damaged_manifest_is_told(workspace):
    (workspace.runs / OLD / "manifest.json").write_text("{", encoding="utf-8")
    assert list_runs(workspace)[-1].state == "unreadable"
    shown = show_run(workspace, OLD)
    assert "manifest.json  It is damaged" in shown
    assert "How far it came" not in shown
    with pytest.raises(WorkspaceError, match=r"manifest\.json is damaged"):
        read_manifest(workspace, OLD)
    (workspace.runs / OLD / "manifest.json").unlink()
    assert list_runs(workspace)[-1].state == "unfinished"
    with pytest.raises(WorkspaceError, match="did not end"):
        read_manifest(workspace, OLD)
