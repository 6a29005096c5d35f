"""Write the scored lists into a run's folder: CSV for people, Parquet for programs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.columns import Scores, Whitespace
from gosales.pipeline.score_customers import ScoredLists
from gosales.utils.db import connect
from gosales.utils.store import replacing

DECIMALS = {
    Scores.SCORE: "DECIMAL(9,6)",
    Whitespace.PRODUCT_SCORE: "DECIMAL(9,6)",
    Scores.PERCENTILE: "DECIMAL(6,2)",
    Scores.VALUE: "DECIMAL(20,2)",
}


def write_lists(lists: ScoredLists, folder: Path) -> None:
    """`icp_scores` and `whitespace`, each as .csv and .parquet."""
    write_list(lists.scores, folder / "icp_scores")
    write_list(lists.whitespace, folder / "whitespace")


def write_list(table: pd.DataFrame, stem: Path) -> None:
    """Write `table` to `stem`.csv and `stem`.parquet; the CSV shows fixed decimals."""
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    with replacing(stem.with_suffix(".parquet")) as path:
        pq.write_table(arrow, path, compression="zstd")
    columns = ", ".join(
        f'CAST("{name}" AS {DECIMALS[name]}) AS "{name}"' if name in DECIMALS else f'"{name}"'
        for name in table.columns
    )
    with replacing(stem.with_suffix(".csv")) as path, connect() as connection:
        connection.register("list", arrow)
        connection.sql(f"SELECT {columns} FROM list").write_csv(str(path), header=True)  # noqa: S608 - our own column names
