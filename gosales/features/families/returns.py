"""What came back."""

from __future__ import annotations

from gosales.features.cube import C
from gosales.features.measures import Feature, Measures


def returns(m: Measures) -> dict[str, Feature]:
    """Return lines and their value."""
    return {
        "return_lines_12m": Feature(
            m.within(C.RETURN_LINES, 12), "Return lines in the last 12 months."
        ),
        "returned_12m": Feature(
            m.within(C.RETURNED, 12), "Value returned in the last 12 months, in cents (negative)."
        ),
    }
