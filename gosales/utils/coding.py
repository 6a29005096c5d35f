"""Texts of a query's answer as codes: a name is held once, not once a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

Ints = NDArray[np.int32]
Names = NDArray[np.object_]


def coded(texts: pa.ChunkedArray) -> tuple[Ints, Names]:
    """Codes of shape (rows,), -1 for none, and what they mean, sorted."""
    encoded = texts.cast(pa.large_string()).combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.full(len(names) + 1, -1, np.int32)  # the last one is that of none
    rank[order] = np.arange(len(names), dtype=np.int32)
    codes = encoded.indices.fill_null(-1).to_numpy()
    return rank[codes], np.array([*names, None], object)[order]


def placed(texts: pa.ChunkedArray, index: pd.Index) -> NDArray[np.intp]:
    """Shape (rows,): the place of each text in `index`, -1 for none."""
    codes, names = coded(texts)
    place: NDArray[np.intp] = index.get_indexer(names)[codes]
    return place


def constant(text: str, rows: int) -> pd.Categorical:
    """The same text in so many rows."""
    return pd.Categorical.from_codes(np.zeros(rows, np.int8), [text])


def spread(texts: pd.Series, index: pd.Index) -> pd.Categorical:
    """The text that stands at each place of `index`; empty where there is none."""
    code, known = pd.factorize(np.append(texts.to_numpy(object), ""))
    return pd.Categorical.from_codes(code[texts.index.get_indexer(index)], known)


def stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns below each other, numbered anew; categorical texts stay so."""
    columns: dict[str, Any] = {}
    for name in tables[0]:
        parts = [table[name] for table in tables]
        if isinstance(parts[0].dtype, pd.CategoricalDtype):
            columns[name] = union_categoricals([_categorical(part) for part in parts])
        else:
            columns[name] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns)


def _categorical(texts: pd.Series) -> pd.Categorical:
    """As categories of texts, also where there is none to tell that by."""
    found = pd.Categorical(texts)
    return found.rename_categories(found.categories.astype("str"))


def order_by(*codes: NDArray[np.integer]) -> NDArray[np.intp]:
    """Rows in the order of the first code, then of the next; rows that tie stay in theirs.

    Args:
        codes: Each of shape (rows,), none below 0.
    """
    sizes = [int(one.max(initial=0)) + 1 for one in codes]
    if math.prod(sizes) >= 2**63:
        return np.lexsort(codes[::-1])
    key = np.zeros(len(codes[0]), np.int64)
    for one, size in zip(codes, sizes, strict=True):
        key = key * size + one
    return np.argsort(key, kind="stable")
