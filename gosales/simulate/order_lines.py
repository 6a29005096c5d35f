"""Orders become log lines: days, SKUs, rows, invoices, credits and late posting.

The lines table has one row per product pair (SKU) of a log line, sorted by event day:

    row               int64   log line; one to three pairs share a row
    customer          int64   position in the customers table
    customer_id       text
    event_day         date    when it was sold, or when the credit was given
    created_day       date    when the line was entered; some are entered up to two months late
    invoice           int64   one per customer, day and sale-or-credit
    order             int64   order number; a credit has the number of the order that it returns
    selling_division  text    of the row; a subscription may sit on the row of the seat
    division          text    of the SKU
    sku               text    the value column of the raw log
    quantity          int64   negative on credits
    value_cents       int64   cents of a US dollar, negative on credits
    is_return         bool
    returned_row      int64   the row of the sale that a credit returns, else null
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gosales.simulate import catalogue
from gosales.simulate.accounts import first_days
from gosales.simulate.baskets import MOST_PAIRS, draw_tastes, fill_baskets
from gosales.simulate.order_book import Ints, MonthOrders, OrderBook
from gosales.simulate.tables import NAMES, POSITION, FloatArray

SAME_DAY = 0.65  # chance that all of a customer's orders of a month fall on one day
PROMPT_DAYS = 4  # most lines are entered within so many days,
LATE = (0.10, 5, 20)  # this share between so many and so many days later,
VERY_LATE = (0.03, 21, 60)  # and this one still later
HOLIDAYS = ("01-01", "07-04", "12-24", "12-25")  # besides weekends
_TASTES, _SALES, _CREDITS = range(10, 13)  # purposes of the streams of chance


def build_lines(
    book: OrderBook, industry: NDArray[np.int64], customer_ids: Any, seed: int
) -> pa.Table:
    """All lines of the log, as in the module's docstring.

    Args:
        book: Orders and returns by month.
        industry: (R,) industry positions, which bend the choice of SKUs.
        customer_ids: (R,) text ids.
        seed: Seed of the details; every month has its own streams.
    """
    tastes = draw_tastes(industry, _stream(seed, _TASTES, 0))
    sales = pd.concat(
        [_sales(month, tastes, _stream(seed, _SALES, month.month)) for month in book.months],
        ignore_index=True,
    )
    returned = [_credits(m, sales, _stream(seed, _CREDITS, m.month)) for m in book.months]
    pairs = pd.concat([sales, *returned], ignore_index=True)
    return _table(_numbered(pairs), customer_ids)


def _stream(seed: int, purpose: int, month: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([seed, purpose, month]))


def _sales(orders: MonthOrders, tastes: FloatArray, rng: np.random.Generator) -> pd.DataFrame:
    """The pairs sold in a month; `key` tells the log lines apart."""
    day = _sale_days(orders, rng)
    lag = _lags(len(orders), rng)
    split = rng.random(len(orders)) < catalogue.SPLIT_ORDER
    baskets = fill_baskets(orders, tastes, rng)
    host = _hosts(orders, day, split, np.bincount(baskets.order, minlength=len(orders)))
    at = host[baskets.order]
    slot = np.where(split[baskets.order], baskets.slot, 0)
    return pd.DataFrame(
        {
            "order": orders.numbers[baskets.order],
            "customer": orders.customer[baskets.order],
            "day": day[at],
            "lag": lag[at],
            "key": orders.numbers[at] * MOST_PAIRS + slot,
            "selling": orders.division[at],
            "division": orders.division[baskets.order],
            "sku": baskets.sku,
            "quantity": baskets.quantity,
            "cents": baskets.cents,
            "returns": -1,
        }
    )


def _weekdays(month: int) -> NDArray[np.datetime64]:
    start, end = first_days(np.array([month, month + 1])).astype("datetime64[D]")
    days = np.arange(start, end)
    year = month // 12
    closed = [f"{year}-{day}" for day in HOLIDAYS]
    return days[np.is_busday(days, holidays=np.array(closed, dtype="datetime64[D]"))]


def _sale_days(orders: MonthOrders, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Weekdays, later ones likelier at a quarter's end; often one day for all of a customer's."""
    customers, group = np.unique(orders.customer, return_inverse=True)
    shared = rng.random(len(customers)) < SAME_DAY
    common = rng.random(len(customers))
    own = rng.random(len(orders))
    pick = np.where(shared[group], common[group], own)
    lateness = 0.6 if orders.month % 3 == 2 else 0.9
    weekdays = _weekdays(orders.month)
    return weekdays[(len(weekdays) * pick**lateness).astype(np.int64)]


