"""LightGBM on a Linux without an OpenMP library of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gosales.models import openmp
from gosales.models.openmp import BUNDLED, PLAIN, lend_openmp, renamed

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux wheels lack the library")
FIT = """
import numpy as np
from gosales.models.boosting import fit_booster, raw
x = np.arange(600, dtype=np.float32).reshape(200, 3)
booster = fit_booster(
    x, x[:, 0] > 300, np.ones(200), rounds=3, objective="binary", learning_rate=0.1, seed=1
)
print("fitted", np.isfinite(raw(booster, x)).all())
"""


def test_every_mention_of_the_bundled_name_becomes_the_plain_one():
    library = b"ELF\0libgomp-e985bcbb.so.1.0.0\0rest\0libgomp-e985bcbb.so.1.0.0\0"
    changed = renamed(library)
    assert len(changed) == len(library)
    assert not BUNDLED.search(changed)
    assert changed.count(PLAIN + b"\0") == 2


def test_a_library_of_another_name_is_left_alone():
    assert renamed(b"libm.so.6\0libgomp.so.1\0") == b"libm.so.6\0libgomp.so.1\0"


@linux
def test_the_wheel_that_is_locked_brings_a_library():
    assert openmp._bundled() is not None
    assert BUNDLED.search(openmp._bundled().read_bytes())


def test_without_a_copy_to_lend_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(openmp, "_bundled", lambda: None)
    assert not lend_openmp()


@linux
def test_a_machine_without_the_library_fits_all_the_same(tmp_path):
    """Hide the machine's library behind an empty file, in a mount namespace of the test's own."""
    found = [*Path("/usr/lib").glob("*/libgomp.so.1"), *Path("/usr/lib64").glob("libgomp.so.1")]
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("hiding a library needs root and unshare")
    (tmp_path / "empty").touch()
    hide = [f"mount --bind {tmp_path / 'empty'} {path.resolve()}" for path in found]
    gone = "import ctypes; ctypes.CDLL('libgomp.so.1')"
    script = " && ".join([*hide, '! "$PY" -c "$GONE" 2>/dev/null', '"$PY" -c "$FIT"'])
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PY": sys.executable, "GONE": gone, "FIT": FIT},
    )
    if "Operation not permitted" in done.stderr or "unshare failed" in done.stderr:
        pytest.skip("this machine allows no mount namespace")
    assert done.stdout.strip() == "fitted True", done.stderr
