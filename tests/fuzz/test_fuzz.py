"""A fixed-seed sample of hostile input in each test run; a million and more in `make campaign`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import pytest

from tests.campaign import CAMPAIGN, tried, was_tried
from tests.conftest import figure
from tests.fuzz.mutate import inputs
from tests.fuzz.targets import TARGETS

SAMPLE = {
    "csv_text": 1500,
    "settings": 3000,
    "sku_map": 3000,
    "names": 3000,
    "run_files": 2000,
    "model": 2000,
    "numbers_and_dates": 20,
    "star": 40,
    "wide_star": 20,
    "lookup_tables": 30,
    "small_tables": 1500,
    "proposal": 15,
    "packed": 30,
}
"""How many inputs of each kind a test run tries."""

AT_LENGTH = {
    "csv_text": 300_000,
    "star": 100_000,
    "wide_star": 100_000,
    "lookup_tables": 100_000,
    "proposal": 100_000,
    "packed": 5000,
}
"""How many a campaign tries by mutation; 150,000 of the others that are quick."""

GUIDED = 100_000
"""How many more a campaign tries of each quick kind, guided by the code that they reach."""

QUICK_BLOCK, BLOCK = 500, 50
"""So many inputs of a quick kind, and of another, are written down at once as tried."""

QUICK = [name for name, target in TARGETS.items() if target.quick and name != "numbers_and_dates"]


@pytest.fixture
def folder():
    """In memory where that is possible: a million files are written."""
    memory = Path("/dev/shm")
    made = tempfile.mkdtemp(prefix="gosales-fuzz-", dir=memory if memory.is_dir() else None)
    yield Path(made)
    shutil.rmtree(made)


@pytest.mark.parametrize("name", TARGETS)
def test_only_expected_errors_come_out(folder, name):
    target = TARGETS[name]
    count = AT_LENGTH.get(name, 150_000 if name in QUICK else 1000) if CAMPAIGN else SAMPLE[name]
    made = inputs(target.seeds, count, seed=7)
    size = QUICK_BLOCK if target.quick else BLOCK
    for start in range(0, count, size):
        part = list(islice(made, size))
        what = f"fuzzed {name}, inputs {start} to {start + len(part) - 1}"
        if was_tried(what):
            continue
        target.run_all(part, folder)
        tried(what)
    figure(f"fuzzed {name}: {count:,} inputs by mutation, nothing but expected errors")


@pytest.mark.skipif(not CAMPAIGN, reason="in `make campaign` only")
@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_guided_by_coverage(folder, name):
    pytest.importorskip("atheris", reason="its wheels are for Linux")
    what = f"fuzzed {name}, {GUIDED} inputs guided by coverage"
    if was_tried(what):
        pytest.skip("tried before, see campaign.log")
    script = str(Path(__file__).with_name("guided.py"))
    command = [sys.executable, script, name, f"-atheris_runs={GUIDED}", "-seed=7", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-4000:]
    assert f"Done {GUIDED}" in ended.stderr
    tried(what)
    figure(f"fuzzed {name}: {GUIDED:,} inputs guided by coverage, nothing but expected errors")
