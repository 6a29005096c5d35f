"""A customer in a star: whether it is there, and the same star without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.columns import Attribute, CellStatus, Customer, Fact
from gosales.core.errors import WorkspaceError
from gosales.core.person import Person
from gosales.etl.build_star import QUALITY
from gosales.etl.made_of import TABLE as MADE_OF
from gosales.etl.rejects import REJECTS
from gosales.etl.sql import literal
from gosales.utils import db

OF_CUSTOMER = {
    Fact.TABLE: Fact.CUSTOMER,
    Customer.TABLE: Customer.ID,
    Customer.NAMES: Customer.ID,
    Attribute.TABLE: Attribute.CUSTOMER,
    CellStatus.TABLE: CellStatus.CUSTOMER,
}


def names_in(star: Path, customer: str) -> set[str]:
    """Every name that the star knows for the id."""
    rows = _ask(
        star,
        f"SELECT DISTINCT {Customer.NAME} FROM {Customer.NAMES} WHERE {Customer.ID} = $1 "
        f"AND {Customer.NAME} IS NOT NULL",
        customer,
    )
    return {str(row[0]) for row in rows}


def star_has(star: Path, customer: str) -> bool:
    """Whether any table of the star has rows of the customer."""
    return any(
        _ask(star, f"SELECT 1 FROM {table} WHERE {key} = $1 LIMIT 1", customer)
        for table, key in OF_CUSTOMER.items()
    )


def _ask(path: Path, query: str, customer: str) -> list[tuple[Any, ...]]:
    """Rows of a star; none of a table that it lacks. Raises WorkspaceError if it is unreadable."""
    try:
        connection = db.connect(path, read_only=True)
    except duckdb.Error as error:
        raise WorkspaceError(
            f"The star {path} cannot be read, so nobody can tell whom it holds: "
            f"{str(error).splitlines()[0]}",
            remedy="Check its permissions, or run `gosales build-star`, which makes it anew; then "
            "run the command again.",
        ) from error
    try:
        return connection.execute(query, [customer]).fetchall()
    except duckdb.CatalogException:
        return []
    finally:
        connection.close()


def copy_without(star: Path, target: Path, person: Person) -> None:
    """Copy a star to a new file that never held the customer's rows."""
    connection = db.connect(None)
    try:
        connection.execute(f"ATTACH {literal(star)} AS old (READ_ONLY)")
        connection.execute(f"ATTACH {literal(target)} AS new")
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY 1"
        ).fetchall():
            _copy_table(connection, str(table), person)
        _clean_report(connection, person)
        connection.execute("CHECKPOINT new")
    finally:
        connection.close()


def _copy_table(connection: duckdb.DuckDBPyConnection, table: str, person: Person) -> None:
    """One table, without the customer's rows; rejected lines without texts that mention it."""
    copy = f'CREATE TABLE new."{table}" AS SELECT * FROM old."{table}"'
    if table in OF_CUSTOMER:
        connection.execute(f"{copy} WHERE {OF_CUSTOMER[table]} <> $1", [person.customer])
    elif table == REJECTS:
        texts = connection.execute(f"SELECT DISTINCT text FROM old.{REJECTS}").fetchall()
        gone = [text for (text,) in texts if text and person.in_text(text)]
        blank = "CASE WHEN list_contains($1, text) THEN '' ELSE text END AS text"
        connection.execute(
            f"CREATE TABLE new.{REJECTS} AS SELECT * REPLACE ({blank}) FROM old.{REJECTS}", [gone]
        )
    else:
        connection.execute(copy)


def _clean_report(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Names in the quality report; and the star is never taken for that of the raw logs again."""
    ((report,),) = connection.execute(f"SELECT report FROM new.{QUALITY}").fetchall()
    clean = json.dumps(person.scrubbed(json.loads(report)))
    connection.execute(f"UPDATE new.{QUALITY} SET report = $1", [clean])
    connection.execute(f"UPDATE new.{MADE_OF} SET key = 'forgotten'")
