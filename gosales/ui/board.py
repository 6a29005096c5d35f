"""The published files of a workspace, as the pages read them. No Streamlit.

Each part is read from the folder of the run that made it, whose files never change, so that two
tables of one page always belong together; the copy in `outputs/` serves where that folder is gone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from gosales.core.errors import GosalesError, MissingArtifact, WorkspaceError
from gosales.etl.forgotten import FILE as FORGOTTEN
from gosales.utils.db import connect
from gosales.utils.paths import Workspace, find_workspace
from gosales.utils.spreadsheet import neutral_sql
from gosales.utils.store import LISTS, MODELS, STAR, VALIDATION, RunStore, read_json, sha256

SCORES, WHITESPACE = "icp_scores.parquet", "whitespace.parquet"


@dataclass(frozen=True)
class Board:
    """What a workspace publishes at one moment: part -> the run that made it."""

    workspace: Workspace
    parts: dict[str, str]

    @classmethod
    def open(cls, workspace: Workspace | None = None) -> Board:
        """The workspace given, or the one that every command would take."""
        found = workspace or find_workspace()
        return cls(found, RunStore(found).published().parts)

    @property
    def has_lists(self) -> bool:
        return LISTS in self.parts

    @property
    def scores(self) -> Path:
        return self.file(LISTS, SCORES, "score-all")

    @property
    def whitespace(self) -> Path:
        return self.file(LISTS, WHITESPACE, "score-all")

    @property
    def star(self) -> Path | None:
        """The star; None when there is none."""
        path = self.workspace.stars / f"{self.parts.get(STAR, '')}.duckdb"
        return path if path.is_file() else None

    def file(self, part: str, name: str, made_by: str) -> Path:
        """A published file. Raises MissingArtifact."""
        found = self.find(part, name)
        if found is None:
            raise MissingArtifact(self.workspace.outputs / name, made_by=made_by)
        return found

    def find(self, part: str, name: str) -> Path | None:
        """A published file; None when its part is not published or the file is gone."""
        if part not in self.parts:
            return None
        for folder in (self.workspace.runs / self.parts[part], self.workspace.outputs):
            if (folder / name).is_file():
                return folder / name
        return None

    def forgotten(self) -> str:
        """What changes when a customer is forgotten: the runs stay, without that customer."""
        path = self.workspace.root / FORGOTTEN
        return sha256(path) if path.is_file() else ""

    def metrics(self) -> dict[str, Any]:
        """How the models fared when they were trained; empty when nothing was."""
        return self._json(MODELS, "metrics.json", "train")

    def validation(self) -> dict[str, Any]:
        """How they fared on the holdout; empty when there was none."""
        return self._json(VALIDATION, "validation/metrics.json", "validate")

    def quality(self) -> dict[str, Any]:
        """What was read and what was not; empty when no star was built."""
        return self._json(STAR, "data_quality.json", "build-star")

    def drift(self) -> dict[str, Any]:
        """How far the scoring is from the training; empty where nothing was compared."""
        return self._json(LISTS, "drift.json", "score-all")

    def _json(self, part: str, name: str, made_by: str) -> dict[str, Any]:
        path = self.find(part, name)
        return {} if path is None else read_json(path, made_by=made_by)


def query(statement: str, source: Path | None = None, **values: Any) -> pd.DataFrame:
    """Run one SELECT; `values` are its parameters, and never part of its text.

    Args:
        source: A DuckDB file to look into, read-only; None for Parquet and CSV files, which the
            statement takes as parameters.

    Raises:
        WorkspaceError: A file cannot be read.
    """
    try:
        with _opened(source) as connection:
            return connection.execute(statement, values).df()
    except duckdb.Error as error:
        raise unreadable(error) from error


def as_csv(statement: str, source: Path | None = None, **values: Any) -> bytes:
    """The rows of one SELECT as CSV, its text neutralised. Raises WorkspaceError."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows.csv"
        try:
            with _opened(source) as connection:
                columns = connection.execute(sql("DESCRIBE", statement), values).fetchall()
                cells = ", ".join(_cell(name, kind) for name, kind, *_ in columns)
                rows = sql("SELECT", cells, "FROM (", statement, ")")
                copy = sql("COPY (", rows, ") TO $target (FORMAT csv, HEADER)")
                connection.execute(copy, {**values, "target": str(target)})
        except duckdb.Error as error:
            raise unreadable(error) from error
        return target.read_bytes()


@contextmanager
def _opened(source: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A star is opened for one question only, so that it stands in no command's way."""
    if source is not None:
        with connect(source, read_only=True) as connection:
            yield connection
        return
    try:
        with _memory().cursor() as cursor:
            yield cursor
    except duckdb.FatalException:
        _memory.cache_clear()
        raise


@lru_cache(maxsize=1)
def _memory() -> duckdb.DuckDBPyConnection:
    """One for all visitors: to open one costs more than most questions do."""
    return connect()


def _cell(name: str, kind: str) -> str:
    quoted = f'"{name}"'
    return f"{neutral_sql(quoted)} AS {quoted}" if kind == "VARCHAR" else quoted


def sql(*parts: str) -> str:
    """A statement from parts that are all constants of these modules."""
    return "\n".join(parts)


def unreadable(error: Exception) -> GosalesError:
    """What a page says when a published file cannot be read."""
    first = str(error).strip().splitlines()[0][:300] if str(error).strip() else "unknown"
    return WorkspaceError(
        f"A published file cannot be read: {first}.",
        remedy="A command may be publishing at this moment: load the page again. If it stays, "
        "run `gosales score-all`.",
    )
