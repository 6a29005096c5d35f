"""Drift that the history alone tells: base rates by cutoff, volume, and days without an order.

Every number is measured inside the data; nothing here asks what day it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.star import History
from gosales.evaluation.drift import DRIFTED, STABLE, UNJUDGED, judged_ratio
from gosales.evaluation.settings import DriftSettings
from gosales.features.cube import C
from gosales.features.engine import FeatureEngine
from gosales.features.ledger import Ledger
from gosales.features.sums import Array
from gosales.utils.coding import Ints

MOST_CUTOFFS = 6
LEAST_BUYERS = 30
LEAST_LINES = 100
VOLUME_MONTHS = 3
YEAR = 12
LEAST_GAP_DAYS = 7


def label_drift(engine: FeatureEngine, settings: DriftSettings) -> list[dict[str, Any]]:
    """Per division and past cutoff: customers known by it, buyers in the horizon after it.

    The oldest cutoff comes first. Each base rate is compared with the mean of those before it.
    """
    orders, h = _Orders.of(engine.ledger), engine.horizon_months
    whole = range(h, engine.months - h + 1, h)[:MOST_CUTOFFS]
    counts = {age: orders.counts(age, h) for age in reversed(whole)}
    rows: list[dict[str, Any]] = []
    for code in np.unique(orders.division):
        earlier: list[float] = []
        for age, (known, buyers) in counts.items():
            rate = float(buyers[code]) / max(known, 1)
            rows.append(
                {
                    "division": str(engine.ledger.divisions[code]),
                    "cutoff_date": str(engine.history.cutoff.months_before(age)),
                    "customers": known,
                    "buyers": int(buyers[code]),
                    "base_rate": round(rate, 6),
                    "status": _rate_status(rate, earlier, known, settings),
                }
            )
            earlier.append(rate)
    return rows


@dataclass(frozen=True)
class _Orders:
    """Months with an order, of n customers and D divisions.

    Attributes:
        customer, division, age: Shape (rows,).
        first: Shape (n,), age of each customer's first order; -1 for none.
        shape: n and D.
    """

    customer: Ints
    division: Ints
    age: Array
    first: NDArray[np.int16]
    shape: tuple[int, int]

    @classmethod
    def of(cls, ledger: Ledger) -> _Orders:
        sold = ledger.columns[C.ORDERS] > 0
        customer, age = ledger.customer[sold], ledger.columns[C.AGE][sold]
        first = np.full(ledger.shape[0], -1, np.int16)
        np.maximum.at(first, customer, age)
        return cls(customer, ledger.division[sold], age, first, ledger.shape)

    def counts(self, age: int, months: int) -> tuple[int, NDArray[np.intp]]:
        """Customers who had ordered by a cutoff, and of these the buyers in the months after it.

        Returns:
            A number, and one for each division, of shape (D,).
        """
        inside = (self.age < age) & (self.age >= age - months)
        bought = np.zeros(self.shape, bool)
        bought[self.customer[inside], self.division[inside]] = True
        known = self.first >= age
        return int(known.sum()), bought[known].sum(0)


def _rate_status(rate: float, earlier: list[float], n: int, settings: DriftSettings) -> str:
    """Against the mean of earlier rates, when so many buyers were to be expected that it tells."""
    usual = float(np.mean(earlier)) if earlier else 0.0
    if n < settings.least_customers or n * usual < LEAST_BUYERS:
        return UNJUDGED
    return judged_ratio(rate / usual, settings.label_ratio)


def volume_drift(history: History, settings: DriftSettings) -> dict[str, Any]:
    """Lines of the last months, and of the same months a year before as they were known then."""
    now, before = _lines(history, 0), _lines(history, YEAR)
    ratio = now / before if before else None
    known = ratio is not None and before >= LEAST_LINES
    return {
        "months": VOLUME_MONTHS,
        "lines": now,
        "lines_before": before,
        "ratio": None if ratio is None else round(ratio, 4),
        "status": judged_ratio(ratio or 0.0, settings.volume_ratio) if known else UNJUDGED,
    }


def _lines(history: History, age: int) -> int:
    then = history.as_of(history.cutoff.months_before(age))
    day = then.tables.facts[Fact.DATE]
    rows = then.tables.facts.filter(day > then.cutoff.plus_months(-VOLUME_MONTHS))
    return int(rows.count().execute())


def data_age(history: History, settings: DriftSettings) -> dict[str, Any]:
    """Days from the last order to the cutoff, beside the longest gap of the year before it."""
    facts = history.tables.facts
    recent = facts.filter(facts[Fact.DATE] > history.cutoff.plus_months(-2 * YEAR))
    found = recent.select(Fact.DATE).distinct().order_by(Fact.DATE).to_pandas()[Fact.DATE]
    days = pd.to_datetime(found).to_numpy("datetime64[D]")
    if not len(days):
        return {"last_order": None, "days": None, "usual_gap_days": None, "limit_days": None,
                "status": DRIFTED}  # fmt: skip
    last = days[-1]
    gaps = np.diff(days[days > last - np.timedelta64(365, "D")]).astype(int)
    usual = int(gaps.max(initial=0))
    limit = settings.gap_days or max(2 * usual, LEAST_GAP_DAYS)
    age = int((np.datetime64(history.cutoff.date, "D") - last).astype(int))
    return {
        "last_order": str(last),
        "days": age,
        "usual_gap_days": usual,
        "limit_days": limit,
        "status": DRIFTED if age > limit else STABLE,
    }
