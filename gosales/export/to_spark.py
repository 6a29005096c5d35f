"""The lists in Spark: as tables of a database, or as Parquet in a folder that its workers reach.

Spark's plain tables and folders cannot be replaced at once. So each run gets tables (or a folder)
of its own, and only when all of it is written does the view of a list turn to it (or the folder get
its name). Whoever reads meanwhile reads the run before.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.columns import Scores
from gosales.core.errors import ExportError
from gosales.export.tables import TableSource, failed, refuse_foreign
from gosales.utils.spark import spark_errors, spark_says

DATABASE = re.compile(r"\w+(\.\w+)?")
KEPT = 2
"""The tables of so many runs: the newest, and those that somebody may still be reading."""

ROWS_A_FILE = 1_000_000


def is_folder(place: str) -> bool:
    """Whether it is a folder: a URL or an absolute path, which means the same to every worker."""
    kinds = PurePosixPath(place), PureWindowsPath(place)
    return "://" in place or any(path.is_absolute() for path in kinds)


def write_spark(
    session: Any, sources: list[TableSource], place: str, run_id: str
) -> dict[str, int]:
    """Write each list; returns how many rows each has now.

    Args:
        place: A database, or a folder (see `is_folder`).

    Raises:
        ExportError: Spark cannot write there, or a table of that name is not ours.
    """
    write = _to_folder if is_folder(place) else _to_database
    try:
        return write(session, sources, place, run_id)
    except spark_errors() as error:
        raise failed(place, RuntimeError(spark_says(error))) from error


def _to_database(
    session: Any, sources: list[TableSource], database: str, run_id: str
) -> dict[str, int]:
    if not session.catalog.databaseExists(database):
        raise ExportError(
            f"Spark has no database {database!r}.",
            remedy="Make it (CREATE DATABASE), or name another in [source] results.",
        )
    for one in sources:
        _refuse_foreign_view(session, _quoted(database, one.table), one.table)
    end, counts = re.sub(r"\W", "_", f"__{run_id}").lower(), {}
    for one in sources:
        frame, counts[one.table] = _frame(session, one)
        writer = frame.write.format("parquet").mode("overwrite")
        writer.saveAsTable(_quoted(database, one.table + end))
    for one in sources:
        rows = f"SELECT * FROM {_quoted(database, one.table + end)}"  # noqa: S608 - quoted names
        session.sql(f"CREATE OR REPLACE VIEW {_quoted(database, one.table)} AS {rows}")
        _drop_old(session, database, one.table)
    return counts


def _quoted(database: str, table: str) -> str:
    return ".".join(f"`{part.replace('`', '``')}`" for part in (*database.split("."), table))


def _refuse_foreign_view(session: Any, name: str, table: str) -> None:
    """Raise ExportError where the list's name is taken by what no run has made."""
    if session.catalog.tableExists(name):
        view = session.catalog.getTable(name).tableType == "VIEW"
        refuse_foreign(table, session.table(name).columns if view else ())


def _drop_old(session: Any, database: str, table: str) -> None:
    names = [one.name for one in session.catalog.listTables(database)]
    run = re.compile(rf"{re.escape(table)}__\d{{8}}t\w+", re.IGNORECASE)
    for name in sorted(filter(run.fullmatch, names))[:-KEPT]:
        session.sql(f"DROP TABLE {_quoted(database, name)}")


def _to_folder(
    session: Any, sources: list[TableSource], folder: str, run_id: str
) -> dict[str, int]:
    hadoop, counts = session._jvm.org.apache.hadoop.fs, {}
    writing, done = hadoop.Path(folder, f"_{run_id}"), hadoop.Path(folder, run_id)
    files = done.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
    if files.exists(done):
        raise ExportError(
            f"{done} is there already, so it is left alone.",
            remedy="Remove it, or name another folder in [source] results.",
        )
    for one in sources:
        frame, counts[one.table] = _frame(session, one)
        frame.write.mode("overwrite").parquet(f"{writing}/{one.table}")
    if not files.rename(writing, done):
        raise failed(str(done), OSError(f"{writing} cannot get that name"))
    return counts


def _frame(session: Any, source: TableSource) -> tuple[Any, int]:
    """The rows of a list, with the cutoff as a day, and how many there are."""
    table = pq.read_table(source.path)
    if Scores.CUTOFF in table.column_names:
        at = table.column_names.index(Scores.CUTOFF)
        table = table.set_column(at, Scores.CUTOFF, table.column(at).cast(pa.date32()))
    files = max(-(-table.num_rows // ROWS_A_FILE), 1)
    return session.createDataFrame(table).coalesce(files), table.num_rows
