"""Whether a log fits into the memory budget, told before hours are spent on it.

DuckDB spills what it cannot hold, training rows are sampled, and the features of many cells are
made for a block of customers at a time; but the ledgers are arrays in this process, and so are
scores, money and table rows of every customer x division. DuckDB is left what they leave.
"""

from __future__ import annotations

from gosales.core.errors import WorkspaceError
from gosales.features.cells import CELLS_AT_ONCE
from gosales.features.engine import FeatureEngine
from gosales.features.ledger import ROWS_AT_ONCE
from gosales.utils.db import memory_budget_gb

BYTES_A_CELL, WITH_FEATURES = 510, 700
"""Measured with benchmarks/limits.py: what scores, money and rows take of a cell at the peak, and
its features besides, which a block of cells at most has."""

BYTES_A_ROW, WHILE_FETCHED = 50, 100
"""Measured at ten million lines and at a hundred: what a row of the cube takes in the ledgers and
in the panels that are held at a time; and besides while it is fetched, so many rows at once."""

FROM_ELSEWHERE = 64
"""Where another engine makes the features, few of the columns are fetched, all rows at once: 32
bytes, and as much while they are sorted."""

LEAST_GB = 2.0
"""DuckDB is left so much of the budget in any case."""


def require_ledgers(engine: FeatureEngine, memory_gb: float | None) -> None:
    """Raise WorkspaceError when the ledgers, which are not fetched yet, would exceed the budget.

    Args:
        memory_gb: Of the settings; None for the default.
    """
    rows, budget = engine.cube.rows, memory_budget_gb(memory_gb)
    needed = _held(engine) + (min(rows, ROWS_AT_ONCE) * WHILE_FETCHED if engine.cube.here else 0)
    if needed / 1e9 > budget:
        raise _no_room(
            f"By customer, division and month the log has {rows:,} rows.",
            needed / 1e9,
            budget,
            "put fewer years into the workspace (docs/scaling.md tells what Spark takes over)",
        )
    _leave(engine, needed, budget)


def require_room(engine: FeatureEngine, memory_gb: float | None) -> None:
    """Raise WorkspaceError when the ledgers and all cells would exceed the budget.

    Args:
        memory_gb: Of the settings; None for the default.
    """
    require_ledgers(engine, memory_gb)
    budget, (customers, divisions) = memory_budget_gb(memory_gb), engine.ledger.shape
    cells = customers * divisions
    needed = cells * BYTES_A_CELL + min(cells, CELLS_AT_ONCE) * WITH_FEATURES + _held(engine)
    if needed / 1e9 > budget:
        raise _no_room(
            f"{customers:,} customers x {divisions:,} divisions are {cells:,} cells.",
            needed / 1e9,
            budget,
            "put small divisions together (data/lookup/products.csv, or the SKU map)",
        )
    _leave(engine, needed, budget)


def _held(engine: FeatureEngine) -> int:
    """Bytes of the ledgers."""
    return engine.cube.rows * (BYTES_A_ROW if engine.cube.here else FROM_ELSEWHERE)


def _leave(engine: FeatureEngine, needed: float, budget: float) -> None:
    """Let DuckDB have what is left of the budget."""
    engine.limit_memory(max(budget - needed / 1e9, min(budget, LEAST_GB)))


def _no_room(found: str, needed_gb: float, budget_gb: float, remedy: str) -> WorkspaceError:
    return WorkspaceError(
        f"{found} They take about {needed_gb:,.1f} GB; the memory budget is {budget_gb:.1f} GB.",
        remedy=f"Set [limits] memory_gb if the machine has so much, or {remedy}; nothing was "
        "published.",
    )
