"""Which product next: the SKU model, chosen and fitted on past horizons.

The blend learns from the horizon before the last and is judged, beside simple scores, on the last:
on products that customers did not own, among customers who took one up. What ranks best is shipped,
if it surely ranks better than popularity in the customer's segments; else that is. The shipped
blend then learns from both horizons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.columns import Fact
from gosales.core.star import History
from gosales.evaluation.paired import Difference
from gosales.evaluation.recommend import Ranked, figures, gain, ranked
from gosales.features.panel import Panel
from gosales.features.sku_signals import KEY, SkuSignals
from gosales.labels.purchases import KEPT, sku_purchases
from gosales.models.product_model import ProductModel
from gosales.models.ridge_logistic import RidgeLogistic
from gosales.models.sku_model import (
    BLEND,
    DIVISION,
    POPULARITY,
    SEGMENT,
    SHIPPED,
    UNLEARNED,
    SkuModel,
    SkuRows,
    fit_blend,
    scores,
)
from gosales.pipeline.gate import MODEL, Proof
from gosales.pipeline.products import product_models, sku_holdings, still_sold

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BLOCK = 200
"""Customers whose signals are held at once."""

MOST_CUSTOMERS = 4_000
"""So many customers are learned from and judged; more are drawn at random."""

MOST_ROWS = 250_000
LEAST_TAKERS = 20
"""Customers who took up a product that a choice needs."""


@dataclass(frozen=True)
class SkuMarket:
    """The signals at a cutoff, with what each division's product model says.

    Attributes:
        share: Shape (S,), chance that a buyer of the division buys the SKU.
        value_cents: Shape (S,), if it is bought.
    """

    signals: SkuSignals
    share: Floats
    value_cents: Floats

    @classmethod
    def of(cls, history: History, panel: Panel, models: Mapping[str, ProductModel]) -> SkuMarket:
        """Everything known at the history's cutoff, which is the panel's."""
        signals = SkuSignals.of(sku_holdings(history), still_sold(history).to_pandas(), panel)
        known = {
            (division, item.sku): item for division, model in models.items() for item in model.items
        }
        items = [known.get(pair) for pair in signals.keys]
        share = np.array([item.chance if item else 0.0 for item in items])
        value = np.array([item.value_cents if item else 0.0 for item in items])
        return cls(signals, share, value)

    def held(self, pairs: pd.DataFrame) -> sparse.csr_array:
        """Shape (n, S): the customers x candidates that are among `pairs`.

        Args:
            pairs: customer_id, division, product_sku.
        """
        signals = self.signals
        row = pd.Index(signals.customers).get_indexer(pairs[Fact.CUSTOMER].astype(object))
        column = signals.keys.get_indexer(pd.MultiIndex.from_frame(pairs[KEY].astype(object)))
        inside = (row >= 0) & (column >= 0)
        shape = len(signals.customers), len(signals.keys)
        return sparse.csr_array((np.ones(inside.sum()), (row[inside], column[inside])), shape=shape)


@dataclass(frozen=True)
class SkuWindow:
    """A cutoff whose horizon is over.

    Attributes:
        division_score: Shape (n, D), of a fit that had not seen the horizon.
        taken: Shape (n, S), what was bought in the horizon, owned before or not.
    """

    market: SkuMarket
    division_score: Floats
    taken: sparse.csr_array

    @classmethod
    def of(cls, history: History, panel: Panel, proof: Proof) -> SkuWindow:
        """The window after the panel's cutoff, which must end within `history`."""
        then, months = history.as_of(panel.cutoff), panel.horizon_months
        market = SkuMarket.of(then, panel, product_models(then, months))
        rows = sku_purchases(history.outcome(panel.cutoff, months)).to_pandas()
        return cls(market, proof.score[MODEL], market.held(rows[rows[KEPT] > 0]))

    def blocks(self, customers: NDArray[np.intp]) -> Iterator[SkuBlock]:
        """What is known and what happened, for some customers at a time."""
        signals = self.market.signals
        for start in range(0, len(customers), BLOCK):
            rows = customers[start : start + BLOCK]
            free = signals.free(rows)
            yield SkuBlock(
                signals.values(rows),
                self.division_score[rows][:, signals.division],
                free,
                (np.asarray(self.taken[rows].todense()) > 0) & free,
            )


@dataclass(frozen=True)
class SkuBlock:
    """Some customers x all candidates.

    Attributes:
        signals: Shape (b, S, k).
        division_score: Shape (b, S), the chance to buy from the SKU's division.
        free, taken: Shape (b, S): not owned; bought in the horizon without being owned.
    """

    signals: NDArray[np.float32]
    division_score: Floats
    free: Flags
    taken: Flags

    def score(self, kind: str, share: Floats, model: RidgeLogistic | None) -> Floats:
        """Shape (b, S), of one of the candidates."""
        flat = self.signals.reshape(-1, self.signals.shape[2])
        shares = np.broadcast_to(share, self.free.shape).ravel()
        told = scores(kind, flat, self.division_score.ravel(), shares, model)
        return told.reshape(self.free.shape)


