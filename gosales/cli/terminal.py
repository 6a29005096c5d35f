"""What a terminal does to a command: names that would steer it, and a stop asked for there."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, NoReturn

import click

from gosales.core.errors import Stopped
from gosales.core.text import printable

STOPS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What a scheduler, or a terminal that is closed, sends; Ctrl-C is Python's own."""


class Stoppable(click.Group):
    """Commands that clean up and say so when they are stopped."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises Stopped."""
        try:
            with stopped_by(*STOPS):
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise Stopped(
                f"The command was stopped ({str(stop) or 'Ctrl-C'}).",
                remedy="What is published is whole. Run it again: it takes over what was finished.",
            ) from stop


@contextmanager
def stopped_by(*signals: signal.Signals) -> Iterator[None]:
    """Let these signals end the block as Ctrl-C does; not where somebody else heeds them."""
    mine = threading.current_thread() is threading.main_thread()
    heeded = [one for one in signals if mine and signal.getsignal(one) is signal.SIG_DFL]
    for one in heeded:
        signal.signal(one, _stop)
    try:
        yield
    finally:
        for one in heeded:
            signal.signal(one, signal.SIG_DFL)


def _stop(number: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)


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
