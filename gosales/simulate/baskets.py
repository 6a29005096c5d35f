"""Which SKUs an order holds, and how its value and quantity are spread over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.simulate import catalogue
from gosales.simulate.order_book import Ints, MonthOrders
from gosales.simulate.people import INDUSTRY_NAMES
from gosales.simulate.tables import NAMES, FloatArray

MOST_PAIRS = len(catalogue.PAIRS_PER_ORDER)
_PRICES = np.array([sku.price for sku in catalogue.SKUS]) * 100
_UNPRICED = np.array([sku.unpriced for sku in catalogue.SKUS])


@dataclass(frozen=True, slots=True)
class Baskets:
    """Product pairs of n orders, order by order, as parallel arrays of p >= n pairs.

    Attributes:
        order: (p,) position of the order among the n.
        slot: (p,) 0, 1, 2 within the order.
        sku: (p,) position in `catalogue.SKUS`.
        cents: (p,) value; sums to the order's.
        quantity: (p,) units, at least one.
    """

    order: Ints
    slot: Ints
    sku: Ints
    cents: Ints
    quantity: Ints


def draw_tastes(industry: NDArray[np.int64], rng: np.random.Generator) -> FloatArray:
    """(SKUs, R): how customers' habits and their industries bend the SKU weights, log scale."""
    skus = len(catalogue.SKUS)
    shared = catalogue.INDUSTRY_TASTE * rng.standard_normal((skus, len(INDUSTRY_NAMES)))
    own = rng.standard_normal((skus, len(industry)), dtype=np.float32)
    return np.float32(catalogue.HABIT) * own + shared.astype(np.float32)[:, industry]


def fill_baskets(orders: MonthOrders, tastes: FloatArray, rng: np.random.Generator) -> Baskets:
    """Choose SKUs for one month's orders and spread the values over them."""
    chosen = np.full((len(orders), MOST_PAIRS), -1, dtype=np.int64)
    for division, name in enumerate(NAMES):
        rows = np.flatnonzero(orders.division == division)
        skus = [i for i, sku in enumerate(catalogue.SKUS) if sku.division == name]
        chosen[rows, : min(MOST_PAIRS, len(skus))] = _choose(orders, rows, skus, tastes, rng)
    wanted = 1 + np.searchsorted(np.cumsum(catalogue.PAIRS_PER_ORDER), rng.random(len(orders)))
    used = (chosen >= 0) & (np.arange(MOST_PAIRS) < wanted[:, None])
    cents = _spread(orders.cents, chosen, used, rng)
    order, slot = np.nonzero(used)
    sku = chosen[order, slot]
    quantity = np.maximum(1, np.rint(cents[order, slot] / _PRICES[sku])).astype(np.int64)
    return Baskets(order, slot, sku, cents[order, slot], quantity)


def _choose(
    orders: MonthOrders, rows: Ints, skus: list[int], tastes: FloatArray, rng: np.random.Generator
) -> Ints:
    """The likeliest SKUs of each order by the Gumbel trick, best first; -1 where none is left."""
    weights = _log_weights(orders.month // 12, skus)
    capital = (orders.cents[rows] >= catalogue.CAPITAL_ORDER * 100).astype(np.int64)
    scores = weights[capital] + tastes[skus][:, orders.customer[rows]].T
    scores += rng.gumbel(size=scores.shape)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :MOST_PAIRS]
    on_sale = np.isfinite(np.take_along_axis(scores, best, axis=1))
    return np.asarray(np.where(on_sale, np.array(skus)[best], -1))


def _log_weights(year: int, skus: list[int]) -> NDArray[np.float64]:
    """(2, SKUs): routine and capital weights of what is on sale in the year."""
    entries = [catalogue.SKUS[i] for i in skus]
    on_sale = np.array([sku.launched <= year <= sku.retired for sku in entries])
    weights = np.array([[sku.routine for sku in entries], [sku.capital for sku in entries]])
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(weights * on_sale))


def _spread(cents: Ints, chosen: Ints, used: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """(n, slots) whole cents that sum to the order's value; the largest share takes the rest."""
    shares = (0.15 + np.exp(0.7 * rng.standard_normal(used.shape))) * used
    several = used.sum(axis=1, keepdims=True) > 1
    empty = several & used & (rng.random(used.shape) < _UNPRICED[chosen])
    shares[empty] = 0.0
    parts = (cents[:, None] * shares / shares.sum(axis=1, keepdims=True)).astype(np.int64)
    parts[np.arange(len(parts)), shares.argmax(axis=1)] += cents - parts.sum(axis=1)
    return np.asarray(parts)
