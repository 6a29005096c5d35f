"""Was the money foretold? Sums, deciles, what a short list captures, and the range of a purchase.

All arrays have shape (rows,), one row a cell; money is in any unit. Customers are the unit of
chance: intervals come from drawing customers with replacement, each with all of its cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CAPACITIES = (0.01, 0.05, 0.1)
"""Shares of the rows that a sales force can work on."""

REACH = 2.0
"""A drawn market's list is sought among this many times as many of the best rows."""

DRAWS, SEED = 200, 1
INTERVAL = (2.5, 97.5)
BINS = 10


@dataclass(frozen=True)
class MoneyCells:
    """What was said of some cells, and what they spent.

    Attributes:
        customer: Shape (rows,), code of the customer.
        expected: The forecast, its chance included.
        value, low, high, wallet: If the customer buys.
        bought, actual: What happened.
    """

    customer: NDArray[np.intp]
    expected: Floats
    value: Floats
    low: Floats
    high: Floats
    wallet: Floats
    bought: Flags
    actual: Floats


def totals(cells: MoneyCells) -> dict[str, float]:
    """Sums over the cells; and of the value over those that bought, which leaves chance aside."""
    actual, told = float(cells.actual.sum()), float(cells.value[cells.bought].sum())
    forecast = float(cells.expected.sum())
    return {
        "forecast": forecast,
        "actual": actual,
        "forecast_over_actual": _ratio(forecast, actual),
        "value_over_actual": _ratio(told, float(cells.actual[cells.bought].sum())),
    }


def deciles(cells: MoneyCells) -> list[dict[str, float]]:
    """Forecast and actual of ten equally long parts of the list, the best first."""
    order = np.argsort(-cells.expected, kind="stable")
    shared = _shared(cells.expected, cells.actual)
    return [
        {
            "n": len(part),
            "forecast": float(cells.expected[part].sum()),
            "actual": float(shared[part].sum()),
        }
        for part in np.array_split(order, BINS)
    ]


def ranges(cells: MoneyCells) -> dict[str, float]:
    """Shares of the cells that bought: inside of the range, below, above, and within the wallet."""
    spent = cells.actual[cells.bought]
    low, high = cells.low[cells.bought], cells.high[cells.bought]
    return {
        "interval_coverage": _share((spent >= low) & (spent <= high)),
        "interval_below": _share(spent < low),
        "interval_above": _share(spent > high),
        "wallet_coverage": _share(spent <= cells.wallet[cells.bought]),
    }


def captured(
    cells: MoneyCells, rivals: Mapping[str, Floats], capacities: tuple[float, ...] = CAPACITIES
) -> dict[str, dict[str, Any]]:
    """Share of the money in the best rows, by expected value and by each rival order.

    Args:
        cells: The list.
        rivals: Name of another order -> its score, shape (rows,).
        capacities: Lengths of the list, as shares of the rows.

    Returns:
        "0.05" and so on -> "n", the share by "expected_value" and by each rival, that of a perfect
        order as "best_possible", and "over_<rival>" -> gain with "low" and "high", a 95 % interval.
        Shares are NaN where nothing was spent.
    """
    orders = {"expected_value": cells.expected, **rivals}
    lists = {name: _listed(score, cells, max(capacities)) for name, score in orders.items()}
    count = int(cells.customer.max(initial=-1)) + 1
    spent: Floats = np.bincount(cells.customer, weights=cells.actual, minlength=count).astype(float)
    rows: Floats = np.bincount(cells.customer, minlength=count).astype(float)
    once = np.ones(count)
    found = {name: _shares(one, once, rows, spent, capacities) for name, one in lists.items()}
    drawn = _drawn_gains(lists, rows, spent, capacities)
    best = _listed(cells.actual, cells, max(capacities))
    perfect = _shares(best, once, rows, spent, capacities)
    return {
        f"{capacity:g}": {
            "n": round(capacity * len(cells.actual)),
            **{name: float(found[name][i]) for name in orders},
            "best_possible": float(perfect[i]),
            **{
                f"over_{name}": {
                    "gain": float(found["expected_value"][i] - found[name][i]),
                    "low": float(drawn[name][0, i]),
                    "high": float(drawn[name][1, i]),
                }
                for name in rivals
            },
        }
        for i, capacity in enumerate(capacities)
    }


@dataclass(frozen=True)
class _List:
    """The best rows of an order, best first; rows of the same score share their money."""

    customer: NDArray[np.intp]
    money: Floats


def _listed(score: Floats, cells: MoneyCells, most: float) -> _List:
    length = min(int(np.ceil(REACH * most * len(score))) + BINS, len(score))
    order = np.argsort(-score, kind="stable")[:length]
    return _List(cells.customer[order], _shared(score, cells.actual)[order])


def _shares(
    one: _List,
    times: Floats,
    rows: Floats,
    spent: Floats,
    capacities: tuple[float, ...],
) -> Floats:
    """Share of the money in the first rows, in a market that has each customer `times` times."""
    weight = times[one.customer]
    length = np.concatenate([[0.0], np.cumsum(weight)])
    money = np.concatenate([[0.0], np.cumsum(weight * one.money)])
    total = float((times * spent).sum())
    if total <= 0:
        return np.full(len(capacities), np.nan)
    return np.asarray(
        np.interp(np.array(capacities) * float((times * rows).sum()), length, money) / total
    )


def _drawn_gains(
    lists: dict[str, _List], rows: Floats, spent: Floats, capacities: tuple[float, ...]
) -> dict[str, Floats]:
    """Rival -> the interval of what the first list has over it, shape (2, capacities)."""
    count = len(rows)
    gains: dict[str, list[Floats]] = {name: [] for name in list(lists)[1:]}
    generator = np.random.default_rng(SEED)
    for _ in range(DRAWS if count else 0):
        times = np.bincount(generator.integers(0, count, count), minlength=count).astype(float)
        shares = {name: _shares(one, times, rows, spent, capacities) for name, one in lists.items()}
        for name, found in gains.items():
            found.append(shares["expected_value"] - shares[name])
    nothing = np.full((2, len(capacities)), np.nan)
    return {
        name: np.percentile(np.array(found), INTERVAL, axis=0) if found else nothing
        for name, found in gains.items()
    }


def _shared(score: Floats, money: Floats) -> Floats:
    """Shape (rows,): the mean money among the rows of the same score."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(inverse, weights=money) / counts)[inverse])


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
