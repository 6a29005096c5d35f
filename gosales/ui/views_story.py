"""Around one account: its mix of divisions, its peers, its scores over the runs. No Streamlit."""

from __future__ import annotations

import pandas as pd

from gosales.pipeline.runs import run_ids
from gosales.ui.board import SCORES, Board, query
from gosales.ui.views_list import day

MOST_RUNS, MOST_PEERS = 24, 8
LEAST_SHARED = 2

# Alike are those who bought the same SKUs: shared ones over all that either bought.
PEERS = """
    WITH lines AS (
        SELECT customer_id, division, product_sku FROM fact_transactions
        WHERE line_type = 'sale' AND order_date <= $day::DATE
    ), mine AS (
        SELECT DISTINCT division, product_sku FROM lines WHERE customer_id = $customer
    ), shared AS (
        SELECT customer_id, count(*) AS shared FROM (
            SELECT DISTINCT * FROM lines SEMI JOIN mine USING (division, product_sku)
            WHERE customer_id <> $customer
        ) GROUP BY customer_id HAVING count(*) >= $least
    ), sized AS (
        SELECT customer_id, shared, count(*) AS size,
            list_sort(list(DISTINCT division) FILTER (
                division NOT IN (SELECT division FROM mine))) AS more
        FROM (SELECT DISTINCT * FROM lines JOIN shared USING (customer_id))
        GROUP BY customer_id, shared
    )
    SELECT customer_id, shared,
        shared / (size + (SELECT count(*) FROM mine) - shared) AS likeness,
        coalesce(array_to_string(more, ', '), '') AS owns_too
    FROM sized ORDER BY likeness DESC, customer_id LIMIT $rows
"""
# Every division has all customers, so one of them has all names.
NAMES = """
    SELECT customer_id, customer_name FROM read_parquet($path)
    WHERE division = (SELECT min(division) FROM read_parquet($path))
        AND list_contains($ids::VARCHAR[], customer_id)
"""
OVER_RUNS = """
    SELECT run_id, CAST(cutoff_date AS VARCHAR) AS cutoff_date, division, icp_score
    FROM read_parquet($paths, union_by_name = true) WHERE customer_id = $customer
    ORDER BY run_id, division
"""


def mix(orders: pd.DataFrame, last: str) -> pd.DataFrame:
    """division, ever, last_12_months: net value up to the `last` day, the most first.

    Args:
        orders: What `views_account.orders` found.
        last: The lists' day.
    """
    end = pd.Timestamp(last)
    known = orders[orders["day"] <= end]
    late = known["value"].where(known["day"] > end - pd.DateOffset(months=12), 0.0)
    sums = known.assign(ever=known["value"], last_12_months=late).groupby("division")
    table = sums[["ever", "last_12_months"]].sum().reset_index()
    return table.sort_values(["ever", "division"], ascending=[False, True], ignore_index=True)


def peers(board: Board, customer: str) -> pd.DataFrame:
    """customer_id, customer_name, shared, likeness, owns_too: who bought the same SKUs.

    `owns_too` are divisions that the peer bought from and the account did not.
    """
    columns = ["customer_id", "customer_name", "shared", "likeness", "owns_too"]
    if board.star is None:
        return pd.DataFrame(columns=columns)
    limits = {"least": LEAST_SHARED, "rows": MOST_PEERS}
    found = query(PEERS, board.star, customer=customer, day=day(board), **limits)
    ids = found["customer_id"].tolist()
    names = query(NAMES, path=str(board.scores), ids=ids).set_index("customer_id")["customer_name"]
    named = found["customer_id"].map(names.to_dict()).fillna("")
    return found.assign(customer_name=named.where(named != "", found["customer_id"]))[columns]


def over_runs(board: Board, customer: str) -> pd.DataFrame:
    """run_id, cutoff_date, division, icp_score in every scoring that is kept, the oldest first.

    `scoring` names it by its cutoff, and the second one at a cutoff by a number too.
    """
    folders = (board.workspace.runs / run for run in run_ids(board.workspace))
    paths = [str(path) for folder in folders if (path := folder / SCORES).is_file()]
    kept = paths[-MOST_RUNS:] or [str(board.scores)]
    found = query(OVER_RUNS, paths=kept, customer=customer)
    return found.assign(scoring=found["run_id"].map(_scorings(found)))


def _scorings(found: pd.DataFrame) -> dict[str, str]:
    days = found.drop_duplicates("run_id")
    at = days.groupby("cutoff_date").cumcount() + 1
    names = days["cutoff_date"].where(at == 1, days["cutoff_date"] + " (" + at.astype(str) + ")")
    return dict(zip(days["run_id"], names, strict=True))
