import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gosales.core.errors import MissingArtifact, WorkspaceError
from gosales.utils.paths import Workspace
from gosales.utils.store import (
    BACKTEST,
    LISTS,
    MODELS,
    STAR,
    VALIDATION,
    RunStore,
    read_json,
    replacing,
    sha256,
    write_json,
    write_text,
)

SCORES, METRICS, QUALITY = "icp_scores.csv", "metrics.json", "data_quality.json"
EVERYTHING = {STAR, MODELS, LISTS}


class Killed(BaseException):
    """Stands for the end of the process, which no handler of the code may catch."""


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def store(workspace):
    return RunStore(workspace)


@pytest.fixture
def publish(store, workspace):
    """`publish(run_id, parts, files, models)`: commit a run whose files hold its run id."""

    def commit(run_id, parts, files=(), models=()):
        run = store.begin(run_id)
        for name in (*files, *(f"models/{model}/MLmodel" for model in models)):
            write_text(run.folder / name, run_id)
        if STAR in parts:
            write_text(workspace.stars / f"{run_id}.duckdb", run_id)
        run.made |= set(parts)
        return store.commit(run)

    return commit


def text(path):
    return path.read_text(encoding="utf-8")


def files(folder):
    """What lies in a folder beside the runs, without the store's own marker."""
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return {name for name in found if not name.startswith(("runs/", ".copied"))}


def link(place, folder):
    try:
        place.symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("links need a right here")


def test_a_commit_publishes_copies(publish, workspace):
    publish("r1", EVERYTHING, [SCORES, METRICS, QUALITY], ["cad_model"])
    assert files(workspace.outputs) == {SCORES, METRICS, QUALITY, "published.json"}
    assert text(workspace.outputs / SCORES) == "r1"
    assert text(workspace.models / "cad_model" / "MLmodel") == "r1"
    assert json.loads(text(workspace.published))["run_id"] == "r1"


def test_what_belongs_to_the_run_alone_stays_there(publish, workspace):
    publish("r1", {LISTS}, [SCORES, "manifest.json", "log.jsonl", "scratch.csv"])
    assert files(workspace.outputs) == {SCORES, "published.json"}
    assert text(workspace.runs / "r1" / "manifest.json") == "r1"


def test_a_part_that_was_not_made_is_not_shown(publish, workspace):
    publish("r1", {LISTS}, [SCORES, METRICS])
    assert files(workspace.outputs) == {SCORES, "published.json"}


def test_parts_are_carried_over_from_the_run_that_made_them(publish, store, workspace):
    publish("r1", EVERYTHING, [SCORES, METRICS, QUALITY], ["cad_model"])
    published = publish("r2", {LISTS}, [SCORES])
    assert published.run_id == "r2"
    assert published.parts == {STAR: "r1", MODELS: "r1", LISTS: "r2"}
    assert (text(workspace.outputs / SCORES), text(workspace.outputs / METRICS)) == ("r2", "r1")
    assert store.models_folder() == workspace.runs / "r1" / "models"
    assert store.star_path() == workspace.stars / "r1.duckdb"


def test_a_part_that_a_run_ends_goes_with_all_that_speaks_of_it(publish, store, workspace):
    publish("r1", EVERYTHING | {BACKTEST}, [SCORES, "backtest/report.html"])
    run = store.begin("r2")
    run.made, run.gone = {LISTS}, {STAR}
    store.commit(run)
    assert store.published().parts == {MODELS: "r1", LISTS: "r2"}
    assert files(workspace.outputs) == {"published.json"}
    assert not list(workspace.stars.iterdir())


def test_a_file_that_the_new_run_has_not_is_removed(publish, workspace):
    publish("r1", {VALIDATION}, ["validation/gains.csv", "validation/report.html"])
    publish("r2", {VALIDATION}, ["validation/gains.csv"])
    assert "validation/report.html" not in files(workspace.outputs)
    assert text(workspace.outputs / "validation" / "gains.csv") == "r2"


def test_a_validation_goes_when_the_models_it_judged_go(publish, workspace):
    publish("r1", {MODELS}, [METRICS], ["cad_model"])
    publish("r2", {VALIDATION, BACKTEST}, ["validation/report.html", "backtest/folds.csv"])
    published = publish("r3", {MODELS}, [METRICS], ["cad_model"])
    assert VALIDATION not in published.parts
    assert files(workspace.outputs) == {METRICS, "backtest/folds.csv", "published.json"}


def test_a_users_own_file_beside_the_lists_is_left_alone(publish, workspace):
    write_text(workspace.outputs / "my notes.txt", "mine")
    publish("r1", {LISTS}, [SCORES])
    publish("r2", {LISTS}, [SCORES])
    assert text(workspace.outputs / "my notes.txt") == "mine"


