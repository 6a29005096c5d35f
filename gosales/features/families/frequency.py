"""How often."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures

LOOKBACK_MONTHS = (1, 3, 6, 12, 24)
HALF_LIVES = (3, 12)


def frequency(m: Measures) -> dict[str, Feature]:
    """Days with an order, per lookback and with fading memory."""
    orders = {
        f"orders_{k}m": Feature(
            m.within(C.ORDERS, k),
            f"Days with an order in the last {'month' if k == 1 else f'{k} months'}.",
        )
        for k in LOOKBACK_MONTHS
    }
    faded = {
        f"orders_decay_{k}m": Feature(
            m.decayed(C.ORDERS, k), f"Order days, each counting half as much every {k} months."
        )
        for k in HALF_LIVES
    }
    return {
        **orders,
        "orders_all": Feature(m.total(C.ORDERS), "Days with an order, ever."),
        "lines_12m": Feature(m.within(C.LINES, 12), "Order lines in the last 12 months."),
        **faded,
    }
