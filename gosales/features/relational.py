"""The relational families, put together: a few tables per cutoff, all Ibis.

cells      customer x division that the customer ever touched: the `own_` families
customers  every customer known: the `any_` families, and how its divisions mix
counts     division, and segment x division: how many own, buy and adopt
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from gosales.core.columns import Attribute, Fact
from gosales.core.star import History
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


@dataclass(frozen=True)
class Snapshot:
    """One cutoff, `age` months before the cube's anchor."""

    cube: Cube
    age: int
    horizon_months: int

    @property
    def cutoff(self) -> Cutoff:
        return self.cube.anchor.months_before(self.age)

    def measures(self, rows: ir.Table) -> Measures:
        """The measures over the rows of `rows` that were known at this cutoff."""
        day = (self.cube.anchor.date - self.cutoff.date).days
        shifted = {C.AGE: self.age, C.FIRST: day, C.LAST: day}
        known = rows.filter(rows[C.SEEN] >= self.age).mutate(
            **{name: rows[name] - offset for name, offset in shifted.items()}
        )
        return Measures(known, self.horizon_months)


def features_of(
    measures: Measures, families: tuple[Family, ...], prefix: str
) -> dict[str, Feature]:
    """All features of `families`, named `<prefix>_<family>__<feature>`."""
    return {
        f"{prefix}_{family.__name__}__{name}": feature
        for family in families
        for name, feature in family(measures).items()
    }


def cell_table(snapshot: Snapshot) -> ir.Table:
    """customer_id, division, ADOPTED and the own_ features; a row per cell ever touched."""
    m = snapshot.measures(snapshot.cube.cells)
    own = features_of(m, OWN_FAMILIES, "own")
    return m.rows.group_by([Fact.CUSTOMER, Fact.DIVISION]).aggregate(
        **{ADOPTED: m.months_since_first().cast("float64")},
        **{name: feature.value.cast("float64") for name, feature in own.items()},
    )


def customer_table(snapshot: Snapshot, cells: ir.Table) -> ir.Table:
    """customer_id, the any_ features and the mix_ features; a row per customer known."""
    m = snapshot.measures(snapshot.cube.customers)
    anywhere = features_of(m, ANY_FAMILIES, "any")
    base = m.rows.group_by(Fact.CUSTOMER).aggregate(
        **{name: feature.value.cast("float64") for name, feature in anywhere.items()}
    )
    mixed = cells.group_by(Fact.CUSTOMER).aggregate(
        **{f"mix__{name}": f.value.cast("float64") for name, f in mix(cells).items()}
    )
    return base.left_join(mixed, Fact.CUSTOMER).drop(f"{Fact.CUSTOMER}_right")


def placement_table(history: History) -> ir.Table:
    """customer_id, branch, rep: of the customer's latest line that names them."""
    sales = history.tables.facts
    seen = sales.group_by([Fact.CUSTOMER, Fact.BRANCH, Fact.REP]).aggregate(
        latest=sales[Fact.DATE].max()
    )
    named = seen[Fact.BRANCH].notnull() | seen[Fact.REP].notnull()
    order = [seen.latest.desc(), seen[Fact.BRANCH].asc(), seen[Fact.REP].asc()]
    ranked = seen.filter(named).mutate(
        newest=ibis.row_number().over(group_by=Fact.CUSTOMER, order_by=order)
    )
    return ranked.filter(ranked.newest == 0).select(Fact.CUSTOMER, Fact.BRANCH, Fact.REP)


def attribute_table(history: History) -> ir.Table:
    """customer_id, attribute, attribute_value: one value per attribute, the latest valid one."""
    rows = history.tables.attributes
    order = [rows[Attribute.VALID_FROM].desc(), rows[Attribute.VALUE].asc()]
    ranked = rows.mutate(
        newest=ibis.row_number().over(group_by=[Attribute.CUSTOMER, Attribute.NAME], order_by=order)
    )
    return ranked.filter(ranked.newest == 0).select(
        Attribute.CUSTOMER, Attribute.NAME, Attribute.VALUE
    )
