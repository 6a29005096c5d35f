"""Wide rows of a raw export, typed: one row per log line, one column per raw header.

What the columns mean here:

* money is in the line's `InvoiceCurrency`; `UsdCadConversionRate` is Canadian dollars per US
  dollar in that month and stands on every line: on CAD lines `usd = cad / rate`, while USD lines
  are as they are;
* `Revenue` is the sum of the line's value columns, `COGS` and `GP` split it;
* `CPE_Duplicated_GP_Flag` is TRUE on a second copy of a CPE line (own `Id`, all else equal): the
  sale counts once, which is the unflagged line;
* `Created_Date` is when the line was entered, `Last_Update` tells nothing;
* credits repeat the SKUs of the sale with negative value and quantity, `OrderType` is Credit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gosales.simulate import law
from gosales.simulate.catalogue import PAIR_COLUMNS
from gosales.simulate.market import Market

DUPLICATED = 0.06  # share of CPE lines that are in the log twice
HAND_FORMATTED = 0.02  # share of rows whose money someone formatted by hand
HAND = "_hand_formatted"  # helper column, not a header
_NOTED = 0.04
NOTES = (
    "Customer asked for net 45, approved by branch manager",
    "Ship to the second plant, dock 4",
    'Quoted as "year-end bundle", see opportunity',
    "Call before delivery.\nGate code is with the rep.",
    "Seats moved from the old server;\nserial numbers unchanged",
    "Rush order",
    "Trade-in agreed, paperwork to follow",
    "PO received by e-mail",
    "Split over two invoices, 50/50",
    "Includes on-site day",
)
_CHANNELS = ("Direct", "Direct", "Direct", "Inside Sales", "Web", "Partner")
_STATUSES = ("Closed", "Closed", "Closed", "Invoiced", "Shipped")
_MARGINS = {division.name: division.margin for division in law.DIVISIONS}
Days = NDArray[np.datetime64]


def raw_rows(market: Market, lines: pa.Table, rng: np.random.Generator) -> pa.Table:
    """The wide rows of some of a market's lines.

    Args:
        market: Where the lines are from.
        lines: Lines in the order of `market.lines`, with all pairs of a row.
        rng: Where the chance of the small details comes from.

    Returns:
        A table with the raw headers and the helper column `HAND`; money as int64 cents of the
        invoice currency, absent pairs null; flagged copies follow their line.
    """
    pairs = lines.to_pandas(date_as_object=False)
    rows = pairs.drop_duplicates("row").reset_index(drop=True)
    place = np.searchsorted(rows["row"].to_numpy(), pairs["row"].to_numpy())
    accounts = market.customers.to_pandas(date_as_object=False).iloc[rows["customer"]]
    accounts = accounts.reset_index(drop=True)
    cad = (accounts["currency"] == "CAD").to_numpy()
    rate = conversion_rates(rows["event_day"].to_numpy().astype("datetime64[M]"))
    factor = np.where(cad, rate, 1.0)
    cents = np.rint(pairs["value_cents"].to_numpy() * factor[place]).astype(np.int64)
    revenue = np.bincount(place, cents, len(rows)).astype(np.int64)
    columns = {
        **_dates(rows, rng),
        **_documents(rows, rng),
        **_organisation(rows, accounts, rng),
        **_party(rows, accounts),
        **_totals(rows, revenue, rng),
        "InvoiceCurrency": accounts["currency"],
        "UsdCadConversionRate": rate,
        **_flags(rows, accounts, pairs, place),
        **_products(pairs, cents, place, len(rows)),
        HAND: rng.random(len(rows)) < HAND_FORMATTED,
    }
    table = pa.table({name: _column(values) for name, values in columns.items()})
    return _with_copies(table, rows, rng)


def conversion_rates(months: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Canadian dollars per US dollar: a made-up wave around 1.33, four decimals."""
    number = months.astype("datetime64[M]").astype(np.int64)
    return np.round(1.33 + 0.04 * np.sin(number / 7) + 0.02 * np.sin(number / 2.3), 4)


def _column(values: Any) -> Any:
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)


def _days(rows: pd.DataFrame, column: str) -> Days:
    return np.asarray(rows[column].to_numpy().astype("datetime64[D]"))