@dataclass(frozen=True)
class SkuChoice:
    """What was chosen, and how all candidates fared on the last horizon."""

    model: SkuModel
    evidence: dict[str, Any]


UNJUDGED = SkuChoice(
    UNLEARNED, {"shipped": DIVISION, "judged_at": None, "why": "no horizon to judge on"}
)


def choose_sku_model(older: SkuWindow | None, newer: SkuWindow | None, seed: int) -> SkuChoice:
    """Learn on `older`, judge on `newer`, and fit what is shipped on both."""
    if newer is None or not newer.market.signals.keys.size:
        return UNJUDGED
    rng = np.random.default_rng(seed)
    learned = [sku_rows(window, rng) for window in (older, newer) if window is not None]
    blend = fit_blend(learned[0]) if older is not None else None
    judged = _judge(newer, blend, rng)
    if judged is None:
        return UNJUDGED
    kind = judged.best
    final = fit_blend(SkuRows.joined(learned)) if kind == BLEND else None
    return SkuChoice(SkuModel(kind, final), judged.evidence())


def sku_rows(window: SkuWindow, rng: np.random.Generator) -> SkuRows:
    """Every take-up among the drawn customers, and as many other pairs as fit, weighted."""
    known = np.arange(len(window.division_score))
    drawn = np.sort(rng.permutation(known)[:MOST_CUSTOMERS])
    pairs = len(drawn) * len(window.market.signals.keys)
    share = window.market.share
    keep = min(1.0, MOST_ROWS / max(pairs, 1))
    parts = []
    for block in window.blocks(drawn):
        chosen = block.free & (block.taken | (rng.random(block.free.shape) < keep))
        weight = np.where(block.taken[chosen], 1.0, 1.0 / keep)
        told = block.division_score[chosen], np.broadcast_to(share, chosen.shape)[chosen]
        parts.append(SkuRows(block.signals[chosen], *told, block.taken[chosen], weight))
    return SkuRows.joined(parts)


@dataclass(frozen=True)
class _Judgement:
    """The candidates' lists over the same customers, and the sums of their chances."""

    lists: dict[str, Ranked]
    owner_share: Floats
    expected: dict[str, float]
    actual: int

    @property
    def best(self) -> str:
        """What ranks best, if it surely beats popularity in the segments."""
        sure = [kind for kind in SHIPPED if kind in self.lists and self.gain(kind).is_better]
        recall = {kind: float(self.lists[kind].recall(10).mean()) for kind in sure}
        return max(sure, key=lambda kind: recall[kind]) if sure else SEGMENT

    def gain(self, kind: str) -> Difference:
        return gain(self.lists[kind], self.lists[SEGMENT])

    def evidence(self) -> dict[str, Any]:
        """Plain JSON values."""
        found = {}
        for kind, lists in self.lists.items():
            more = self.gain(kind)
            found[kind] = {
                **figures(lists, self.owner_share),
                "gain": round(more.value, 4),
                "gain_low": round(more.low, 4),
                "gain_high": round(more.high, 4),
                "expected_over_actual": round(self.expected[kind] / max(self.actual, 1), 4),
            }
        customers = len(next(iter(self.lists.values())).taken)
        return {"shipped": self.best, "customers": customers, "candidates": found}


def _judge(
    window: SkuWindow, blend: RidgeLogistic | None, rng: np.random.Generator
) -> _Judgement | None:
    """Rank the products of drawn customers by every candidate; None where too few took one up."""
    known = np.arange(len(window.division_score))
    drawn = np.sort(rng.permutation(known)[:MOST_CUSTOMERS])
    kinds = [kind for kind in (POPULARITY, *SHIPPED) if kind != BLEND or blend is not None]
    parts: dict[str, list[Ranked]] = {kind: [] for kind in kinds}
    expected, actual = dict.fromkeys(kinds, 0.0), 0
    for block in window.blocks(drawn):
        takers = block.taken.any(1)
        actual += int(block.taken.sum())
        for kind in kinds:
            told = block.score(kind, window.market.share, blend)
            chance = np.minimum(told, block.division_score)
            expected[kind] += float(chance[block.free].sum())
            parts[kind].append(ranked(told[takers], block.free[takers], block.taken[takers]))
    lists = {kind: Ranked.joined(found) for kind, found in parts.items()}
    if len(lists[SEGMENT].taken) < LEAST_TAKERS:
        return None
    owned = window.market.signals.owned
    return _Judgement(lists, np.asarray(owned.sum(0)) / owned.shape[0], expected, actual)
