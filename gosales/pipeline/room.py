"""Whether the cells of a log fit into the memory budget, told before hours are spent on them.

DuckDB spills what it cannot hold, training rows are sampled, and the features of many cells are
made for a block of customers at a time; but scores, money and table rows of every customer x
division are arrays in this process.
"""

from __future__ import annotations

from gosales.core.errors import WorkspaceError
from gosales.features.cells import CELLS_AT_ONCE
from gosales.features.engine import FeatureEngine
from gosales.utils.db import memory_budget_gb

BYTES_A_CELL, WITH_FEATURES = 800, 700
"""Measured with benchmarks/limits.py: what scores, money and rows take of a cell at the peak, and
its features besides, which a block of cells at most has."""


def require_room(engine: FeatureEngine, memory_gb: float | None) -> None:
    """Raise WorkspaceError when the cells of all customers x divisions exceed the budget.

    Args:
        memory_gb: Of the settings; None for the default.
    """
    customers, divisions = engine.ledger.shape
    cells = customers * divisions
    needed = (cells * BYTES_A_CELL + min(cells, CELLS_AT_ONCE) * WITH_FEATURES) / 1e9
    budget = memory_budget_gb(memory_gb)
    if needed > budget:
        raise WorkspaceError(
            f"{customers:,} customers x {divisions:,} divisions are {cells:,} cells. They "
            f"take about {needed:,.1f} GB; the memory budget is {budget:.1f} GB.",
            remedy="Set [limits] memory_gb if the machine has so much, or put small divisions "
            "together (data/lookup/products.csv, or the SKU map); nothing was published.",
        )
