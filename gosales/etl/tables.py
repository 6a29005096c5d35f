"""The star's tables, made from the good lines. Deterministic, and blind to rows of later dates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import duckdb

from gosales.core.columns import UNASSIGNED, Calendar, Customer, Fact, Product
from gosales.core.star import MIGRATION_DELAY_DAYS
from gosales.core.timeline import Cutoff
from gosales.etl.lines import Line
from gosales.etl.sql import listed
from gosales.etl.staging import StagedFile

SORT_BYTES, SORT_SHARE = 130, 0.4
"""What a line takes while the facts are sorted, and how much of the memory that may be."""


def name_files(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> None:
    """Make the table `source_files` (file, source_file)."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE source_files(file INTEGER, source_file VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO source_files VALUES (?, ?)", [[at, one.name] for at, one in enumerate(files)]
    )


def view_sold(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view `sold`: good lines with the division of the line or the product lookup.

    Spellings of one division that differ by case or spaces become the spelling of the earliest
    line, which no later line can change.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW divided AS SELECT good.* EXCLUDE ({Line.DIVISION}), "
        f"coalesce(good.{Line.DIVISION}, lookup_products.{Product.DIVISION}, '{UNASSIGNED}') "
        f"AS raw_division FROM good LEFT JOIN lookup_products USING ({Line.SKU})"
    )
    spellings = connection.execute(
        "SELECT raw_division FROM divided GROUP BY raw_division "
        "ORDER BY min({'day': order_date, 'file': file, 'record': record})"
    ).fetchall()
    chosen: dict[str, str] = {_fold(UNASSIGNED): UNASSIGNED}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE division_names"
        f"(raw_division VARCHAR, {Line.DIVISION} VARCHAR)"
    )
    for (raw,) in spellings:
        name = chosen.setdefault(_fold(raw), " ".join(raw.split()))
        connection.execute("INSERT INTO division_names VALUES (?, ?)", [raw, name])
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW sold AS SELECT divided.* EXCLUDE (raw_division), "
        f"division_names.{Line.DIVISION} FROM divided JOIN division_names USING (raw_division)"
    )


def _fold(division: str) -> str:
    return " ".join(division.split()).casefold()


def make_facts(connection: duckdb.DuckDBPyConnection, memory_gb: float, *, one_sku: bool) -> None:
    """Make `fact_transactions`, sorted by day, file, line and SKU.

    So many days at a time as can be sorted in memory: DuckDB 2.0 sometimes gives up a sort that it
    would have to spill.

    Args:
        memory_gb: What DuckDB may use.
        one_sku: Every line has one SKU; a key less, and one without texts sorts sooner.
    """
    order = [Fact.DATE, "file", Fact.SOURCE_LINE, *([] if one_sku else [Fact.SKU])]
    is_return = f"{Line.QUANTITY} < 0 OR (coalesce({Line.QUANTITY}, 0) = 0 AND {Line.VALUE} < 0)"
    start = f"CREATE TABLE {Fact.TABLE} AS"
    for days in _days_at_once(connection, int(SORT_SHARE * memory_gb * 1e9 / SORT_BYTES)):
        connection.execute(
            f"""
            {start}
            SELECT {Line.CUSTOMER} AS {Fact.CUSTOMER}, order_date AS {Fact.DATE},
                known_at AS {Fact.KNOWN_AT}, {Line.ORDER} AS {Fact.ORDER},
                {Line.SKU} AS {Fact.SKU}, {Line.DIVISION} AS {Fact.DIVISION},
                {Line.QUANTITY} AS {Fact.QUANTITY}, {Line.VALUE} AS {Fact.VALUE},
                CASE WHEN {is_return} THEN '{Fact.RETURN}' ELSE '{Fact.SALE}' END
                    AS {Fact.LINE_TYPE},
                {Line.BRANCH} AS {Fact.BRANCH}, {Line.REP} AS {Fact.REP},
                source_file AS {Fact.SOURCE_FILE}, record AS {Fact.SOURCE_LINE}
            FROM sold JOIN source_files USING (file)
            WHERE {days}
            ORDER BY {listed(order)}
            """
        )
        start = f"INSERT INTO {Fact.TABLE}"