def _dates(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    count = len(rows)
    event, created = _days(rows, "event_day"), _days(rows, "created_day")
    minutes = rng.integers(8 * 60, 18 * 60, count).astype("timedelta64[m]")
    return {
        "Rec Date": event,
        "Invoice_Date": event + rng.integers(0, 3, count),
        "PO_Date": event - rng.integers(0, 11, count),
        "Created_Date": (created.astype("datetime64[m]") + minutes).astype("datetime64[s]"),
        "Last_Update": created + rng.integers(0, 120, count),
    }


def _documents(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    count = len(rows)
    invoice = rows["invoice"].to_numpy()
    return {
        "Invoice": invoice,
        "PO_Number": "PO-" + pd.Series(invoice * 7 % 99_991).astype(str),
        "Id": 700_000 + 2 * rows["row"].to_numpy(),
        "SalesOrderId": pa.array(invoice + 300_000, mask=rng.random(count) < 0.03),
        "CustomerId": rows["customer_id"],
        "OpportunityId": pa.array(invoice * 3 + 11, mask=rng.random(count) < 0.4),
    }


def _organisation(
    rows: pd.DataFrame, accounts: pd.DataFrame, rng: np.random.Generator
) -> dict[str, Any]:
    count = len(rows)
    credit = rows["is_return"].to_numpy()
    renewal = rows["selling_division"].isin(["Maintenance", "Success Plan"]).to_numpy()
    notes = pa.array(np.array(NOTES)[rng.integers(len(NOTES), size=count)])
    noted = pa.array(rng.random(count) < _NOTED)
    return {
        "Branch": accounts["branch"],
        "Division": rows["selling_division"],
        "Rep": accounts["rep"],
        "Manager": accounts["manager"],
        "OrderType": np.where(credit, "Credit", np.where(renewal, "Renewal", "Order")),
        "Status": np.array(_STATUSES)[rng.integers(len(_STATUSES), size=count)],
        "SalesChannel": np.array(_CHANNELS)[rng.integers(len(_CHANNELS), size=count)],
        "Notes": pc.if_else(noted, notes, pa.scalar(None, pa.string())),
    }


def _party(rows: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, Any]:
    renamed = _days(rows, "event_day") >= _days(accounts, "renamed_on")  # never after NaT
    name = np.where(renamed, accounts["later_name"], accounts["name"])
    return {
        "Customer": accounts["legacy_number"].astype(str) + " " + name,
        "_3DigitZip": accounts["zip3"],
    }


def _totals(rows: pd.DataFrame, revenue: NDArray[Any], rng: np.random.Generator) -> dict[str, Any]:
    margin = rows["selling_division"].map(_MARGINS).to_numpy(dtype=float)
    profit = np.rint(revenue * margin * rng.uniform(0.8, 1.2, len(rows))).astype(np.int64)
    return {"Revenue": revenue, "COGS": revenue - profit, "GP": profit}


def _flags(
    rows: pd.DataFrame, accounts: pd.DataFrame, pairs: pd.DataFrame, place: NDArray[Any]
) -> dict[str, Any]:
    month = _days(rows, "event_day").astype("datetime64[M]")
    arrived = _days(accounts, "arrived").astype("datetime64[M]")
    plan = np.bincount(place, pairs["division"] == "Success Plan", len(rows)) > 0
    size = accounts["size_band"].isin(["500-1999", "2000+"])
    return {
        "New": (month == arrived) & ~rows["is_return"].to_numpy(),
        "CPE_Duplicated_GP_Flag": np.zeros(len(rows), dtype=np.bool_),
        "Success Plan Attached": plan,
        "Success Plan Level": pa.array(np.where(size, "Gold", "Silver"), mask=~plan),
    }


def _products(
    pairs: pd.DataFrame, cents: NDArray[Any], place: NDArray[Any], count: int
) -> dict[str, pa.Array]:
    sku = pairs["sku"].to_numpy()
    quantity = pairs["quantity"].to_numpy()
    columns: dict[str, pa.Array] = {}
    for value_header, quantity_header in PAIR_COLUMNS:
        sold = np.flatnonzero(sku == value_header)
        for header, numbers in ((value_header, cents), (quantity_header, quantity)):
            filled = np.zeros(count, dtype=np.int64)
            filled[place[sold]] = numbers[sold]
            empty = np.ones(count, dtype=np.bool_)
            empty[place[sold]] = False
            columns[header] = pa.array(filled, mask=empty)
    return columns


def _with_copies(table: pa.Table, rows: pd.DataFrame, rng: np.random.Generator) -> pa.Table:
    """Some CPE lines come twice, the copy flagged and with its own Id."""
    eligible = (rows["selling_division"] == "CPE") & ~rows["is_return"]
    twice = eligible.to_numpy() & (rng.random(len(rows)) < DUPLICATED)
    source = np.repeat(np.arange(len(rows)), 1 + twice)
    copy = np.diff(source, prepend=-1) == 0
    table = table.take(source)
    for header, values in (
        ("Id", pa.array(table["Id"].to_numpy() + copy)),
        ("CPE_Duplicated_GP_Flag", pa.array(copy)),
    ):
        table = table.set_column(table.column_names.index(header), header, values)
    return table