def test_models_of_divisions_that_are_gone_are_dropped_and_others_folders_kept(publish, workspace):
    (workspace.models / "my_model").mkdir(parents=True)
    publish("r1", {MODELS}, [], ["cad_model", "gis_model"])
    publish("r2", {MODELS}, [], ["cad_model"])
    assert {folder.name for folder in workspace.models.iterdir()} == {"cad_model", "my_model"}


def test_old_stars_are_dropped(publish, store, workspace):
    publish("r1", {STAR})
    publish("r2", {STAR})
    assert [path.name for path in workspace.stars.iterdir()] == ["r2.duckdb"]
    assert store.star_path() == workspace.stars / "r2.duckdb"


def test_links_of_a_workspace_lead_to_nothing_that_is_removed(publish, workspace, tmp_path):
    """Whoever gives a workspace may have put links to a user's own folders into it."""
    own = tmp_path / "own"
    kept = ["thesis.txt", "crm.duckdb", "MLmodel", "division_model/model.json"]
    for name in kept:
        write_text(own / name, "mine")
    publish("r1", EVERYTHING, [SCORES], ["cad_model", "gis_model"])
    shutil.rmtree(workspace.models / "cad_model")
    shutil.rmtree(workspace.stars)
    places = [workspace.outputs / "validation", workspace.outputs / "backtest", workspace.stars]
    places += [workspace.models / name for name in ("cad_model", "old_model", "gis_model/data")]
    for place in places:
        link(place, own)
    model = "models/{}_model/data/division_model/model.json".format
    publish("r2", {MODELS, VALIDATION, STAR}, ["validation/gains.csv", model("gis")], ["cad_model"])
    publish("r3", {MODELS, STAR}, [model("gis")], ["cad_model"])
    assert {name: text(own / name) for name in kept} == dict.fromkeys(kept, "mine")
    assert text(workspace.models / "cad_model" / "MLmodel") == "r3"


def test_nothing_that_a_run_only_links_to_is_copied(publish, store, workspace, tmp_path):
    """Else a user's own files would lie in a workspace that goes back to whoever gave it."""
    own = tmp_path / "own"
    for name in ("id_rsa", "cad_model/MLmodel", "gains.csv"):
        write_text(own / name, "mine")
    publish("r1", {MODELS, VALIDATION}, ["validation/gains.csv"], ["cad_model", "gis_model"])
    run = workspace.runs / "r1"
    for name in ("validation", "models/gis_model"):
        shutil.rmtree(run / name)
        link(run / name, own)
    write_text(workspace.outputs / ".copied.json", "")
    store.sync()
    copies = [*workspace.models.rglob("*"), *(workspace.outputs / "validation").rglob("*")]
    assert {text(path) for path in copies if path.is_file()} == {"r1"}
    shutil.rmtree(run / "models")
    link(run / "models", own)
    write_text(workspace.outputs / ".copied.json", "")
    store.sync()
    assert "mine" not in {text(path) for path in workspace.models.rglob("*") if path.is_file()}


def test_before_the_first_run_nothing_is_published(store):
    assert store.published().run_id == ""
    assert store.sync() is None
    with pytest.raises(MissingArtifact, match="gosales build-star"):
        store.star_path()
    with pytest.raises(MissingArtifact, match="gosales train"):
        store.models_folder()


def test_an_uncommitted_run_is_not_published(publish, store, workspace):
    publish("r1", {LISTS}, [SCORES])
    write_text(store.begin("r2").folder / SCORES, "r2")
    store.sync()
    assert text(workspace.outputs / SCORES) == "r1"


def test_a_run_id_is_used_once(store):
    store.begin("r1")
    with pytest.raises(WorkspaceError, match="r1 cannot be made"):
        store.begin("r1")


@pytest.mark.parametrize("harm", ["deleted", "tampered", "half of the models"])
def test_an_interrupted_copy_is_finished_by_the_next_command(publish, store, workspace, harm):
    publish("r1", EVERYTHING, [SCORES, METRICS, QUALITY], ["cad_model", "gis_model"])
    before = files(workspace.root)
    (workspace.outputs / ".copied.json").unlink()
    if harm == "deleted":
        (workspace.outputs / SCORES).unlink()
    elif harm == "tampered":
        (workspace.outputs / SCORES).write_text("r0", encoding="utf-8")
    else:
        (workspace.models / "gis_model" / "MLmodel").unlink()
    store.sync()
    assert files(workspace.root) == before
    assert text(workspace.outputs / SCORES) == "r1"


