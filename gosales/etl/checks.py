"""What is worth a warning or stops the run, seen once all lines are judged."""

from __future__ import annotations

import duckdb

from gosales.core.columns import UNASSIGNED, Attribute, CellStatus, Customer, Fact, Product
from gosales.core.errors import SalesLogError
from gosales.core.star import MIGRATION_DELAY_DAYS, MIGRATION_SHARE
from gosales.etl.dates import DayOrder
from gosales.etl.judge import SHARED_DAYS
from gosales.etl.lines import Line, Reason
from gosales.etl.notes import Note
from gosales.etl.staging import StagedFile

UNREADABLE_SHARE = 0.5
LEAST_ALIKE, ALIKE_SHARE = 10, 0.1
"""So many sales, and such a share of those on days of several files, are copies and no chance."""

ALIKE = "ltrim(lower({}), '0')"
"""SQL: the same for ids that differ by leading zeros, which spreadsheets drop, or by capitals."""

WORTH_A_WARNING = {
    Reason.CUSTOMER_MISSING: "have no customer, so nobody can be credited with them.",
    Reason.SKU_MISSING: "name no SKU.",
    Reason.FIELD_COUNT: "have more or fewer fields than the header.",
    Reason.NUMBER_UNREADABLE: "hold an amount that cannot be read.",
    Reason.NUMBER_OUT_OF_RANGE: "hold an absurdly large amount.",
    Reason.CURRENCY: "are in another currency without a usable rate.",
    Reason.DATE_MISSING: "have no date.",
    Reason.DATE_UNREADABLE: "have a date that cannot be read.",
    Reason.DATE_IMPLAUSIBLE: "lie before 1970, after [time] last_day or far after all others.",
}


