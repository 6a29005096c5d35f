"""Whether `03/04/2024` is 3 April or March 4: decided per column, from all files together.

Only rows up to the cutoff may testify; a row whose readings all lie after it says nothing, so that
later rows in the folder cannot change how earlier ones are read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from gosales.core.errors import SalesLogError
from gosales.core.timeline import Cutoff
from gosales.etl.lines import Line
from gosales.etl.sql import literal
from gosales.etl.staging import StagedFile

FIRST_PLAUSIBLE_DAY = dt.date(1970, 1, 1)
STRAY_GAP_DAYS = 90
STRAY_SHARE = 0.001
FAR_FUTURE = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class DayOrder:
    """How slashed dates are read, and what decided it."""

    day_first: bool
    decided_by: str

    @property
    def date(self) -> str:
        """The staged column that holds the order date."""
        return Line.DATE_DMY if self.day_first else Line.DATE_MDY

    @property
    def known_at(self) -> str:
        """The staged column that holds the posting date."""
        return Line.KNOWN_DMY if self.day_first else Line.KNOWN_MDY


@dataclass(frozen=True)
class Evidence:
    """Rows up to the cutoff that can be read with the day first only, the month only, or both ways.

    `examples` says where the first row of each kind stands: (file, record).
    """

    day_only: int
    month_only: int
    ambiguous: int
    examples: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Preference:
    """What holds when rows do not tell: the setting before anything, the map's default after."""

    setting: bool | None
    default: bool | None


def order_date_order(
    connection: duckdb.DuckDBPyConnection,
    files: list[StagedFile],
    cutoff: Cutoff | None,
    preference: Preference,
) -> DayOrder:
    """Decide for the order date.

    Raises:
        SalesLogError: The rows contradict each other, or do not tell, and no setting does.
    """
    if preference.setting is not None:
        return DayOrder(preference.setting, "setting")
    found = _evidence(connection, Line.DATE_DMY, Line.DATE_MDY, cutoff)
    if found.day_only and found.month_only:
        raise _contradiction(connection, files, found)
    if found.day_only or found.month_only:
        return DayOrder(bool(found.day_only), "rows")
    if not found.ambiguous:
        return DayOrder(bool(preference.default), "not needed")
    if preference.default is not None:
        return DayOrder(preference.default, "map")
    example = _text(connection, files, found.examples[2])
    raise SalesLogError(
        f"The date column can be read in two ways ({example} and {found.ambiguous - 1} more lines) "
        "and no row up to the cutoff tells which.",
        remedy="Set `[time] day_first` to true (3/4 is 3 April) or false (3/4 is March 4).",
    )


def posting_date_order(
    connection: duckdb.DuckDBPyConnection,
    cutoff: Cutoff | None,
    preference: Preference,
    order_date: DayOrder,
) -> DayOrder:
    """Decide for the posting date; it is a help, so doubt is settled by the order date's way."""
    if preference.setting is not None:
        return DayOrder(preference.setting, "setting")
    found = _evidence(connection, Line.KNOWN_DMY, Line.KNOWN_MDY, cutoff)
    if found.day_only == found.month_only:
        return order_date
    return DayOrder(found.day_only > found.month_only, "rows")


def _evidence(
    connection: duckdb.DuckDBPyConnection, dmy: str, mdy: str, cutoff: Cutoff | None
) -> Evidence:
    kinds = (
        f"{dmy} BETWEEN $first AND $last AND {mdy} IS NULL",
        f"{mdy} BETWEEN $first AND $last AND {dmy} IS NULL",
        f"{dmy} <> {mdy} AND least({dmy}, {mdy}) <= $last",
    )
    counts = ", ".join(
        f"count(CASE WHEN {kind} THEN 1 END), min(CASE WHEN {kind} THEN (file, record) END)"
        for kind in kinds
    )
    row = connection.execute(
        f"SELECT {counts} FROM staged "
        f"WHERE first AND reason IS NULL AND {dmy} IS DISTINCT FROM {mdy}",
        {"first": FIRST_PLAUSIBLE_DAY, "last": cutoff.date if cutoff else FAR_FUTURE},
    ).fetchall()[0]
    examples = tuple(_place(row[at]) for at in (1, 3, 5))
    return Evidence(int(row[0]), int(row[2]), int(row[4]), examples)


