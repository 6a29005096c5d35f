"""How a customer's business spreads over the divisions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from gosales.features.measures import Feature, ratio

HALF_YEAR, YEAR = 6, 12


def mix(cells: ir.Table) -> dict[str, Feature]:
    """Divisions owned, used and newly adopted, from the rows of `relational.cell_table`."""

    def count(condition: ir.BooleanColumn) -> ir.IntegerScalar:
        return ibis.ifelse(condition, 1, 0).sum()

    adopted, value = cells["months_since_first"], cells["own_monetary__value_12m"]
    spent = ibis.ifelse(value > 0, value, 0.0)
    return {
        "divisions_owned": Feature(count(cells["own_breadth__skus_owned"] > 0), "Divisions owned."),
        "divisions_active_12m": Feature(
            count(cells["own_frequency__orders_12m"] > 0),
            "Divisions bought from in the last 12 months.",
        ),
        "divisions_new_6m": Feature(
            count(adopted < HALF_YEAR), "Divisions first bought from in the last 6 months."
        ),
        "divisions_new_12m": Feature(
            count(adopted < YEAR), "Divisions first bought from in the last 12 months."
        ),
        "months_since_new_division": Feature(
            adopted.min(), "Months since a division was last added."
        ),
        "skus_owned": Feature(
            cells["own_breadth__skus_owned"].sum(), "SKUs bought and not fully returned, in all."
        ),
        "top_division_share_12m": Feature(
            ratio(spent.max(), spent.sum()),
            "Share of the largest division in the value of the last 12 months.",
        ),
    }
