"""The relational families, put together: a few tables per cutoff, all Ibis.

cells      customer x division that the customer ever touched: the `own_` families
customers  every customer known: the `any_` families, and how its divisions mix
counts     division, and segment x division: how many own, buy and adopt
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.features.cube import C, Cube
from gosales.features.families.breadth import breadth
from gosales.features.families.cadence import cadence
from gosales.features.families.frequency import frequency
from gosales.features.families.mix import mix
from gosales.features.families.monetary import monetary
from gosales.features.families.recency import recency
from gosales.features.families.returns import returns
from gosales.features.families.seasonality import seasonality
from gosales.features.families.trend import trend
from gosales.features.measures import Family, Feature, Measures

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
ADOPTED = "months_since_first"
OWNED = "own_breadth__skus_owned"


CUT = "cut"
"""Column with the age of a row's cutoff, in months before the cube's anchor."""

OFFSET = "offset"


@dataclass(frozen=True)
class Snapshots:
    """Several cutoffs, each so many whole months (its age) before the cube's anchor.

    All tables below hold the rows of every cutoff, told apart by CUT: building and compiling one
    large expression costs far more than another cutoff does.
    """

    cube: Cube
    ages: tuple[int, ...]
    horizon_months: int
    wanted: ir.Table | None = None
    """CUT and customer_id of those whose rows are wanted; None for everybody."""

    def cutoff(self, age: int) -> Cutoff:
        return self.cube.anchor.months_before(age)

    def known(self, rows: ir.Table) -> ir.Table:
        """Rows known at each cutoff, with ages and days counted from it."""
        anchor = self.cube.anchor.date
        offsets = [(anchor - self.cutoff(age).date).days for age in self.ages]
        cuts = ibis.memtable(
            {CUT: list(self.ages), OFFSET: offsets}, schema={CUT: "int32", OFFSET: "int32"}
        )
        if self.wanted is None:
            joined = rows.join(cuts, rows[C.SEEN] >= cuts[CUT])
        else:  # asked for by customer first, so that no other customer's rows are multiplied
            asked = self.wanted.join(cuts, CUT)
            same = rows[Fact.CUSTOMER] == asked[Fact.CUSTOMER]
            joined = rows.join(asked, [same, rows[C.SEEN] >= asked[CUT]])
        shifts = {C.AGE: CUT, C.FIRST: OFFSET, C.LAST: OFFSET}
        return joined.mutate(
            **{
                name: joined[name] - joined[by]
                for name, by in shifts.items()
                if name in rows.columns
            }
        )

    def measures(self, rows: ir.Table) -> Measures:
        """The measures over what was known at each cutoff."""
        return Measures(self.known(rows), self.horizon_months)


def customers_by_age(asked: Iterable[tuple[int, NDArray[np.object_]]]) -> ir.Table:
    """CUT and customer_id: for each age, the customers that are asked for."""
    ages, customers = zip(*asked, strict=True)
    age = np.repeat(np.array(ages, np.int32), [len(names) for names in customers])
    rows = pd.DataFrame({CUT: age, Fact.CUSTOMER: np.concatenate(customers).astype(object)})
    return ibis.memtable(rows, schema={CUT: "int32", Fact.CUSTOMER: "string"})


def features_of(
    measures: Measures, families: tuple[Family, ...], prefix: str
) -> dict[str, Feature]:
    """All features of `families`, named `<prefix>_<family>__<feature>`."""
    return {
        f"{prefix}_{family.__name__}__{name}": feature
        for family in families
        for name, feature in family(measures).items()
    }


def cell_table(snapshots: Snapshots) -> ir.Table:
    """CUT, customer_id, division, ADOPTED and the own_ features; a row per cell ever touched."""
    m = snapshots.measures(snapshots.cube.cells)
    own = features_of(m, OWN_FAMILIES, "own")
    return m.rows.group_by([CUT, Fact.CUSTOMER, Fact.DIVISION]).aggregate(
        **{ADOPTED: m.months_since_first().cast("float64")},
        **{name: feature.value.cast("float64") for name, feature in own.items()},
    )


def customer_table(snapshots: Snapshots, cells: ir.Table) -> ir.Table:
    """CUT, customer_id, the any_ features and the mix_ features; a row per customer known."""
    key = [CUT, Fact.CUSTOMER]
    m = snapshots.measures(snapshots.cube.customers)
    anywhere = features_of(m, ANY_FAMILIES, "any")
    base = m.rows.group_by(key).aggregate(
        **{name: feature.value.cast("float64") for name, feature in anywhere.items()}
    )
    mixed = cells.group_by(key).aggregate(
        **{f"mix__{name}": f.value.cast("float64") for name, f in mix(cells).items()}
    )
    return base.left_join(mixed, key).drop(*(f"{name}_right" for name in key))


def relational_names(snapshots: Snapshots) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the features of cells and of customers are called, without a query."""
    cells = cell_table(snapshots)
    tables, keys = (cells, customer_table(snapshots, cells)), {CUT, Fact.CUSTOMER, Fact.DIVISION}
    own, customer = (tuple(n for n in table.columns if n not in keys) for table in tables)
    return own, customer
