"""What each rep gets to pitch.

A division that the customer never bought is one pitch, with its best products beside it. A product
is a pitch by itself where the customer already owns the division. Accounts in the control group of
a call plan are left out: what they buy without a call is what the plan is measured against.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from gosales.core.columns import CellStatus

DIVISION, PRODUCT = "division", "product"
OPEN = CellStatus.OPEN_OPPORTUNITY.replace("_", " ")


@dataclass(frozen=True)
class Sources:
    """The published files.

    Attributes:
        plan: None where there is none.
        keys: A Parquet file of customer_id, division, level and product_sku: only those rows of
            the whitespace are wanted, products of open divisions too; None for all.
        star: A DuckDB file that has the products' names; None where there is none.
    """

    scores: Path
    whitespace: Path
    plan: Path | None = None
    keys: Path | None = None
    star: Path | None = None


@dataclass(frozen=True)
class Wanted:
    """What of the lists; an empty choice means all.

    Attributes:
        rows: Most rows of each rep and level.
        products: Whether products of owned divisions are wanted too.
    """

    reps: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    rows: int | None = None
    products: bool = True


@dataclass(frozen=True)
class Pitch:
    """One row of a rep's list.

    Attributes:
        owner: Whose list: the rep, else the branch, else nobody.
        chance: Probability to buy it in the horizon, 0 to 1.
        value: Money expected in the horizon.
        product: Name and SKU of a product row; empty for a division.
        products: Up to three products of a division, `; ` between.
        remark: What was imported of the cell or the SKU, such as `open opportunity`.
        slot: Its place in the call plan; None outside of one.
    """

    owner: str
    rank: int
    customer_id: str
    name: str
    level: str
    division: str
    sku: str
    product: str
    products: str
    remark: str
    chance: float
    grade: str
    value: float
    reasons: str
    lookalikes: str
    branch: str
    rep: str
    slot: int | None

    @property
    def what(self) -> str:
        """What to pitch."""
        return f"{self.division}: {self.product}" if self.sku else self.division

    @property
    def account(self) -> str:
        return self.name or self.customer_id

    @property
    def amount(self) -> float:
        """Value if bought."""
        return round(self.value / self.chance, 2) if self.chance > 0 else 0.0

    @property
    def key(self) -> str:
        """32 hex digits, the same in every export: safe wherever a key may go."""
        parts = f"{self.customer_id}\0{self.division}\0{self.sku}"
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Listed:
    """One rep's list: how many rows it shows of how many there are, and what those are worth."""

    owner: str
    shown: int
    of: int
    value: float


@dataclass(frozen=True)
class Pitches:
    """All lists of an export.

    Attributes:
        pitches: By owner, the planned ones first, then divisions, then products, by rank.
        lists: One an owner, in that order.
        held_out: Accounts left out as the control group of the call plan.
        planned_for: Day of the call plan; empty without one.
        rows_per_list: Most rows of a list, of each level.
    """

    pitches: tuple[Pitch, ...]
    lists: tuple[Listed, ...]
    cutoff: dt.date
    horizon_end: dt.date
    horizon_months: int
    run_id: str
    held_out: int
    planned_for: str
    rows_per_list: int

    @property
    def left_out(self) -> int:
        return sum(one.of - one.shown for one in self.lists)

    @property
    def remarked(self) -> bool:
        return any(pitch.remark for pitch in self.pitches)

    @property
    def planned(self) -> bool:
        return bool(self.planned_for)

    @property
    def about(self) -> tuple[str, ...]:
        """What the scores know and speak of, in sentences."""
        known = f"The scores know every sale up to {self.cutoff}"
        months = f"{self.horizon_months} months after it, until {self.horizon_end}"
        plan = (f"With the call plan for {self.planned_for}.",) if self.planned_for else ()
        return f"{known} and speak of the {months}.", f"Made by run {self.run_id}.", *plan

    def not_open(self) -> tuple[Pitch, ...]:
        """The pitches that nobody works on yet, as far as the imported remarks tell."""
        return tuple(pitch for pitch in self.pitches if pitch.remark != OPEN)

    def best_of_accounts(self) -> tuple[Pitch, ...]:
        """The first division pitch of each account: the planned one, else by rank."""
        best: dict[str, Pitch] = {}
        divisions = (pitch for pitch in self.pitches if pitch.level == DIVISION)
        for pitch in sorted(divisions, key=lambda one: (one.slot is None, one.slot or 0, one.rank)):
            best.setdefault(pitch.customer_id, pitch)
        return tuple(best.values())
