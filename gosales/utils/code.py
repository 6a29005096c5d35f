"""Which code this is: what was made by other code is not made again, and not taken for the same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "utils", "etl", "features", "labels", "models", "evaluation", "whitespace")
"""What a star, models or lists are made by, besides `pipeline` and the settings."""


@cache
def code_digest() -> str:
    """Twelve digits that change with any of the source files that make stars, models and lists."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def _sources() -> list[Path]:
    found = [PACKAGE / "config.py"]
    for name in (*PACKAGES, "pipeline"):
        folder = PACKAGE / name
        found += [path for path in folder.rglob("*") if path.suffix in (".py", ".toml")]
    return sorted(path for path in found if not _in_a_model(path))


def _in_a_model(path: Path) -> bool:
    """In the checkout, the folders of trained models lie beside the code of `models`."""
    return any(part.endswith("_model") for part in path.relative_to(PACKAGE).parts)
