"""One account on the terminal: scores, reasons, and owners who were like it before they bought."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gosales.core.columns import Customer, Fact
from gosales.core.concepts import CONCEPTS, TITLES
from gosales.core.errors import ModelError, WorkspaceError
from gosales.core.star import History, Star
from gosales.core.timeline import Cutoff
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.features.lookalikes import Alike, nearest_owners
from gosales.features.states import States
from gosales.models.division_model import DivisionModel
from gosales.models.model_store import load_models
from gosales.pipeline.plan_cells import published_lists
from gosales.pipeline.proof import populations
from gosales.pipeline.reasons import Reasoner, Reasons
from gosales.pipeline.room import require_ledgers
from gosales.pipeline.score_customers import STATUS, models_by_division
from gosales.pipeline.session import Session
from gosales.utils.progress import track
from gosales.whitespace.wording import things

NEAR = 5
STRONG = 0.05
"""Log odds from which a concept is listed."""


@dataclass(frozen=True)
class Owner:
    """A look-alike owner.

    Attributes:
        was_alike: The day on which it was like the account.
        days: From then to its first order in the division.
        first_order: Net value of that day's lines, in the log's money.
    """

    name: str
    was_alike: dt.date
    days: int
    first_order: float


@dataclass(frozen=True)
class Cell:
    """The account in one division."""

    division: str
    status: str
    score: float
    model: str
    reasons: tuple[str, ...]
    parts: dict[str, float]
    owners: tuple[Owner, ...]


@dataclass(frozen=True)
class Account:
    """What is known of one account, the likeliest division first."""

    customer: str
    name: str
    cutoff: Cutoff
    horizon_months: int
    cells: tuple[Cell, ...]

    def summary(self) -> str:
        """As text."""
        head = f"{self.name} ({self.customer})" if self.name else self.customer
        lines = [f"{head}, {self.horizon_months} months after {self.cutoff}"]
        for cell in self.cells:
            lines += ["", *_told(cell)]
        return "\n".join(lines)


def account_engine(session: Session, star: Star) -> FeatureEngine:
    """The features as of the cutoff that is asked for, or else that of the published lists.

    Raises:
        MissingArtifact: Neither is there.
        WorkspaceError: The ledgers would not fit into the memory budget.
    """
    cutoff = session.options.cutoff or published_lists(session).cutoff
    engine = FeatureEngine(star.as_of(cutoff), session.horizon_months)
    require_ledgers(engine, session.config.limits.memory_gb)
    return engine


def explain_account(session: Session, engine: FeatureEngine, wanted: str) -> Account:
    """Score and explain one customer, listed or not, with the saved models.

    Raises:
        WorkspaceError: No customer has that id or name; the nearest are named.
        ModelError: There is no model, or none for a division that is asked for.
    """
    saved = load_models(session.store.models_folder())
    with track("Looking at the account"):
        cells = engine.on_demand(0)
    models = models_by_division(saved, cells)
    names = _names(engine.history, cells)
    row = find_customer(wanted, cells.spine.customers.tolist(), names)
    divisions = _divisions(session, cells, models)
    customer = np.full(len(divisions), row, np.int32)
    leftover = session.config.divisions.leftover
    reasoner = Reasoner.of(cells, models, (customer, divisions), leftover)
    reasons = reasoner.explain(customer, divisions)
    explained = _cells(cells, models, reasons, _Owners(engine.history, cells, names))
    return Account(
        str(cells.spine.customers[row]),
        names[row],
        cells.spine.cutoff,
        engine.horizon_months,
        tuple(sorted(explained, key=lambda cell: (-cell.score, cell.division))),
    )


def find_customer(wanted: str, ids: list[str], names: list[str]) -> int:
    """The place of the customer with that id, or else with that name.

    Raises:
        WorkspaceError: There is none, or the name is that of several.
    """
    if wanted in ids:
        return ids.index(wanted)
    sought = wanted.strip().casefold()
    same = [i for i, name in enumerate(names) if sought and name.casefold() == sought]
    if len(same) == 1:
        return same[0]
    near = [ids[i] for i in same[:NEAR]] or _near(sought, ids, names)
    what = "Several customers have" if same else "No customer has"
    raise WorkspaceError(
        f"{what} the id or name {wanted[:80]!r}.",
        remedy=f"Did you mean {' or '.join(near)}?"
        if near
        else "Ids are in the column customer_id of outputs/icp_scores.csv.",
    )


def _near(sought: str, ids: list[str], names: list[str]) -> list[str]:
    """Ids spelt alike, and those of names spelt alike, with the name."""
    close = difflib.get_close_matches(sought, ids, n=NEAR, cutoff=0.6)
    spelt = {name.casefold(): i for i, name in enumerate(names) if name}
    alike = difflib.get_close_matches(sought, spelt, n=NEAR, cutoff=0.7)
    told = [*close, *(f"{ids[spelt[name]]} ({names[spelt[name]]})" for name in alike)]
    return list(dict.fromkeys(told))[:NEAR]


def _names(history: History, cells: CellFeatures) -> list[str]:
    names = history.customer_names().to_pandas().set_index(Customer.ID)[Customer.NAME]
    found: list[str] = names.reindex(pd.Index(cells.spine.customers)).fillna("").tolist()
    return found


def _divisions(
    session: Session, cells: CellFeatures, models: dict[str, DivisionModel]
) -> np.ndarray:
    """Columns of the divisions that are asked for, by default all that have a model."""
    wanted = session.options.divisions or tuple(models)
    missing = [name for name in wanted if name not in models]
    if missing:
        raise ModelError(
            f"No saved model knows the division {missing[0]!r}.",
            remedy=f"The divisions are: {', '.join(sorted(models))}.",
        )
    chosen = [d for d, name in enumerate(cells.spine.divisions) if name in wanted]
    return np.array(chosen, np.int32)


@dataclass(frozen=True)
class _Owners:
    """Looks up look-alike owners with their first order."""

    history: History
    cells: CellFeatures
    names: list[str]

    def of(self, customer: int, division: int) -> tuple[Owner, ...]:
        rows = np.array([customer], np.int32)
        (found,) = nearest_owners(States(self.cells.panel), division, rows)
        if not found:
            return ()
        first = self._first_orders([alike.owner for alike in found], division)
        return tuple(self._owner(alike, first) for alike in found)

    def _owner(self, alike: Alike, first: pd.DataFrame) -> Owner:
        customer = str(self.cells.spine.customers[alike.owner])
        day = self.cells.spine.cutoff.months_before(alike.months_ago).date
        order = first.loc[customer]
        return Owner(
            self.names[alike.owner] or customer,
            day,
            (pd.Timestamp(order["day"]).date() - day).days,
            float(order["value"]) / 100.0,
        )

    def _first_orders(self, owners: list[int], division: int) -> pd.DataFrame:
        """customer_id -> day and value of the first order in the division."""
        sales = self.history.sales
        ids = [str(self.cells.spine.customers[owner]) for owner in owners]
        name = self.cells.spine.divisions[division]
        inside = sales[Fact.CUSTOMER].isin(ids) & (sales[Fact.DIVISION] == name)
        lines = sales.filter(inside & (sales[Fact.LINE_TYPE] == Fact.SALE))
        first = lines.group_by(Fact.CUSTOMER).mutate(day=lines[Fact.DATE].min())
        on_day = first.filter(first[Fact.DATE] == first.day)
        orders = on_day.group_by(Fact.CUSTOMER).aggregate(
            day=on_day.day.min(), value=on_day[Fact.VALUE].sum().cast("int64")
        )
        return orders.to_pandas().set_index(Fact.CUSTOMER)


def _cells(
    cells: CellFeatures, models: dict[str, DivisionModel], reasons: Reasons, owners: _Owners
) -> list[Cell]:
    frame, population = reasons.frame, populations(cells)
    result = []
    for i, text in enumerate(reasons.texts):
        customer, division = int(frame.customer[i]), int(frame.division[i])
        model = models[cells.spine.divisions[division]]
        owned = frame.owned[[i]]
        strength = reasons.parts.concepts[i]
        result.append(
            Cell(
                model.division,
                STATUS[population[customer, division]],
                float(model.score(frame.values[[i]], owned)[0]),
                str(model.kinds(owned)[0]),
                tuple(text.split("; ")),
                {
                    TITLES[CONCEPTS[c]]: float(strength[c])
                    for c in np.argsort(-np.abs(strength), kind="stable")
                    if abs(strength[c]) >= STRONG
                },
                () if owned[0] else owners.of(customer, division),
            )
        )
    return result


def _told(cell: Cell) -> list[str]:
    lines = [f"{cell.division}: {100 * cell.score:.1f} % ({cell.status}, {cell.model})"]
    lines += [f"  - {reason}" for reason in cell.reasons]
    if cell.parts:
        parts = ", ".join(f"{name} {part:+.2f}" for name, part in list(cell.parts.items())[:6])
        lines.append(f"  What moves the score (log odds, beside the usual account): {parts}")
    for owner in cell.owners:
        lines.append(
            f"  Was like it on {owner.was_alike}: {owner.name}, first bought "
            f"{things(owner.days, 'day')} later for {owner.first_order:,.0f}"
        )
    return lines
