"""Customers that were forgotten: their lines are rejected from then on, without a trace of text.

`data/forgotten.json` names none of them. It holds a salt of its own and, for each, the SHA-256 of
salt and id: enough to recognise a line, not enough to read an id off it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gosales.core.columns import Attribute, CellStatus
from gosales.core.errors import WorkspaceError
from gosales.etl.lines import Line, Reason
from gosales.etl.sql import literal
from gosales.utils.parse import parse_json
from gosales.utils.paths import has_file

FILE = Path("data") / "forgotten.json"
TABLE = "forgotten_ids"


@dataclass(frozen=True)
class Forgotten:
    """Whom the workspace has forgotten: hashes of their ids, by its salt."""

    salt: str = ""
    hashes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, workspace: Path) -> Forgotten:
        """What the workspace's file says. Raises WorkspaceError for one that cannot be read."""
        path = workspace / FILE
        if not has_file(path):
            return cls()
        try:
            content = parse_json(path.read_text(encoding="utf-8"))
            hashes = frozenset(str(one["customer"]) for one in content["customers"])
            return cls(str(content["salt"]), hashes)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                f"{path} cannot be read: {type(error).__name__}: {error}.",
                remedy="Restore it from a backup: without it, forgotten customers would come back.",
            ) from error

    def knows(self, customer: str) -> bool:
        """Whether that customer was forgotten."""
        return hashed(self.salt, customer) in self.hashes

    def mark(self, connection: duckdb.DuckDBPyConnection, ids: str) -> None:
        """Make the table of forgotten ids among those that the query `ids` tells.

        The query has one column, `customer_id`.
        """
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT customer_id FROM "
            f"(SELECT DISTINCT customer_id FROM ({ids})) WHERE {self._met('customer_id')}"
        )

    def clean_lookups(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop what imported tables say of the forgotten."""
        if self.hashes:
            for table, key in (
                (Attribute.TABLE, Attribute.CUSTOMER),
                (CellStatus.TABLE, CellStatus.CUSTOMER),
                ("lookup_names", "customer_id"),
            ):
                connection.execute(f"DELETE FROM {table} WHERE {self._met(key)}")

    def clean_texts(self, connection: duckdb.DuckDBPyConnection, rejects: str) -> None:
        """Empty the text of every rejected line that is of a forgotten one, or has its id in it."""
        if self.hashes:
            parts = "regexp_split_to_array(text, '[,;|\\t\"]')"
            inside = f"len(list_filter({parts}, lambda x: {self._met('trim(x)')})) > 0"
            connection.execute(
                f"UPDATE {rejects} SET text = '' WHERE reason = '{Reason.FORGOTTEN}' OR ({inside})"
            )

    def named_in(self, connection: duckdb.DuckDBPyConnection, rejects: str) -> set[str]:
        """Raw logs that still have lines of a forgotten one, or with its id in them."""
        if not self.hashes:
            return set()
        emptied = f"text = '' AND reason <> '{Reason.BLANK}'"
        found = connection.execute(f"SELECT DISTINCT source_file FROM {rejects} WHERE {emptied}")
        return {str(name) for (name,) in found.fetchall()}

    def _met(self, key: str) -> str:
        """SQL: whether the id in `key` is one of them."""
        known = ", ".join(literal(one) for one in sorted(self.hashes))
        return f"coalesce(sha256({literal(self.salt)} || {key}) IN ({known}), false)"


def reason_column() -> str:
    """SQL of a staged line's reason, once the forgotten ids are marked."""
    return (
        f"CASE WHEN {Line.CUSTOMER} IN (SELECT customer_id FROM {TABLE}) "
        f"THEN '{Reason.FORGOTTEN}' ELSE {Line.REASON} END AS {Line.REASON}"
    )


def hashed(salt: str, customer: str) -> str:
    """What stands for a customer in the file."""
    return hashlib.sha256(f"{salt}{customer}".encode()).hexdigest()
