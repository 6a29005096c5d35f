"""A progress bar on the terminal, for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gosales.utils.progress import Advance, install

PATIENCE_SECONDS = 2.0
LONG_SECONDS = 3600.0
"""The time left is told from the speed over so long: some stages advance but once in a minute."""


def show_progress() -> None:
    """Show the progress of everything that follows on standard error."""
    install(_bar)


@contextmanager
def _bar(label: str, total: float | None) -> Iterator[Advance]:
    """A bar, gone when the stage is done.

    It shows the stage, the share done, rows per second where they are counted, and the time left.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    started, counted = time.monotonic(), 0

    def told(seconds: float) -> str:
        return f"{counted / max(seconds, 1e-3):,.0f} rows/s" if counted else ""

    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, transient=True, speed_estimate_period=LONG_SECONDS
    ) as progress:
        task = progress.add_task(label, total=total, speed="")

        def advance(amount: float, rows: int = 0) -> None:
            nonlocal counted
            counted += rows
            progress.update(task, advance=amount, speed=told(time.monotonic() - started))

        yield advance
    seconds = time.monotonic() - started
    if seconds >= PATIENCE_SECONDS:
        parts = [f"{seconds:.1f} s", told(seconds)]
        sys.stderr.write(f"{label}: {', '.join(filter(None, parts))}\n")
