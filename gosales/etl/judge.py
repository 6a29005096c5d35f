"""Which lines are loaded: rejections that need all files together, in the table `rejected`.

Files are compared in the order of their names; of equal lines in several files those of the first
count.
"""

from __future__ import annotations

import duckdb

from gosales.etl.dates import DayOrder, Plausible
from gosales.etl.forgotten import Forgotten, reason_column
from gosales.etl.lines import Line, Reason
from gosales.etl.sql import listed, literal
from gosales.etl.staging import StagedFile

STAGED_COLUMNS = (
    Line.RECORD,
    Line.FIRST,
    Line.REASON,
    Line.CUSTOMER,
    Line.DATE_DMY,
    Line.DATE_MDY,
    Line.KNOWN_DMY,
    Line.KNOWN_MDY,
    Line.ORDER,
    Line.LINE_ID,
    Line.SKU,
    Line.SKU_NAME,
    Line.DIVISION,
    Line.QUANTITY,
    Line.VALUE,
    Line.BRANCH,
    Line.REP,
    Line.NAME,
    Line.HASH,
    Line.FLAGGED,
)

SHARED_DAYS = "shared_days"
"""Table of the days (`order_date`) that several files have lines of."""


def view_staged(
    connection: duckdb.DuckDBPyConnection, files: list[StagedFile], forgotten: Forgotten
) -> None:
    """Make the view `staged`: the lines of all files, with `file`, the position in `files`.

    A line of a forgotten customer is one that is rejected, whatever else is wrong with it.
    """
    columns = listed(STAGED_COLUMNS)
    if forgotten.hashes:
        texts = (literal(staged.lines) for staged in files if staged.lines)
        every = " UNION ALL ".join(f"SELECT {Line.CUSTOMER} FROM read_parquet({t})" for t in texts)
        forgotten.mark(connection, every)
        judged = (reason_column() if c == Line.REASON else c for c in STAGED_COLUMNS)
        columns = listed(judged)
    parts = [
        f"SELECT {at}::INTEGER AS file, {columns} FROM read_parquet({literal(staged.lines)})"
        for at, staged in enumerate(files)
        if staged.lines
    ]
    connection.execute(f"CREATE OR REPLACE TEMP VIEW staged AS {' UNION ALL '.join(parts)}")


def reject_while_staging(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> None:
    """Make the table `rejected` with what staging rejected, and the blank lines."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rejected AS SELECT file, record, reason FROM staged "
        "WHERE first AND reason IS NOT NULL"
    )
    for at, staged in enumerate(files):
        if staged.records.blank:
            connection.execute(
                f"INSERT INTO rejected SELECT {at}, record, '{Reason.BLANK}' "
                f"FROM {staged.records.blank_table}"
            )


def reject_dates(
    connection: duckdb.DuckDBPyConnection, order: DayOrder, plausible: Plausible
) -> None:
    """Reject lines whose date cannot be read the decided way, or is not believed."""
    connection.execute(
        f"""
        INSERT INTO rejected
        SELECT file, record, CASE WHEN {order.date} IS NULL THEN '{Reason.DATE_UNREADABLE}'
            ELSE '{Reason.DATE_IMPLAUSIBLE}' END
        FROM staged WHERE first AND reason IS NULL
            AND ({order.date} IS NULL OR {plausible.breaks(order.date)})
        """
    )


def view_good(connection: duckdb.DuckDBPyConnection, order: DayOrder, posting: DayOrder) -> None:
    """Make the view `good`: staged rows not rejected, with order_date and known_at."""
    # Not WHERE NOT EXISTS: for that DuckDB first finds all distinct records, at every scan.
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW good AS SELECT *, {order.date} AS order_date, "
        f"{posting.known_at} AS known_at FROM staged ANTI JOIN rejected USING (file, record) "
        "WHERE reason IS NULL"
    )


def reject_copies(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> None:
    """Reject equal lines in several files beyond the most that one file has of them."""
    several = sum(staged.lines is not None for staged in files) > 1
    # Exports mostly follow each other: then no day is in two of them, and no line need be compared.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {SHARED_DAYS} AS SELECT order_date FROM good "
        f"WHERE first AND {several} GROUP BY order_date HAVING min(file) <> max(file)"
    )
    if not connection.execute(f"SELECT 1 FROM {SHARED_DAYS} LIMIT 1").fetchall():
        return
    good = f"(SELECT * FROM good SEMI JOIN {SHARED_DAYS} USING (order_date) WHERE first)"
    key = f"{Line.HASH}, {Line.CUSTOMER}, order_date"
    connection.execute(
        f"""
        INSERT INTO rejected
        WITH shared AS (
            SELECT {Line.HASH} FROM {good}
            GROUP BY {Line.HASH} HAVING min(file) <> max(file)
        ),
        numbered AS (
            SELECT file, record, {key},
                row_number() OVER (PARTITION BY {key}, file ORDER BY record) AS nth
            FROM {good} WHERE {Line.HASH} IN (SELECT {Line.HASH} FROM shared)
        )
        SELECT file, record, '{Reason.DUPLICATE_LINE}' FROM numbered
        QUALIFY row_number() OVER (PARTITION BY {key}, nth ORDER BY file) > 1
        """
    )


def reject_flagged(connection: duckdb.DuckDBPyConnection) -> None:
    """Of lines that sell the same as a flagged one, load as many as are unflagged, at least one.

    A twin sells the same to the same customer on the same day and invoice. The twins that were
    known first are loaded, so that none posted later changes what was known before it: a flagged
    line counts when it is the first, and then the first unflagged one does not.
    """
    key = f"{Line.CUSTOMER}, order_date, coalesce({Line.ORDER}, '')"
    if not connection.execute("SELECT 1 FROM staged WHERE flagged LIMIT 1").fetchall():
        return
    pair = f"{{'sku': {Line.SKU}, 'value': {Line.VALUE}, 'quantity': {Line.QUANTITY}}}"
    twins = f"{Line.CUSTOMER}, order_date, document, sale"
    connection.execute(
        f"""
        INSERT INTO rejected
        WITH lines AS (
            SELECT file, record, {key} AS document, flagged,
                greatest(order_date, coalesce(known_at, order_date)) AS known,
                list_sort(list({pair})) AS sale
            FROM good WHERE ({key}) IN (SELECT ({key}) FROM good WHERE flagged)
            GROUP BY ALL
        ),
        ranked AS (
            SELECT file, record, flagged, row_number() OVER twins AS place,
                first_value(flagged) OVER twins AS flagged_first,
                row_number() OVER (
                    PARTITION BY {twins}, flagged ORDER BY known, file, record) AS nth
            FROM lines
            WINDOW twins AS (PARTITION BY {twins} ORDER BY known, flagged, file, record)
        )
        SELECT file, record, '{Reason.DUPLICATE_GP}' FROM ranked
        WHERE CASE WHEN flagged THEN place > 1 ELSE flagged_first AND nth = 1 END
        """
    )
