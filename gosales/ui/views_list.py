"""The whitespace list: what of it is wanted, how much that is, and one page of it. No Streamlit.

Every filter runs in DuckDB over the published Parquet files, and only the rows of one page are
brought into memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Whitespace
from gosales.ui import views_account
from gosales.ui.board import Board, as_csv, query, sql
from gosales.ui.views import with_product_names
from gosales.utils.store import PLAN

DIVISION, PRODUCT = "division", "product"
LEVELS = (DIVISION, PRODUCT)
PAGE_ROWS = 50
NO_REMARK = "no remark"
PLAN_FILE = "plan/plan.parquet"
CLOSE = 0.03
"""Names that are this much less alike than the nearest one may be meant as well."""

MOST_SEGMENTS = 60
"""An attribute with more values than this, such as a postcode, is no segment."""

CHOICES = {
    Whitespace.DIVISION: "SELECT DISTINCT division AS name FROM read_parquet($path)",
    Whitespace.REP: "SELECT DISTINCT rep AS name FROM read_parquet($path)",
    Whitespace.BRANCH: "SELECT DISTINCT branch AS name FROM read_parquet($path)",
    Whitespace.CELL_STATUS: "SELECT DISTINCT cell_status AS name FROM read_parquet($path)",
}
# What is known of a customer on the lists' day.
NOW = """
    coalesce(valid_from <= $day::DATE, true) AND coalesce(valid_to >= $day::DATE, true)
