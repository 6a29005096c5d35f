"""How much a customer spends in a division within the horizon, if it buys at all.

Gamma regression with a log link on the cells that bought, tails capped. Its sum is scaled to the
money of the training rows, so that capping and the link do not bias a forecast. Divisions with few
buyers lean on all divisions through the pooled trees; with too few altogether the value is the
division's own mean, shrunk to the mean of all by PRIOR buyers.
"""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.boosting import fit_booster, raw

Floats = NDArray[np.float64]
MIN_ROWS = 300
PRIOR = 10.0
CAP = 0.995
ROUNDS = 120


@dataclass(frozen=True)
class ValueModel:
    """E[value in cents | buys].

    Attributes:
        names: Feature columns the trees expect.
        means: Division -> shrunk mean value of its buyers; "" the mean of all.
        scale: Factor that makes the trees' sum match the training money.
        trees: None when there were too few buyers to fit any.
    """

    names: tuple[str, ...]
    means: dict[str, float]
    scale: float
    trees: lgb.Booster | None

    def expect(self, values: NDArray[np.float32], divisions: NDArray[np.object_]) -> Floats:
        """Shape (rows,), cents."""
        if self.trees is None:
            return np.array([self.means.get(name, self.means[""]) for name in divisions], float)
        return self.scale * np.exp(np.minimum(raw(self.trees, values), 40.0))


def fit_value_model(training: TrainingSet, seed: int) -> ValueModel:
    """Fit on the rows that bought for money; the sum is that of all that bought."""
    bought = training.where(training.bought)
    buyers = bought.where(bought.value_cents > 0)
    means = _means(_whole(bought))
    if len(buyers.bought) < MIN_ROWS:
        return ValueModel(training.names, means, 1.0, None)
    value = buyers.value_cents.astype(np.float64)
    capped = np.minimum(value, np.quantile(value, CAP))
    trees = fit_booster(
        buyers.values,
        capped,
        buyers.weight,
        rounds=ROUNDS,
        objective="gamma",
        learning_rate=0.05,
        num_leaves=15,
        seed=seed,
    )
    fitted = np.exp(raw(trees, bought.values))
    total = max(float((bought.weight * bought.value_cents).sum()), 0.0)
    return ValueModel(training.names, means, total / float((bought.weight * fitted).sum()), trees)


def _whole(bought: TrainingSet) -> TrainingSet:
    """The rows whose outcome has the full length."""
    months = bought.values[:, bought.names.index("horizon__months")]
    return bought.where(months == months.max(initial=0))


def _means(buyers: TrainingSet) -> dict[str, float]:
    value = buyers.value_cents.astype(np.float64)
    overall = max(float(value.mean()), 0.0) if len(value) else 0.0
    count = np.bincount(buyers.division, minlength=len(buyers.divisions))
    total = np.bincount(buyers.division, weights=value, minlength=len(buyers.divisions))
    shrunk = np.maximum(total + PRIOR * overall, 0.0) / (count + PRIOR)
    return {"": overall, **dict(zip(buyers.divisions, shrunk.tolist(), strict=True))}