@pytest.mark.parametrize("step", range(5))
def test_a_kill_at_any_copy_is_mended(publish, store, workspace, monkeypatch, step):
    """The process ends at the nth replacement of the commit; the first commits."""
    publish("r1", EVERYTHING, [SCORES, METRICS], ["cad_model"])
    with monkeypatch.context() as patched:
        kill_at(patched, step, [SCORES, METRICS, "MLmodel", "published.json", ".copied.json"])
        with pytest.raises(Killed):
            publish("r2", EVERYTHING, [SCORES, METRICS], ["cad_model"])
    store.sync()
    expected = json.loads(text(workspace.published))["run_id"]
    assert text(workspace.outputs / SCORES) == text(workspace.outputs / METRICS) == expected
    assert text(workspace.models / "cad_model" / "MLmodel") == expected
    assert store.star_path().is_file()


def test_a_rollback_that_was_interrupted_and_taken_back_is_mended(publish, store, workspace):
    """The marker of what was copied last must not speak for copies that were replaced since."""
    publish("r1", {LISTS}, [SCORES, "whitespace.csv"])
    publish("r2", {LISTS}, [SCORES, "whitespace.csv"])
    newest = text(workspace.published)
    write_text(workspace.published, newest.replace("r2", "r1"))
    with pytest.MonkeyPatch.context() as patched:
        kill_at(patched, 1, [SCORES, "whitespace.csv"])
        with pytest.raises(Killed):
            store.sync()
    write_text(workspace.published, newest)
    store.sync()
    assert text(workspace.outputs / SCORES) == text(workspace.outputs / "whitespace.csv") == "r2"


def kill_at(patched, step, names):
    """End the process when the `step`th published file is about to be replaced."""
    real, seen = Path.replace, []

    def counted(self, target):
        if "runs" not in Path(target).parts and Path(target).name in names:
            seen.append(target)
            if len(seen) == step + 1:
                raise Killed
        return real(self, target)

    patched.setattr(Path, "replace", counted)


def test_a_copy_that_is_up_to_date_is_not_made_again(publish, store, workspace):
    publish("r1", {LISTS}, [SCORES])
    before = (workspace.outputs / SCORES).stat().st_ino
    store.sync()
    assert (workspace.outputs / SCORES).stat().st_ino == before


def test_a_run_folder_that_was_cleaned_away_does_not_stop_other_parts(publish, workspace):
    publish("r1", {LISTS}, [SCORES])
    shutil.rmtree(workspace.runs / "r1")
    publish("r2", {STAR}, [QUALITY])
    assert text(workspace.outputs / QUALITY) == "r2"
    assert text(workspace.outputs / SCORES) == "r1", "the copy is all that there is"


def test_models_that_were_cleaned_away_do_not_stop_other_parts(publish, workspace):
    publish("r1", {MODELS}, [METRICS], ["cad_model"])
    shutil.rmtree(workspace.runs / "r1")
    publish("r2", {STAR}, [QUALITY])
    assert text(workspace.outputs / QUALITY) == "r2"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"parts": 1}', '{"parts": []}'],
)
def test_a_published_file_that_is_no_such_thing_is_an_error(store, workspace, content):
    write_text(workspace.published, content)
    with pytest.raises(WorkspaceError, match=r"published\.json"):
        store.published()


def test_replacing_shows_the_new_file_only_when_it_is_whole(tmp_path):
    path = tmp_path / "list.csv"
    write_text(path, "old")
    with replacing(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert text(path) == "old"
    assert text(path) == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, WorkspaceError("", remedy="")])
def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path, error):
    path = tmp_path / "list.csv"
    write_text(path, "old")

    def write():
        with replacing(path) as half:
            half.write_text("ne", encoding="utf-8")
            raise error

    with pytest.raises((ValueError, KeyboardInterrupt, WorkspaceError)):
        write()
    assert text(path) == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["list.csv"]


def test_a_file_that_cannot_be_replaced_says_what_to_do(tmp_path):
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(WorkspaceError, match=r"list\.csv cannot be written") as refused:
        write_text(tmp_path / "list.csv", "new")
    assert "Excel" in refused.value.remedy
    assert not (tmp_path / "list.csv.tmp").exists()


def test_folders_are_made_as_needed(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "x")
    assert text(tmp_path / "a" / "b" / "c.txt") == "x"


