import errno
import shutil
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from gosales.core.errors import CheckFailed, WorkspaceBusy, WorkspaceError
from gosales.pipeline.session import Options, Session, new_run_id, working
from gosales.pipeline.trouble import in_plain_words
from gosales.utils.lock import holding
from gosales.utils.paths import Workspace
from gosales.utils.store import LISTS, PLAN, STAR, write_text


@pytest.fixture
def session(tmp_path):
    return Session.open(Workspace(tmp_path), Options())


def run(session, parts=(STAR,), warning=None, error=None):
    with working(session, "build-star") as work:
        work.run.made |= set(parts)
        work.warnings += [warning] if warning else []
        if error:
            raise error
    return work.run.run_id


def test_run_ids_sort_by_time(session):
    ids = [run(session) for _ in range(3)]
    assert ids == sorted(ids)
    assert session.store.published().run_id == ids[-1]


def test_with_the_clock_set_back_ids_still_sort_and_the_newest_is_published(session):
    (session.workspace.runs / "20991231T235959-999abcd").mkdir(parents=True)
    ids = [run(session) for _ in range(2)]
    assert [one[:19] for one in ids] == ["21000101T000000-000", "21000101T000000-001"]
    assert session.store.published().run_id == ids[-1]


def test_an_id_of_no_time_names_what_to_move():
    for last in ("20999999T000000-000abcd", "99991231T235959-999abcd"):
        with pytest.raises(WorkspaceError, match="Move its folder out"):
            new_run_id(last)


@pytest.mark.parametrize(("facts", "left"), [(None, {STAR, LISTS}), ("sales.facts", {LISTS})])
def test_lists_of_a_table_elsewhere_end_the_star_that_was_built_here(session, facts, left):
    run(session)
    source = session.config.source.model_copy(update={"facts": facts})
    there = replace(session, config=session.config.model_copy(update={"source": source}))
    with working(there, "score") as work:
        work.made(LISTS)
        work.made(PLAN)
    parts = session.store.published().parts
    assert set(parts) == left | {PLAN}
    assert parts[LISTS] == work.run.run_id
    assert work.made_from == {part: made for part, made in parts.items() if part == STAR}


def test_a_command_sweeps_away_what_killed_ones_left(session):
    write_text(session.workspace.outputs / ".icp_scores.csv.abc.tmp", "half")
    run(session)
    assert not list(session.workspace.outputs.glob(".*.tmp"))


def test_folders_that_are_no_runs_do_not_matter(session):
    (session.workspace.runs / "zzz notes").mkdir(parents=True)
    assert run(session) < "21"


def test_only_one_command_works_at_a_time(session):
    with holding(session.workspace.outputs, "train"):
        run(session)  # the same process, as in `demo`
    with working(session, "train"):
        assert '"command": "train"' in (session.workspace.outputs / ".lock").read_text("utf-8")


def test_a_busy_workspace_is_left_alone(session, monkeypatch):
    def busy(handle):
        raise BlockingIOError(errno.EWOULDBLOCK, "locked")

    monkeypatch.setattr("gosales.utils.lock._lock", busy)
    with pytest.raises(WorkspaceBusy), working(session, "train"):
        pass
    assert not session.workspace.runs.exists()


def test_a_strict_run_with_a_warning_publishes_nothing(tmp_path):
    session = Session.open(Workspace(tmp_path), Options(strict=True))
    with pytest.raises(CheckFailed, match="odd"):
        run(session, warning="odd")
    assert session.store.published().run_id == ""