def _place(found: object) -> tuple[int, int] | None:
    if found is None:
        return None
    values = list(found.values()) if isinstance(found, dict) else list(found)  # type: ignore[call-overload]
    return int(values[0]), int(values[1])


def _contradiction(
    connection: duckdb.DuckDBPyConnection, files: list[StagedFile], found: Evidence
) -> SalesLogError:
    day, month = (_text(connection, files, place) for place in found.examples[:2])
    return SalesLogError(
        f"The date column contradicts itself: {found.day_only} lines have the day first "
        f"(e.g. {day}), {found.month_only} the month (e.g. {month}).",
        remedy="Set `[time] day_first` to true or false; lines that can only be read the other "
        "way are then rejected and listed. Or export the dates as YYYY-MM-DD.",
    )


def _text(
    connection: duckdb.DuckDBPyConnection, files: list[StagedFile], place: tuple[int, int] | None
) -> str:
    """The date as the raw file has it, with its place."""
    if place is None:
        return "none"
    staged = files[place[0]]
    column = f"c{staged.date_column}"
    rows = connection.execute(
        f"SELECT {column} FROM ({staged.records.numbered(column)}) WHERE record = $record",
        {"record": place[1]},
    ).fetchall()
    return f"{rows[0][0]!r} in {staged.name}, record {place[1]}"


@dataclass(frozen=True)
class Plausible:
    """Which order dates are believed: from 1970 to `end`, but none in (`gap_from`, `gap_to`].

    The gap holds strays between the last believed day up to the cutoff and the cutoff.
    """

    end: dt.date
    gap_from: dt.date
    gap_to: dt.date

    def breaks(self, date: str) -> str:
        """SQL that is true for a date that is not believed."""
        first, end, low, high = (
            f"DATE {literal(day.isoformat())}"
            for day in (FIRST_PLAUSIBLE_DAY, self.end, self.gap_from, self.gap_to)
        )
        return f"({date} < {first} OR {date} > {end} OR ({date} > {low} AND {date} <= {high}))"


def plausible_dates(
    connection: duckdb.DuckDBPyConnection,
    order: DayOrder,
    cutoff: Cutoff | None,
    last_day: dt.date | None,
) -> Plausible:
    """The believed span: up to the setting, without stray lines after a long gap.

    What counts as stray up to the cutoff is judged on the lines up to the cutoff only.
    """
    rows = connection.execute(
        f"SELECT {order.date}, count(*) FROM staged WHERE first AND reason IS NULL "
        f"AND {order.date} BETWEEN $first AND $last GROUP BY 1 ORDER BY 1",
        {"first": FIRST_PLAUSIBLE_DAY, "last": last_day or FAR_FUTURE},
    ).fetchall()
    days: dict[dt.date, int] = {_day(row[0]): int(row[1]) for row in rows}
    horizon = cutoff.date if cutoff else FAR_FUTURE
    past = {day: lines for day, lines in days.items() if day <= horizon}
    past_end = last_believed_day(past)
    believed = {day: lines for day, lines in days.items() if day <= past_end or day > horizon}
    end = max(last_believed_day(believed), past_end)
    return Plausible(end, past_end, min(horizon, end) if end > horizon else past_end)


def last_believed_day(lines_by_day: dict[dt.date, int]) -> dt.date:
    """The last day before the first gap of over 90 days with under 0.1 % of the lines after it."""
    days = sorted(lines_by_day)
    if not days:
        return FIRST_PLAUSIBLE_DAY
    total, seen = sum(lines_by_day.values()), 0
    for day, following in pairwise(days):
        seen += lines_by_day[day]
        if (following - day).days > STRAY_GAP_DAYS and total - seen < STRAY_SHARE * total:
            return day
    return days[-1]


def _day(value: dt.date) -> dt.date:
    return dt.date(value.year, value.month, value.day)
