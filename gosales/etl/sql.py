"""The few pieces of SQL that are built from Python values.

No text of a log ever becomes SQL: raw columns are named c0, c1, ... by us, and header texts and
values are passed as parameters. Paths of our own files are quoted here where a view needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def literal(text: str | Path) -> str:
    """A quoted SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def raw_columns(count: int) -> list[str]:
    """Our names for the columns of a raw file."""
    return [f"c{index}" for index in range(count)]


def glob_safe(path: Path) -> str:
    """A path that DuckDB takes as one file, whatever wildcard characters its name holds."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path))


def listed(parts: Iterable[str]) -> str:
    """Parts with commas between."""
    return ", ".join(parts)
