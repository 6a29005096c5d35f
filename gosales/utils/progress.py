"""Progress of long work, shown by whoever installed a reporter; silent by default.

Stages call `track`; only the command line installs a reporter, so a library user sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """Tells how far a stage has come."""

    def __call__(self, amount: float, rows: int = 0) -> None:
        """Count `amount` units of work as done, and how many rows they were, where that says more.

        Rows are shown by the second.
        """


def silent_advance(amount: float, rows: int = 0) -> None:
    """Tell nobody."""


Reporter = Callable[[str, float | None], AbstractContextManager[Advance]]


@contextmanager
def silent(_label: str, _total: float | None) -> Iterator[Advance]:
    """The default reporter."""
    yield silent_advance


_reporter: Reporter = silent


def install(reporter: Reporter) -> None:
    """Let `reporter` show the progress of everything that follows."""
    global _reporter  # noqa: PLW0603 - one screen, one reporter
    _reporter = reporter


def track(label: str, total: float | None = None) -> AbstractContextManager[Advance]:
    """Report a stage: `with track("Reading logs", total=n_bytes) as advance: advance(done)`.

    Args:
        label: What is being done, for a person.
        total: Units of work, or None when it cannot be known.
    """
    return _reporter(label, total)


@contextmanager
def track_whole(label: str, total: float) -> Iterator[Advance]:
    """Report a stage, and none of the stages within it: one line for all of them."""
    global _reporter  # noqa: PLW0603 - as in `install`
    with track(label, total) as advance:
        before, _reporter = _reporter, silent
        try:
            yield advance
        finally:
            _reporter = before
