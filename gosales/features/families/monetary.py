"""How much money, in cents; returns count on their own day."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures

LOOKBACK_MONTHS = (3, 6, 12, 24)


def monetary(m: Measures) -> dict[str, Feature]:
    """Value per lookback, and the size of a usual order day."""
    values = {
        f"value_{k}m": Feature(m.within(C.VALUE, k), f"Value of the last {k} months, in cents.")
        for k in LOOKBACK_MONTHS
    }
    usual = m.ratio(m.total(C.VALUE), m.total(C.ORDERS))
    return {
        **values,
        "value_all": Feature(m.total(C.VALUE), "Value, ever, in cents."),
        "value_per_order": Feature(usual, "Average value of an order day, in cents."),
    }
