"""Tables of one account. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.ui.board import Board, query
from gosales.ui.views import with_product_names

LIKE_ENOUGH = 0.85
"""Below this likeness of names, 0 to 1, a customer is not offered."""

# Exact ids come first, then what contains the text, then what is spelt alike: as a whole, or each
# word of the text beside the most alike word of the name.
FIND = """
    WITH customers AS (
        SELECT DISTINCT customer_id, coalesce(customer_name, '') AS customer_name,
            strip_accents(lower(coalesce(customer_name, ''))) AS name,
            strip_accents(lower(trim($text))) AS wanted
        FROM read_parquet($path)
    ), judged AS (
        SELECT customer_id, customer_name, CASE
            WHEN customer_id = trim($text) THEN 4
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
    ORDER BY icp_score DESC, division
"""
PLACE = """
    SELECT max(branch) AS branch, max(rep) AS rep
    FROM read_parquet($path) WHERE customer_id = $customer
"""
PRODUCTS = """
    SELECT rank, division, product_sku, product_score, expected_value
    FROM read_parquet($path) WHERE customer_id = $customer AND level = 'product'
    ORDER BY product_score DESC, division, product_sku
"""
LOOKALIKES = """
    SELECT division, lookalike_owners
    FROM read_parquet($path)
    WHERE customer_id = $customer AND level = 'division' AND lookalike_owners <> ''
    ORDER BY rank
"""
PURCHASES = """
    SELECT date_trunc('month', order_date)::DATE AS month, division, line_type,
        count(*) AS lines, sum(value_cents) / 100.0 AS value
    FROM fact_transactions WHERE customer_id = $customer
    GROUP BY ALL ORDER BY ALL
"""
HISTORY = """
    SELECT min(order_date) AS first_day, max(order_date) AS last_day,
        count(DISTINCT order_date) AS days, coalesce(sum(value_cents), 0) / 100.0 AS value
    FROM fact_transactions WHERE customer_id = $customer
"""
REMARKS = """
    SELECT division, product_sku, cell_status AS remark, valid_from, valid_to
    FROM cell_status WHERE customer_id = $customer ORDER BY ALL
"""


def find(board: Board, text: str, rows: int = 10) -> pd.DataFrame:
    """customer_id, customer_name, likeness of those that `text` may mean, the likeliest first.

    An exact id is the only answer. A name may be misspelt, and written without its accents.
    """
    found = query(FIND, path=str(board.scores), text=text, least=LIKE_ENOUGH, rows=rows)
    exact = found[found["likeness"] == 4]
    return exact if len(exact) else found


def scores(board: Board, customer: str) -> pd.DataFrame:
    """A row per division, the best score first."""
    return query(SCORES, path=str(board.scores), customer=customer)


def products(board: Board, customer: str) -> pd.DataFrame:
    """The products to pitch, the likeliest first."""
    found = query(PRODUCTS, path=str(board.whitespace), customer=customer)
    return with_product_names(board, found)


def lookalikes(board: Board, customer: str) -> pd.DataFrame:
    """division, lookalike_owners: who bought there and buys alike."""
    return query(LOOKALIKES, path=str(board.whitespace), customer=customer)


def place(board: Board, customer: str) -> dict[str, str]:
    """Its branch and rep; empty where the log has none, or nothing is left to sell."""
    row = query(PLACE, path=str(board.whitespace), customer=customer).to_dict("records")[0]
    return {key: value if isinstance(value, str) else "" for key, value in row.items()}


def purchases(board: Board, customer: str) -> pd.DataFrame:
    """month, division, line_type, lines, value; without rows when there is no star."""
    if board.star is None:
        return pd.DataFrame(columns=["month", "division", "line_type", "lines", "value"])
    return query(PURCHASES, board.star, customer=customer)


def history(board: Board, customer: str) -> dict[str, Any]:
    """First and last day, days with an order, and net value, of all that was loaded."""
    if board.star is None:
        return {}
    row: dict[str, Any] = query(HISTORY, board.star, customer=customer).to_dict("records")[0]
    return row if row["days"] else {}


def remarks(board: Board, customer: str) -> pd.DataFrame:
    """What data/lookup/cells.csv says of the account."""
    if board.star is None:
        return pd.DataFrame()
    return query(REMARKS, board.star, customer=customer)
