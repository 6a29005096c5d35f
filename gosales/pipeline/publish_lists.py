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
from gosales.utils.spreadsheet import neutral_sql, neutralise
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
    arrow = _as_arrow(table)
    _write_parquet(arrow, stem.with_suffix(".parquet"))
    _write_csv(arrow, stem.with_suffix(".csv"))


def write_csv(table: pd.DataFrame, target: Path) -> None:
    """Write `table` as the CSV of a list."""
    _write_csv(_as_arrow(table), target)


def write_parquet(table: pd.DataFrame, target: Path) -> None:
    """Write `table`, categorical texts as texts."""
    _write_parquet(_as_arrow(table), target)


def _as_arrow(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)


def _write_csv(table: pa.Table, target: Path) -> None:
    cells = pa.table([_neutral(one) for one in table.columns], names=table.schema.names)
    shown = ", ".join(map(_shown, cells.schema))
    with replacing(target) as path, connect() as connection:
        connection.register("list", _plain_rows(cells))
        connection.sql(f"SELECT {shown} FROM list").write_csv(str(path), header=True)  # noqa: S608 - our own column names


def _write_parquet(table: pa.Table, target: Path) -> None:
    rows = _plain_rows(table)
    with replacing(target) as path, pq.ParquetWriter(path, rows.schema, compression="zstd") as file:
        for group in rows:
            file.write_batch(group)


def _plain_rows(table: pa.Table) -> pa.RecordBatchReader:
    """The rows in groups, whose texts are no codes any more: all of them would not fit so."""
    schema = pa.schema([(field.name, _plain(field.type)) for field in table.schema])
    starts = range(0, len(table), GROUP_ROWS)
    groups = (table.slice(start, GROUP_ROWS).cast(schema).combine_chunks() for start in starts)
    batches = (batch for group in groups for batch in group.to_batches())
    return pa.RecordBatchReader.from_batches(schema, batches)


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.large_string() if pa.types.is_dictionary(kind) else kind


def _neutral(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Categorical texts, neutralised; each once, not in every row. Others as they are."""
    if not pa.types.is_dictionary(texts.type):
        return texts
    codes = texts.combine_chunks()
    known = pa.array([neutralise(text) for text in codes.dictionary.to_pylist()], pa.large_string())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes.indices, known)])


def _shown(field: pa.Field) -> str:
    """How a column is written to the CSV, as SQL."""
    name = f'"{field.name}"'
    if field.name in DECIMALS:
        return f"CAST({name} AS {DECIMALS[field.name]}) AS {name}"
    text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    return f"{neutral_sql(name)} AS {name}" if text else name
