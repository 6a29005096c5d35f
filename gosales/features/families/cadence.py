"""How regularly, and whether the next order is due."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures


def cadence(m: Measures) -> dict[str, Feature]:
    """The usual gap between orders and how far into the gap the customer is."""
    gaps = m.total(C.ORDERS) - 1
    usual = m.ratio(m.days_since_first() - m.days_since_last(), gaps)
    return {
        "usual_gap_days": Feature(usual, "Average days between two orders."),
        "gap_share_passed": Feature(
            m.ratio(m.days_since_last(), usual), "Days since the last order over the usual gap."
        ),
        "active_months_12m": Feature(
            m.within(C.MONTHS, 12), "Months with an order, of the last 12."
        ),
        "active_months_24m": Feature(
            m.within(C.MONTHS, 24), "Months with an order, of the last 24."
        ),
    }
