"""The relational families, put together, and the values they have for chosen customers.

Which features there are is said here once, in the words of `measures`. Their values come from
`values` where the cube is in DuckDB, and from `tables` where it is in another engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.features.families.breadth import breadth
from gosales.features.families.cadence import cadence
from gosales.features.families.frequency import frequency
from gosales.features.families.mix import mix
from gosales.features.families.monetary import monetary
from gosales.features.families.recency import recency
from gosales.features.families.returns import returns
from gosales.features.families.seasonality import seasonality
from gosales.features.families.trend import trend
from gosales.features.measures import ADOPTED, Family, Feature, Measures, Number, Touched
from gosales.features.panel import Panel, Rows
from gosales.features.sums import Sums, TouchedCells

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

OWN_FAMILIES: tuple[Family, ...] = (
    recency,
    frequency,
    monetary,
    cadence,
    trend,
    seasonality,
    breadth,
    returns,
)
ANY_FAMILIES: tuple[Family, ...] = (
    recency,
    frequency,
    monetary,
    cadence,
    trend,
    seasonality,
    returns,
)


def features_of(
    measures: Measures, families: tuple[Family, ...], prefix: str
) -> dict[str, Feature]:
    """All features of `families`, named `<prefix>_<family>__<feature>`."""
    return {
        f"{prefix}_{family.__name__}__{name}": feature
        for family in families
        for name, feature in family(measures).items()
    }


def of_cells(measures: Measures) -> dict[str, Number]:
    """ADOPTED and the own_ features, of the rows of cells."""
    own = features_of(measures, OWN_FAMILIES, "own")
    return {ADOPTED: measures.months_since_first(), **{k: f.value for k, f in own.items()}}


def of_customers(measures: Measures) -> dict[str, Number]:
    """The any_ features, of the rows of customers."""
    return {k: f.value for k, f in features_of(measures, ANY_FAMILIES, "any").items()}


def of_mix(cells: Touched) -> dict[str, Number]:
    """The mix_ features of customers."""
    return {f"mix__{name}": feature.value for name, feature in mix(cells).items()}


@dataclass(frozen=True)
class Relational:
    """The relational features of m chosen customers of a panel.

    Attributes:
        customer_names: Names of the `any_` and `mix_` features.
        customer_values: Shape (m, len(customer_names)); NaN is none.
        own_names: Names of ADOPTED and the `own_` features.
        own_values: Shape (cells, len(own_names)), of the touched cells.
        cell_row: Shape (m, D), row in `own_values`, -1 for an untouched cell.
    """

    customer_names: tuple[str, ...]
    customer_values: Floats
    own_names: tuple[str, ...]
    own_values: Floats
    cell_row: Ints

    def own(self, name: str, missing: float = 0.0) -> Floats:
        """One own feature as a dense (m, D) array, `missing` in untouched cells."""
        column = np.append(self.own_values[:, self.own_names.index(name)], np.float32(missing))
        return column[self.cell_row]


def joined(pieces: Sequence[Relational]) -> Relational:
    """Those of some customers after those of others."""
    if len(pieces) == 1:
        return pieces[0]
    first = np.cumsum([0, *(len(piece.own_values) for piece in pieces)], dtype=np.int32)
    moved = [
        np.where(piece.cell_row < 0, np.int32(-1), piece.cell_row + start)
        for piece, start in zip(pieces, first, strict=False)
    ]
    return replace(
        pieces[0],
        customer_values=np.concatenate([piece.customer_values for piece in pieces]),
        own_values=np.concatenate([piece.own_values for piece in pieces]),
        cell_row=np.concatenate(moved),
    )


def relational_names(horizon_months: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the features of cells and of customers are called."""
    nobody = Sums.of_nobody(horizon_months)
    own = of_cells(nobody)
    return tuple(own), (*of_customers(nobody), *of_mix(TouchedCells(own, nobody.starts)))


def relational_of(
    panel: Panel, rows: Rows, people: pd.DataFrame, touched: pd.DataFrame
) -> Relational:
    """The relational features of one cutoff, put in the panel's order.

    Args:
        rows: The customers' rows in the panel, in ascending order.
        people: Their rows of `tables.customer_table`, without CUT.
        touched: Their rows of `tables.cell_table`, without CUT.
    """
    customers = pd.Index(panel.customers[rows])
    place = customers.get_indexer(people.pop(Fact.CUSTOMER).astype(object))
    row = customers.get_indexer(touched.pop(Fact.CUSTOMER).astype(object))
    column = pd.Index(panel.divisions).get_indexer(touched.pop(Fact.DIVISION).astype(object))
    cell_row = np.full((len(rows), len(panel.divisions)), -1, np.int32)
    cell_row[row, column] = np.arange(len(touched), dtype=np.int32)
    values = people.to_numpy(np.float32, na_value=np.nan)
    return Relational(
        customer_names=tuple(people.columns),
        customer_values=values[np.argsort(place)],
        own_names=tuple(touched.columns),
        own_values=touched.to_numpy(np.float32, na_value=np.nan),
        cell_row=cell_row,
    )
