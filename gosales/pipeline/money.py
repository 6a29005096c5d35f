"""What the money models need from a history, and how they fare on a horizon they have not seen."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Fact
from gosales.core.frames import FeatureFrame, TrainingSet
from gosales.core.star import History
from gosales.features.cells import HORIZON_FEATURE, CellFeatures
from gosales.features.panel import Rows
from gosales.models.conformal import QuantileModel, quantile
from gosales.models.money_model import (
    COVER,
    WALLET_LEVEL,
    Money,
    MoneyModel,
    fit_money_model,
)
from gosales.models.price_base import PriceBase
from gosales.models.value_model import ValueModel
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float64]
LEVEL_MONTHS = 12
LEVEL_PRIOR = 3.0
"""A division's price level is pulled to that of all as if by so many customers."""

LEAST_CENTS = 1e-6
YEAR = "own_monetary__value_12m"


@dataclass(frozen=True)
class MoneyProof:
    """What was said of the money, and what it is judged with; arrays of shape (m, D), in cents.

    Attributes:
        divisions: The D names.
        money: If the customer buys, by a model that has not seen the horizon.
        spent: In the division, over the 12 months before.
        spent_anywhere: Shape (m,), likewise over all divisions.
    """

    divisions: tuple[str, ...]
    money: Money
    spent: Floats
    spent_anywhere: Floats

    def of(self, divisions: tuple[str, ...]) -> MoneyProof:
        """The same proof of these divisions alone, in this order."""
        kept = [self.divisions.index(name) for name in divisions]
        money = self.money
        parts = (money.value, money.low, money.high, money.wallet)
        chosen = Money(*(part[:, kept] for part in parts))
        return MoneyProof(divisions, chosen, self.spent[:, kept], self.spent_anywhere)


def price_levels(history: History) -> dict[str, float]:
    """Division -> log of the cents that an order day brought lately.

    The mean over customers of the log of their money per order day of the last 12 months, pulled to
    the mean of all where customers are few. What was only ever given away is worth next to nothing.
    Every division of the history is in it.
    """
    sales = history.sales
    recent = sales[Fact.DATE] > history.cutoff.plus_months(-LEVEL_MONTHS)
    sale = recent & (sales[Fact.LINE_TYPE] == Fact.SALE)
    day = ibis.ifelse(sale, sales[Fact.DATE], ibis.null("date"))
    rows = sales.group_by([Fact.DIVISION, Fact.CUSTOMER]).aggregate(
        cents=ibis.ifelse(recent, sales[Fact.VALUE], 0).sum(),
        days=day.nunique(),
        dearest=sales[Fact.VALUE].max(),
    )
    table = rows.order_by([Fact.DIVISION, Fact.CUSTOMER]).to_pandas()
    codes, names = pd.factorize(table[Fact.DIVISION].astype(object), sort=True)
    cents, days = table["cents"].to_numpy(float), table["days"].to_numpy(float)
    paid = (cents > 0) & (days > 0)
    logs = np.log(cents[paid] / days[paid])
    overall = float(logs.mean()) if len(logs) else 0.0
    total = np.bincount(codes[paid], weights=logs, minlength=len(names))
    count = np.bincount(codes[paid], minlength=len(names))
    levels = (total + LEVEL_PRIOR * overall) / (count + LEVEL_PRIOR)
    priced = np.bincount(codes, weights=table["dearest"] > 0, minlength=len(names)) > 0
    levels[~priced] = np.log(LEAST_CENTS)
    return {str(name): float(level) for name, level in zip(names, levels, strict=True)}


def prove_money(
    cells: CellFeatures, customers: Rows, past: TrainingSet, history: History, seed: int
) -> MoneyProof:
    """Fit on `past` and say what some customers would spend.

    Args:
        cells: At the proof's cutoff.
        customers: Shape (m,), rows in the panel, in ascending order.
        past: Rows whose outcomes end by it.
        history: Any that reaches the proof's cutoff.
        seed: Of the fit.
    """
    model = fit_money_model(past, price_levels(history.as_of(cells.panel.cutoff)), seed)
    return money_proof(cells, customers, money_of_cells(model, cells, customers))


def money_proof(cells: CellFeatures, customers: Rows, money: Money) -> MoneyProof:
    """What was said of these customers' cells, of shape (m, D), beside what they spent before."""
    spent = cells.panel.value_12m[customers].astype(np.float64)
    return MoneyProof(cells.spine.divisions, money, spent, spent.clip(0).sum(1))


def money_of_cells(model: MoneyModel, cells: CellFeatures, customers: Rows) -> Money:
    """Of the customers in these rows of the panel, shape (m, D)."""
    d = cells.panel.shape[1]
    names = np.array(cells.spine.divisions, object)

    def told(block: NDArray[np.int32]) -> Money:
        division = np.tile(np.arange(d, dtype=np.int32), len(block))
        frame = cells.rows(np.repeat(block, d), division)
        return model.tell(frame.values, names[division])

    parts = []
    for block in cells.blocks(customers):
        parts += in_threads(told, np.array_split(block, max(len(block) * d // 200_000, 1)))
    return Money(
        *(
            np.concatenate([getattr(part, name) for part in parts]).reshape(-1, d)
            for name in ("value", "low", "high", "wallet")
        )
    )


def money_columns(money: Money, frame: FeatureFrame) -> Floats:
    """Shape (rows, len(Scores.MONEY)), in the unit of the log.

    The room to grow is what the wallet leaves after the spend of the last 12 months, taken for the
    horizon's length.
    """
    share = frame.column(HORIZON_FEATURE).astype(np.float64) / 12
    spent = np.nan_to_num(frame.column(YEAR).astype(np.float64)).clip(0) * share
    room = np.maximum(money.wallet - spent, 0.0)
    return np.column_stack([money.value, money.low, money.high, money.wallet, room]) / 100.0


def plain_money(cells: CellFeatures) -> MoneyModel:
    """What buyers of the last year spent in a horizon's time, where no outcome is known."""
    h = cells.panel.horizon_months
    spent = cells.panel.value_12m.astype(np.float64) * h / 12
    logs = {division: spent[spent[:, d] > 0, d] for d, division in enumerate(cells.spine.divisions)}
    usual = {
        name: float(np.log(max(paid.mean() if len(paid) else 0.0, LEAST_CENTS)))
        for name, paid in logs.items()
    }
    overall = float(np.log(max(np.exp(list(usual.values())).mean(), LEAST_CENTS)))
    rest = np.concatenate([np.log(paid) - usual[name] for name, paid in logs.items()])
    base = PriceBase(
        {"": (overall, overall), **{n: (u, u) for n, u in usual.items()}}, (0.5, 0.5), h
    )
    tail, weight = (1 - COVER) / 2, np.ones(len(rest))
    low, high, wallet = (
        QuantileModel(None, (edge, edge))
        for edge in (quantile(rest, weight, level) for level in (tail, 1 - tail, WALLET_LEVEL))
    )
    value = ValueModel(cells.names, base, None, (None, None), {"": (1.0, 1.0)})
    return MoneyModel(value, low, high, wallet)
