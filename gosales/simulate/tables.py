"""The law compiled into arrays that a month's step can look things up in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gosales.simulate import law

FloatArray = NDArray[np.float32]

LONGEST = 60  # months since an order are counted up to here
NAMES: tuple[str, ...] = tuple(division.name for division in law.DIVISIONS)
POSITION: dict[str, int] = {name: index for index, name in enumerate(NAMES)}
_CONTRACT_ENDS = max(law.RENEWAL)


@dataclass(frozen=True, slots=True)
class LawTables:
    """Lookups by division; D divisions, ages 0 to `LONGEST` in months.

    Attributes:
        rhythm: (D, ages) multiple of the repeat rate by months since the last order.
        adopt_health: (D, 4) multiple of the adoption rate by health.
        lifts: For every target division its sources: pairs (source, (ages,) multiple by months
            since the source's first order, 1 at age 0 = never).
        project: (projects + 1, D) multiple by running project; row 0 is no project.
        renewal: (`contract_ends` + 2,) chance to renew by months since the contract began.
        contract_ends: Last month with a chance to renew.
        season: (D, 12) multiple by calendar month.
        typical: (2, D) mean order value in cents, first orders in row 1.
        spread: (D,) log standard deviation of the order value.
        returned: (2, D) chance that an order of the last month, of the month before, comes back.
        attached: (source, target, chance) with division positions.
        subscriptions: Positions of the divisions with contracts.
    """

    rhythm: FloatArray
    adopt_health: FloatArray
    lifts: tuple[tuple[tuple[int, FloatArray], ...], ...]
    project: FloatArray
    renewal: FloatArray
    contract_ends: int
    season: FloatArray
    typical: FloatArray
    spread: FloatArray
    returned: FloatArray
    attached: tuple[tuple[int, int, float], ...]
    subscriptions: tuple[int, ...]


def _steps(steps: tuple[tuple[int, float], ...]) -> FloatArray:
    table = np.zeros(LONGEST + 1, dtype=np.float32)
    begin = 0
    for end, value in steps:
        table[begin : end + 1] = value
        begin = end + 1
    return table


def _lift(path: law.Path) -> FloatArray:
    table = np.ones(LONGEST + 1, dtype=np.float32)
    table[path.begins : path.ends + 1] = path.within
    table[path.ends + 1 :] = path.after
    return table


def _lifts_of(target: str) -> tuple[tuple[int, FloatArray], ...]:
    return tuple(
        (POSITION[path.source], _lift(path)) for path in law.PATHS if path.target == target
    )


def _projects() -> FloatArray:
    table = np.ones((len(law.PROJECTS) + 1, len(NAMES)), dtype=np.float32)
    for row, names in enumerate(law.PROJECTS, start=1):
        table[row, [POSITION[name] for name in names]] = law.PROJECT_LIFT
    return table


def _renewals() -> FloatArray:
    table = np.zeros(_CONTRACT_ENDS + 2, dtype=np.float32)
    table[list(law.RENEWAL)] = list(law.RENEWAL.values())
    return table


@cache
def law_tables() -> LawTables:
    """The compiled law; the same object on every call."""
    divisions = law.DIVISIONS
    health = np.array(law.HEALTH_ADOPT, dtype=np.float32)
    dollars = np.array([[d.repeat_value for d in divisions], [d.first_value for d in divisions]])
    returned = np.array([d.returned for d in divisions])
    return LawTables(
        rhythm=np.stack([_steps(law.RHYTHMS[d.rhythm]) for d in divisions]),
        adopt_health=np.stack([health ** np.float32(d.growth_pull) for d in divisions]),
        lifts=tuple(_lifts_of(name) for name in NAMES),
        project=_projects(),
        renewal=_renewals(),
        contract_ends=_CONTRACT_ENDS,
        season=np.array([law.SEASONS[d.season] for d in divisions], dtype=np.float32),
        typical=(dollars * 100).astype(np.float32),
        spread=np.array([d.spread for d in divisions], dtype=np.float32),
        returned=np.outer(law.RETURN_TIMING, returned).astype(np.float32),
        attached=tuple((POSITION[a], POSITION[b], chance) for a, b, chance in law.ATTACHED),
        subscriptions=tuple(i for i, d in enumerate(divisions) if d.rhythm == "subscription"),
    )


def trend(month: int) -> FloatArray:
    """Multiple of every division's adoption rate in an absolute month (year x 12 + month - 1).

    Zero before a division's launch. Shape (D,).
    """
    years = (month - 2020 * 12) / 12
    drift = np.exp(np.array([d.trend for d in law.DIVISIONS]) * years)
    launched = [month >= law.LAUNCHED.get(name, month) for name in NAMES]
    return np.where(launched, drift, 0.0).astype(np.float32)
