"""Text from outside to plain values, however hostile: what cannot be read is a ValueError.

The parsers of the standard library run no code, but deep nesting exhausts their stack, and a key of
very many parts exhausts the memory.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

MOST_TOML_BYTES = 1 << 20
MOST_DOTS = 500
"""In a line of TOML: reading a dotted key costs the square of its parts."""


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file, with or without a byte-order mark.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no TOML, too large, or nested too deeply.
    """
    with path.open("rb") as stream:
        raw = stream.read(MOST_TOML_BYTES + 1)
    if len(raw) > MOST_TOML_BYTES:
        raise ValueError(f"it is larger than {MOST_TOML_BYTES:,} bytes")
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = (line.lstrip() for line in text.splitlines())
    if any(line.count(".") > MOST_DOTS for line in lines if not line.startswith("#")):
        raise ValueError(f"a line has more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
