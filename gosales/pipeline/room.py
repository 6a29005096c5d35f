"""Whether a log fits into the memory budget, told before hours are spent on it.

DuckDB spills what it cannot hold, training rows are sampled, and the features of many cells are
made for a block of customers at a time; but the ledgers are arrays in this process, and so are
scores, money and table rows of every customer x division.
"""

from __future__ import annotations

from gosales.core.errors import WorkspaceError
from gosales.features.cells import CELLS_AT_ONCE
from gosales.features.engine import FeatureEngine
from gosales.utils.db import memory_budget_gb

BYTES_A_CELL, WITH_FEATURES = 510, 700
"""Measured with benchmarks/limits.py: what scores, money and rows take of a cell at the peak, and
its features besides, which a block of cells at most has."""

BYTES_A_ROW, FROM_ELSEWHERE = 150, 64
"""Measured at ten million lines: what a row of the cube takes in the ledgers while they are
fetched, and while a snapshot of everybody is made. Where another engine makes the features, few of
the columns are fetched: 32 bytes, and as much while they are sorted."""


def require_ledgers(engine: FeatureEngine, memory_gb: float | None) -> float:
    """Raise WorkspaceError when the ledgers, which are not fetched yet, would exceed the budget.

    Args:
        memory_gb: Of the settings; None for the default.

    Returns:
        What they take, in bytes.
    """
    rows, budget = engine.cube.rows, memory_budget_gb(memory_gb)
    needed = rows * (BYTES_A_ROW if engine.cube.here else FROM_ELSEWHERE)
    if needed / 1e9 > budget:
        raise _no_room(
            f"By customer, division and month the log has {rows:,} rows.",
            needed / 1e9,
            budget,
            "put fewer years into the workspace (docs/scaling.md tells what Spark takes over)",
        )
    return needed


def require_room(engine: FeatureEngine, memory_gb: float | None) -> None:
    """Raise WorkspaceError when the ledgers and all cells would exceed the budget.

    Args:
        memory_gb: Of the settings; None for the default.
    """
    held, budget = require_ledgers(engine, memory_gb), memory_budget_gb(memory_gb)
    customers, divisions = engine.ledger.shape
    cells = customers * divisions
    needed = cells * BYTES_A_CELL + min(cells, CELLS_AT_ONCE) * WITH_FEATURES + held
    if needed / 1e9 > budget:
        raise _no_room(
            f"{customers:,} customers x {divisions:,} divisions are {cells:,} cells.",
            needed / 1e9,
            budget,
            "put small divisions together (data/lookup/products.csv, or the SKU map)",
        )


def _no_room(found: str, needed_gb: float, budget_gb: float, remedy: str) -> WorkspaceError:
    return WorkspaceError(
        f"{found} They take about {needed_gb:,.1f} GB; the memory budget is {budget_gb:.1f} GB.",
        remedy=f"Set [limits] memory_gb if the machine has so much, or {remedy}; nothing was "
        "published.",
    )