FULL = "Make room on the disk"
RIGHTS = "Check the permissions"
MEMORY = "memory_gb"
ELSE = "in the place of"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EFBIG, "File too large"), FULL),
        (PermissionError(errno.EACCES, "Permission denied"), RIGHTS),
        (OSError(errno.EROFS, "Read-only file system"), RIGHTS),
        (IsADirectoryError(errno.EISDIR, "Is a directory"), ELSE),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory"), ELSE),
        (FileExistsError(errno.EEXIST, "File exists"), ELSE),
        (OSError(errno.ELOOP, "Too many levels of symbolic links"), ELSE),
        (OSError(errno.ESTALE, "Stale file handle"), "Connect the drive"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit"),
        (OSError(errno.ENAMETOOLONG, "File name too long"), "shorter"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in []"), "TMPDIR"),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]), FULL),
        (shutil.Error([("a", "b", "[Errno 13] Permission denied: 'b'")]), RIGHTS),
        (duckdb.IOException("Could not write file: No space left on device"), FULL),
        (duckdb.IOException('Cannot open file "x.duckdb": Permission denied'), RIGHTS),
        (duckdb.OutOfMemoryException("failed to allocate data"), MEMORY),
        (MemoryError("Unable to allocate 9 GiB"), MEMORY),
        (pa.ArrowInvalid("Could not open Parquet input source 'x.parquet'"), "score-all"),
        (OSError("Couldn't deserialize thrift: TProtocolException"), "score-all"),
        (duckdb.IOException("Could not read enough bytes from file"), "score-all"),
        (duckdb.InvalidInputException("No magic bytes found at end of file"), "score-all"),
        (OSError("ZSTD decompression failed: Unknown frame descriptor"), "score-all"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_machine_refuses_is_an_expected_error(session, error, remedy):
    with pytest.raises(WorkspaceError, match=remedy) as told:
        run(session, error=error)
    assert str(error).split("]")[-1].strip()[:20] in str(told.value)
    assert session.store.published().run_id == ""
    log = next(session.workspace.runs.glob("*/log.jsonl"))
    assert "failed" in log.read_text(encoding="utf-8")


def held():
    """As Python 3.11 ends that tries to remove a scratch folder until its stack is full."""
    try:
        raise PermissionError(errno.EACCES, "Permission denied", "scratch")
    except PermissionError:
        raise RecursionError("maximum recursion depth exceeded")  # noqa: B904 - as it comes


def test_a_scratch_folder_that_is_held_is_an_expected_error(session):
    with pytest.raises(WorkspaceError, match=RIGHTS), working(session, "train"):
        held()


@pytest.mark.parametrize(
    "bug",
    [
        KeyError("x"),
        RecursionError("x"),
        FileNotFoundError(2, "x.parquet"),
        duckdb.BinderException(),
        pa.ArrowInvalid("x"),
    ],
)
def test_a_bug_stays_a_bug(session, bug):
    assert in_plain_words(bug, session.workspace.root) is None
    with pytest.raises(type(bug)), working(session, "train"):
        raise bug


def test_a_log_that_cannot_be_written_does_not_hide_what_went_wrong(session, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    class Log:
        info = staticmethod(lambda *a, **k: None)
        error = staticmethod(full)

    monkeypatch.setattr("gosales.pipeline.session.get_log", Log)
    with pytest.raises(CheckFailed, match="gate"), working(session, "train"):
        raise CheckFailed("gate", remedy="")


def test_what_killed_commands_left_is_swept_away_and_nothing_else(session):
    place = session.workspace
    left = [
        place.outputs / ".whitespace.csv.x1.tmp",
        place.outputs / "validation" / ".gains.csv.x1.tmp",
        place.outputs / "runs" / "r1" / ".icp_scores.csv.x1.tmp",
        place.outputs / "runs" / "r1" / ".check-x1" / "star.duckdb",
        place.outputs / "runs" / "r1" / ".prove-x1" / "base" / "star.duckdb",
        place.models / "cad_model" / "data" / ".model.json.x1.tmp",
        place.stars / ".r1.duckdb.x1" / "r1.duckdb",
        place.staging / ".work-x1" / "staged.parquet",
        place.staging / ".lookup-x1" / "records.parquet",
    ]
    kept = [
        place.outputs / "notes.tmp",
        place.outputs / "runs" / "r1" / "log.jsonl",
        place.logs / ".log.csv.x1.tmp",
        place.models / "cad_model" / "MLmodel",
    ]
    for path in (*left, *kept):
        write_text(path, "x")
    run(session, parts=())
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []
    assert not (place.stars / ".r1.duckdb.x1").exists()
