"""How much a division is owned, used and adopted, overall and among like customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.features.ledger import NEVER
from gosales.features.panel import BRANCH_KIND, REP_KIND, SIZE_KIND, Floats, Panel, Rows
from gosales.features.revival import still_sold

SHRINK_CUSTOMERS = 10.0
"""A segment's rate is pulled to the division's as if by so many customers of it."""

ADOPTION_MONTHS = 24
"""Lookback of the segments' adoption rates."""

DIVISION_FEATURES = {
    "owner_share": "Share of customers who own the division.",
    "buyer_share": "Share of customers who bought from it in the last horizon.",
    "buyer_share_12m": "Share of customers who bought from it in the last 12 months.",
    "buyer_share_season": "Share who bought from it in the horizon's months a year ago.",
    "adoption_rate": "Share of non-owners who adopted it in the last horizon.",
    "adoption_rate_12m": "Share of non-owners who adopted it in the last 12 months.",
    "adoption_rate_season": "Share of non-owners who adopted it in those months a year ago.",
    "adoption_rate_newest": "Share of non-owners who adopted it in the last third of a horizon.",
    "adoption_trend": "Adopters in the last horizon over those in the one before.",
    "orders_per_buyer_12m": "Order days per buyer in the last 12 months.",
    "quiet_months": "Whole months since anybody ordered from it.",
    "still_sold": "Chance that it has not ended, by its silence and rhythm, or comes back in time.",
}

SEGMENT_KINDS = (SIZE_KIND, BRANCH_KIND, REP_KIND, "attributes")
SEGMENT_FEATURES = {
    f"{kind}_{name}": f"{text} among customers of the same {kind}, over the division's own."
    for kind in SEGMENT_KINDS
    for name, text in (
        ("owner_lift", "Share of owners"),
        ("adoption_lift", "Adoption rate of the last 24 months"),
    )
}


def division_popularity(panel: Panel) -> Floats:
    """Shape (D, len(DIVISION_FEATURES))."""
    n, _ = panel.shape
    h = panel.horizon_months
    first = panel.months_since_first
    orders_12m, season = panel.orders_12m, panel.orders_season > 0
    columns = (
        panel.owned.sum(0) / n,
        bought_within(panel, h).sum(0) / n,
        (orders_12m > 0).sum(0) / n,
        season.sum(0) / n,
        adoption_rate(first, 0, h),
        adoption_rate(first, 0, 12),
        adoption_rate(first, max(12 - h, 0), max(12, h)),
        adoption_rate(first, 0, max(h // 3, 1)),
        ((first < h).sum(0) + 1) / (((first >= h) & (first < 2 * h)).sum(0) + 1),
        orders_12m.sum(0) / np.maximum((orders_12m > 0).sum(0), 1),
        quiet_months(panel),
        still_sold(panel.purchases, panel.shape[1], h),
    )
    return np.column_stack(columns).astype(np.float32)


def segment_popularity(panel: Panel, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(SEGMENT_FEATURES)): log of a segment's shrunk rate over all's."""
    n, d = panel.shape
    first = panel.months_since_first
    everyone = np.ones((n, d), bool)
    was_open = ~_bought_before(first, ADOPTION_MONTHS)
    by_kind: dict[str, list[Floats]] = {kind: [] for kind in SEGMENT_KINDS}
    for kind, codes in panel.segments.items():
        lifts = (
            segment_lift(codes, panel.owned, everyone)[rows],
            segment_lift(codes, first < ADOPTION_MONTHS, was_open)[rows],
        )
        by_kind[kind if kind in by_kind else "attributes"].append(np.stack(lifts, axis=2))
    parts = [
        np.mean(by_kind[kind], axis=0) if by_kind[kind] else np.zeros((len(rows), d, 2), np.float32)
        for kind in SEGMENT_KINDS
    ]
    return np.concatenate(parts, axis=2).astype(np.float32)


def bought_within(panel: Panel, months: int) -> NDArray[np.bool_]:
    """Shape (n, D): an order in the last `months` months."""
    bought = np.zeros(panel.shape, bool)
    p = panel.purchases
    recent = p.months_ago < months
    bought[p.customer[recent], p.division[recent]] = True
    return bought


def quiet_months(panel: Panel) -> NDArray[np.float64]:
    """Shape (D,): age in months of each division's newest order."""
    newest = np.full(panel.shape[1], float(NEVER))
    newest[panel.purchases.division] = panel.purchases.months_ago  # the newest is the last of them
    return newest


def adoption_rate(first: Floats, start: int, end: int) -> NDArray[np.float64]:
    """Shape (D,): share of adopters in `[start, end)` months ago among those who could adopt."""
    adopters, free = adopters_and_free(first, start, end)
    return np.asarray((adopters + 0.5) / (free + 1.0))


def adopters_and_free(
    first: Floats, start: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shape (D,) each: customers who adopted `[start, end)` months ago, and those who could.

    The latter are the customers who had ordered anything by `end` months ago, but not from the
    division: the same population as a label's, so that the rate speaks of the same thing.
    """
    known = np.where(first < NEVER, first, -1.0).max(1, initial=-1.0) >= end
    adopters = known[:, None] & (first >= start) & (first < end)
    free = known[:, None] & ~_bought_before(first, end)
    return adopters.sum(0), free.sum(0)


def segment_lift(
    codes: NDArray[np.int32], hit: NDArray[np.bool_], counted: NDArray[np.bool_]
) -> Floats:
    """Log of each segment's share of hits over the overall share, for each customer's segment.

    Args:
        codes: Shape (n,), segment of the customer, -1 for none (its lift is 0).
        hit: Shape (n, D).
        counted: Shape (n, D), who is in the denominator; `hit` outside of it is ignored.

    Returns:
        Shape (n, D); rates are shrunk to the overall one as if by SHRINK_CUSTOMERS customers.
    """
    groups = int(codes.max(initial=-1)) + 1
    if groups == 0:
        return np.zeros(hit.shape, np.float32)
    member = codes >= 0
    hits, count = (
        np.column_stack([np.bincount(codes[member], column, groups) for column in flags[member].T])
        for flags in (hit & counted, counted)
    )
    overall = (hits.sum(0) + 0.5) / (count.sum(0) + 1.0)
    rate = (hits + SHRINK_CUSTOMERS * overall) / (count + SHRINK_CUSTOMERS)
    lift = np.vstack([np.log(rate / overall), np.zeros(hit.shape[1])])
    return lift[codes].astype(np.float32)


def _bought_before(first: Floats, months: int) -> NDArray[np.bool_]:
    return (first >= months) & (first < NEVER)
