"""The published lists to pitches: who gets what, in which order, up to how many rows."""

from __future__ import annotations

import datetime as dt
import difflib
from typing import Any

import duckdb

from gosales.core.columns import Plan, Scores
from gosales.core.errors import ConfigError, WorkspaceError
from gosales.core.timeline import add_months
from gosales.export.pitches import Listed, Pitch, Pitches, Sources, Wanted
from gosales.export.product_names import load_names
from gosales.utils.db import connect

ROWS, ROWS_OF_ONE_LIST = 50, 1000
NOBODY = "Not assigned"

NO_PLAN = """
CREATE TEMP TABLE plan(rep VARCHAR, customer_id VARCHAR, division VARCHAR, slot INT,
    expected_value DOUBLE, "group" VARCHAR, customer_name VARCHAR, branch VARCHAR, icp_score DOUBLE,
    product_sku VARCHAR, reasons VARCHAR, lookalike_owners VARCHAR, plan_date VARCHAR)
"""
PLAN = """
CREATE TEMP TABLE plan AS
SELECT * REPLACE (CASE
    WHEN rep = branch OR (rep = $team AND coalesce(branch, '') = '') THEN '' ELSE rep END AS rep)
FROM read_parquet($plan)
"""
"""Without reps in the log a plan is for branches, or for everyone: that is no name of a rep."""

NO_KEYS = """
CREATE TEMP TABLE keys(customer_id VARCHAR, division VARCHAR, level VARCHAR, product_sku VARCHAR)
"""
KEYS = "CREATE TEMP TABLE keys AS SELECT * FROM read_parquet($keys)"
PITCHES = """
CREATE TEMP TABLE pitches AS
WITH whitespace AS (
    SELECT listed.*, CASE WHEN product_name IS NULL THEN coalesce(product_sku, '')
        ELSE product_name || ' (' || product_sku || ')' END AS product
    FROM read_parquet($whitespace) AS listed
    LEFT JOIN product_names USING (division, product_sku)
),
cells AS (
    SELECT customer_id, division, icp_grade, cell_status AS cell_remark FROM read_parquet($scores)
),
products AS (
    SELECT customer_id, division,
        array_to_string(list(product ORDER BY rank)[:3], '; ') AS products
    FROM whitespace WHERE level = 'product' GROUP BY ALL
),
open_cells AS (SELECT customer_id, division FROM whitespace WHERE level = 'division'),
treated AS (
    SELECT customer_id, division, nullif(rep, '') AS planned_rep, slot
    FROM plan WHERE "group" = 'treated'
),
listed AS (
    SELECT rank, customer_id, customer_name, level, division, product_sku, product, icp_score,
        product_score, cell_status, expected_value, reasons, lookalike_owners, branch, rep
    FROM whitespace
    WHERE CASE WHEN $by_keys THEN (customer_id, division, level, coalesce(product_sku, ''))
            IN (SELECT (customer_id, division, level, product_sku) FROM keys)
        ELSE level = 'division'
            OR (customer_id, division) NOT IN (SELECT (customer_id, division) FROM open_cells) END
    UNION ALL BY NAME
    SELECT 0 AS rank, customer_id, customer_name, 'division' AS level, division, '' AS product_sku,
        icp_score, expected_value, reasons, lookalike_owners, branch, rep
    FROM plan
    WHERE "group" = 'treated'
        AND (customer_id, division) NOT IN (SELECT (customer_id, division) FROM open_cells)
)
SELECT
    coalesce(planned_rep, nullif(rep, ''), 'Branch: ' || nullif(branch, ''), $nobody) AS owner,
    rank, customer_id, coalesce(customer_name, '') AS name, level, division,
    coalesce(product_sku, '') AS sku, coalesce(product, '') AS product,
    CASE level WHEN 'division' THEN coalesce(products, '') ELSE '' END AS products,
    replace(coalesce(nullif(cell_status, ''), cell_remark, ''), '_', ' ') AS remark,
    coalesce(product_score, icp_score) AS chance, coalesce(icp_grade, '') AS grade,
    expected_value AS value, coalesce(reasons, '') AS reasons,
    coalesce(lookalike_owners, '') AS lookalikes, coalesce(branch, '') AS branch,
    coalesce(planned_rep, rep, '') AS rep,
    CASE level WHEN 'division' THEN slot END AS slot
FROM listed
LEFT JOIN cells USING (customer_id, division)
LEFT JOIN products USING (customer_id, division)
LEFT JOIN treated USING (customer_id, division)
WHERE customer_id NOT IN (SELECT customer_id FROM plan WHERE "group" = 'control')
"""
CHOSEN = """
CREATE TEMP TABLE chosen AS
SELECT *, row_number() OVER (
        PARTITION BY owner, level ORDER BY slot IS NULL, slot, rank) AS place
FROM pitches
WHERE (len($owners) = 0 OR list_contains($owners, owner))
    AND (len($divisions) = 0 OR list_contains($divisions, division))
    AND ($products OR level = 'division')
"""
SHOWN = """
SELECT * EXCLUDE (place) FROM chosen WHERE place <= $rows
ORDER BY owner = $nobody, owner, slot IS NULL, slot, level, rank, customer_id, division, sku
"""
LISTS = """
SELECT owner, count(*) FILTER (place <= $rows), count(*),
    coalesce(sum(CAST(value AS DECIMAL(20, 2))) FILTER (place <= $rows), 0)::DOUBLE
FROM chosen GROUP BY owner ORDER BY owner = $nobody, owner
"""


