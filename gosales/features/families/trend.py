"""Up or down."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures


def trend(m: Measures) -> dict[str, Feature]:
    """Recent months against the same length before.

    +1 keeps small counts calm; money has no such step, which would depend on the currency.
    """
    recent, before = m.within(C.ORDERS, 6), m.within(C.ORDERS, 6, start=6)
    year, last_year = m.within(C.ORDERS, 12), m.within(C.ORDERS, 12, start=12)
    value, last_value = m.within(C.VALUE, 12), m.within(C.VALUE, 12, start=12)
    return {
        "orders_half_year_ratio": Feature(
            m.ratio(recent + 1, before + 1), "Order days of the last 6 months over the 6 before."
        ),
        "orders_year_ratio": Feature(
            m.ratio(year + 1, last_year + 1), "Order days of the last 12 months over the 12 before."
        ),
        "value_year_change": Feature(
            m.change(value, last_value),
            "Change of the value of the last 12 months, relative to both years, -1 to 1.",
        ),
    }
