"""What truly would happen next: many independent futures from the hidden state at the cutoff.

The oracle goes on from `Market.state_at_end` under the same law and counts. It conditions on the
true hidden state (fit, usage, health, energy, planned projects), which no log shows completely, so
its scores are an upper bound for any model, not a target that can be reached. What is not decided
at the cutoff (the months' chances, projects not yet planned, returns) is left to chance. Everything
is in event time: late posting does not matter.

A customer *buys* from a division when the money of the window's lines is above zero, credits in
the window included, also those for sales before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from gosales.core.errors import ConfigError
from gosales.simulate.market import Market
from gosales.simulate.people import People
from gosales.simulate.state import MarketState
from gosales.simulate.step import advance
from gosales.simulate.tables import POSITION

_ROWS_PER_BATCH = 100_000  # customers x futures that live at once: about 100 MB
Cents = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Oracle:
    """The truth over C known customers and D divisions.

    Attributes:
        customer_ids: (C,) in the order of the market's customers table.
        divisions: (D,) names.
        futures: How many futures were simulated.
        probability: (C, D) share of the futures in which the customer buys.
        standard_error: (C, D) of the probability.
        expected_value_cents: (C, D) mean money in the horizon, net of credits, cents of a dollar.
        expected_value_error: (C, D) its standard error.
    """

    customer_ids: tuple[str, ...]
    divisions: tuple[str, ...]
    futures: int
    probability: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    expected_value_cents: NDArray[np.float64]
    expected_value_error: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Realised:
    """What did happen to the same customers, counted in the same way: (C, D) arrays."""

    customer_ids: tuple[str, ...]
    divisions: tuple[str, ...]
    bought: NDArray[np.bool_]
    value_cents: Cents


def true_probabilities(
    market: Market, horizon_months: int = 6, futures: int = 1000, seed: int = 1
) -> Oracle:
    """Simulate independent futures of the customers known at the end of the history.

    Args:
        market: A simulated market.
        horizon_months: Months after the history.
        futures: How many; the standard error falls with the root of it.
        seed: Seed of the futures, independent of the market's own.

    Returns:
        Probabilities and mean money with their standard errors.

    Raises:
        ConfigError: Fewer than two futures or no month.
    """
    if futures < 2 or horizon_months < 1:
        raise ConfigError(
            "The oracle needs at least two futures and one month.", remedy="Ask for more."
        )
    known = market.known
    start = market.state_at_end.repeated(known, 1)
    per_batch = min(futures, max(1, _ROWS_PER_BATCH // max(1, len(known))))
    sums = np.zeros((3, len(market.divisions), len(known)))
    for batch, done in enumerate(range(0, futures, per_batch)):
        copies = min(per_batch, futures - done)
        people = market.people.take(np.tile(known, copies))
        rng = np.random.Generator(np.random.SFC64([seed, market.settings.seed, 20, batch]))
        state = start.repeated(np.arange(len(known)), copies)
        net = _live(state, people, _months(market, horizon_months), rng)
        net = net.reshape(len(market.divisions), copies, len(known))
        sums += np.stack([_total(net > 0), _total(net), _total(net.astype(np.float64) ** 2)])
    return _oracle(market, futures, sums.transpose(0, 2, 1) / futures)


def _total(values: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(values.sum(axis=1, dtype=np.float64))


def _months(market: Market, horizon_months: int) -> range:
    return range(market.settings.end + 1, market.settings.end + 1 + horizon_months)


def _live(state: MarketState, people: People, months: range, rng: np.random.Generator) -> Cents:
    """(D, R) money of the months, net of credits."""
    net = np.zeros(state.owned.size, dtype=np.int64)
    for month in months:
        events = advance(state, people, month, rng)
        net[events.orders.cells] += events.orders.cents
        np.subtract.at(net, events.returns.cells, events.returns.cents)
    return net.reshape(state.owned.shape)


def _oracle(market: Market, futures: int, means: NDArray[np.float64]) -> Oracle:
    probability, value, square = means
    return Oracle(
        customer_ids=_ids(market),
        divisions=market.divisions,
        futures=futures,
        probability=probability,
        standard_error=np.sqrt(probability * (1 - probability) / futures),
        expected_value_cents=value,
        expected_value_error=np.sqrt(np.maximum(square - value**2, 0.0) / (futures - 1)),
    )


def _ids(market: Market) -> tuple[str, ...]:
    return tuple(market.customers["customer_id"].take(market.known).to_pylist())


def realised(market: Market, horizon_months: int | None = None) -> Realised:
    """What the known customers bought in the holdout, to compare with the oracle.

    Args:
        market: A simulated market with a holdout of at least the horizon.
        horizon_months: Months after the history; default: the whole holdout.

    Raises:
        ConfigError: The holdout is shorter than the horizon.
    """
    months = market.settings.holdout_months if horizon_months is None else horizon_months
    if months > market.settings.holdout_months:
        raise ConfigError(
            f"The market's holdout has {market.settings.holdout_months} months, not {months}.",
            remedy="Simulate a longer holdout or ask for a shorter horizon.",
        )
    first, last = market.settings.window(months)
    day = market.lines["event_day"]
    lines = market.lines.filter(pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last)))
    net = np.zeros((market.state_at_end.customers, len(market.divisions)), dtype=np.int64)
    division = [POSITION[name] for name in lines["division"].to_pylist()]
    np.add.at(net, (lines["customer"].to_numpy(), division), lines["value_cents"].to_numpy())
    net = net[market.known]
    return Realised(_ids(market), market.divisions, net > 0, net)
