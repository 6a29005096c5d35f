"""The same season in earlier years."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures


def seasonality(m: Measures) -> dict[str, Feature]:
    """Orders in the months that the horizon covers, one and two years earlier."""
    length = m.horizon_months
    return {
        f"orders_season_{years}y": Feature(
            m.within(C.ORDERS, min(length, 12 * years), start=max(12 * years - length, 0)),
            f"Order days in the horizon's months, {when}.",
        )
        for years, when in ((1, "a year earlier"), (2, "two years earlier"))
    }
