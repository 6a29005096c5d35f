"""The whitespace list: what a customer never bought, best first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores, Whitespace
from gosales.core.settings import WhitespaceSettings
from gosales.utils.coding import constant

DIVISION, PRODUCT = "division", "product"
PER_LIST = 50


def best_first(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Order by `by`, best first, ties as they stand, and number from 1; rows keep their index."""
    return _ranked(rows, np.arange(len(rows)), by)


def _ranked(rows: pd.DataFrame, places: NDArray[np.intp], by: str) -> pd.DataFrame:
    """The rows at these places only; each is copied once."""
    order = np.argsort(-rows[by].to_numpy(float)[places], kind="stable")
    return rows.iloc[places[order]].assign(**{Whitespace.RANK: np.arange(1, len(places) + 1)})


def division_rows(scores: pd.DataFrame, open_cells: NDArray[np.bool_], by: str) -> pd.DataFrame:
    """One row per open (never bought) cell, ranked.

    Args:
        scores: The score table with `branch` and `rep`, by customer and division.
        open_cells: Shape (rows,), which cells are whitespace.
    """
    rows = _ranked(scores, np.flatnonzero(open_cells), by)
    return rows.assign(
        **{
            Whitespace.LEVEL: constant(DIVISION, len(rows)),
            Whitespace.SKU: constant("", len(rows)),
            Whitespace.PRODUCT_SCORE: np.nan,
        }
    )


def listed(ranked: pd.DataFrame, settings: WhitespaceSettings) -> NDArray[np.bool_]:
    """Shape (rows,): the first `listed_rows` by rank, and what each list is likely to show.

    A list is a rep's, or a branch's where an account has no rep. It shows its first rows, and a
    call plan the accounts of most expected value, each by its best cell.
    """
    owner = ranked[Whitespace.REP].astype(object).fillna(ranked[Whitespace.BRANCH].astype(object))
    by_value = ranked[Scores.VALUE].sort_values(ascending=False, kind="stable").index
    best = ranked[Whitespace.CUSTOMER].loc[by_value].drop_duplicates().index
    planned = _first_of_each(owner.loc[best]).reindex(ranked.index, fill_value=False)
    first = ranked[Whitespace.RANK] <= settings.listed_rows
    return (first | _first_of_each(owner) | planned).to_numpy(bool)


def _first_of_each(owner: pd.Series) -> pd.Series:
    """Which rows are among the first PER_LIST of their owner."""
    return owner.notna() & (owner.groupby(owner).cumcount() < PER_LIST)


def product_rows(cells: pd.DataFrame, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """The never-bought SKUs of the cells, ranked.

    Args:
        cells: Score rows.
        found: `position` (of a cell), `sku`, `chance` and `value_cents` if it is bought; 0 where
            nobody bought it lately, whose purchase then brings what one in the division does.
        by: `icp_score` (ranks products by their own score) or `expected_value`.
    """
    of_cell = cells.iloc[found["position"].to_numpy(int)]
    chance, price = found["chance"].to_numpy(float), found["value_cents"].to_numpy(float) / 100
    most, score = (of_cell[name].to_numpy(float) for name in (Scores.VALUE, Scores.SCORE))
    value = np.where(price > 0, np.minimum(chance * price, most), most * (chance / score))
    rows = of_cell.assign(
        **{
            Whitespace.LEVEL: PRODUCT,
            Whitespace.SKU: found["sku"].to_numpy(object),
            Whitespace.PRODUCT_SCORE: np.round(chance, 6),
            Whitespace.VALUE: np.round(value, 2),
        }
    )
    ties = rows.sort_values([Whitespace.CUSTOMER, Whitespace.DIVISION, Whitespace.SKU])
    return best_first(ties, Whitespace.PRODUCT_SCORE if by == Scores.SCORE else by)
