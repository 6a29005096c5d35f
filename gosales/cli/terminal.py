"""Standard output that cannot be steered by what stands in a sales log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from gosales.core.text import printable


class Calm:
    """A stream that shows control characters of what is written as their codes."""

    encoding = "utf-8"
    """What click asks; it would go round this stream if the real one spoke only ASCII."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(printable(text, keep="\n\t\r"))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def calm_output() -> Iterator[None]:
    """Names from a log neither steer the terminal nor fail in an encoding that lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with redirect_stdout(Calm(sys.stdout)):
        yield
