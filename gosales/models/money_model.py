"""All that is said of a cell's money: if it buys how much, how surely, and how much at the most.

*Value* is the mean of a purchase, *low* and *high* enclose four of five purchases, and the *wallet*
is what 85 % of comparable buyers stay below. The wallet knows nothing of the customer's own past in
the division, so that it says what others like it spend there, and not what it spends itself; but it
is never below the value, for a ceiling is none that the customer will pass on average.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.conformal import QuantileModel, Sample, fit_ceiling, fit_interval
from gosales.models.price_base import owned_rows
from gosales.models.value_model import MOST_LOG, ValueModel, fit_value_model

Floats = NDArray[np.float64]
COVER = 0.8
"""Share of purchases that lie between low and high."""

WALLET_LEVEL = 0.85
MOST_ROWS, MOST_QUANTILE_ROWS = 40_000, 20_000
"""More purchases are sampled: they would cost time and change nothing."""

OWN = "own_"
INTERVAL_COLUMNS = (
    "own_monetary__value_6m",
    "own_monetary__value_12m",
    "own_monetary__value_per_order",
    "own_frequency__orders_12m",
    "own_frequency__orders_all",
    "own_recency__days_since_last",
    "own_breadth__skus_owned",
    "any_monetary__value_12m",
    "any_monetary__value_per_order",
    "any_frequency__orders_12m",
    "any_frequency__orders_decay_3m",
    "any_recency__days_since_last",
    "division__orders_per_buyer_12m",
    "segment__size_owner_lift",
    "horizon__months",
)
"""Few, for with all of them the interval was too narrow on later data (docs/adr)."""


@dataclass(frozen=True)
class Money:
    """Cents in the horizon, if the customer buys; every array has the same shape."""

    value: Floats
    low: Floats
    high: Floats
    wallet: Floats


@dataclass(frozen=True)
class MoneyModel:
    """The fitted parts."""

    value: ValueModel
    low: QuantileModel
    high: QuantileModel
    wallet: QuantileModel

    def expect(self, values: NDArray[np.float32], divisions: NDArray[np.object_]) -> Floats:
        """Shape (rows,), the mean alone."""
        return self.value.expect(values, divisions)

    def tell(self, values: NDArray[np.float32], divisions: NDArray[np.object_]) -> Money:
        """Everything, of shape (rows,)."""
        names, value = self.value.names, self.expect(values, divisions)
        base = self.value.base.log_cents(names, values, divisions)
        owned = owned_rows(names, values)
        x = _interval_view(names, values, base)
        low, high = (_cents(base + model.predict(x, owned)) for model in (self.low, self.high))
        peers = _cents(base + self.wallet.predict(_blind_view(names, values, base), owned))
        return Money(
            value, np.minimum(low, value), np.maximum(high, value), np.maximum(peers, value)
        )


def fit_money_model(training: TrainingSet, levels: dict[str, float], seed: int) -> MoneyModel:
    """Fit on the rows that bought.

    Args:
        training: Any rows; may hold none that bought.
        levels: Division -> log of the cents that an order day brings.
        seed: Of all that is random.
    """
    bought = _thinned(training.where(training.bought), MOST_ROWS, seed)
    value = fit_value_model(bought, levels, seed)
    rows = _thinned(bought, MOST_QUANTILE_ROWS, seed + 1)
    names = np.array(rows.divisions, object)[rows.division]
    base = value.base.log_cents(rows.names, rows.values, names)
    y = np.log(np.maximum(rows.value_cents, 1)) - base
    view = _interval_view(rows.names, rows.values, base)
    low, high = fit_interval(Sample(view, y, rows.weight, rows.owned), COVER, seed)
    blind = _blind_view(rows.names, rows.values, base)
    sample = Sample(blind, y, rows.weight, rows.owned)
    return MoneyModel(value, low, high, fit_ceiling(sample, WALLET_LEVEL, seed))


def _thinned(rows: TrainingSet, most: int, seed: int) -> TrainingSet:
    count = len(rows.bought)
    if count <= most:
        return rows
    chosen = np.zeros(count, bool)
    chosen[np.random.default_rng(seed).permutation(count)[:most]] = True
    kept = rows.where(chosen)
    return replace(kept, weight=kept.weight * count / most)


def _interval_view(
    names: tuple[str, ...], values: NDArray[np.float32], base: Floats
) -> NDArray[np.float32]:
    columns = [names.index(name) for name in INTERVAL_COLUMNS]
    return np.column_stack([values[:, columns], base]).astype(np.float32)


def _blind_view(
    names: tuple[str, ...], values: NDArray[np.float32], base: Floats
) -> NDArray[np.float32]:
    columns = [i for i, name in enumerate(names) if not name.startswith(OWN)]
    return np.column_stack([values[:, columns], base]).astype(np.float32)


def _cents(log: Floats) -> Floats:
    """Under a cent is nothing."""
    cents = np.exp(np.minimum(log, MOST_LOG))
    return np.where(cents < 1.0, 0.0, cents)