"""
SEGMENTS = sql(
    """
    SELECT attribute || ': ' || attribute_value AS name FROM (
        SELECT *, count(*) OVER (PARTITION BY attribute) AS kinds FROM (
            SELECT DISTINCT attribute, attribute_value
            FROM customer_attribute WHERE attribute_value <> '' AND
    """,
    NOW,
    ")) WHERE kinds BETWEEN 2 AND $most ORDER BY name",
)
DAY = "SELECT cutoff_date AS day FROM read_parquet($path) LIMIT 1"
MATCHING = """
    FROM read_parquet($path)
    WHERE level = $level
        AND (len($divisions::VARCHAR[]) = 0 OR list_contains($divisions::VARCHAR[], division))
        AND (len($reps::VARCHAR[]) = 0 OR list_contains($reps::VARCHAR[], rep))
        AND (len($branches::VARCHAR[]) = 0 OR list_contains($branches::VARCHAR[], branch))
        AND ($least_value = 0 OR expected_value >= $least_value)
        AND ($least_score = 0 OR coalesce(product_score, icp_score) >= $least_score)
"""
REMARKED = """
        AND list_contains($remarks::VARCHAR[], coalesce(nullif(cell_status, ''), $no_remark))
"""
# In these, `list` and `unnest` tell DuckDB to look the few up in the many: it would guess wrong.
# Every division has all customers, so one of them has all names.
CALLED = """
            FROM read_parquet($scores)
            WHERE division = (SELECT min(division) FROM read_parquet($scores))
                AND (contains(lower(customer_id), lower($text)) OR contains(
                    strip_accents(lower(customer_name)), strip_accents(lower($text))))
"""
NAMED = sql("AND customer_id IN (SELECT unnest((SELECT list(customer_id)", CALLED, ")))")
IS_ONE_OF = "AND list_contains($customers::VARCHAR[], customer_id)"
STATUS_IS = """
        AND (customer_id, division) IN (
            SELECT (customer_id, division) FROM read_parquet($scores)
            WHERE list_contains($statuses::VARCHAR[], status))
"""
IN_SEGMENT = sql(
    """
        AND customer_id IN (SELECT unnest((SELECT list(customer_id) FROM (
            SELECT customer_id FROM customer_attribute
            WHERE list_contains($segments::VARCHAR[], attribute || ': ' || attribute_value) AND
    """,
    NOW,
    "GROUP BY customer_id HAVING count(DISTINCT attribute) = $attributes))))",
)
NOT_CONTROL = """
        AND customer_id NOT IN (
            SELECT customer_id FROM read_parquet($plan) WHERE "group" = 'control')
"""
COUNTED = """
    SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers,
        coalesce(sum(expected_value), 0) AS expected_value,
        coalesce(max(coalesce(product_score, icp_score)), 0) AS best_score,
        coalesce(max(expected_value), 0) AS best_value
"""
SORTS = {
    "rank": "ORDER BY rank",
    "score": "ORDER BY coalesce(product_score, icp_score) DESC, rank",
    "value": "ORDER BY expected_value DESC, rank",
    "customer": """
        ORDER BY strip_accents(lower(coalesce(nullif(customer_name, ''), customer_id))), rank
    """,
}
"""In which order the rows may come."""

# Whole rows are read where their ranks are, not wherever a row matches.
PAGE = (
    """
    SELECT * FROM read_parquet($path) WHERE level = $level AND rank IN (
        SELECT unnest((SELECT list(rank) FROM (SELECT rank
    """,
    "LIMIT $rows OFFSET $skip))))",
)
# The columns and decimals of whitespace.csv, so that a download is a part of that file.
DOWNLOADED = """
    SELECT * REPLACE (
        CAST(icp_score AS DECIMAL(9,6)) AS icp_score,
        CAST(product_score AS DECIMAL(9,6)) AS product_score,
        CAST(expected_value AS DECIMAL(20,2)) AS expected_value)
"""
NAMES = """
    SELECT customer_id, coalesce(any_value(customer_name), '') AS customer_name
    FROM read_parquet($scores) WHERE list_contains($customers::VARCHAR[], customer_id)
    GROUP BY customer_id
"""
KEYS = "SELECT customer_id, division, level, coalesce(product_sku, '') AS product_sku"
CELL = """
    SELECT status, icp_score, icp_score_low, icp_score_high, icp_percentile, icp_grade, model,
        expected_value, value_if_bought, cell_status
    FROM read_parquet($path) WHERE customer_id = $customer AND division = $division
"""
PRODUCTS = """
    SELECT division, product_sku, product_score
    FROM read_parquet($path)
    WHERE customer_id = $customer AND division = $division AND level = 'product' ORDER BY rank
"""


@dataclass(frozen=True)
class Filters:
    """What of the whitespace list is wanted; an empty choice means all.

    Attributes:
        statuses: How the customer stands to the division; matters for products only.
        segments: `attribute: value`; of one attribute any, of several attributes all.
        remarks: Remarks on the cell, or NO_REMARK.
        customers: Only these, by id; what `meant` made of a `text` that nobody is called.
        but_control: Leave out the accounts that the published call plan does not call on purpose.
    """

    level: str = DIVISION
    divisions: tuple[str, ...] = ()
    reps: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    least_value: float = 0.0
    least_score: float = 0.0
    text: str = ""
    statuses: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    but_control: bool = False
    customers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """How much of the list matches."""

    rows: int
    customers: int
    expected_value: float
    best_score: float
    best_value: float

    @property
    def pages(self) -> int:
        return max(1, -(-self.rows // PAGE_ROWS))


@dataclass(frozen=True)
class Match:
    """A WHERE clause with its parameters, and the DuckDB file that it looks into, if any."""

    clause: str
    values: dict[str, Any]
    source: Path | None = None


def match_of(board: Board, filters: Filters) -> Match:
    """The clause of the filters: only what was asked for costs time."""
    plain = asdict(filters)
    lists = {key: list(plain[key]) for key in ("divisions", "reps", "branches")}
    names = ("level", "least_value", "least_score")
    values = {key: plain[key] for key in names} | lists
    values["path"] = str(board.whitespace)
    parts, source = [MATCHING], None
    if filters.customers:
        parts.append(IS_ONE_OF)
        values["customers"] = list(filters.customers)
    elif filters.text.strip():
        parts.append(NAMED)
        values |= {"text": filters.text.strip(), "scores": str(board.scores)}
    if filters.remarks:
        parts.append(REMARKED)
        values |= {"remarks": list(filters.remarks), "no_remark": NO_REMARK}
    if filters.statuses:
        parts.append(STATUS_IS)
        values |= {"statuses": list(filters.statuses), "scores": str(board.scores)}
    if filters.segments and board.star is not None:
        parts.append(IN_SEGMENT)
        source = board.star
        kinds = {segment.partition(": ")[0] for segment in filters.segments}
        values |= {"segments": list(filters.segments), "attributes": len(kinds), "day": day(board)}
    plan = board.find(PLAN, PLAN_FILE)
    if filters.but_control and plan is not None:
        parts.append(NOT_CONTROL)
        values["plan"] = str(plan)
    return Match(sql(*parts), values, source)


def meant(board: Board, filters: Filters) -> Filters:
    """The filters, with the customers of the nearest names where nobody is called `text`."""
    text = filters.text.strip()
    if not text:
        return filters
    exact = sql("SELECT customer_id", CALLED, "LIMIT 1")
    if len(query(exact, scores=str(board.scores), text=text)):
        return filters
    nearest = views_account.find(board, text)
    alike = nearest[nearest["likeness"] > nearest["likeness"].max() - CLOSE]
    return replace(filters, customers=tuple(alike[Whitespace.CUSTOMER]))


def names_of(board: Board, customers: tuple[str, ...]) -> list[str]:
    """Their names, or ids where the log has none, in this order."""
    found = query(NAMES, scores=str(board.scores), customers=list(customers))
    names = dict(zip(found[Whitespace.CUSTOMER], found[Whitespace.NAME], strict=True))
    return [str(names.get(customer) or customer) for customer in customers]


def day(board: Board) -> str:
    """The lists' cutoff."""
    return str(query(DAY, path=str(board.scores))["day"].iloc[0])


def choices(board: Board) -> dict[str, list[str]]:
    """Column -> what can be chosen in it, in order."""
    found = {}
    for column, statement in CHOICES.items():
        names = query(statement, path=str(board.whitespace))["name"].dropna()
        found[column] = sorted((str(name) for name in names if str(name)), key=str.casefold)
    return found


def segments(board: Board) -> list[str]:
    """`attribute: value` of every imported attribute that sorts customers into few kinds."""
    if board.star is None:
        return []
    names = query(SEGMENTS, board.star, day=day(board), most=MOST_SEGMENTS)["name"]
    return [str(name) for name in names]


def count_matching(board: Board, filters: Filters) -> Found:
    """How many rows match, and what they are worth."""
    match = match_of(board, filters)
    row = query(sql(COUNTED, match.clause), match.source, **match.values).to_dict("records")[0]
    sums = {key: float(row[key]) for key in ("expected_value", "best_score", "best_value")}
    return Found(int(row["rows"]), int(row["customers"]), **sums)


def matching(
    board: Board, filters: Filters, page: int = 1, sort: str = next(iter(SORTS))
) -> pd.DataFrame:
    """One page of the rows that match, in one of SORTS; product rows with the product's name."""
    match = match_of(board, filters)
    place = {"rows": PAGE_ROWS, "skip": PAGE_ROWS * max(0, page - 1)}
    order = SORTS[sort]
    statement = sql(PAGE[0], match.clause, order, PAGE[1], order)
    table = query(statement, match.source, **match.values, **place)
    return with_product_names(board, table) if filters.level == PRODUCT else table


def download(board: Board, filters: Filters) -> bytes:
    """All rows that match, as CSV in the form of whitespace.csv."""
    match = match_of(board, filters)
    statement = sql(DOWNLOADED, match.clause, "ORDER BY rank")
    return as_csv(statement, match.source, **match.values)


def keys_of(board: Board, filters: Filters) -> pd.DataFrame:
    """customer_id, division, level, product_sku of all rows that match."""
    match = match_of(board, filters)
    return query(sql(KEYS, match.clause), match.source, **match.values)


def cell(board: Board, customer: str, division: str) -> dict[str, Any]:
    """What the scores tell of one cell; empty when they do not know it."""
    found = query(CELL, path=str(board.scores), customer=customer, division=division)
    row: dict[str, Any] = next(iter(found.to_dict("records")), {})
    return row


def products(board: Board, customer: str, division: str) -> pd.DataFrame:
    """The products to begin with in a cell, the likeliest first."""
    found = query(PRODUCTS, path=str(board.whitespace), customer=customer, division=division)
    return with_product_names(board, found)
