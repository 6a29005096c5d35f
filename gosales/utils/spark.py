"""Tables of Spark as its own data frames, and what it says when something goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis.expr.types as ir

from gosales.core.errors import ConfigError

WORKER_ERROR = re.compile(r"^[\w.]*(?:Error|Exception): .*", re.MULTILINE)
"""What a Python traceback ends with."""

CAUSE = re.compile(r"^Caused by: (.*)", re.MULTILINE)
"""In Java's, the last of these says the most."""

LONGEST = 300


def spark_session(table: ir.Table) -> Any | None:
    """The Spark session that a table is in; None where it is in another engine."""
    engine = table.get_backend()
    return engine._session if engine.name == "pyspark" else None


def spark_frame(table: ir.Table) -> Any:
    """A table of Spark as its own data frame."""
    engine = table.get_backend()
    engine._run_pre_execute_hooks(table)
    return engine._session.sql(engine.compile(table))


def spark_errors() -> tuple[type[Exception], ...]:
    """What Spark raises."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JJavaError


def spark_says(error: Exception) -> str:
    """The one line of many that says why: of a worker, else the cause of all, else the first."""
    said = str(error).strip() or type(error).__name__
    found = [*WORKER_ERROR.findall(said), *reversed(CAUSE.findall(said)), said.splitlines()[0]]
    return str(found[0])[:LONGEST].rstrip(".")


@contextmanager
def spark_trouble(doing: str) -> Iterator[None]:
    """Raise ConfigError when Spark or its workers could not do it."""
    try:
        yield
    except spark_errors() as error:
        raise ConfigError(
            f"Spark could not {doing}: {spark_says(error)}.",
            remedy="docs/scaling.md says what its workers need.",
        ) from error