def read_pitches(sources: Sources, wanted: Wanted) -> Pitches:
    """All lists.

    Raises:
        ConfigError: A rep or a division that the lists do not have.
        WorkspaceError: A published file cannot be read, or has no rows.
    """
    try:
        with connect() as connection:
            return _read(connection, sources, wanted)
    except duckdb.Error as error:
        first = (str(error).strip() or "unknown").splitlines()[0][:300]
        raise WorkspaceError(
            f"A published file cannot be read: {first}.", remedy="Run `gosales score-all` again."
        ) from error


def _read(connection: duckdb.DuckDBPyConnection, sources: Sources, wanted: Wanted) -> Pitches:
    about = _about(connection, sources)
    lists = {"scores": str(sources.scores), "whitespace": str(sources.whitespace)}
    plan = {"plan": str(sources.plan), "team": Plan.TEAM}
    connection.execute(*((PLAN, plan) if sources.plan else (NO_PLAN,)))
    connection.execute(*((KEYS, {"keys": str(sources.keys)}) if sources.keys else (NO_KEYS,)))
    load_names(connection, sources.star)
    connection.execute(PITCHES, lists | {"nobody": NOBODY, "by_keys": sources.keys is not None})
    owners = _known(connection, "owner", wanted.reps)
    _known(connection, "division", wanted.divisions)
    choice = {"owners": list(wanted.reps), "divisions": list(wanted.divisions)}
    connection.execute(CHOSEN, choice | {"products": wanted.products})
    rows = wanted.rows or (ROWS_OF_ONE_LIST if owners == {NOBODY} else ROWS)
    limit = {"rows": rows, "nobody": NOBODY}
    planned = connection.execute("SELECT max(plan_date) FROM plan").fetchone()
    shown = connection.execute(SHOWN, limit)
    names = [column[0] for column in shown.description or ()]
    held = "SELECT count(DISTINCT customer_id) FROM plan WHERE \"group\" = 'control'"
    return Pitches(
        pitches=tuple(Pitch(**dict(zip(names, row, strict=True))) for row in shown.fetchall()),
        lists=tuple(Listed(*row) for row in connection.execute(LISTS, limit).fetchall()),
        held_out=_one(connection, held),
        planned_for=str(planned[0]) if planned and planned[0] else "",
        rows_per_list=rows,
        **about,
    )


def _about(connection: duckdb.DuckDBPyConnection, sources: Sources) -> dict[str, Any]:
    """Cutoff, horizon and run of the lists."""
    columns = f"{Scores.CUTOFF}, {Scores.HORIZON}, {Scores.RUN}"
    row = connection.execute(
        f"SELECT {columns} FROM read_parquet($scores) LIMIT 1",  # noqa: S608 - our own columns
        {"scores": str(sources.scores)},
    ).fetchone()
    if row is None:
        raise WorkspaceError(
            f"{sources.scores} has no rows.", remedy="Run `gosales score-all` on a log with sales."
        )
    cutoff, months = dt.date.fromisoformat(str(row[0])), int(row[1])
    return {
        "cutoff": cutoff,
        "horizon_end": add_months(cutoff, months),
        "horizon_months": months,
        "run_id": str(row[2]),
    }


def _known(connection: duckdb.DuckDBPyConnection, column: str, asked: tuple[str, ...]) -> set[str]:
    """The values of a column. Raises ConfigError for one that is asked for and not among them."""
    found = connection.execute(f"SELECT DISTINCT {column} FROM pitches").fetchall()  # noqa: S608
    known = {str(row[0]) for row in found}
    for name in asked:
        if name not in known:
            what = "rep" if column == "owner" else column
            near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.4) or sorted(known)
            raise ConfigError(
                f"The lists have no {what} {name[:80]!r}.",
                remedy=f"Did you mean {' or '.join(repr(one) for one in near[:3])}?"
                if near
                else "There is nothing on the lists.",
            )
    return known


def _one(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
