"""Real processes of the command line that are killed or refused, and what must hold after it."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from gosales.models.model_store import load_models
from gosales.pipeline.session import CHECKPOINT
from gosales.utils.paths import Workspace
from gosales.utils.store import RunStore, sha256
from tests.integration.conftest import SETTINGS, Place, sales

CUTOFFS = ("2023-05-31", "2023-06-30")
"""Runs alternate between them, so that no two in a row publish the same."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (minus the signal that killed it), and what it did."""

    code: int
    seconds: float
    steps: list[str]
    said: str


class Forks:
    """Commands in forked processes; see forks.py for the faults."""

    def __init__(self) -> None:
        script = str(Path(__file__).with_name("forks.py"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._server = subprocess.Popen([sys.executable, script], text=True, **pipes)

    def run(self, place: Place, *args: str, **faults) -> Ended:
        job = {"args": [*args, "--workspace", str(place.root)], **faults}
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return Ended(**json.loads(self._server.stdout.readline()))

    def close(self) -> None:
        self._server.stdin.close()
        self._server.wait(120)
        self._server.stdout.close()


@pytest.fixture(scope="session")
def forks():
    if sys.platform != "linux":
        pytest.skip("kills forked processes: Linux only")
    server = Forks()
    yield server
    server.close()


@pytest.fixture(scope="module")
def chance():
    return random.Random(7)


@pytest.fixture(scope="session")
def faulty(forks, tmp_path_factory):
    """A small workspace with one finished run, to be copied."""
    place = Place(tmp_path_factory.mktemp("faults") / "workspace")
    place.logs.mkdir(parents=True)
    small = SETTINGS.replace("snapshots = 2", "snapshots = 1")
    (place.root / "gosales.toml").write_text(small, encoding="utf-8")
    place.write(sales(customers=14, months=19))
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[0])
    assert ended.code == 0, ended.said
    return place


def published(place: Place) -> dict:
    return json.loads((place.outputs / "published.json").read_text(encoding="utf-8"))


def shown(place: Place) -> dict[str, str]:
    """Every plain file that a user sees, with the hash of its bytes."""
    there = place.outputs.iterdir() if place.outputs.is_dir() else ()
    files = [path for path in there if path.is_file() and path.name[0] != "."]
    files += (place.root / "models").rglob("*")
    named = {path.relative_to(place.root).as_posix(): path for path in files if path.is_file()}
    return {name: sha256(path) for name, path in named.items() if Path(name).name[0] != "."}


def made_by(place: Place, run_id: str) -> dict[str, str]:
    """What a run has under the names that a user sees it by."""
    folder = place.outputs / "runs" / run_id
    of_the_run = ("manifest.json", "log.jsonl", "models", "training_profile.json", CHECKPOINT)
    files = [path for path in folder.iterdir() if path.name not in of_the_run]
    named = {f"outputs/{path.name}": path for path in files if path.is_file()}
    models = (path for path in (folder / "models").rglob("*") if path.is_file())
    named |= {path.relative_to(folder).as_posix(): path for path in models}
    return {name: sha256(path) for name, path in named.items()}


def assert_whole(place: Place, *runs: str) -> None:
    """Every plain file is, byte for byte, that of one of the runs."""
    known = [made_by(place, run) for run in runs]
    for name, digest in shown(place).items():
        if name != "outputs/published.json":
            assert digest in [files.get(name) for files in known], f"{name} is of no run"


def assert_one_run(place: Place) -> str:
    """Outputs, models and star belong to the published run and can be used. Returns its id."""
    run_id = published(place)["run_id"]
    assert set(published(place)["parts"].values()) == {run_id}
    files = {name: digest for name, digest in shown(place).items() if "published" not in name}
    assert files == made_by(place, run_id)
    for name in ("icp_scores", "whitespace"):
        with (place.outputs / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert {row["run_id"] for row in rows} == {run_id}
        assert pq.read_metadata(place.outputs / f"{name}.parquet").num_rows == len(rows)
    store = RunStore(Workspace(place.root))
    with duckdb.connect(str(store.star_path()), read_only=True) as star:
        report = star.execute("SELECT report FROM data_quality").fetchall()[0][0]
    assert json.loads(report) == json.loads(
        (place.outputs / "data_quality.json").read_text(encoding="utf-8")
    )
    assert len(load_models(place.root / "models")) == 3
    return run_id


def litter(place: Place) -> list[str]:
    """Temporary files and scratch folders; the lock and the marker are none."""
    keep = {".lock", ".copied.json"}
    return [str(path) for path in place.root.rglob(".*") if path.name not in keep]
