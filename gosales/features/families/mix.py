"""How a customer's business spreads over the divisions."""

from __future__ import annotations

from gosales.features.measures import ADOPTED, Feature, Touched

HALF_YEAR, YEAR = 6, 12
OWNED, VALUE = "own_breadth__skus_owned", "own_monetary__value_12m"


def mix(cells: Touched) -> dict[str, Feature]:
    """Divisions owned, used and newly adopted."""
    return {
        "divisions_owned": Feature(cells.above(OWNED, 0), "Divisions owned."),
        "divisions_active_12m": Feature(
            cells.above("own_frequency__orders_12m", 0),
            "Divisions bought from in the last 12 months.",
        ),
        "divisions_new_6m": Feature(
            cells.below(ADOPTED, HALF_YEAR), "Divisions first bought from in the last 6 months."
        ),
        "divisions_new_12m": Feature(
            cells.below(ADOPTED, YEAR), "Divisions first bought from in the last 12 months."
        ),
        "months_since_new_division": Feature(
            cells.least(ADOPTED), "Months since a division was last added."
        ),
        "skus_owned": Feature(cells.total(OWNED), "SKUs bought and not fully returned, in all."),
        "top_division_share_12m": Feature(
            cells.largest_share(VALUE),
            "Share of the largest division in the value of the last 12 months.",
        ),
    }
