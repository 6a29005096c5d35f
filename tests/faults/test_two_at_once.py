"""Two commands at once on one workspace: the second is told who works, and may look meanwhile."""

from __future__ import annotations

import subprocess
import sys

from tests.faults.conftest import assert_one_run
from tests.integration.conftest import copied

HOLDER = """\
import sys
from pathlib import Path
from gosales.utils.lock import holding
with holding(Path(sys.argv[1]), "score-all"):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_the_second_command_is_refused_and_readers_are_not(forks, faulty, tmp_path):
    place = copied(faulty, tmp_path)
    command = [sys.executable, "-c", HOLDER, str(place.outputs)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as first:
        first.stdout.readline()
        for name in ("score-all", "build-star", "train", "check"):
            second = forks.run(place, name)
            assert second.code == 1
            assert f"error: `gosales score-all` (process {first.pid}" in second.said
            assert "Wait until it has ended" in second.said
        assert forks.run(place, "runs", "list").code == 0
        assert_one_run(place)
        first.kill()
    assert forks.run(place, "check").code == 0
