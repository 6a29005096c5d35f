"""What the seller's books say about the customers: numbers, names, branches and reps.

Customers table, one row per customer in the order of the hidden state:

    customer_id     text, the key of everything
    legacy_number   int64, the old account number in front of the name
    name            text, as of the beginning
    later_name      text or null: the name from `renamed_on` on
    renamed_on      date or null
    industry, size_band, state, zip3, branch, rep, manager, currency    text
    employees       int64
    arrived         date, first day of the month of the first order (before the log for many)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gosales.simulate.names import draw_names
from gosales.simulate.people import INDUSTRY_NAMES, Profile

RENAMED = 0.015
_SIZE_EDGES = (20, 100, 500, 2000)
_SIZE_BANDS = ("1-19", "20-99", "100-499", "500-1999", "2000+")


@dataclass(frozen=True, slots=True)
class Branch:
    """One sales office of the reseller."""

    name: str
    manager: str
    states: tuple[str, ...]
    zips: tuple[int, int]  # range of the first three digits
    reps: tuple[str, ...]
    currency: str = "USD"


BRANCHES: tuple[Branch, ...] = (
    Branch("Lakemont", "Ines Halloway", ("MI", "OH"), (430, 499),
           ("Tomas Verrin", "Gail Okonna", "Peter Lundell", "Asha Mirande", "Cole Badger")),
    Branch("Pinecrest", "Rolf Adair", ("MN", "WI"), (530, 567),
           ("Mira Castell", "Dov Hartnell", "June Pellar", "Owen Strick")),
    Branch("Harborview", "Lena Marsh", ("MA", "CT", "NH"), (10, 69),
           ("Sam Corvello", "Ruth Danbury", "Ilya Fenn", "Nora Quade", "Bea Tolland")),
    Branch("Redmesa", "Hugo Salter", ("AZ", "CO", "UT"), (800, 865),
           ("Kit Navarre", "Paula Rennick", "Emil Strand", "Dana Whitlow")),
    Branch("Oakhollow", "Petra Lind", ("TX", "OK"), (730, 799),
           ("Walt Brisco", "Ana Delmonte", "Reed Garson", "Tess Ivory", "Luis Camarro")),
    Branch("Bayridge", "Marcus Thiele", ("CA", "OR", "WA"), (900, 994),
           ("Yuki Tanner", "Fay Lorrimer", "Gus Pender", "Ivo Halvard", "Cleo Marchetti")),
    Branch("Stillwater", "Nadia Voss", ("GA", "NC", "SC"), (270, 319),
           ("Hank Dover", "Isla Penrose", "Jude Farrow")),
    Branch("Northgate", "Colm Everard", ("ON", "QC"), (400, 409),
           ("Elise Gaudry", "Pavel Morin"), "CAD"),
)  # fmt: skip
BOOKS: tuple[tuple[Branch, str], ...] = tuple(
    (branch, rep) for branch in BRANCHES for rep in branch.reps
)


def draw_accounts(
    profile: Profile, arrival: NDArray[np.int32], rng: np.random.Generator
) -> pa.Table:
    """The customers table of the module's docstring.

    Args:
        profile: Industry, rep and size of R customers; reps are positions in `BOOKS`.
        arrival: (R,) absolute months of the first orders.
        rng: Where chance comes from.
    """
    count = len(profile.size)
    industries = [INDUSTRY_NAMES[i] for i in profile.industry]
    branches = [BOOKS[i][0] for i in profile.rep]
    pick = rng.random((2, count))
    names = draw_names(industries, rng)
    later = _renamed(names, arrival, rng)
    return pa.table(
        {
            "customer_id": [str(number) for number in 1001 + np.cumsum(rng.integers(1, 9, count))],
            "legacy_number": 400_000 + rng.choice(500_000, size=count, replace=False),
            "name": names,
            **later,
            "industry": industries,
            "employees": profile.employees,
            "size_band": [
                _SIZE_BANDS[i]
                for i in np.searchsorted(_SIZE_EDGES, profile.employees, side="right")
            ],
            "state": [
                b.states[int(u * len(b.states))] for b, u in zip(branches, pick[0], strict=True)
            ],
            "zip3": [_zip(b, u) for b, u in zip(branches, pick[1], strict=True)],
            "branch": [b.name for b in branches],
            "rep": [BOOKS[i][1] for i in profile.rep],
            "manager": [b.manager for b in branches],
            "currency": [b.currency for b in branches],
            "arrived": first_days(arrival).astype("datetime64[D]"),
        }
    )


def first_days(months: NDArray[Any]) -> NDArray[np.datetime64]:
    """The first day of absolute months (year x 12 + month - 1), as datetime64[M]."""
    return (np.asarray(months, dtype=np.int64) - 1970 * 12).astype("datetime64[M]")


def _zip(branch: Branch, pick: float) -> str:
    low, high = branch.zips
    return f"{low + int(pick * (high - low + 1)):03d}"


def _renamed(
    names: list[str], arrival: NDArray[np.int32], rng: np.random.Generator
) -> dict[str, pa.Array]:
    """A few customers take another name one to four years after they arrived."""
    changes = rng.random(len(names)) < RENAMED
    days = (first_days(arrival) + 12).astype("datetime64[D]") + rng.integers(0, 1100, len(names))
    later = [f"{name.split(' ')[0]} Technologies, Inc." for name in names]
    return {
        "later_name": pa.array(later, mask=~changes),
        "renamed_on": pa.array(days, mask=~changes),
    }
