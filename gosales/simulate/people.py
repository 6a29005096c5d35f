"""Who the customers are: the constants of every account, seen and hidden.

Drawn once per market. Industry, size, rep and branch end up in the log; fit, usage, loyalty and the
traits behind them stay hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.simulate import law
from gosales.simulate.tables import NAMES, POSITION, FloatArray

INDUSTRY_NAMES: tuple[str, ...] = tuple(law.INDUSTRIES)
_TYPICAL_LOG_EMPLOYEES = 4.0
_LOG_EMPLOYEES_SPREAD = 1.3


@dataclass(frozen=True, slots=True)
class People:
    """Constants of R customers over D divisions.

    Attributes:
        adopt: (D, R) monthly rate of a first order when all else is neutral.
        repeat: (D, R) monthly rate of a later order at rhythm 1.
        value: (D, R) multiple of the typical order value.
        loyalty: (R,) factor on renewals.
        project_rate: (R,) chance that a project is planned in a month, when steady.
        arrival: (R,) absolute month of the first order.
        entry: (R,) division of the first order.
        start: (R,) health on arrival.
    """

    adopt: FloatArray
    repeat: FloatArray
    value: FloatArray
    loyalty: FloatArray
    project_rate: FloatArray
    arrival: NDArray[np.int32]
    entry: NDArray[np.int64]
    start: NDArray[np.int8]

    def take(self, rows: NDArray[Any]) -> People:
        """The customers at these positions, in this order; repeats are allowed."""
        return People(*(getattr(self, field.name)[..., rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides the constants: (R,) positions in `INDUSTRY_NAMES` and the reps, and log size."""

    industry: NDArray[np.int64]
    rep: NDArray[np.int64]
    size: NDArray[np.float64]  # standard deviations of log employees from the typical

    @property
    def employees(self) -> NDArray[np.int64]:
        logs = _TYPICAL_LOG_EMPLOYEES + _LOG_EMPLOYEES_SPREAD * self.size
        return np.maximum(1, np.rint(np.exp(logs))).astype(np.int64)


def draw_profile(customers: int, reps: int, rng: np.random.Generator) -> Profile:
    """Industries by their shares, sizes around the industry's, reps with equal books."""
    shares = np.array([share for share, _, _ in law.INDUSTRIES.values()])
    shifts = np.array([shift for _, shift, _ in law.INDUSTRIES.values()])
    industry = rng.choice(len(shares), size=customers, p=shares / shares.sum())
    size = np.clip(rng.standard_normal(customers) + shifts[industry], -3.0, 3.5)
    return Profile(industry, rng.integers(reps, size=customers), size)


def draw_people(profile: Profile, arrival: NDArray[np.int32], rng: np.random.Generator) -> People:
    """The constants of the profiled customers, who arrive in the given absolute months."""
    customers = len(profile.size)
    shape = (len(NAMES), customers)
    fit = _fit(profile, rng)
    usage = law.USAGE_SPREAD * rng.standard_normal(shape) + 0.15 * profile.size
    worth = law.VALUE_SPREAD * rng.standard_normal(shape) + law.VALUE_SIZE_PULL * profile.size
    adopt = np.array([d.adopt for d in law.DIVISIONS])[:, None] * np.exp(fit)
    repeat = np.array([d.repeat for d in law.DIVISIONS])[:, None] * np.exp(usage)
    return People(
        adopt=adopt.astype(np.float32),
        repeat=repeat.astype(np.float32),
        value=np.exp(worth).astype(np.float32),
        loyalty=rng.uniform(*law.LOYALTY, customers).astype(np.float32),
        project_rate=(law.PROJECT_RATE * np.exp(0.3 * profile.size)).astype(np.float32),
        arrival=arrival,
        entry=_entries(fit, arrival, rng),
        start=np.where(rng.random(customers) < law.ARRIVES_GROWING, 3, 2).astype(np.int8),
    )


def _fit(profile: Profile, rng: np.random.Generator) -> NDArray[np.float64]:
    """Log lift of first orders, (D, R): industry, size, traits, rep and the account's own."""
    customers = len(profile.size)
    traits = rng.standard_normal((len(law.TRAITS), customers))
    reps = law.REP_SPREAD * rng.standard_normal(int(profile.rep.max(initial=0)) + 1)
    size_pull = np.array([d.size_pull for d in law.DIVISIONS])
    loadings = np.array([d.traits for d in law.DIVISIONS])
    # einsum, not @: a BLAS may add in another order on another machine.
    pull = np.einsum("dt,tr->dr", loadings, traits)
    own = law.FIT_SPREAD * rng.standard_normal((len(NAMES), customers))
    shared: NDArray[np.float64] = _affinities()[:, profile.industry] + reps[profile.rep]
    return np.asarray(shared + size_pull[:, None] * profile.size + pull + own)


def _affinities() -> NDArray[np.float64]:
    table = np.zeros((len(NAMES), len(INDUSTRY_NAMES)))
    for column, (_, _, lifts) in enumerate(law.INDUSTRIES.values()):
        for name, lift in lifts.items():
            table[POSITION[name], column] = lift
    return table


def _entries(
    fit: NDArray[np.float64], arrival: NDArray[np.int32], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The division of each customer's first order: entry weight x fit, by the Gumbel trick."""
    weights = np.log([d.entry for d in law.DIVISIONS])[:, None] + fit
    for name, launch in law.LAUNCHED.items():
        weights[POSITION[name], arrival < launch] = -np.inf
    return np.asarray(np.argmax(weights + rng.gumbel(size=fit.shape), axis=0))