def _lags(count: int, rng: np.random.Generator) -> Ints:
    """Days from the event to the entry of a line."""
    lag = np.minimum(rng.geometric(0.45, count) - 1, PROMPT_DAYS)
    pick = rng.random(count)
    begin = 0.0
    for share, low, high in (LATE, VERY_LATE):
        hit = (pick >= begin) & (pick < begin + share)
        lag = np.where(hit, rng.integers(low, high + 1, count), lag)
        begin += share
    return lag


def _hosts(
    orders: MonthOrders, day: NDArray[np.datetime64], split: NDArray[np.bool_], pairs: Ints
) -> Ints:
    """(n,) the order on whose row an order is written: its own, or the seat's for Maintenance."""
    host = np.arange(len(orders))
    seats = np.flatnonzero((orders.division == POSITION["Solidworks"]) & ~split)
    plans = np.flatnonzero((orders.division == POSITION["Maintenance"]) & ~split)
    _, of_seat, of_plan = np.intersect1d(
        orders.customer[seats], orders.customer[plans], return_indices=True
    )
    seat, plan = seats[of_seat], plans[of_plan]
    fits = (pairs[seat] + pairs[plan] <= MOST_PAIRS) & (day[seat] == day[plan])
    host[plan[fits]] = seat[fits]
    return host


def _credits(orders: MonthOrders, sales: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The credits given in a month: every pair of a returned order, negated, on its own rows."""
    numbers = sales["order"].to_numpy()
    begin = np.searchsorted(numbers, orders.returned, side="left")
    count = np.searchsorted(numbers, orders.returned, side="right") - begin
    weekdays = _weekdays(orders.month)
    day = weekdays[rng.integers(len(weekdays), size=len(count))]
    lag = _lags(len(count), rng)
    rows = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
    back = sales.take(rows).assign(day=np.repeat(day, count), lag=np.repeat(lag, count))
    slot = back["key"] % MOST_PAIRS
    return back.assign(
        key=-(back["order"] * MOST_PAIRS + slot) - 1,
        selling=back["division"],
        quantity=-back["quantity"],
        cents=-back["cents"],
        returns=rows,
    )


def _numbered(pairs: pd.DataFrame) -> pd.DataFrame:
    """Sorted by day, with rows and invoices numbered in that order."""
    order = np.lexsort((pairs["key"], pairs["customer"], pairs["day"]))
    key = pairs["key"].to_numpy()[order]
    row = np.empty(len(pairs), dtype=np.int64)
    row[order] = 1 + np.cumsum(np.diff(key, prepend=key[:1] - 1) != 0)
    papers = pd.MultiIndex.from_arrays([pairs["day"], pairs["customer"], pairs["returns"] >= 0])
    invoice = pd.Series(100_001 + papers.factorize(sort=True)[0])
    returned = np.where(pairs["returns"] >= 0, row[pairs["returns"]], -1)
    return pairs.assign(row=row, invoice=invoice, returned_row=returned).take(order)


def _table(pairs: pd.DataFrame, customer_ids: Any) -> pa.Table:
    divisions = pa.array(NAMES)
    skus = pa.array([sku.column for sku in catalogue.SKUS])
    day = pairs["day"].to_numpy().astype("datetime64[D]")
    is_return = pairs["returns"].to_numpy() >= 0
    customer = pa.array(pairs["customer"])
    return pa.table(
        {
            "row": pa.array(pairs["row"]),
            "customer": customer,
            "customer_id": customer_ids.take(customer).combine_chunks(),
            "event_day": pa.array(day),
            "created_day": pa.array(day + pairs["lag"].to_numpy()),
            "invoice": pa.array(pairs["invoice"]),
            "order": pa.array(pairs["order"]),
            "selling_division": divisions.take(pa.array(pairs["selling"])),
            "division": divisions.take(pa.array(pairs["division"])),
            "sku": skus.take(pa.array(pairs["sku"])),
            "quantity": pa.array(pairs["quantity"]),
            "value_cents": pa.array(pairs["cents"]),
            "is_return": pa.array(is_return),
            "returned_row": pa.array(pairs["returned_row"], mask=~is_return),
        }
    )
