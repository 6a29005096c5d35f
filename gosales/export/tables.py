"""What the writers of database tables share.

All of them delete the rows and write them anew, inside one transaction of both tables. Whoever
reads meanwhile sees the old rows until it commits. The tables themselves stay, and with them the
grants, the indexes and the views that others have made on them, all of which a new table of the
same name would lose. A column that is new is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gosales.core.columns import Scores
from gosales.core.errors import ExportError

OURS = {Scores.CUSTOMER, Scores.DIVISION, Scores.RUN}
"""A table without these columns is somebody else's."""


@dataclass(frozen=True)
class TableSource:
    """A table to write, and the Parquet file with its rows."""

    table: str
    path: Path


def refuse_foreign(table: str, columns: Iterable[str]) -> None:
    """Raise ExportError for an existing table that no export has made."""
    if set(columns) >= OURS:
        return
    raise ExportError(
        f"The database has a table {table!r} that is not one of ours, so it is left alone.",
        remedy="Choose another name or schema with [export.database] in gosales.toml.",
    )


def failed(where: str, error: BaseException, secret: str = "") -> ExportError:
    """What to raise when the database says no.

    Only its first line is told, since others may repeat a customer's row; a password in it is
    blotted out.
    """
    said = (str(error).strip() or type(error).__name__).splitlines()[0].strip()[:300].rstrip(".")
    return ExportError(
        f"{where} cannot be written: {said.replace(secret, '***') if secret else said}.",
        remedy="Nothing there was changed. Check the URL, the database's name and the "
        "permissions, and that nothing else keeps it locked.",
    )
