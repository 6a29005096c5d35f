"""A whole demo market: its history, its holdout, and the hidden state in between.

    market = simulate_market(MarketSettings(customers=3000, seed=7))
    market.lines         sold lines, see `order_lines`
    market.customers     accounts, see `accounts`
    market.state_at_end  where the oracle starts from

The same settings give the same market, to the byte. Streams of chance are separate: who the
customers are, how the months go, and the details of the lines never disturb each other, so a
longer holdout leaves the history as it is.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gosales.core.errors import ConfigError
from gosales.simulate import law
from gosales.simulate.accounts import BOOKS, draw_accounts, first_days
from gosales.simulate.order_book import OrderBook
from gosales.simulate.order_lines import build_lines
from gosales.simulate.people import People, draw_people, draw_profile
from gosales.simulate.state import MarketState, empty_state
from gosales.simulate.step import MonthEvents, advance
from gosales.simulate.tables import NAMES

_PEOPLE, _MONTHS, _ACCOUNTS = range(3)
_SHORTEST = 3  # months: every order that can still come back is then in the log


@dataclass(frozen=True)
class MarketSettings:
    """What to simulate.

    Attributes:
        customers: Accounts that arrive by the end of the history; a few of them may have no line
            in it. Newcomers of the holdout come on top.
        seed: Seed of everything.
        history_months: Months in the log up to `last_day`.
        last_day: Last day of the history, a month's end.
        holdout_months: Months after it.

    Raises:
        ConfigError: A number out of range, or a `last_day` inside a month.
    """

    customers: int = 3000
    seed: int = 7
    history_months: int = 60
    last_day: date = field(default=date(2024, 12, 31))
    holdout_months: int = 6

    def __post_init__(self) -> None:
        if self.customers < 1 or self.history_months < _SHORTEST:
            self._refuse(f"needs at least one customer and {_SHORTEST} months of history")
        if self.holdout_months < 0 or self.seed < 0:
            self._refuse("cannot have negative holdout months or a negative seed")
        if self.last_day.day != calendar.monthrange(self.last_day.year, self.last_day.month)[1]:
            self._refuse(f"ends its history with a month, and {self.last_day} is inside one")

    def _refuse(self, what: str) -> None:
        raise ConfigError(f"The demo market {what}.", remedy="Change its settings.")

    @property
    def end(self) -> int:
        """The history's last month as an absolute month (year x 12 + month - 1)."""
        return self.last_day.year * 12 + self.last_day.month - 1

    @property
    def begin(self) -> int:
        """The log's first absolute month."""
        return self.end - self.history_months + 1

    def window(self, months: int) -> tuple[date, date]:
        """First and last day of the so many months after the history."""
        days = first_days(np.array([self.end + 1 + months]))
        return self.last_day + timedelta(days=1), days.astype("datetime64[D]")[0].item() - (
            timedelta(days=1)
        )


@dataclass(frozen=True)
class Market:
    """A simulated market.

    Attributes:
        settings: What it was made from.
        lines: All sold lines and credits, history and holdout, as in `order_lines`.
        customers: One row per account as in `accounts`, newcomers of the holdout included.
        divisions: Division names in the order of all arrays.
        people: Hidden constants of the customers, in the order of `customers`; further rows are
            newcomers that have yet to arrive.
        state_at_end: Hidden state at the end of the history, rows as in `people`.
    """

    settings: MarketSettings
    lines: pa.Table
    customers: pa.Table
    divisions: tuple[str, ...]
    people: People
    state_at_end: MarketState

    @property
    def known(self) -> NDArray[np.int64]:
        """Positions of the customers that had arrived by the end of the history."""
        return np.flatnonzero(self.people.arrival <= self.settings.end)


def simulate_market(settings: MarketSettings) -> Market:
    """Simulate history and holdout of a market.

    Args:
        settings: Size, seed and period.

    Returns:
        The market, with its hidden state at the end of the history.
    """
    rng = _stream(settings, _PEOPLE)
    arrival = _arrivals(settings, rng)
    profile = draw_profile(len(arrival), len(BOOKS), rng)
    people = draw_people(profile, arrival, rng)
    book, state_at_end = _live(settings, people)
    accounts = draw_accounts(profile, arrival, _stream(settings, _ACCOUNTS))
    lines = build_lines(book, profile.industry, accounts["customer_id"], settings.seed)
    arrived = int((arrival <= settings.end + settings.holdout_months).sum())
    return Market(settings, lines, accounts.slice(0, arrived), NAMES, people, state_at_end)


def _stream(settings: MarketSettings, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([settings.seed, purpose]))


def _arrivals(settings: MarketSettings, rng: np.random.Generator) -> NDArray[np.int32]:
    """Absolute arrival months: known customers, then the newcomers of the holdout."""
    known = settings.customers
    newcomers = round(known * law.NEWCOMERS_PER_MONTH * law.NEWCOMER_MONTHS)
    before = rng.random(known) < law.ARRIVED_BEFORE_LOG
    early = rng.integers(settings.begin - law.BURN_IN_MONTHS, settings.begin, known)
    later = rng.integers(settings.begin, settings.end + 1, known)
    after = settings.end + 1 + np.arange(newcomers) * law.NEWCOMER_MONTHS // max(1, newcomers)
    return np.concatenate([np.where(before, early, later), after]).astype(np.int32)


def _live(settings: MarketSettings, people: People) -> tuple[OrderBook, MarketState]:
    """Let the months pass; the orders of the log, and the state at the end of the history."""
    rng = _stream(settings, _MONTHS)
    state = empty_state(len(people.arrival))
    everyone = np.arange(state.customers)
    months: dict[int, MonthEvents] = {}
    state_at_end = state
    last = settings.end + settings.holdout_months
    for month in range(settings.begin - law.BURN_IN_MONTHS, last + 1):
        events = advance(state, people, month, rng)
        if month >= settings.begin:
            months[month] = events
        if month == settings.end:
            state_at_end = state.repeated(everyone, 1)
    return OrderBook.of(months, state.customers), state_at_end
