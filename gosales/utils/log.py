"""The structured log: one JSON object a line, in the folder of the run that wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog


def get_log() -> Any:
    """The logger; bind what a line is about: `get_log().info("scored", customers=812)`."""
    return structlog.get_logger()


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Write everything logged inside the block to `path`; outside, the log goes nowhere."""
    with path.open("a", encoding="utf-8") as stream:
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.WriteLoggerFactory(stream),
            cache_logger_on_first_use=False,
        )
        try:
            yield
        finally:
            silence()


def silence() -> None:
    """Drop every log line; the state before the first run."""
    structlog.configure(
        processors=[_drop],
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _drop(_logger: Any, _method: str, _event: Any) -> Any:
    raise structlog.DropEvent


silence()
