"""An OpenMP library for LightGBM where the machine has none.

LightGBM's Linux wheels ask the machine for `libgomp.so.1`, which a bare image lacks. Scikit-learn's
wheels bring the same library under a name of their own. Loading a copy that calls itself by the
plain name satisfies LightGBM, with no root and nothing installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import re
import sys
import tempfile
from pathlib import Path

PLAIN = b"libgomp.so.1"
BUNDLED = re.compile(rb"libgomp-[0-9a-f]{4,16}\.so\.1[0-9.]*")


def lend_openmp() -> bool:
    """Load scikit-learn's copy for the whole process; whether there was one to load."""
    source = _bundled() if sys.platform == "linux" else None
    if source is None:
        return False
    with tempfile.TemporaryDirectory(prefix="gosales-openmp-") as folder:
        copy = Path(folder) / PLAIN.decode()
        copy.write_bytes(renamed(source.read_bytes()))
        try:
            ctypes.CDLL(str(copy), mode=ctypes.RTLD_GLOBAL)
        except OSError:
            return False
    return True


def renamed(library: bytes) -> bytes:
    """The library with its own name replaced by the plain one, padded to the same length."""
    return BUNDLED.sub(lambda found: PLAIN.ljust(len(found.group()), b"\0"), library)


def _bundled() -> Path | None:
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        return None
    libraries = Path(found.origin).parents[1] / "scikit_learn.libs"
    return next(iter(sorted(libraries.glob("libgomp-*.so*"))), None)