def _days_at_once(connection: duckdb.DuckDBPyConnection, most: int) -> Iterator[str]:
    """Conditions on `order_date` that part the good lines, about so many in each, oldest first."""
    (lines,) = connection.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    if lines <= most:
        yield "true"
        return
    days = connection.execute(
        "SELECT order_date, sum(count(*)) OVER (ORDER BY order_date) FROM good "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    parts = [[day for day, _ in part] for _, part in groupby(days, lambda one: one[1] // most)]
    for part in parts:
        yield f"order_date BETWEEN DATE '{part[0]}' AND DATE '{part[-1]}'"


def count_loaded(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `loaded` of the good lines: their counts by file and month.

    `lines` are records, `dated` rows with a posting date, `late` those posted long after the event.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE loaded AS
        SELECT file, date_trunc('month', order_date) AS month,
            count(CASE WHEN first THEN 1 END) AS lines, sum({Line.VALUE}) AS cents,
            count(known_at) AS dated,
            count(CASE WHEN known_at > order_date + {MIGRATION_DELAY_DAYS} THEN 1 END) AS late
        FROM good GROUP BY ALL
        """
    )


def make_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `customer_name_history`, from which the latest name known on any day can be told.

    A customer of one name has one row for it, with the first order date and the first visible day
    of the lines that carry it. Before the first line with a name, the lookup's name holds.
    """
    first = "min(order_date) AS day, min(visible) AS visible"
    connection.execute(
        f"""
        CREATE TABLE {Customer.NAMES} AS
        WITH logged AS (
            SELECT {Customer.ID}, {Customer.NAME} AS name, order_date, known_at,
                greatest(order_date, coalesce(known_at, order_date)) AS visible
            FROM good WHERE first
        ),
        named AS (
            SELECT {Customer.ID}, min(name) AS name, min(name) <> max(name) AS renamed, {first}
            FROM logged WHERE name IS NOT NULL GROUP BY 1
        ),
        known AS (
            SELECT {Customer.ID}, {first}
            FROM logged SEMI JOIN lookup_names USING ({Customer.ID}) GROUP BY 1
        )
        SELECT {Customer.ID}, name AS {Customer.NAME}, day AS {Fact.DATE},
            nullif(visible, day) AS {Fact.KNOWN_AT}
        FROM named WHERE NOT renamed
        UNION ALL
        SELECT DISTINCT {Customer.ID}, logged.name, order_date, known_at
        FROM logged JOIN named USING ({Customer.ID}) WHERE renamed AND logged.name IS NOT NULL
        UNION ALL
        SELECT {Customer.ID}, lookup_names.{Customer.NAME}, known.day,
            nullif(known.visible, known.day)
        FROM lookup_names JOIN known USING ({Customer.ID}) LEFT JOIN named USING ({Customer.ID})
        WHERE named.day IS NULL OR known.day < named.day OR known.visible < named.visible
        ORDER BY ALL
        """
    )


def make_dimensions(connection: duckdb.DuckDBPyConnection, cutoff: Cutoff | None) -> None:
    """Make `dim_customer`, `dim_product` and `dim_date`."""
    connection.execute(
        f"""
        CREATE TABLE {Customer.TABLE} AS
        SELECT {Fact.CUSTOMER} AS {Customer.ID}, any_value(latest.name) AS {Customer.NAME},
            min({Fact.DATE}) AS {Customer.FIRST_DATE}, max({Fact.DATE}) AS {Customer.LAST_DATE}
        FROM {Fact.TABLE} LEFT JOIN (
            SELECT {Customer.ID}, arg_min({Customer.NAME}, (-epoch({Fact.DATE}), {Customer.NAME}))
                AS name
            FROM {Customer.NAMES} GROUP BY 1
        ) AS latest USING ({Customer.ID})
        GROUP BY 1 ORDER BY 1
        """
    )
    _make_products(connection, cutoff)
    connection.execute(
        f"""
        CREATE TABLE {Calendar.TABLE} AS
        SELECT CAST(day AS DATE) AS {Calendar.DATE}, year(day)::INTEGER AS {Calendar.YEAR},
            quarter(day)::INTEGER AS {Calendar.QUARTER}, month(day)::INTEGER AS {Calendar.MONTH},
            isodow(day)::INTEGER AS {Calendar.WEEKDAY}
        FROM generate_series(
            (SELECT min({Fact.DATE}) FROM {Fact.TABLE}),
            (SELECT max({Fact.DATE}) FROM {Fact.TABLE}), INTERVAL 1 DAY) AS days(day)
        """
    )


def _make_products(connection: duckdb.DuckDBPyConnection, cutoff: Cutoff | None) -> None:
    """A product is called what the lookup, else its latest line up to the cutoff calls it."""
    connection.execute(
        f"""
        CREATE TABLE {Product.TABLE} AS
        WITH named AS (
            SELECT {Line.SKU}, arg_max({Line.SKU_NAME}, {{
                'known': order_date <= coalesce($cutoff::DATE, order_date), 'day': order_date,
                'file': file, 'record': record}}) AS name
            FROM sold WHERE {Line.SKU_NAME} IS NOT NULL GROUP BY 1
        ),
        known AS (SELECT DISTINCT {Fact.DIVISION}, {Fact.SKU} FROM {Fact.TABLE})
        SELECT known.{Fact.DIVISION} AS {Product.DIVISION}, {Fact.SKU} AS {Product.SKU},
            coalesce(lookup.{Product.NAME}, named.name) AS {Product.NAME},
            lookup.{Product.LAUNCHED}, lookup.{Product.RETIRED}
        FROM known LEFT JOIN named USING ({Fact.SKU})
            LEFT JOIN lookup_products AS lookup USING ({Fact.SKU})
        ORDER BY 1, 2
        """,
        {"cutoff": cutoff.date if cutoff else None},
    )
