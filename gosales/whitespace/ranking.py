"""The whitespace list: what a customer never bought, best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores, Whitespace
from gosales.core.settings import WhitespaceSettings

DIVISION, PRODUCT = "division", "product"
PER_REP = 50
PER_CELL = 3


class Products(Protocol):
    """What the ranking asks of a division's product model."""

    def best(self, owned: set[str], most: int) -> list[Any]: ...


def rank(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Order by `by`, best first, ties by customer, division and SKU; number from 1."""
    ties = [Whitespace.CUSTOMER, Whitespace.DIVISION, Whitespace.SKU]
    ordered = rows.sort_values([by, *ties], ascending=[False, True, True, True], kind="stable")
    ordered = ordered.reset_index(drop=True)
    ordered[Whitespace.RANK] = np.arange(1, len(ordered) + 1)
    return ordered


def division_rows(scores: pd.DataFrame, open_cells: NDArray[np.bool_], by: str) -> pd.DataFrame:
    """One row per open (never bought) cell, ranked.

    Args:
        scores: The score table with `branch` and `rep`.
        open_cells: Shape (rows,), which cells are whitespace.
    """
    rows = scores[open_cells].assign(
        **{Whitespace.LEVEL: DIVISION, Whitespace.SKU: "", Whitespace.PRODUCT_SCORE: np.nan}
    )
    return rank(rows, by)


def listed(ranked: pd.DataFrame, settings: WhitespaceSettings) -> NDArray[np.bool_]:
    """Shape (rows,): the first `listed_rows` by rank, and the first 50 of every rep."""
    of_rep = ranked.groupby(Whitespace.REP, dropna=True).cumcount()
    has_rep = ranked[Whitespace.REP].notna()
    first = (ranked[Whitespace.RANK] <= settings.listed_rows).to_numpy()
    return np.asarray(first | (has_rep & (of_rep < PER_REP)).to_numpy())


def product_rows(
    cells: pd.DataFrame,
    models: Mapping[str, Products],
    owned: dict[str, set[tuple[str, str]]],
    by: str,
) -> pd.DataFrame:
    """Up to three never-bought SKUs for each cell, ranked.

    Args:
        cells: Score rows to make products for.
        models: Division -> product model.
        owned: Customer -> (division, SKU) pairs it owns.
        by: `icp_score` (ranks products by their own score) or `expected_value`.
    """
    found: list[tuple[int, str, float, float]] = []
    keys = zip(cells[Scores.CUSTOMER], cells[Scores.DIVISION], cells[Scores.SCORE], strict=True)
    for position, (customer, division, score) in enumerate(keys):
        held = {sku for where, sku in owned.get(customer, ()) if where == division}
        for item in models[division].best(held, PER_CELL):
            chance = score * item.chance
            found.append((position, item.sku, chance, chance * item.value_cents / 100))
    index = [row[0] for row in found]
    rows = cells.iloc[index].assign(
        **{
            Whitespace.LEVEL: PRODUCT,
            Whitespace.SKU: [row[1] for row in found],
            Whitespace.PRODUCT_SCORE: np.round([row[2] for row in found], 6),
            Whitespace.VALUE: np.round([row[3] for row in found], 2),
        }
    )
    return rank(rows, Whitespace.PRODUCT_SCORE if by == Scores.SCORE else by)
