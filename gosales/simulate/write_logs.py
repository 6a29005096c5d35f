"""A market written as a workspace: raw exports with the roughness of real ones, and lookups.

    data/database_samples/Sales_Log.csv        lines with an event day in the history
    data/holdout/Sales Log <year> YTD.csv      lines of the holdout months (none: no file)
    data/lookup/customers.csv                  customer_id, industry, size_band, state

The two exports come from different tools, as it were. The history has M/D/YYYY days, plain
numbers, whole ids as `1042.0`, a blank line between its years and once a repeated header; a few
rows have `$1,234.50` by hand. The holdout has a byte-order mark, ISO days, `$1,234.50`,
`($120.00)` credits, `-` for zero and `1,000` units, and its columns in another order. Lines
entered late are in the file of their event day, with a creation date after its end. The same
market gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gosales.simulate.catalogue import PAIR_COLUMNS
from gosales.simulate.market import Market
from gosales.simulate.raw_rows import HAND, raw_rows
from gosales.utils.paths import Workspace
from gosales.utils.store import replacing, write_text

_BOM = "\ufeff".encode()
_PLAIN = "CASE WHEN {0} <> 0 THEN format('{{:.2f}}', {0} / 100.0) END"
_DOLLARS = (
    "CASE WHEN {0} < 0 THEN format('(${{:,.2f}})', -{0} / 100.0) WHEN {0} > 0"
    " THEN format('${{:,.2f}}', {0} / 100.0) WHEN {0} = 0 THEN '-' END"
)
_MIXED = f"CASE WHEN {HAND} AND {{0}} <> 0 THEN {_DOLLARS} ELSE {_PLAIN} END"
_US_DAY = "strftime({0}, '%-m/%-d/%Y')"
_US_MINUTE = "strftime({0}, '%-m/%-d/%Y %H:%M')"
_TRUTH = "upper({0}::VARCHAR)"
_MONEY = ("Revenue", "COGS", "GP", *(value for value, _ in PAIR_COLUMNS))
_UNITS = tuple(quantity for _, quantity in PAIR_COLUMNS)
_DAYS = ("Rec Date", "Invoice_Date", "PO_Date", "Last_Update")
_FLAGS = ("New", "CPE_Duplicated_GP_Flag", "Success Plan Attached")


@dataclass(frozen=True, slots=True)
class Export:
    """How one export tool writes: SQL templates by column, the rest as it is."""

    templates: dict[str, str]
    bom: bool = False
    blank_lines: bool = False
    party_first: bool = False


HISTORY = Export(
    dict.fromkeys(_MONEY, _MIXED)
    | dict.fromkeys(_DAYS, _US_DAY)
    | dict.fromkeys(_FLAGS, _TRUTH)
    | dict.fromkeys(("CustomerId", "SalesOrderId", "OpportunityId"), "{0}::VARCHAR || '.0'")
    | {"Created_Date": _US_MINUTE},
    blank_lines=True,
)
HOLDOUT = Export(
    dict.fromkeys(_MONEY, _DOLLARS)
    | dict.fromkeys(_UNITS, "format('{{:,}}', {0})")
    | dict.fromkeys(_FLAGS, _TRUTH)
    | {"Created_Date": _US_MINUTE},
    bom=True,
    party_first=True,
)


def write_workspace(market: Market, folder: Path) -> None:
    """Write a market's raw logs and lookups.

    Args:
        market: A simulated market.
        folder: The workspace; folders are made, the files of the module's docstring replaced.
    """
    workspace = Workspace(folder)
    for place in (workspace.logs, workspace.holdout, workspace.lookup):
        place.mkdir(parents=True, exist_ok=True)
    last = market.settings.last_day
    day = market.lines["event_day"]
    history = market.lines.filter(pc.less_equal(day, last))
    _write_export(market, history, HISTORY, workspace.logs / "Sales_Log.csv")
    if market.settings.holdout_months:
        year = market.settings.window(1)[0].year
        later = market.lines.filter(pc.greater(day, last))
        _write_export(market, later, HOLDOUT, workspace.holdout / f"Sales Log {year} YTD.csv")
    _write_customers(market, workspace.lookup / "customers.csv")


def _write_export(market: Market, lines: pa.Table, export: Export, path: Path) -> None:
    rng = np.random.Generator(np.random.SFC64([market.settings.seed, 30, export is HOLDOUT]))
    rows = raw_rows(market, lines, rng)
    parts = list(_years(rows)) if export.blank_lines else [rows]
    with (
        replacing(path) as draft,
        tempfile.TemporaryDirectory() as scratch,
        draft.open("wb") as out,
    ):
        out.write(_BOM if export.bom else b"")
        chunk = Path(scratch) / "part.csv"
        for number, part in enumerate(parts):
            out.write(b"\n" if number else b"")
            _write_csv(part, export, chunk, header=number in {0, len(parts) - 1})
            with chunk.open("rb") as written:
                shutil.copyfileobj(written, out)


def _years(rows: pa.Table) -> Iterator[pa.Table]:
    years = pc.year(rows["Rec Date"])
    for year in pc.unique(years).to_pylist():
        yield rows.filter(pc.equal(years, year))


def _write_csv(rows: pa.Table, export: Export, path: Path, *, header: bool) -> None:
    target = str(path).replace("'", "''")
    with duckdb.connect() as db:
        db.execute("SET enable_progress_bar = false")
        db.register("raw_rows", rows)
        db.execute(
            f"COPY ({_query(rows.column_names, export)}) TO '{target}'"
            f" (FORMAT csv, HEADER {header})"
        )


def _query(headers: list[str], export: Export) -> str:
    """SELECT every header as text, in the export's format and column order."""
    shown = [header for header in headers if header != HAND]
    if export.party_first:
        shown.sort(key=lambda header: header not in {"Customer", "CustomerId", "Rec Date"})
    columns = [
        f'{export.templates.get(header, "{0}").format(f"{chr(34)}{header}{chr(34)}")} AS "{header}"'
        for header in shown
    ]
    return f"SELECT {', '.join(columns)} FROM raw_rows"  # noqa: S608 - headers are constants


def _write_customers(market: Market, path: Path) -> None:
    """What a CRM knows at the history's end, of attributes that never change."""
    known = market.customers.take(market.known)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    headers = ("customer_id", "industry", "size_band", "state")
    writer.writerow(headers)
    writer.writerows(zip(*(known[header].to_pylist() for header in headers), strict=True))
    write_text(path, text.getvalue())
