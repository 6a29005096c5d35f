"""A progress bar on the terminal, for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gosales.utils.progress import Advance, install

PATIENCE_SECONDS = 2.0


def show_progress() -> None:
    """Show the progress of everything that follows on standard error."""
    install(_bar)


@contextmanager
def _bar(label: str, total: float | None) -> Iterator[Advance]:
    """A bar with the stage, the share done, and the time left; gone when the stage is done."""
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
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda amount: progress.advance(task, amount)
    if time.monotonic() - started >= PATIENCE_SECONDS:
        sys.stderr.write(f"{label}: {time.monotonic() - started:.1f} s\n")
