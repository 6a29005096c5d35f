"""Scores of all customers x divisions, made by the worker processes of Spark.

Every worker gets once what is small beside the features: the panel, what was learned of it, and the
models as text. The customers' relational features stay in Spark, in blocks of customers; a worker
makes the rest of its block's features and sends back what the models say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

import gosales
from gosales.core.columns import Fact
from gosales.features.cells import CellFeatures, Learned, block_size, chosen_cells
from gosales.features.engine import FeatureEngine
from gosales.features.panel import Panel
from gosales.features.relational import relational_of
from gosales.features.tables import CUT
from gosales.models.division_model import DivisionModel
from gosales.models.model_text import ModelText, from_texts, to_texts
from gosales.pipeline.cell_scores import COLUMNS, block_scores, scored_divisions
from gosales.utils.parallel import one_thread
from gosales.utils.spark import spark_frame, spark_trouble

CUSTOMER, DIVISION, BLOCK = "customer", "division", "block"
SCHEMA = ", ".join([f"{CUSTOMER} int, {DIVISION} int", *(f"{name} double" for name in COLUMNS)])
BLOCKS_A_CORE = 2

Worker = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Task:
    """What every worker gets: all customers' panel, what was learned of it, and the models."""

    panel: Panel
    learned: Learned
    texts: tuple[ModelText, ...]

    @classmethod
    def of(cls, cells: CellFeatures, models: dict[str, DivisionModel]) -> Task:
        """Purchases of SKUs go along as this cutoff sees them, not month by month."""
        bought = cells.panel.skus(cells.panel.everyone)
        panel = replace(cells.panel, skus=bought.__getitem__)
        return cls(panel, cells.learned, tuple(to_texts(models.values())))

    @cached_property
    def models(self) -> dict[str, DivisionModel]:
        """By division; read once by each worker."""
        return {model.division: model for model in from_texts(self.texts)}

    def scores(self, people: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
        """One block's scores, with the columns of SCHEMA.

        Args:
            people: Rows of `customer_table`.
            touched: Rows of `cell_table` of the same customers.
        """
        ids = people[Fact.CUSTOMER].to_numpy(object)
        rows = np.sort(np.searchsorted(self.panel.customers, ids))
        parts = (table.drop(columns=[CUT, BLOCK]) for table in (people, touched))
        with one_thread():
            relational = relational_of(self.panel, rows, *parts)
            cells = chosen_cells(self.panel, self.learned, rows, relational)
            found = block_scores(cells, self.models, rows.astype(np.int32))
        customer, division = np.indices(found.shape[:2], np.int32).reshape(2, -1)
        told = {name: found[:, :, at].ravel() for at, name in enumerate(COLUMNS)}
        return pd.DataFrame({CUSTOMER: rows[customer].astype(np.int32), DIVISION: division, **told})


def scores_in_spark(
    engine: FeatureEngine, cells: CellFeatures, models: dict[str, DivisionModel]
) -> NDArray[np.float64]:
    """Of all cells: shape (n, scored divisions, len(COLUMNS)).

    Args:
        engine: Whose star is in Spark.
        cells: At its own cutoff.

    Raises:
        ConfigError: The workers cannot do it, as where this package is missing.
    """
    n = cells.panel.shape[0]
    shape = n, len(scored_divisions(cells.spine, models)), len(COLUMNS)
    with spark_trouble("score"), engine.tables(0) as tables:
        table = _told(tables, Task.of(cells, models), n)
    if table.num_rows != shape[0] * shape[1]:
        raise ValueError(f"{table.num_rows} cells came from Spark, not {shape[0] * shape[1]}")
    found, cell = np.empty(shape), (table[CUSTOMER].to_numpy(), table[DIVISION].to_numpy())
    for at, name in enumerate(COLUMNS):
        found[*cell, at] = table[name].to_numpy()
    return found


def _told(tables: tuple[ir.Table, ir.Table], task: Task, customers: int) -> pa.Table:
    """Run the workers and collect the columns of SCHEMA, of all customers in any order."""
    frames = [spark_frame(table) for table in tables]
    context = frames[0].sparkSession.sparkContext
    least = -(-customers // block_size(task.panel))
    blocks = max(least, min(BLOCKS_A_CORE * context.defaultParallelism, customers))
    shared = context.broadcast(task)
    try:
        people, touched = (_in_blocks(frame, blocks) for frame in frames)
        told: pa.Table = people.cogroup(touched).applyInPandas(_worker(shared), SCHEMA).toArrow()
    finally:
        shared.destroy()
    return told


def _in_blocks(frame: Any, blocks: int) -> Any:
    """Grouped by a hash of the customer, in as many partitions as there are blocks."""
    number = f"pmod(xxhash64({Fact.CUSTOMER}), {blocks})"
    return frame.selectExpr("*", f"{number} AS {BLOCK}").repartition(blocks, BLOCK).groupBy(BLOCK)


def _worker(shared: Any) -> Worker:
    """What each worker process does with a block."""
    version = gosales.__version__

    def work(people: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
        if gosales.__version__ != version:
            raise RuntimeError(f"the worker has version {gosales.__version__}, not {version}")
        found: pd.DataFrame = shared.value.scores(people, touched)
        return found

    return work
