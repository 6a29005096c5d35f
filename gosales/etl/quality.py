"""The data-quality report: what was read and lost, what it holds, and what it can support."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb

from gosales.core.columns import UNASSIGNED, Customer, Fact, Product
from gosales.core.timeline import Cutoff
from gosales.etl.notes import Note
from gosales.etl.staging import StagedFile

TRAINING_STEPS = (6, 3)
LEAST_HISTORY_MONTHS = 6
"""A training cutoff needs at least so much history before it."""


@dataclass(frozen=True)
class FileQuality:
    """What became of one file."""

    file: str
    sha256: str
    encoding: str
    lines_read: int
    lines_loaded: int
    lines_rejected: int


@dataclass(frozen=True)
class MonthQuality:
    """What was loaded of one month."""

    month: str
    lines: int
    customers: int
    value: float


@dataclass(frozen=True)
class DivisionQuality:
    """`lines` are sales of a SKU; `last_horizon_buyers` bought in the last horizon."""

    division: str
    lines: int
    customers: int
    value: float
    last_horizon_buyers: int


@dataclass(frozen=True)
class DataQuality:
    """What `data_quality.json` holds. `lines_read` = `lines_loaded` + the sum of rejections.

    Attributes:
        training_cutoffs: Months between cutoffs (`6`, `3`) -> how many past cutoffs have both an
            outcome that is complete and half a year of history.
        contact_columns: File -> headers of the contact columns in it that were left out.
    """

    lines_read: int
    lines_loaded: int
    lines_rejected: dict[str, int]
    blockers: tuple[Note, ...]
    warnings: tuple[Note, ...]
    first_day: dt.date
    last_day: dt.date
    months: int
    customers: int
    products: int
    files: tuple[FileQuality, ...]
    coverage: tuple[MonthQuality, ...]
    divisions: tuple[DivisionQuality, ...]
    training_cutoffs: dict[str, int]
    contact_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        content = asdict(self)
        content["first_day"], content["last_day"] = str(self.first_day), str(self.last_day)
        return content

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> DataQuality:
        """The report that `as_dict` told."""
        kinds = {
            "blockers": Note,
            "warnings": Note,
            "files": FileQuality,
            "coverage": MonthQuality,
            "divisions": DivisionQuality,
        }
        rows = {key: tuple(kind(**one) for one in content[key]) for key, kind in kinds.items()}
        days = {key: dt.date.fromisoformat(content[key]) for key in ("first_day", "last_day")}
        return cls(**(content | rows | days))


@dataclass(frozen=True)
class Remarks:
    """What was noticed on the way."""

    blockers: list[Note]
    warnings: list[Note]
    contacts: dict[str, tuple[str, ...]] = field(default_factory=dict)


def measure(
    connection: duckdb.DuckDBPyConnection,
    files: list[StagedFile],
    remarks: Remarks,
    cutoff: Cutoff | None,
    horizon_months: int,
) -> DataQuality:
    """Measure a star that was just made on `connection`."""
    rejected = connection.execute(
        "SELECT reason, count(*) FROM rejected GROUP BY 1 ORDER BY 1"
    ).fetchall()
    first, last, customers = connection.execute(
        f"SELECT min({Customer.FIRST_DATE}), max({Customer.LAST_DATE}), count(*) "
        f"FROM {Customer.TABLE}"
    ).fetchall()[0]
    products = connection.execute(
        f"SELECT count(DISTINCT {Product.SKU}) FROM {Product.TABLE}"
    ).fetchall()[0][0]
    per_file = tuple(_per_file(connection, files))
    end = Cutoff(min(last, cutoff.date) if cutoff else last)
    return DataQuality(
        lines_read=sum(one.lines_read for one in per_file),
        lines_loaded=sum(one.lines_loaded for one in per_file),
        lines_rejected={str(reason): int(lines) for reason, lines in rejected},
        blockers=tuple(remarks.blockers),
        warnings=tuple(remarks.warnings),
        first_day=first,
        last_day=last,
        months=max(1, Cutoff(last).age_in_months(first) + 1),
        customers=int(customers),
        products=int(products),
        files=per_file,
        coverage=tuple(_per_month(connection)),
        divisions=tuple(_per_division(connection, end, horizon_months)),
        training_cutoffs={
            str(step): training_cutoffs(first, end, horizon_months, step) for step in TRAINING_STEPS
        },
        contact_columns=remarks.contacts,
    )


def training_cutoffs(first: dt.date, end: Cutoff, horizon_months: int, step: int) -> int:
    """How many past cutoffs, `step` months apart, have a complete outcome and some history."""
    start = Cutoff(first).plus_months(LEAST_HISTORY_MONTHS)
    count = 0
    while end.plus_months(-horizon_months - count * step) >= start:
        count += 1
    return count


def _per_file(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> list[FileQuality]:
    loaded = dict(connection.execute("SELECT file, sum(lines) FROM loaded GROUP BY 1").fetchall())
    rejected = dict(connection.execute("SELECT file, count(*) FROM rejected GROUP BY 1").fetchall())
    return [
        FileQuality(
            one.name,
            one.file.sha256,
            one.records.encoding,
            one.records.count,
            int(loaded.get(at, 0)),
            int(rejected.get(at, 0)),
        )
        for at, one in enumerate(files)
    ]


def _per_month(connection: duckdb.DuckDBPyConnection) -> list[MonthQuality]:
    rows = connection.execute(
        f"""
        WITH bought AS (
            SELECT date_trunc('month', {Fact.DATE}) AS month,
                count(DISTINCT {Fact.CUSTOMER}) AS customers
            FROM {Fact.TABLE} GROUP BY 1
        )
        SELECT strftime(month, '%Y-%m'), CAST(sum(lines) AS BIGINT), any_value(customers),
            CAST(sum(cents) AS DOUBLE) / 100
        FROM loaded JOIN bought USING (month) GROUP BY month ORDER BY month
        """
    ).fetchall()
    return [MonthQuality(*row) for row in rows]


def _per_division(
    connection: duckdb.DuckDBPyConnection, end: Cutoff, horizon_months: int
) -> list[DivisionQuality]:
    buyer = (
        f"CASE WHEN {Fact.LINE_TYPE} = '{Fact.SALE}' AND {Fact.DATE} > $start "
        f"AND {Fact.DATE} <= $end THEN {Fact.CUSTOMER} END"
    )
    rows = connection.execute(
        f"SELECT {Fact.DIVISION}, count(*), count(DISTINCT {Fact.CUSTOMER}), "
        f"CAST(sum({Fact.VALUE}) AS DOUBLE) / 100, count(DISTINCT {buyer}) "
        f"FROM {Fact.TABLE} GROUP BY 1 ORDER BY 1",
        {"start": end.plus_months(-horizon_months), "end": end.date},
    ).fetchall()
    return [DivisionQuality(*row) for row in rows]


def render(quality: DataQuality) -> str:
    """The report as plain text."""
    blocks = [
        _headline(quality),
        _notes("Blockers", quality.blockers),
        _notes("Warnings", quality.warnings),
        _contact_columns(quality.contact_columns),
        _division_table(quality),
        _support(quality),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _headline(quality: DataQuality) -> str:
    rejected = quality.lines_read - quality.lines_loaded
    reasons = ", ".join(f"{reason} {lines:,}" for reason, lines in quality.lines_rejected.items())
    return (
        f"{quality.lines_read:,} lines read from {len(quality.files)} files: "
        f"{quality.lines_loaded:,} loaded, {rejected:,} rejected"
        + (f" ({reasons})" if reasons else "")
        + f".\n{quality.customers:,} customers, {quality.products:,} products, "
        f"{len(quality.divisions)} divisions, {quality.first_day} to {quality.last_day} "
        f"({quality.months} months)."
    )


def _notes(title: str, notes: tuple[Note, ...]) -> str:
    if not notes:
        return ""
    lines = [f"- {note.message} {note.remedy} [{note.code}]" for note in notes]
    return "\n".join((title, *lines))


def _contact_columns(found: dict[str, tuple[str, ...]]) -> str:
    if not found:
        return ""
    lines = [f"- {file}: {', '.join(headers)}" for file, headers in found.items()]
    return "\n".join(("Contact columns left out ([privacy] keep_contact_columns)", *lines))


def _division_table(quality: DataQuality) -> str:
    width = max(len(one.division) for one in quality.divisions)
    head = f"{'Division':<{width}}  {'lines':>9}  {'customers':>9}  {'value':>15}  {'buyers*':>8}"
    rows = [
        f"{one.division:<{width}}  {one.lines:>9,}  {one.customers:>9,}  {one.value:>15,.0f}  "
        f"{one.last_horizon_buyers:>8,}"
        for one in quality.divisions
    ]
    return "\n".join((head, *rows, "* customers who bought in the last horizon"))


def _support(quality: DataQuality) -> str:
    counts = quality.training_cutoffs
    return (
        f"Training can use {counts['6']} past cutoffs half a year apart, or {counts['3']} a "
        "quarter apart."
    )


def has_division(quality: DataQuality) -> bool:
    """Whether any line belongs to a division that can be scored."""
    return any(one.division != UNASSIGNED for one in quality.divisions)
