"""Progress of long work, shown by whoever installed a reporter; silent by default.

Stages call `track`; only the command line installs a reporter, so a library user sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[float], None]
Reporter = Callable[[str, float | None], AbstractContextManager[Advance]]


@contextmanager
def silent(_label: str, _total: float | None) -> Iterator[Advance]:
    """The default reporter."""
    yield lambda _amount: None


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
