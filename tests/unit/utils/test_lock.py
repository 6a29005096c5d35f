import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from gosales.core.errors import WorkspaceBusy, WorkspaceError
from gosales.utils import lock
from gosales.utils.lock import NAME, Owner, holding

HOLDER = """\
import sys, time
from pathlib import Path
from gosales.utils.lock import holding
with holding(Path(sys.argv[1]), "score-all"):
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock of `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def leave(folder, **changes):
    """Write the text that an owner left who did not end properly."""
    owner = replace(Owner.me("train"), **changes)
    (folder / NAME).write_text(json.dumps(asdict(owner)), encoding="utf-8")


def test_a_second_process_is_told_who_works_and_what_to_do(tmp_path, holder):
    with pytest.raises(WorkspaceBusy, match="gosales score-all") as refused, holding(tmp_path, "x"):
        pass
    told = str(refused.value)
    assert f"process {holder.pid} on " in told
    assert "UTC" in told
    assert str(tmp_path.parent) in told
    assert "Wait until it has ended" in told
    assert told.isascii()


def test_a_lock_that_is_a_link_is_refused_and_what_it_leads_to_keeps_its_text(tmp_path):
    own = tmp_path / "thesis.txt"
    own.write_text("mine", encoding="utf-8")
    try:
        (tmp_path / NAME).symlink_to(own)
    except OSError:
        pytest.skip("links need a right here")
    with pytest.raises(WorkspaceError, match="is a link"), holding(tmp_path, "score-all"):
        pass
    assert own.read_text("utf-8") == "mine"


@pytest.mark.parametrize("target", ["outputs", "gone"], ids=["in a circle", "to nowhere"])
def test_no_lock_is_taken_where_a_link_leads_nowhere(tmp_path, target):
    """As when a drive is not connected: what was written in its place would be lost from view."""
    try:
        (tmp_path / "outputs").symlink_to(target)
    except OSError:
        pytest.skip("links need a right here")
    with pytest.raises(WorkspaceError, match="leads nowhere"), holding(tmp_path / "outputs", "x"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]


def test_a_killed_process_lets_go(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert json.loads((tmp_path / NAME).read_text(encoding="utf-8"))["pid"] == holder.pid
    with holding(tmp_path, "x"):
        assert json.loads((tmp_path / NAME).read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_it_is_free_again_at_the_end_and_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyError), holding(tmp_path, "x"):
            raise KeyError
        assert (tmp_path / NAME).read_text(encoding="utf-8") == ""


def test_the_same_process_may_hold_it_twice(tmp_path):
    with holding(tmp_path, "demo"), holding(tmp_path, "score-all"):
        pass
    assert not lock._held


def test_before_a_reboot_is_over(tmp_path):
    leave(tmp_path, boot="another start", pid=1)
    with holding(tmp_path, "x"):
        pass


def test_another_machine_that_never_ended_is_not_overruled(tmp_path):
    leave(tmp_path, boot="another start", host="monday-server")
    with pytest.raises(WorkspaceBusy, match="monday-server") as refused, holding(tmp_path, "x"):
        pass
    assert f"delete {tmp_path.resolve() / NAME}" in refused.value.remedy
    (tmp_path / NAME).unlink()
    with holding(tmp_path, "x"):
        pass


@pytest.mark.skipif(not lock._boot(), reason="this system does not tell its starts apart")
def test_a_container_of_the_same_machine_is_known_by_its_kernel(tmp_path):
    leave(tmp_path, host="0f3a9c2b", pid=1)
    with holding(tmp_path, "x"):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\0" * 100])
def test_a_broken_text_is_no_owner(tmp_path, text):
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    with holding(tmp_path, "x"):
        pass


@pytest.fixture
def no_locks(monkeypatch):
    """A file system that cannot lock."""

    def refuse(handle):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(lock, "_lock", refuse)


def test_without_locks_a_living_owner_is_respected(tmp_path, no_locks):
    leave(tmp_path, pid=os.getppid())
    with pytest.raises(WorkspaceBusy, match="gosales train"), holding(tmp_path, "x"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="every file system locks there")
def test_without_locks_a_dead_owner_is_overruled(tmp_path, no_locks):
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    leave(tmp_path, pid=dead.pid)
    with holding(tmp_path, "x"):
        assert f'"pid": {os.getpid()}' in (tmp_path / NAME).read_text(encoding="utf-8")


@pytest.mark.skipif(not lock._boot(), reason="this system does not tell its starts apart")
def test_without_locks_a_reboot_is_over(tmp_path, no_locks):
    leave(tmp_path, boot="another start", pid=os.getppid())
    with holding(tmp_path, "x"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_asking_whether_a_process_lives_does_not_harm_it(tmp_path, holder):
    assert replace(Owner.me("x"), pid=holder.pid).alive()
    holder.send_signal(signal.SIGCONT)
    assert holder.poll() is None


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(lock.Path, "touch", refuse)
    with pytest.raises(WorkspaceError, match="cannot be written"), holding(tmp_path, ""):
        pass


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "outputs").write_text("a file", encoding="utf-8")
    with (
        pytest.raises(WorkspaceError, match="is a file in the place of a folder"),
        holding(tmp_path / "outputs", ""),
    ):
        pass
