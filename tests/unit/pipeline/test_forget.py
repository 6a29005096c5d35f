"""What `gosales forget` says of files that it cannot reach."""

import json
import os
import sys

import pytest

from gosales.core.errors import WorkspaceError
from gosales.core.person import Person
from gosales.etl.forget_star import star_has
from gosales.pipeline.forget import (
    Forgetting,
    _amend,
    _clean_runs,
    _drop_staged,
    _look_at_raw,
    _stars,
)
from gosales.utils.paths import Workspace


def link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links need a right here")


def test_raw_files_on_a_drive_that_is_not_connected_are_told(tmp_path):
    workspace = Workspace(tmp_path)
    link(workspace.logs / "share.csv", tmp_path / "gone.csv")
    link(workspace.holdout, tmp_path / "gone")
    found = Forgetting(dry=True)
    _look_at_raw(workspace, Person("007", ()), found)
    assert found.unread == ["data/database_samples/share.csv", "data/holdout"]
    assert "links, or no runs of ours" in found.summary()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are closed otherwise there")
def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    (workspace.logs / "closed").mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, _mode: path.name != "closed")
    found = Forgetting(dry=True)
    _look_at_raw(workspace, Person("007", ()), found)
    assert found.unread == ["data/database_samples/closed"]


def test_a_star_that_cannot_be_read_is_none_without_the_customer(tmp_path):
    star = tmp_path / "r.duckdb"
    star.write_bytes(b"no database at all" * 100)
    with pytest.raises(WorkspaceError, match="nobody can tell whom it holds") as told:
        star_has(star, "007")
    assert "gosales build-star" in told.value.remedy


def test_stars_on_a_drive_that_is_not_connected_are_no_stars_without_the_customer(tmp_path):
    workspace = Workspace(tmp_path)
    assert _stars(workspace) == []
    link(workspace.stars, tmp_path / "gone")
    with pytest.raises(WorkspaceError, match="star is a link that leads nowhere"):
        _stars(workspace)


def test_copies_of_raw_logs_go_also_behind_a_link(tmp_path):
    """What else is there stays: whoever gave the workspace may have made the link."""
    disk, workspace = tmp_path / "disk", Workspace(tmp_path / "workspace")
    copy, own = f"{'0a' * 32}.{'0a' * 6}.lines.parquet", disk / "thesis.parquet"
    (disk / "holdout").mkdir(parents=True)
    for path in (disk / copy, disk / "holdout" / copy, own):
        path.write_bytes(b"0007")
    _drop_staged(workspace)  # there is none yet
    workspace.staging.parent.mkdir(parents=True)
    link(workspace.staging, disk)
    _drop_staged(workspace)
    assert [path for path in disk.rglob("*") if path.is_file()] == [own]


@pytest.mark.parametrize("place", ["runs", "runs/20240101T000000-0001234", "exports", "diffs"])
def test_a_users_own_folder_behind_a_link_stays_as_it_is(tmp_path, place):
    """Whoever gave the workspace may have made the link; pages and what is damaged are removed."""
    own, workspace = tmp_path / "own", Workspace(tmp_path / "workspace")
    (own / "letters").mkdir(parents=True)
    mine = {own / at / name for at in ("", "letters") for name in ("a.html", "b.csv", "c.json")}
    for path in mine:
        path.write_text("dear 007,", encoding="utf-8")
    link(workspace.outputs / place, own)
    found = Forgetting(dry=False)
    _clean_runs(workspace, Person("007", ()), found)
    assert {path.read_text(encoding="utf-8") for path in mine} == {"dear 007,"}
    told = f"outputs/{place}/letters" if place == "runs" else f"outputs/{place}"
    assert (found.files, found.unread) == ([], [told])


def test_folders_of_outputs_that_are_a_link_are_told_and_stay_as_they_are(tmp_path):
    """Runs there are known by their ids; exports and comparisons by no more than a usual word."""
    own, workspace = tmp_path / "own", Workspace(tmp_path / "workspace")
    run = own / "runs" / "20240101T000000-0001234" / "icp_scores.csv"
    for path in (own / "exports" / "a.html", own / "diffs" / "b.csv", run):
        path.parent.mkdir(parents=True)
        path.write_text("customer_id,score\n007,0.5\n", encoding="utf-8")
    link(workspace.outputs, own)
    found = Forgetting(dry=False)
    _clean_runs(workspace, Person("007", ()), found)
    assert found.unread == ["outputs/exports", "outputs/diffs"]
    assert found.files == [f"outputs/{run.relative_to(own).as_posix()}"]
    kept = {path.name for path in own.rglob("*") if path.is_file() and "007" in path.read_text()}
    assert kept == {"a.html", "b.csv"}


def test_a_manifest_loses_what_its_warnings_say(tmp_path):
    path, person = tmp_path / "manifest.json", Person("007", ("Acme",))
    content = {"warnings": ["Several ids (e.g. Acme)."], "input_hashes": {"Acme.csv": "1"}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert _amend(tmp_path, person, others=False, dry=True)
    assert json.loads(path.read_text(encoding="utf-8")) == content
    assert _amend(tmp_path, person, others=False, dry=False)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert manifest["warnings"] == ["Several ids (e.g. (forgotten))."]
    assert manifest["input_hashes"] == {"Acme.csv": "1"}
    assert manifest["forgotten"] == 1
    assert not _amend(tmp_path, person, others=False, dry=False)
    path.write_text('{"warnings": ["Acme', encoding="utf-8")
    assert _amend(tmp_path, person, others=False, dry=False)
    assert not path.exists()
