"""A disk that is full, a folder or file that may not be written: one message, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.campaign import CAMPAIGN, tried, was_tried
from tests.conftest import figure
from tests.faults.conftest import CUTOFFS, assert_one_run, assert_whole, published
from tests.integration.conftest import Place, copied

KB = 1024


@pytest.fixture(scope="module")
def place(faulty, tmp_path_factory):
    return copied(faulty, tmp_path_factory.mktemp("refused"))


def steps_of(forks, place):
    """How many steps a run takes that nothing disturbs."""
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[1])
    assert ended.code == 0, ended.said
    return len(ended.steps)


def assert_refused(ended):
    assert ended.code == 1, ended.said
    assert "Traceback" not in ended.said, ended.said[-3000:]
    assert "error: " in ended.said
    assert "Errno" not in ended.said.split("error: ")[1] or "cannot be used" in ended.said


def refuse_each(forks, place, refusals, command="score-all"):
    """Run into each refusal; afterwards a usual command mends what there is to mend."""
    told, new = 0, [one for one in refusals if not was_tried(f"refused {one}")]
    for turn, refusal in enumerate(new):
        before = published(place)["run_id"]
        ended = forks.run(place, command, "--cutoff", CUTOFFS[(turn + 1) % 2], **refusal)
        if ended.code:
            assert_refused(ended)
            told += 1
        assert_whole(place, before, published(place)["run_id"])
        assert forks.run(place, "runs", "list").code == 0
        assert_one_run(place)
        tried(f"refused {refusal}")
    kind = "/".join(refusals[0])
    figure(f"refused ({kind}): {len(new)} runs, {told} ended with a message, nothing lost")


@pytest.mark.slow
def test_a_full_disk_is_one_message_and_nothing_is_lost(forks, place, chance):
    """No file may grow beyond a size: too small for the star, the models or the lists."""
    sizes = [8 * KB, 100 * KB]
    if CAMPAIGN:
        sizes = [int(KB * 2 ** chance.uniform(0, 12)) for _ in range(40)]
    refuse_each(forks, place, [{"file_bytes": size} for size in sizes])


@pytest.mark.slow
@pytest.mark.parametrize("number", ["ENOSPC", "EACCES", "EROFS"])
def test_steps_that_are_refused(forks, place, number):
    """From some step on every move and every new folder is refused: full, locked or read-only."""
    commit = "outputs/published.json"
    refusals = {
        "ENOSPC": {"refuse_from": [commit, 0, number]},
        "EACCES": {"refuse_from": [commit, 3, number]},
        "EROFS": {"refuse": [1, number]},
    }
    steps = range(1, steps_of(forks, place) + 1) if CAMPAIGN else ()
    refuse_each(forks, place, [refusals[number], *({"refuse": [one, number]} for one in steps)])


def test_a_list_that_is_open_elsewhere_is_updated_by_the_next_command(forks, place):
    """As on Windows, where an open file cannot be replaced: the run is published all the same."""
    open_file = [["outputs/whitespace.csv"], "EACCES"]
    ended = forks.run(place, "score", refuse_to=open_file)
    assert_refused(ended)
    run_id = published(place)["run_id"]
    assert f"Run {run_id} is published, but" in ended.said
    assert "the next gosales command does the rest" in ended.said
    again = forks.run(place, "score", refuse_to=open_file)  # it is still open: no reason to wait
    assert_refused(again)
    assert again.said.count("note: ") == again.said.count("error: ") == 1
    assert f"note: Run {run_id} is published, but" in again.said
    assert published(place)["run_id"] > run_id
    run_id = published(place)["run_id"]
    assert f"error: Run {run_id} is published, but" in again.said
    assert forks.run(place, "runs", "list").code == 0
    assert {row["run_id"] for row in place.rows("whitespace.csv")} == {run_id}
    assert_whole(place, run_id, published(place)["parts"]["models"])


@pytest.fixture
def small_disk(tmp_path):
    """`small_disk(size)`: a folder on a disk of its own, of that size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    program, undo = shutil.which("mount"), shutil.which("umount")
    mounted = []

    def mount(size):
        if mounted:
            subprocess.run([undo, str(folder)], check=True)
            mounted.clear()
        if not (program and undo and os.geteuid() == 0):
            pytest.skip("needs the right to mount a small disk")
        command = [program, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if subprocess.run(command, check=False).returncode:
            pytest.skip("needs the right to mount a small disk")
        mounted.append(size)
        return folder

    yield mount
    if mounted:
        subprocess.run([undo, str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_that_is_really_full(forks, place, chance, small_disk):
    """From too small for the first file to just too small for the copies."""
    sizes = [chance.uniform(0.1, 6) for _ in range(30)] if CAMPAIGN else [1, 4]
    for megabytes in sizes:
        there = Place(small_disk(int(megabytes * KB * KB)) / "workspace")
        shutil.copytree(place.logs, there.logs)
        shutil.copy(place.root / "gosales.toml", there.root)
        for _ in range(2):
            ended = forks.run(there, "score-all")
            if ended.code:
                assert_refused(ended)
        forks.run(there, "runs", "list")
        if (there.outputs / "published.json").exists():
            assert_whole(there, published(there)["run_id"])
