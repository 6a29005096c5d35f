"""Tables of one account. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.core.columns import Whitespace
from gosales.ui.board import Board, query
from gosales.ui.views import with_product_names

LIKE_ENOUGH = 0.85
"""Below this likeness of names, 0 to 1, a customer is not offered."""

EXACT = """
    SELECT customer_id, coalesce(customer_name, '') AS customer_name, 4 AS likeness
    FROM read_parquet($path) WHERE customer_id = trim($text) LIMIT 1
"""
# What contains the text comes first, then what is spelt alike: as a whole, or each word of the text
# beside the most alike word of the name. Every division has all customers: one of them is read.
FIND = """
    WITH customers AS (
        SELECT customer_id, coalesce(customer_name, '') AS customer_name,
            strip_accents(lower(coalesce(customer_name, ''))) AS name,
            strip_accents(lower(trim($text))) AS wanted
        FROM read_parquet($path)
        WHERE division = (SELECT min(division) FROM read_parquet($path))
    ), judged AS (
        SELECT customer_id, customer_name, CASE
            WHEN lower(customer_id) = wanted OR name = wanted THEN 3
            WHEN starts_with(lower(customer_id), wanted) OR starts_with(name, wanted) THEN 2
            WHEN contains(name, wanted) OR contains(lower(customer_id), wanted) THEN 1.5
            ELSE greatest(
                jaro_winkler_similarity(name, wanted),
                list_avg(list_transform(string_split(wanted, ' '), lambda sought: list_max(
                    list_transform(string_split(name, ' '), lambda had:
                        jaro_winkler_similarity(had, sought))))))
            END AS likeness
        FROM customers WHERE trim($text) <> ''
    )
    SELECT customer_id, customer_name, likeness FROM judged
    WHERE likeness >= $least ORDER BY likeness DESC, customer_name, customer_id LIMIT $rows
"""
SCORES = """
    SELECT division, status, icp_score, icp_percentile, icp_grade, expected_value, model,
        coalesce(reasons, '') AS reasons
    FROM read_parquet($path) WHERE customer_id = $customer
    ORDER BY (status = 'whitespace') DESC, icp_score DESC, division
"""
LISTED = """
    SELECT level, rank, division, product_sku, product_score, expected_value, lookalike_owners,
        branch, rep
    FROM read_parquet($path) WHERE customer_id = $customer ORDER BY level, rank
"""
ORDERS = """
    SELECT date_trunc('month', order_date)::TIMESTAMP AS month, order_date::TIMESTAMP AS day,
        division, line_type, count(*) AS lines, sum(value_cents) / 100.0 AS value
    FROM fact_transactions WHERE customer_id = $customer
    GROUP BY ALL ORDER BY ALL
"""
ORDER_COLUMNS = ["month", "day", "division", "line_type", "lines", "value"]
REMARKS = """
    SELECT division, product_sku, cell_status AS remark, valid_from, valid_to
    FROM cell_status WHERE customer_id = $customer ORDER BY ALL
"""


def find(board: Board, text: str, rows: int = 10) -> pd.DataFrame:
    """customer_id, customer_name, likeness of those that `text` may mean, the likeliest first.

    An exact id is the only answer. A name may be misspelt, and written without its accents.
    """
    exact = query(EXACT, path=str(board.scores), text=text)
    if len(exact):
        return exact
    return query(FIND, path=str(board.scores), text=text, least=LIKE_ENOUGH, rows=rows)


def scores(board: Board, customer: str) -> pd.DataFrame:
    """A row per division: those that it never bought from first, of each kind the best score."""
    return query(SCORES, path=str(board.scores), customer=customer)


def listed(board: Board, customer: str) -> pd.DataFrame:
    """Its rows of the whitespace list, by level and rank; product rows with the product's name."""
    found = query(LISTED, path=str(board.whitespace), customer=customer)
    return with_product_names(board, found)


def products(rows: pd.DataFrame) -> pd.DataFrame:
    """The products to pitch of what is `listed`, the likeliest first."""
    order = [Whitespace.PRODUCT_SCORE, Whitespace.DIVISION, Whitespace.SKU]
    found = rows[rows[Whitespace.LEVEL] == "product"]
    return found.sort_values(order, ascending=[False, True, True], ignore_index=True)


def lookalikes(rows: pd.DataFrame, division: str) -> str:
    """Who bought in the division and buys alike, of what is `listed`; empty where none is known."""
    of_division = (rows[Whitespace.LEVEL] == "division") & (rows[Whitespace.DIVISION] == division)
    return str(next(iter(rows[of_division][Whitespace.LOOKALIKES].dropna()), ""))


def place(rows: pd.DataFrame) -> list[str]:
    """Its rep and branch, of what is `listed`; without those that the log does not have."""
    found = {name: rows[name].dropna() for name in (Whitespace.REP, Whitespace.BRANCH)}
    return [f"{name} {all_.iloc[0]}" for name, all_ in found.items() if len(all_) and all_.iloc[0]]


def orders(board: Board, customer: str) -> pd.DataFrame:
    """month, day, division, line_type, lines, value of all that was loaded; empty: no star."""
    if board.star is None:
        return pd.DataFrame(columns=ORDER_COLUMNS)
    return query(ORDERS, board.star, customer=customer)


def purchases(found: pd.DataFrame) -> pd.DataFrame:
    """month, division, line_type, lines, value of `orders`."""
    keys = ["month", "division", "line_type"]
    return found.groupby(keys, as_index=False)[["lines", "value"]].sum()


def history(found: pd.DataFrame) -> dict[str, Any]:
    """First and last day, days with an order, and net value of `orders`; empty without any."""
    if found.empty:
        return {}
    days = found["day"]
    return {
        "first_day": days.min(),
        "last_day": days.max(),
        "days": int(days.nunique()),
        "value": float(found["value"].sum()),
    }


def remarks(board: Board, customer: str) -> pd.DataFrame:
    """What data/lookup/cells.csv says of the account."""
    if board.star is None:
        return pd.DataFrame()
    return query(REMARKS, board.star, customer=customer)
