"""The best products of listed cells, by the SKU model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.features.holdings import Pairs
from gosales.features.panel import Panel, Rows, spread
from gosales.models.sku_model import SkuModel
from gosales.pipeline.sku_models import BLOCK, Floats, SkuMarket

Places = NDArray[np.intp]
POSITION, SKU, CHANCE, VALUE = "position", "sku", "chance", "value_cents"
PER_CELL = 3
MOST_KNOWN = 200_000
"""Customers that a market knows besides those it is for: more say the same of a SKU."""

LEAST_CHANCE = 5e-7
"""What rounds to nothing is not listed."""


@dataclass(frozen=True)
class ListedCells:
    """Cells to find products for; all of shape (rows,).

    Attributes:
        customer: Row in the market.
        division: Column in the panel.
        score: The chance to buy from the division.
    """

    customer: Places
    division: NDArray[np.int32]
    score: Floats


def market_customers(panel: Panel, listed: NDArray[np.int32]) -> Rows:
    """Rows of the panel that a market for the listed customers is made from, in ascending order."""
    return np.union1d(spread(panel.shape[0], MOST_KNOWN), listed)


def best_products(
    market: SkuMarket, models: Mapping[int, SkuModel], cells: ListedCells, owned: Pairs
) -> pd.DataFrame:
    """POSITION (of the cell), SKU, CHANCE and VALUE, at most PER_CELL rows per cell, best first.

    Args:
        models: By the division's column in the panel.
        owned: What is not to be offered.
    """
    hidden = market.held(owned)
    nothing = np.empty(0, np.intp)
    parts: list[tuple[Places, Places, Floats]] = [(nothing, nothing, np.empty(0))]
    customers = np.unique(cells.customer)
    for start in range(0, len(customers), BLOCK):
        block = customers[start : start + BLOCK].astype(np.intp)
        values = market.signals.values(block)
        free = np.equal(hidden[block].todense(), 0)
        inside = (cells.customer >= block[0]) & (cells.customer <= block[-1])
        for rows, columns in _by_division(market, cells, np.flatnonzero(inside)):
            at = np.searchsorted(block, cells.customer[rows])
            picked = np.ix_(at, columns)
            shape = free[picked].shape
            chance = (
                models[int(cells.division[rows[0]])]
                .chance(
                    values[picked].reshape(-1, values.shape[2]),
                    np.repeat(cells.score[rows], len(columns)),
                    np.tile(market.share[columns], len(rows)),
                    np.tile(market.sole[columns], len(rows)),
                )
                .reshape(shape)
            )
            parts.append(_first(rows, columns, np.where(free[picked], chance, 0.0)))
    position, column, likeliest = (np.concatenate(one) for one in zip(*parts, strict=True))
    found = pd.DataFrame(
        {
            POSITION: position,
            SKU: market.signals.keys.get_level_values(1).to_numpy(object)[column],
            CHANCE: likeliest,
            VALUE: market.value_cents[column],
        }
    )
    return found.sort_values([POSITION, CHANCE], ascending=[True, False], kind="stable")


def _by_division(
    market: SkuMarket, cells: ListedCells, rows: Places
) -> Iterator[tuple[Places, Places]]:
    """The rows of each division, with the columns of its candidates."""
    for division in np.unique(cells.division[rows]):
        columns = np.flatnonzero(market.signals.division == division)
        if len(columns):
            yield rows[cells.division[rows] == division], columns


def _first(rows: Places, columns: Places, chance: Floats) -> tuple[Places, Places, Floats]:
    """Row, column and chance of the likeliest columns of each row; ties in the order of the names.

    Args:
        rows, columns: What the axes of `chance` stand for.
    """
    order = np.argsort(-chance, axis=1, kind="stable")[:, :PER_CELL]
    best = np.take_along_axis(chance, order, 1)
    kept = best.ravel() >= LEAST_CHANCE
    return np.repeat(rows, order.shape[1])[kept], columns[order].ravel()[kept], best.ravel()[kept]
