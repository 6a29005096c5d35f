"""How long ago."""

from __future__ import annotations

from gosales.features.measures import Feature, Measures


def recency(m: Measures) -> dict[str, Feature]:
    """Days since the last and the first order."""
    return {
        "days_since_last": Feature(m.days_since_last(), "Days since the last order."),
        "days_since_first": Feature(
            m.days_since_first(), "Days since the first order: the length of the relation."
        ),
    }
