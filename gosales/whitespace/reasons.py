"""Plain sentences for a row: what speaks for it, strongest first, and one thing against it.

Sentences state facts of the features with numbers; wording comes from templates. Each candidate
carries a weight, the log of how far the fact lies from the usual, and the strongest are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

MOST = 3


@dataclass(frozen=True)
class Reason:
    """A sentence and its weight: above 0 it speaks for the row, below 0 against it."""

    text: str
    weight: float


@dataclass(frozen=True)
class Step:
    """A division the customer holds, as a step towards the division in question.

    Attributes:
        months: Months since the customer first bought from it.
        rate: Share of its holders in that state who added the division within the horizon.
        usual: That share over all non-owners.
    """

    division: str
    months: float
    rate: float
    usual: float


@dataclass(frozen=True)
class Facts:
    """What is known of one customer x division, by feature name; NaN where nothing is."""

    division: str
    horizon_months: int
    owned: bool
    values: dict[str, float]
    steps: tuple[Step, ...] = ()

    def get(self, name: str) -> float:
        return self.values.get(name, float("nan"))


def sentences(facts: Facts) -> str:
    """Up to three reasons and one counter-reason, `; ` between."""
    candidates = [*_own(facts), *_paths(facts), *_peers(facts), *_activity(facts), *_usual(facts)]
    good = sorted((r for r in candidates if r.weight > 0), key=lambda r: (-r.weight, r.text))
    bad = sorted((r for r in candidates if r.weight < 0), key=lambda r: (r.weight, r.text))
    chosen = [r.text for r in good[:MOST]]
    return "; ".join([*chosen, *(f"But: {r.text}" for r in bad[:1])])


def _paths(facts: Facts) -> Iterator[Reason]:
    for step in facts.steps[:2]:
        weight = float(np.log(max(step.rate, 1e-6) / max(step.usual, 1e-6)))
        if weight > 0.1:
            yield Reason(
                f"Bought {step.division} {_ago(step.months)}: {_percent(step.rate)} of such "
                f"customers added {facts.division} within {facts.horizon_months} months, "
                f"{_percent(step.usual)} of all did",
                weight,
            )


def _peers(facts: Facts) -> Iterator[Reason]:
    near, share = facts.get("collaborative__neighbours"), facts.get("division__owner_share")
    if not facts.owned and np.isfinite(near) and share > 0:
        weight = float(np.log((near + 0.02) / (share + 0.02)))
        text = f"{_percent(near)} of the customers with the most similar purchases own it"
        yield Reason(f"{text}, {_percent(share)} of all", weight)


def _activity(facts: Facts) -> Iterator[Reason]:
    now, before = facts.get("any_frequency__orders_12m"), _orders_year_before(facts)
    since = facts.get("any_recency__days_since_last")
    if now >= 2 and before >= 1 and abs(now - before) >= 2:
        change = now / before - 1
        way = "up" if change > 0 else "down"
        text = f"Ordered on {now:.0f} days in the last 12 months, {way} from {before:.0f}"
        yield Reason(text, 0.6 * float(np.log(now / before)))
    elif now >= 4:
        text = f"Ordered on {now:.0f} days in the last 12 months"
        yield Reason(text, 0.3 * float(np.log(now / 2)))
    if np.isfinite(since) and since > 270:
        yield Reason(f"No order at all for {_months(since / 30.44)}", -float(np.log(since / 180)))
    added = facts.get("mix__divisions_new_12m")
    if not facts.owned and added >= 1:
        noun = "division" if added == 1 else "divisions"
        text = f"Added {added:.0f} {noun} in the last 12 months"
        yield Reason(text, 0.4 * float(np.log1p(added)))
    if now == 0:
        yield Reason("No order in the last 12 months", -1.0)


def _usual(facts: Facts) -> Iterator[Reason]:
    """The plain rate, so that no row is without a sentence."""
    rate = facts.get("division__adoption_rate_12m")
    if not facts.owned and np.isfinite(rate):
        text = f"{_percent(rate)} of the customers without it added {facts.division}"
        yield Reason(f"{text} in the last 12 months", 0.01)


def _own(facts: Facts) -> Iterator[Reason]:
    since = facts.get("own_recency__days_since_last")
    if not facts.owned or not np.isfinite(since):
        return
    gap, passed = facts.get("own_cadence__usual_gap_days"), since / 30.44
    text = f"Last {facts.division} order {_ago(passed)}"
    if np.isfinite(gap) and gap >= 1:
        ratio = since / gap
        weight = 1.0 if 0.5 <= ratio <= 1.5 else -float(np.log(ratio)) if ratio > 2 else 0.5
        yield Reason(f"{text}, usual gap {_span(gap)}", weight)
    else:
        yield Reason(f"{text}, the only one so far", 0.4 if passed < 12 else -0.8)
    orders = facts.get("own_frequency__orders_12m")
    if orders >= 2:
        yield Reason(
            f"Bought {facts.division} on {orders:.0f} days in the last 12 months",
            float(np.log(orders)),
        )


def _orders_year_before(facts: Facts) -> float:
    """Order days 12 to 24 months ago."""
    return facts.get("any_frequency__orders_24m") - facts.get("any_frequency__orders_12m")


def _ago(months: float) -> str:
    return "this month" if months < 1 else f"{_months(months)} ago"


def _months(months: float) -> str:
    whole = round(months)
    if whole >= 24:
        return f"{whole // 12} years"
    return "1 month" if whole <= 1 else f"{whole} months"


def _span(days: float) -> str:
    if days >= 45:
        return _months(days / 30.44)
    return "1 day" if round(days) == 1 else f"{days:.0f} days"


def _percent(share: float) -> str:
    if share < 0.001:
        return "under 0.1 %"
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"
