"""What data/lookup/cells.csv says of customer x division (x SKU) on the day of the cutoff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import CellStatus, Scores, Whitespace
from gosales.core.settings import WhitespaceSettings
from gosales.core.star import History

CELL = [CellStatus.CUSTOMER, CellStatus.DIVISION]
PRODUCT = [*CELL, CellStatus.SKU]


@dataclass(frozen=True)
class CellStatuses:
    """The statuses that hold at one cutoff; where several do, the first of `CellStatus.ALL`.

    Attributes:
        cells: (customer, division) -> status of the whole cell.
        products: (customer, division, SKU) -> status of that SKU.
    """

    cells: pd.Series
    products: pd.Series

    @classmethod
    def of(cls, history: History) -> CellStatuses:
        """Those that are valid on the history's last day, both ends included."""
        table, day = history.tables.statuses, history.cutoff.date
        start, end = table[CellStatus.VALID_FROM], table[CellStatus.VALID_TO]
        valid = (start.isnull() | (start <= day)) & (end.isnull() | (end >= day))
        rows = table.filter(valid).select(*PRODUCT, CellStatus.STATUS).to_pandas()
        weight = rows[CellStatus.STATUS].map(CellStatus.ALL.index)
        rows = rows.iloc[np.argsort(weight.to_numpy(int), kind="stable")]
        of_sku = (rows[CellStatus.SKU].fillna("") != "").to_numpy(bool)
        return cls(_by_key(rows[~of_sku], CELL), _by_key(rows[of_sku], PRODUCT))

    def of_cells(self, rows: pd.DataFrame) -> NDArray[np.object_]:
        """Shape (rows,): the status of each row's whole cell; empty for none."""
        return _found(self.cells, rows[[Scores.CUSTOMER, Scores.DIVISION]])

    def of_products(self, rows: pd.DataFrame) -> NDArray[np.object_]:
        """Shape (rows,): the status of each row's SKU, else of its whole cell."""
        key = [Whitespace.CUSTOMER, Whitespace.DIVISION, Whitespace.SKU]
        own = _found(self.products, rows[key])
        return np.where(own != "", own, self.of_cells(rows))

    def skipped_products(self, skip: Collection[str]) -> set[tuple[str, str, str]]:
        """(customer, division, SKU) whose own status is among `skip`."""
        return set(self.products.index[self.products.isin(list(skip))])


def skipped(settings: WhitespaceSettings) -> tuple[str, ...]:
    """The statuses that keep a row out of the whitespace."""
    return (CellStatus.DO_NOT_PITCH, *settings.skip_statuses)


def _by_key(rows: pd.DataFrame, key: list[str]) -> pd.Series:
    return rows.drop_duplicates(key).set_index(key)[CellStatus.STATUS].astype(object)


def _found(statuses: pd.Series, keys: pd.DataFrame) -> NDArray[np.object_]:
    if statuses.empty:
        return np.full(len(keys), "", object)
    wanted = pd.MultiIndex.from_frame(keys.astype(object))
    return statuses.reindex(wanted).fillna("").to_numpy(object)
