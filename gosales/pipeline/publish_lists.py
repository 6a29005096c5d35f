"""Write the scored lists into a run's folder: CSV for people, Parquet for programs.

Text in the CSV is neutralised (see utils/spreadsheet.py); the Parquet twin has it to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.columns import Diff, Scores, Whitespace
from gosales.pipeline.score_customers import ScoredLists
from gosales.utils.db import connect
from gosales.utils.spreadsheet import neutral_sql
from gosales.utils.store import replacing

REASONS = "reasons.parquet"
DECIMALS = {
    **dict.fromkeys((Scores.SCORE, Scores.LOW, Scores.HIGH), "DECIMAL(9,6)"),
    Whitespace.PRODUCT_SCORE: "DECIMAL(9,6)",
    **dict.fromkeys((Diff.BEFORE, Diff.AFTER, Diff.CHANGE), "DECIMAL(9,6)"),
    **dict.fromkeys((Diff.BY_ORDERS, Diff.BY_CUTOFF, Diff.BY_MODEL), "DECIMAL(9,6)"),
    Scores.PERCENTILE: "DECIMAL(6,2)",
    **dict.fromkeys((Scores.VALUE, *Scores.MONEY), "DECIMAL(20,2)"),
}

WRITING_GB = 0.5
"""Rows only pass through DuckDB on their way into a CSV: more would let it keep what is written."""

GROUP_ROWS = 122_880
"""Rows that a reader of a Parquet list passes over at once, where it wants none of them: the lists
are sorted by customer and by rank."""


def write_lists(lists: ScoredLists, folder: Path) -> None:
    """`icp_scores` and `whitespace`, each as .csv and .parquet; `reasons.parquet` for programs."""
    write_list(lists.scores, folder / "icp_scores")
    write_list(lists.whitespace, folder / "whitespace")
    write_parquet(lists.reasons, folder / REASONS)


def write_list(table: pd.DataFrame, stem: Path) -> None:
    """Write `table` to `stem`.csv and `stem`.parquet; the CSV shows fixed decimals."""
    arrow = write_parquet(table, stem.with_suffix(".parquet"))
    columns = ", ".join(f'{_cell(field)} AS "{field.name}"' for field in arrow.schema)
    with replacing(stem.with_suffix(".csv")) as path, connect(memory_gb=WRITING_GB) as connection:
        connection.register("list", arrow)
        connection.sql(f"SELECT {columns} FROM list").write_csv(str(path), header=True)  # noqa: S608 - our own column names


def write_parquet(table: pd.DataFrame, target: Path) -> pa.Table:
    """Write `table`, categorical texts as texts, and return it as Arrow has it."""
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    plain = pa.schema([(field.name, _plain(field.type)) for field in arrow.schema])
    with replacing(target) as path, pq.ParquetWriter(path, plain, compression="zstd") as writer:
        # A group at a time: each would hold the texts of all rows if it were written as it is.
        for start in range(0, max(len(arrow), 1), GROUP_ROWS):
            writer.write_table(arrow.slice(start, GROUP_ROWS).cast(plain))
    return arrow


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.large_string() if pa.types.is_dictionary(kind) else kind


def _cell(field: pa.Field) -> str:
    """How a column is written to the CSV, as SQL."""
    name = f'"{field.name}"'
    if field.name in DECIMALS:
        return f"CAST({name} AS {DECIMALS[field.name]})"
    kind = _plain(field.type)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return neutral_sql(name) if text else name
