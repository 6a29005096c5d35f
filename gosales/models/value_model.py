"""How much a customer spends in a division within the horizon, if it buys at all.

Money is skewed, and divisions differ a hundredfold in price. So both members learn the ratio to
what a purchase of the division usually brings (`price_base`): gamma regression by boosted trees,
tails capped, and ridge regression of its log, for never-bought and owned cells apart. The mean of
their logs is scaled, for each division and side, to the money of the training rows, pulled to the
common factor where buyers are few; so neither capping nor logs nor purchases for nothing bias a
sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.boosting import Booster, fit_booster, raw
from gosales.models.price_base import PriceBase, fit_price_base, owned_rows, side_of
from gosales.models.ridge_linear import RidgeLinear, fit_ridge_linear

Floats = NDArray[np.float64]
MIN_ROWS = 300
"""Paid purchases that the trees need; the ridge needs MIN_RIDGE_ROWS on a side."""

MIN_RIDGE_ROWS = 100
RIDGE_PENALTY = 300.0
PRIOR = 100.0
"""A division's factor is pulled to the common one as if by so many of its buyers."""

PAID_PRIOR = 5.0
"""Its share of paid purchases, as if by so many."""

CAP = 0.998
ROUNDS = 120
MOST_LOG = 40.0


@dataclass(frozen=True)
class ValueModel:
    """E[value in cents | buys].

    Attributes:
        names: Feature columns of the rows.
        base: Usual money, before anything is known of the customer.
        trees: None when there were too few paid purchases.
        linear: For never-bought and for owned cells; None likewise.
        scale: Division -> factor for never-bought and for owned cells; "" for any other division.
    """

    names: tuple[str, ...]
    base: PriceBase
    trees: Booster | None
    linear: tuple[RidgeLinear | None, RidgeLinear | None]
    scale: dict[str, tuple[float, float]]

    def expect(self, values: NDArray[np.float32], divisions: NDArray[np.object_]) -> Floats:
        """Shape (rows,), cents."""
        side = owned_rows(self.names, values).astype(np.intp)
        scale = side_of(self.scale, divisions, side)
        return np.asarray(scale * np.exp(np.minimum(self.log_cents(values, divisions), MOST_LOG)))

    def log_cents(self, values: NDArray[np.float32], divisions: NDArray[np.object_]) -> Floats:
        """Shape (rows,), before the sum is set right."""
        total = np.zeros(len(values))
        members = np.zeros(len(values))
        if self.trees is not None:
            total += raw(self.trees, values)
            members += 1
        owned = owned_rows(self.names, values)
        for linear, rows in zip(self.linear, (~owned, owned), strict=True):
            if linear is not None and rows.any():
                total[rows] += linear.predict(values[rows])
                members[rows] += 1
        return self.base.log_cents(self.names, values, divisions) + total / np.maximum(members, 1)


def fit_value_model(bought: TrainingSet, levels: dict[str, float], seed: int) -> ValueModel:
    """Fit on the rows that bought for money; the sum is that of all that bought.

    Args:
        bought: Rows that bought.
        levels: Division -> log of the cents that an order day brings.
        seed: Of the trees.
    """
    paid = bought.where(bought.value_cents > 0)
    base = fit_price_base(paid, levels)
    names = np.array(paid.divisions, object)[paid.division]
    rest = np.log(paid.value_cents.astype(np.float64)) - base.log_cents(
        paid.names, paid.values, names
    )
    plain = ValueModel(
        bought.names, base, _fit_trees(paid, rest, seed), _fit_linear(paid, rest), {"": (1.0, 1.0)}
    )
    return replace(plain, scale=_scales(plain, bought))


def _fit_trees(paid: TrainingSet, rest: Floats, seed: int) -> Booster | None:
    if len(rest) < MIN_ROWS:
        return None
    ratio = np.exp(np.minimum(rest, np.quantile(rest, CAP)))
    return fit_booster(
        paid.values,
        ratio,
        paid.weight,
        rounds=ROUNDS,
        objective="gamma",
        learning_rate=0.05,
        num_leaves=15,
        seed=seed,
    )


def _fit_linear(paid: TrainingSet, rest: Floats) -> tuple[RidgeLinear | None, RidgeLinear | None]:
    never, held = (
        fit_ridge_linear(paid.values[rows], rest[rows], paid.weight[rows], RIDGE_PENALTY)
        if rows.sum() >= MIN_RIDGE_ROWS
        else None
        for rows in (~paid.owned, paid.owned)
    )
    return never, held


def _scales(plain: ValueModel, bought: TrainingSet) -> dict[str, tuple[float, float]]:
    """Factors that give the money of each division and side, and exactly that of all."""
    count = len(bought.divisions)
    names = np.array(bought.divisions, object)[bought.division]
    share, usual_share = _paid_shares(bought)
    fitted = bought.weight * np.exp(np.minimum(plain.log_cents(bought.values, names), MOST_LOG))
    fitted = fitted * share[bought.division]
    spent = bought.weight * bought.value_cents
    money = max(float(spent.sum()), 0.0)
    common = money / float(fitted.sum()) if len(fitted) else 1.0
    cell = bought.division * 2 + bought.owned
    rows, made, found = (
        np.bincount(cell, weights=weights, minlength=2 * count)
        for weights in (np.ones(len(cell)), fitted, spent)
    )
    prior = PRIOR * made / np.maximum(rows, 1)
    factor = np.maximum(found + prior * common, 0.0) / np.maximum(made + prior, 1e-9)
    factor = np.where(rows > 0, factor, common)
    total = float(factor @ made)
    factor = factor * (money / total if total > 0 else 1.0)
    pairs = (factor.reshape(count, 2) * share[:, None]).tolist()
    scales = {name: (pair[0], pair[1]) for name, pair in zip(bought.divisions, pairs, strict=True)}
    return {**scales, "": (common * usual_share, common * usual_share)}


def _paid_shares(bought: TrainingSet) -> tuple[Floats, float]:
    """Share of the purchases that cost money: of each division, shape (D,), and of all."""
    count = len(bought.divisions)
    rows = np.bincount(bought.division, minlength=count)
    paid = np.bincount(bought.division, weights=bought.value_cents > 0, minlength=count)
    overall = (float(paid.sum()) + 1.0) / (float(rows.sum()) + 1.0)
    return (paid + PAID_PRIOR * overall) / (rows + PAID_PRIOR), overall
