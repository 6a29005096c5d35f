"""How late lines become known, and what it costs to overlook that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.5, 0.9, 0.99, 1.0)

Days = NDArray[np.float64]


def posting_delay(delay: Days) -> dict[str, Any]:
    """Quantiles of the days between event and posting; posted before the event counts as 0.

    Args:
        delay: Shape (lines,), of the lines that tell when they were posted.
    """
    waited = np.maximum(delay, 0.0)
    return {
        "lines": len(delay),
        "posted_later": round(float((waited > 0).mean()), 6),
        "days": {f"{q:g}": round(float(np.quantile(waited, q)), 2) for q in QUANTILES},
    }


def unknown_share(lines: int, unknown: int, recent: int, recent_unknown: int) -> dict[str, Any]:
    """Lines that had happened by a cutoff, and how many of them were posted only after it.

    Args:
        recent, recent_unknown: The same of the last month before the cutoff.
    """
    return {
        "lines_by_the_cutoff": lines,
        "known_only_later": unknown,
        "share": round(unknown / max(lines, 1), 6),
        "lines_of_the_last_month": recent,
        "last_month_known_only_later": recent_unknown,
        "last_month_share": round(recent_unknown / max(recent, 1), 6),
    }
