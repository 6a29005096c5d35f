"""What columns say about each other: products, dependencies, overlaps, the order of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gosales.etl.propose_profile import ColumnProfile, Profiler, Table
from gosales.etl.sql import listed

Numbers = npt.NDArray[np.float64]

ROWS_MULTIPLIED = 20_000
MOST_SKUS = 200_000
MIN_EVIDENCE = 5
MOST_STATUSES = 30
NO_SALE = (
    r"cancell?ed|cancel|void|voided|declined|rejected|refused|quote|quotation|draft|lost|deleted"
    r"|stornier(t|te)|storno|annull?ier(t|te)|abgelehnt|angebot|entwurf|annulee?|refusee?|devis"
    r"|cancelad[oa]|anulad[oa]|rechazad[oa]|borrador"
)
"""Of a status, in lower case: the line was not sold."""


@dataclass(frozen=True)
class Product:
    """Columns with quantity x price = value, and in which share of the telling rows that holds."""

    quantity: str
    price: str
    value: str
    share: float


def numbers(reader: Profiler, table: Table, columns: list[ColumnProfile]) -> Numbers:
    """The sampled numbers of some columns, one row per column; NaN where there is none."""
    texts = listed(f"CAST(price(c{column.place}) AS DOUBLE)" for column in columns)
    rows = reader.use(table).execute(
        f"SELECT {texts} FROM {table.sample} ORDER BY record LIMIT {ROWS_MULTIPLIED}"
    )
    found = np.array(rows.fetchall(), dtype=np.float64)
    return found.T


def products(reader: Profiler, table: Table) -> list[Product]:
    """Triples of numeric columns where one is the product of the others, best first."""
    columns = [column for column in table.columns if column.is_number][:12]
    if len(columns) < 3:
        return []
    data = numbers(reader, table, columns)
    found = []
    for q, quantity in enumerate(columns):
        if quantity.whole < 0.5:
            continue
        for p, price in enumerate(columns):
            for v, value in enumerate(columns):
                if len({q, p, v}) == 3 and price.whole <= quantity.whole:
                    share = agreement(data[q], data[p], data[v])
                    if share >= 0.8:
                        found.append(Product(quantity.name, price.name, value.name, share))
    return sorted(found, key=lambda one: -one.share)


def agreement(quantity: Numbers, price: Numbers, value: Numbers) -> float:
    """Share of the rows with quantity x price = value, among those where that tells something.

    A quantity of one or a value of zero is no evidence; too little evidence counts as none.
    """
    with np.errstate(invalid="ignore"):
        telling = (np.abs(quantity) != 1) & (value != 0) & (quantity != 0)
        telling &= (np.abs(price) != 1) & ~np.isnan(quantity * price * value)
        close = np.abs(quantity * price - value) <= 0.02 + 0.005 * np.abs(value)
    if telling.sum() < MIN_EVIDENCE:
        return 0.0
    return float(close[telling].mean())


def share_with_one(reader: Profiler, table: Table, key: str, other: str) -> float | None:
    """Share of the repeated values of `key` that stand beside a single value of `other`.

    None where no value repeats.
    """
    one, two = (f"id_of(c{table.column(name).place})" for name in (key, other))
    row = (
        reader.use(table)
        .execute(
            f"SELECT avg(CASE WHEN others <= 1 THEN 1.0 ELSE 0.0 END) FROM (SELECT {one} AS k, "
            f"count(DISTINCT {two}) AS others FROM {table.sample} WHERE {one} IS NOT NULL "
            "GROUP BY 1 HAVING count(*) > 1)"
        )
        .fetchall()[0][0]
    )
    return float(row) if row is not None else None


def steadiness(reader: Profiler, table: Table, column: ColumnProfile) -> float:
    """Share of the rows with the value of the row above, beyond what chance would give."""
    row = (
        reader.use(table)
        .execute(
            f"SELECT avg(CASE WHEN x = above THEN 1.0 ELSE 0.0 END) FROM (SELECT c{column.place} "
            f"AS x, lag(c{column.place}) OVER (ORDER BY record) AS above FROM {table.sample})"
        )
        .fetchall()[0][0]
    )
    return float(row or 0.0) - 1 / max(column.distinct, 1)


def called_off(reader: Profiler, table: Table) -> list[tuple[str, str, float]]:
    """Columns with a value that says the line is no sale, that value, and its share of the rows."""
    found = []
    for column in table.columns:
        if not column.is_text or column.distinct > MOST_STATUSES:
            continue
        place = f"c{column.place}"
        rows = (
            reader.use(table)
            .execute(
                f"SELECT any_value(trim({place})), count(*) / {max(column.rows, 1)} FROM "
                f"{table.sample} WHERE regexp_full_match(lower(trim({place})), ?) "
                f"GROUP BY lower(trim({place})) ORDER BY 2 DESC, 1",
                [NO_SALE],
            )
            .fetchall()
        )
        found += [(column.name, str(value), float(share)) for value, share in rows]
    return found


def overlap(reader: Profiler, log: Table, column: str, lookup: Table, key: str) -> float:
    """Share of the log's sampled values of `column` that the lookup's `key` has."""
    left = f"c{log.column(column).place}"
    right = f"c{lookup.column(key).place}"
    row = (
        reader.use(log)
        .execute(
            "SELECT count(k), count(theirs) FROM (SELECT DISTINCT id_of(x) AS k FROM "
            f"(SELECT DISTINCT {left} AS x FROM {log.sample})) LEFT JOIN (SELECT DISTINCT "
            f"id_of(x) AS theirs FROM (SELECT DISTINCT {right} AS x FROM "
            f"({lookup.records.numbered(right)}))) ON k = theirs"
        )
        .fetchall()[0]
    )
    return float(row[1] / row[0]) if row[0] else 0.0


@dataclass(frozen=True)
class DayForms:
    """Rows of a date column by how they can be read; days from row to row in each reading."""

    day_only: int
    month_only: int
    ambiguous: int
    moved_dmy: float
    moved_mdy: float


def day_forms(reader: Profiler, table: Table, column: str) -> DayForms:
    """Look at a whole date column."""
    place = f"c{table.column(column).place}"
    row = (
        reader.use(table)
        .execute(
            "WITH read AS (SELECT record, days(t) AS d FROM (SELECT record, "
            f"{place} AS t FROM ({table.records.numbered(place)}))), "
            "both_read AS (SELECT record, d.dmy AS dmy, d.mdy AS mdy FROM read), "
            "stepped AS (SELECT *, dmy - lag(dmy) OVER (ORDER BY record) AS dmy_step, "
            "mdy - lag(mdy) OVER (ORDER BY record) AS mdy_step FROM both_read) "
            "SELECT count(CASE WHEN dmy IS NOT NULL AND mdy IS NULL THEN 1 END), "
            "count(CASE WHEN mdy IS NOT NULL AND dmy IS NULL THEN 1 END), "
            "count(CASE WHEN dmy <> mdy THEN 1 END), "
            "avg(abs(dmy_step)), avg(abs(mdy_step)) FROM stepped"
        )
        .fetchall()[0]
    )
    counts = [int(count) for count in row[:3]]
    return DayForms(*counts, *(float(value) if value is not None else 0.0 for value in row[3:]))


@dataclass(frozen=True)
class SkuCount:
    """A SKU of the log: how many lines it has, and its most frequent name."""

    sku: str
    lines: int
    name: str


def sku_counts(reader: Profiler, table: Table, sku: str, name: str | None) -> list[SkuCount]:
    """Every SKU of the whole log, the most frequent first."""
    place = f"c{table.column(sku).place}"
    text = f"c{table.column(name).place}" if name else "''"
    columns = listed(dict.fromkeys([place, *([text] if name else [])]))
    rows = (
        reader.use(table)
        .execute(
            f"SELECT id_of({place}) AS sku, count(*) AS lines, coalesce(mode(text_of({text})), '') "
            f"FROM ({table.records.numbered(columns)}) WHERE id_of({place}) IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_SKUS}"
        )
        .fetchall()
    )
    return [SkuCount(str(sku), int(lines), str(name)) for sku, lines, name in rows]