def test_nobodys_permissions_are_switched_off_meanwhile(tmp_path, monkeypatch):
    """Not for a moment: other threads of the process make files too."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail(f"umask({mask})"))
    write_text(tmp_path / "list.csv", "x")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_new_file_has_the_users_usual_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "list.csv", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "list.csv").stat().st_mode & 0o777 == 0o640


def test_text_is_utf8_with_unix_line_ends(tmp_path):
    write_text(tmp_path / "a.txt", "Größe\nzwei\n")
    assert (tmp_path / "a.txt").read_bytes() == "Größe\nzwei\n".encode()


def test_json_comes_back_with_sorted_keys(tmp_path):
    write_json(tmp_path / "a.json", {"b": "Größe", "a": [1, None]})
    assert read_json(tmp_path / "a.json", made_by="train") == {"a": [1, None], "b": "Größe"}
    assert text(tmp_path / "a.json").index('"a"') < text(tmp_path / "a.json").index('"b"')
    assert "Größe" in text(tmp_path / "a.json")


def test_json_that_is_not_there_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(MissingArtifact, match="gosales train"):
        read_json(tmp_path / "a.json", made_by="train")


def test_sha256(tmp_path):
    write_text(tmp_path / "a", "abc")
    assert sha256(tmp_path / "a").startswith("ba7816bf8f01cfea")


def test_everything_is_on_the_disk_before_the_run_is_published(
    publish, store, workspace, monkeypatch
):
    """A power cut after the commit must not find half of it in a cache, nor take it back."""
    synced, at_commit = set(), []
    folders = [] if os.name == "nt" else [workspace.runs, workspace.stars]
    real_sync, real_replace = os.fsync, Path.replace

    def inode(path):
        return path.stat().st_ino

    def sync(handle):
        synced.add(os.fstat(handle).st_ino)
        return real_sync(handle)

    def replace(self, target):
        if target == workspace.published:
            made = [self, *folders, *(workspace.runs / "r1").rglob("*")]
            made = [path for path in made if path.is_file() or os.name != "nt"]
            at_commit.append([path.name for path in made if inode(path) not in synced])
            synced.clear()
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    workspace.stars.mkdir(parents=True)
    run = store.begin("r1")
    (run.folder / "models").mkdir()
    (run.folder / "models" / "MLmodel").write_text("written by a library", encoding="utf-8")
    write_text(run.folder / SCORES, "r1")
    run.made |= {LISTS}
    store.commit(run)
    assert at_commit == [[]]
    assert os.name == "nt" or inode(workspace.outputs) in synced


def test_a_file_that_a_model_no_longer_has_goes(publish, workspace):
    publish("r1", {MODELS}, ["models/cad_model/trees/old.txt"], ["cad_model"])
    publish("r2", {MODELS}, [], ["cad_model"])
    assert files(workspace.models) == {"cad_model/MLmodel"}


def test_a_copy_that_was_deleted_comes_back(publish, store, workspace):
    publish("r1", EVERYTHING, [SCORES], ["cad_model"])
    (workspace.outputs / SCORES).unlink()
    shutil.rmtree(workspace.models / "cad_model")
    store.settle()
    assert text(workspace.outputs / SCORES) == "r1"
    assert text(workspace.models / "cad_model" / "MLmodel") == "r1"


def test_a_copy_that_a_user_changed_stays_until_the_next_publishing(publish, store, workspace):
    publish("r1", EVERYTHING, [SCORES])
    (workspace.outputs / SCORES).write_text("called on Monday", encoding="utf-8")
    store.settle()
    assert text(workspace.outputs / SCORES) == "called on Monday"


def test_one_locked_copy_does_not_stop_the_others(publish, store, workspace, monkeypatch):
    publish("r1", EVERYTHING, [SCORES, METRICS, QUALITY])
    real = Path.replace

    def locked(self, target):
        if target == workspace.outputs / METRICS:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", locked)
        with pytest.raises(WorkspaceError, match="r2 is published, but 1 file"):
            publish("r2", EVERYTHING, [SCORES, METRICS, QUALITY])
    assert (text(workspace.outputs / SCORES), text(workspace.outputs / METRICS)) == ("r2", "r1")
    store.settle()
    assert text(workspace.outputs / METRICS) == "r2"


def test_an_interrupted_copy_waits_while_another_command_works(publish, store, workspace):
    publish("r1", {LISTS}, [SCORES])
    (workspace.outputs / SCORES).unlink()
    code = (
        "import sys, time; from pathlib import Path; from gosales.utils.lock import holding\n"
        "with holding(Path(sys.argv[1]), 'x'): print('go', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(workspace.outputs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        store.settle()
        assert not (workspace.outputs / SCORES).exists()
        other.kill()
    store.settle()
    assert text(workspace.outputs / SCORES) == "r1"


@pytest.mark.parametrize("content", [b"\xa0\xff", b"", b"{}"])
def test_a_broken_mark_of_the_copies_is_made_again(publish, store, workspace, content):
    publish("r1", EVERYTHING, [SCORES], ["cad_model"])
    before = (workspace.outputs / ".copied.json").read_bytes()
    (workspace.outputs / ".copied.json").write_bytes(content)
    store.settle()
    assert (workspace.outputs / ".copied.json").read_bytes() == before
