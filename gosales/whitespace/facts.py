"""What is known of one customer x division: numbers that sentences can be made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

NONE = float("nan")


@dataclass(frozen=True)
class Step:
    """A division that the customer bought, as a step towards the division in question.

    Attributes:
        state: "fresh" (first bought lately), "active" (bought in the last year) or "stale".
        first, last: Months since the first and the last order there.
        rate: Share of its holders in that state who added the division within the horizon.
        usual: That share over all non-owners.
    """

    division: str
    state: str
    first: float
    last: float
    rate: float
    usual: float


@dataclass(frozen=True)
class Group:
    """Customers like this one.

    Attributes:
        name: "customers of its branch (North)".
        owner: Ownership among them over everybody's.
        adoption: Adoptions among them over everybody's.
    """

    name: str
    owner: float
    adoption: float


@dataclass(frozen=True)
class Facts:
    """One customer x division.

    Attributes:
        cutoff: Last day that is known.
        values, usual: By feature name, of this cell and of the division's usual one; NaN is none.
        steps: The strongest step for it and the strongest against it.
        groups: The customer's segments.
        shares: "added" and "owns": shares of all customers, as the neighbours' are counted.
        counts: Customers who "could_add" the division a year ago, and who "added" it in the last
            horizon and in the one "before".
    """

    division: str
    cutoff: dt.date
    horizon_months: int
    owned: bool
    values: dict[str, float]
    usual: dict[str, float]
    steps: tuple[Step, ...] = ()
    groups: tuple[Group, ...] = ()
    shares: dict[str, float] | None = None
    counts: dict[str, int] | None = None

    def get(self, name: str) -> float:
        return self.values.get(name, NONE)

    def typical(self, name: str) -> float:
        return self.usual.get(name, NONE)

    def share(self, name: str) -> float:
        return (self.shares or {}).get(name, NONE)

    def count(self, name: str) -> float:
        return (self.counts or {}).get(name, NONE)
