"""How many different products."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures


def breadth(m: Measures) -> dict[str, Feature]:
    """SKUs owned: bought and not fully returned."""
    return {
        "skus_owned": Feature(m.total(C.KEPT), "SKUs bought and not fully returned."),
        "skus_new_12m": Feature(
            m.within(C.KEPT, 12), "Growth of the SKUs owned over the last 12 months."
        ),
    }