def require_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises SalesLogError when not one line is left, with what became of them."""
    if connection.execute("SELECT 1 FROM good LIMIT 1").fetchall():
        return
    counts = connection.execute(
        "SELECT reason, count(*) AS lines FROM rejected GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    told = ", ".join(f"{lines:,} {reason}" for reason, lines in counts)
    if {reason for reason, _ in counts} & {Reason.DATE_UNREADABLE, Reason.DATE_MISSING}:
        remedy = "Check which column [columns] names as the date, and export it as YYYY-MM-DD."
    else:
        remedy = "Check the columns in [columns] and [source] shape; `gosales init` proposes them."
    raise SalesLogError(f"Not one line of the sales logs can be loaded: {told}.", remedy=remedy)


def file_warnings(files: list[StagedFile]) -> list[Note]:
    """What was noticed while reading the files."""
    notes = [note for staged in files for note in staged.records.notes]
    for staged in files:
        if not staged.records.count:
            notes.append(
                Note(
                    "file_empty", f"{staged.name} holds no line.", "Export it again, or remove it."
                )
            )
        notes.extend(
            Note(
                "column_unmapped",
                f"{staged.name}: the column {one.column!r} looks like a product that the SKU map "
                f"does not know ({one.lines:,} lines, {one.cents / 100:,.2f} in all).",
                "Add it to a SKU map of your own ([source] sku_map), or to its not_products.",
            )
            for one in staged.unmapped
        )
    return notes


def reject_warnings(connection: duckdb.DuckDBPyConnection, lines_read: int) -> list[Note]:
    """Lines lost for reasons that somebody should look into."""
    counts = connection.execute("SELECT reason, count(*) FROM rejected GROUP BY 1").fetchall()
    lost = {str(reason): int(lines) for reason, lines in counts}
    return [
        Note(
            reason,
            f"{lost[reason]:,} of {lines_read:,} lines "
            f"({100 * lost[reason] / lines_read:.1f} %) {what}",
            "rejects.csv lists them.",
        )
        for reason, what in WORTH_A_WARNING.items()
        if lost.get(reason)
    ]


def star_warnings(connection: duckdb.DuckDBPyConnection, order: DayOrder) -> list[Note]:
    """What the loaded lines themselves show."""
    found = [
        _unassigned(connection),
        _line_ids(connection),
        _shared_names(connection),
        _alike_ids(connection),
        _alike_sales(connection),
        _migrated(connection),
        _no_money(connection),
        _status_unmatched(connection),
        *_customers_unmatched(connection),
        _assumed(order),
    ]
    return [note for note in found if note]


def blockers(connection: duckdb.DuckDBPyConnection, lines_read: int) -> list[Note]:
    """What must stop the run before any model."""
    found = []
    unreadable = connection.execute(
        "SELECT count(*) FROM rejected WHERE list_contains($reasons, reason)",
        {"reasons": list(Reason.UNREADABLE)},
    ).fetchall()[0][0]
    if unreadable > UNREADABLE_SHARE * lines_read:
        found.append(
            Note(
                "mostly_unreadable",
                f"{unreadable:,} of {lines_read:,} lines cannot be read.",
                "Look at rejects.csv; check the delimiter, the date and the number columns.",
            )
        )
    divided = connection.execute(
        f"SELECT 1 FROM {Fact.TABLE} WHERE {Fact.DIVISION} <> '{UNASSIGNED}' LIMIT 1"
    ).fetchall()
    if not divided:
        found.append(
            Note(
                "no_division",
                "No SKU of the log has a division, so there is nothing to score.",
                "Name the division column in [columns], or give data/lookup/products.csv (sku, "
                "division).",
            )
        )
    return found


def _unassigned(connection: duckdb.DuckDBPyConnection) -> Note | None:
    lines, skus, cents, example = connection.execute(
        f"SELECT count(*), count(DISTINCT {Fact.SKU}), sum({Fact.VALUE}), min({Fact.SKU}) "
        f"FROM {Fact.TABLE} WHERE {Fact.DIVISION} = '{UNASSIGNED}'"
    ).fetchall()[0]
    if not lines:
        return None
    return Note(
        "sku_unassigned",
        f"{lines:,} lines of {skus:,} SKUs (e.g. {example}), {cents / 100:,.2f} in all, have no "
        "division: loaded, but never scored or listed.",
        "Add the SKUs to data/lookup/products.csv (sku, division).",
    )


def _line_ids(connection: duckdb.DuckDBPyConnection) -> Note | None:
    ids, example = connection.execute(
        f"SELECT count(*), min({Line.LINE_ID}) FROM (SELECT {Line.LINE_ID} FROM good "
        f"WHERE first AND {Line.LINE_ID} IS NOT NULL GROUP BY 1 "
        f"HAVING min({Line.HASH}) <> max({Line.HASH}))"
    ).fetchall()[0]
    if not ids:
        return None
    return Note(
        "line_id_reused",
        f"{ids:,} line ids stand for lines of different content (e.g. {example}); all were loaded.",
        "If these are corrections of earlier exports, remove the outdated file.",
    )


def _shared_names(connection: duckdb.DuckDBPyConnection) -> Note | None:
    names, example = connection.execute(
        f"SELECT count(*), min(name) FROM (SELECT min({Customer.NAME}) AS name "  # as it is spelled
        f"FROM {Customer.TABLE} WHERE {Customer.NAME} IS NOT NULL GROUP BY lower({Customer.NAME}) "
        f"HAVING count(DISTINCT {Customer.ID}) > 1)"
    ).fetchall()[0]
    if not names:
        return None
    return Note(
        "customer_name_shared",
        f"{names:,} customer names belong to several ids (e.g. {example}); they are kept apart.",
        "If they are one customer, give them one id in the source system.",
    )


def _alike_ids(connection: duckdb.DuckDBPyConnection) -> Note | None:
    """Spreadsheets drop leading zeros, and systems differ in capitals: one customer becomes two."""
    ids, examples = connection.execute(
        f"SELECT count(*), min(ids) FROM (SELECT list({Customer.ID} ORDER BY {Customer.ID}) AS ids "
        f"FROM {Customer.TABLE} GROUP BY {ALIKE.format(Customer.ID)} HAVING count(*) > 1)"
    ).fetchall()[0]
    if not ids:
        return None
    return Note(
        "customer_ids_alike",
        f"{ids:,} customer ids have twins that differ by capitals or leading zeros only "
        f"(e.g. {' and '.join(examples[:2])}); they are kept apart.",
        "If they are one customer, write its id in one way in all files.",
    )


def _alike_sales(connection: duckdb.DuckDBPyConnection) -> Note | None:
    """Overlapping exports of another format: no line is equal, and every sale counts twice."""
    if not connection.execute(f"SELECT 1 FROM {SHARED_DAYS} LIMIT 1").fetchall():
        return None
    sale = f"{Line.CUSTOMER}, order_date, {Line.ORDER}, {Line.SKU}, {Line.QUANTITY}, {Line.VALUE}"
    sales, twice, example = connection.execute(
        f"""
        SELECT sum(rows), sum(least(rows - most, most)), min(example) FILTER (rows > most)
        FROM (
            SELECT key, sum(rows) AS rows, max(rows) AS most, min(example) AS example
            FROM (
                SELECT hash({sale}) AS key, file, count(*) AS rows,
                    min((order_date, {Line.CUSTOMER})) AS example
                FROM good SEMI JOIN {SHARED_DAYS} USING (order_date) GROUP BY key, file
            ) GROUP BY key
        )
        """
    ).fetchall()[0]
    if not sales or twice < max(LEAST_ALIKE, ALIKE_SHARE * sales):
        return None
    return Note(
        "sales_alike",
        f"{int(twice):,} sales stand in two files, with other words around them (e.g. one of "
        f"customer {example[1]} on {example[0]}); both count.",
        "If one file is another export of the same days, remove the older one.",
    )


def _migrated(connection: duckdb.DuckDBPyConnection) -> Note | None:
    dated, late = connection.execute("SELECT sum(dated), sum(late) FROM loaded").fetchall()[0]
    if late <= MIGRATION_SHARE * dated:
        return None
    return Note(
        "posting_dates_ignored",
        f"{100 * late / dated:.0f} % of the lines were created more than {MIGRATION_DELAY_DAYS} "
        "days after their event, as after a migration; creation dates are ignored.",
        "Nothing to do, unless the creation date column is the wrong one.",
    )


def _no_money(connection: duckdb.DuckDBPyConnection) -> Note | None:
    if connection.execute("SELECT 1 FROM good WHERE value_cents <> 0 LIMIT 1").fetchall():
        return None
    return Note(
        "no_money",
        "No line has a value, so expected values are zero.",
        "Name the value column (or unit_price) in [columns].",
    )


def _status_unmatched(connection: duckdb.DuckDBPyConnection) -> Note | None:
    """Statuses of divisions and SKUs that were never sold: most often a slip of the pen."""
    cell, sold = CellStatus, Product
    rows, example = connection.execute(
        f"SELECT count(*), min(concat_ws(' ', {cell.DIVISION}, {cell.SKU})) FROM {cell.TABLE} s "
        f"WHERE NOT EXISTS (SELECT 1 FROM {sold.TABLE} p "
        f"WHERE p.{sold.DIVISION} = s.{cell.DIVISION} "
        f"AND p.{sold.SKU} = coalesce(s.{cell.SKU}, p.{sold.SKU}))"
    ).fetchall()[0]
    if not rows:
        return None
    return Note(
        "status_unmatched",
        f"{rows:,} lines of cells.csv name a division or SKU that the log does not have "
        f"(e.g. {example}); they do nothing.",
        "Write divisions and SKUs as the log does, capitals included.",
    )


def _customers_unmatched(connection: duckdb.DuckDBPyConnection) -> list[Note | None]:
    """Lookups with ids of another spelling: a slip that would call whom nobody shall call."""
    return [
        _unmatched(connection, CellStatus.TABLE, CellStatus.CUSTOMER, "cells.csv"),
        _unmatched(connection, Attribute.TABLE, Attribute.CUSTOMER, "customers.csv"),
    ]


def _unmatched(
    connection: duckdb.DuckDBPyConnection, table: str, customer: str, file: str
) -> Note | None:
    """Customers of a lookup who stand in the log under a like id, or of whom none is there."""
    ids, known, twins, example, other = connection.execute(
        f"""
        WITH named AS (SELECT DISTINCT {customer} AS id FROM {table}),
        log AS (SELECT DISTINCT {Customer.ID} AS id FROM {Customer.TABLE}),
        strangers AS (FROM named ANTI JOIN log USING (id)),
        pairs AS (
            SELECT strangers.id, min(log.id) AS twin
            FROM strangers JOIN log ON {ALIKE.format("strangers.id")} = {ALIKE.format("log.id")}
            GROUP BY 1
        )
        SELECT (SELECT count(*) FROM named), (SELECT count(*) FROM named SEMI JOIN log USING (id)),
            count(*), min((id, twin)), (SELECT min(id) FROM strangers) FROM pairs
        """
    ).fetchall()[0]
    if not ids or (known and not twins):
        return None
    if twins:
        told = f"Customer ids of {file} that the log writes otherwise: {twins:,} "
        told += f"(e.g. {example[0]}, there {example[1]})"
    else:
        told = f"None of the {ids:,} customer ids of {file} is in the log (e.g. {other})"
    return Note(
        "customers_unmatched",
        f"{told}; what stands there does nothing.",
        "Write ids as the log does, leading zeros and capitals included.",
    )


def _assumed(order: DayOrder) -> Note | None:
    if order.decided_by != "map":
        return None
    return Note(
        "dates_assumed",
        f"No date tells whether 3/4/2024 is 3 April; read with the "
        f"{'day' if order.day_first else 'month'} first, as the SKU map says.",
        "Set `[time] day_first` to make it sure.",
    )
