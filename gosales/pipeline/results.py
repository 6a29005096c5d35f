"""The published lists, put back into the engine that the star is worked on in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gosales.core.errors import ConfigError, ExportError
from gosales.export.tables import TableSource
from gosales.export.target import Target
from gosales.export.to_spark import DATABASE, is_folder, write_spark
from gosales.pipeline.engines import connected
from gosales.pipeline.export import list_tables, published_lists
from gosales.pipeline.session import Session
from gosales.utils.engines import DUCKDB, SPARK, kind_of
from gosales.utils.lock import holding
from gosales.utils.progress import track
from gosales.utils.store import LISTS


def check_results(session: Session) -> None:
    """Raise ConfigError when `[source] results` names a place that the engine cannot have."""
    source = session.config.source
    if source.results is None:
        return
    kind = kind_of(source.engine)
    if kind == DUCKDB:
        raise ConfigError(
            "[source] results names a place, but no engine that has it.",
            remedy="Set [source] engine (or --engine) to postgresql://... or a Spark master, or "
            "use `gosales export --to duckdb:///file`.",
        )
    if kind == SPARK and not is_folder(source.results) and not DATABASE.fullmatch(source.results):
        raise ConfigError(
            f"[source] results: {source.results!r} is no database and no folder of Spark.",
            remedy="Name a database, an absolute path, or a URL such as hdfs://host/folder.",
        )


def write_results(session: Session) -> dict[str, int]:
    """Put the lists into the place that `[source] results` names; returns the rows of each.

    Raises:
        ExportError: It cannot be written. What is published in the workspace stays published.
    """
    source = session.config.source
    if source.results is None:
        return {}
    with (
        holding(session.workspace.outputs, "results"),
        track("Writing the lists into the engine"),
        tempfile.TemporaryDirectory(dir=session.workspace.outputs, prefix=".check-") as scratch,
    ):
        run_id = session.store.published().parts[LISTS]
        try:
            tables = list_tables(
                published_lists(session), session.config.export.database, Path(scratch)
            )
            return _write(source.engine, tables, source.results, run_id)
        except ExportError as error:
            raise ExportError(
                f"Run {run_id} is published in the workspace, but not in the engine. "
                f"{error.problem}",
                remedy=f"{error.remedy} Then run `gosales score`.",
            ) from error


def _write(address: str, tables: list[TableSource], place: str, run_id: str) -> dict[str, int]:
    if kind_of(address) != SPARK:
        from gosales.export.to_sql import write_sql

        return write_sql(Target("postgresql", address), tables, place)
    with connected(address) as engine:
        return write_spark(engine._session, tables, place, run_id)
