"""Which product next: the SKU model, chosen and fitted on past horizons.

The blend learns from the horizons of the year before the last one (a year, so that no season is
missing) and is judged, beside simple scores, on the last: on products that customers did not own,
among customers who took one up. What ranks best is shipped, if it surely ranks better than
popularity in the customer's segments; else that is. The shipped blend then learns from the last
year's horizons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.core.star import History
from gosales.evaluation.recommend import Ranked, figures, gain, ranked
from gosales.features.holdings import Pairs
from gosales.features.panel import Panel, Rows
from gosales.features.sku_signals import SkuSignals
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
from gosales.pipeline.products import product_models, sku_counts, sku_holdings, still_sold
from gosales.pipeline.proof import judged

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BLOCK = 200
"""Customers whose signals are held at once."""

MOST_CUSTOMERS = 4_000
"""So many customers are learned from and judged; more are drawn at random."""

MOST_ROWS = 250_000
YEAR = 12
LEAST_TAKERS = 20
"""Customers who took up a product that a choice needs."""


def history_of(history: History, panel: Panel, rows: Rows) -> History:
    """The history, of some of the panel's customers only where they are not all of them."""
    if len(rows) == panel.shape[0]:
        return history
    return history.of_customers(panel.customers[rows])


@dataclass(frozen=True)
class SkuMarket:
    """The signals at a cutoff, with what each division's product model says.

    Attributes:
        share: Shape (S,), chance that a buyer of the division buys the SKU.
        value_cents: Shape (S,), if it is bought; 0 where it brings what the division does.
        sole: Shape (S,), whether the division never had another SKU.
    """

    signals: SkuSignals
    share: Floats
    value_cents: Floats
    sole: Flags

    @classmethod
    def of(
        cls, history: History, panel: Panel, rows: Rows, models: Mapping[str, ProductModel]
    ) -> SkuMarket:
        """Everything known at the history's cutoff, which is the panel's.

        Args:
            rows: Of the history's customers in the panel, in ascending order.
        """
        sold = still_sold(history).to_pandas()
        signals = SkuSignals.of(sku_holdings(history), sold, panel, rows)
        known = {
            (division, item.sku): item for division, model in models.items() for item in model.items
        }
        items = [known.get(pair) for pair in signals.keys]
        share = np.array([item.chance if item else 0.0 for item in items])
        value = np.array([item.value_cents if item else 0.0 for item in items])
        skus = sku_counts(history)
        sole = np.array([skus[division] == 1 for division, _ in signals.keys], bool)
        return cls(signals, share, np.where(sole, 0.0, value), sole)

    def held(self, pairs: Pairs) -> sparse.csr_array:
        """Shape (n, S): the customers x candidates that are among `pairs`."""
        signals = self.signals
        row, column = pairs.places(signals.customers, signals.keys)
        inside = (row >= 0) & (column >= 0)
        shape = len(signals.customers), len(signals.keys)
        return sparse.csr_array((np.ones(inside.sum()), (row[inside], column[inside])), shape=shape)


@dataclass(frozen=True)
class SkuWindow:
    """A cutoff whose horizon is over, with the n customers that a proof judges there.

    Attributes:
        buyer: Shape (n, D), who bought from the division in the horizon.
        taken: Shape (n, S), what was bought in the horizon, owned before or not.
    """

    market: SkuMarket
    buyer: Flags
    taken: sparse.csr_array

    @classmethod
    def of(cls, history: History, panel: Panel, buyer: Flags) -> SkuWindow:
        """The window after the panel's cutoff, which must end within `history`.

        Args:
            buyer: Of everybody in the panel.
        """
        rows, months = judged(panel), panel.horizon_months
        history = history_of(history, panel, rows)
        then = history.as_of(panel.cutoff)
        market = SkuMarket.of(then, panel, rows, product_models(then, months))
        bought = sku_purchases(history.outcome(panel.cutoff, months))
        kept = bought.filter(bought[KEPT] > 0).to_pyarrow()
        return cls(market, buyer[rows], market.held(Pairs.of(kept)))

    def blocks(self, customers: NDArray[np.intp]) -> Iterator[SkuBlock]:
        """What is known and what happened, for some customers at a time."""
        signals = self.market.signals
        for start in range(0, len(customers), BLOCK):
            rows = customers[start : start + BLOCK]
            free = signals.free(rows)
            taken = (np.asarray(self.taken[rows].todense()) > 0) & free
            yield SkuBlock(
                rows,
                signals.values(rows),
                free,
                taken,
                self.buyer[rows][:, signals.division] | taken,
            )


@dataclass(frozen=True)
class SkuBlock:
    """Some customers x all candidates.

    Attributes:
        customers: Shape (b,), which they are.
        signals: Shape (b, S, k).
        free, taken: Shape (b, S): not owned; bought in the horizon without being owned.
        buyer: Shape (b, S): bought from the SKU's division in the horizon.
    """

    customers: NDArray[np.intp]
    signals: NDArray[np.float32]
    free: Flags
    taken: Flags
    buyer: Flags

    def score(
        self, kind: str, division_score: Floats, share: Floats, model: RidgeLogistic | None
    ) -> Floats:
        """Shape (b, S), of one of the candidates.

        Args:
            division_score: Shape (b, S), the chance to buy from the SKU's division.
            share: Shape (S,), the chance that a buyer of the division buys the SKU.
        """
        flat = self.signals.reshape(-1, self.signals.shape[2])
        shares = np.broadcast_to(share, self.free.shape).ravel()
        found = scores(kind, flat, division_score.ravel(), shares, model)
        return found.reshape(self.free.shape)


@dataclass(frozen=True)
class SkuChoice:
    """What was chosen, and how all candidates fared on the last horizon."""

    model: SkuModel
    evidence: dict[str, Any]


UNJUDGED = SkuChoice(
    UNLEARNED, {"shipped": DIVISION, "judged_at": None, "why": "no horizon to judge on"}
)


def choose_sku_model(
    windows: Sequence[SkuWindow],
    chance: Floats | None,
    horizon_months: int,
    seed: int,
) -> SkuChoice:
    """Learn on the older windows, judge on the newest, and fit what is shipped on the last year's.

    Args:
        windows: The newest first, a horizon apart.
        chance: Shape (n, D), of the newest window's customers to buy from each division, by a fit
            that had not seen it.
    """
    if not windows or chance is None or not windows[0].market.signals.keys.size:
        return UNJUDGED
    rng = np.random.default_rng(seed)
    year = horizons_of_a_year(horizon_months)
    learned = [sku_rows(window, rng) for window in windows[: year + 1]]
    older = learned[1:]
    blend = fit_blend(SkuRows.joined(older)) if older else None
    found = _judge(windows[0], chance, blend, rng)
    if found is None:
        return UNJUDGED
    kind = found.best
    final = fit_blend(SkuRows.joined(learned[:year])) if kind == BLEND else None
    return SkuChoice(SkuModel(kind, final), found.evidence())


def horizons_of_a_year(horizon_months: int) -> int:
    """How many horizons it takes for a year, at least one."""
    return max(-(-YEAR // horizon_months), 1)


def sku_rows(window: SkuWindow, rng: np.random.Generator) -> SkuRows:
    """Every take-up among the drawn customers, and as many other pairs as fit, weighted.

    Only pairs of a customer with a SKU of a division from which it bought in the horizon.
    """
    drawn = np.sort(rng.permutation(len(window.buyer))[:MOST_CUSTOMERS])
    share = window.market.share
    skus = np.bincount(window.market.signals.division, minlength=window.buyer.shape[1])
    pairs = int((window.buyer[drawn] @ skus).sum())
    keep = min(1.0, MOST_ROWS / max(pairs, 1))
    parts = []
    for block in window.blocks(drawn):
        drawn_too = rng.random(block.free.shape) < keep
        chosen = block.free & block.buyer & (block.taken | drawn_too)
        weight = np.where(block.taken[chosen], 1.0, 1.0 / keep)
        shares = np.broadcast_to(share, chosen.shape)[chosen]
        parts.append(SkuRows(block.signals[chosen], shares, block.taken[chosen], weight))
    return SkuRows.joined(parts)


@dataclass(frozen=True)
class _Judgement:
    """The candidates' lists over the same customers, and the sums of their chances.

    Attributes:
        plain: By each candidate alone: what is chosen by, so that a choice does not turn on the
            divisions of one SKU, in which all candidates say the same.
        lists: As they would be published.
    """

    plain: dict[str, Ranked]
    lists: dict[str, Ranked]
    owner_share: Floats
    expected: dict[str, float]
    actual: int

    @property
    def best(self) -> str:
        """What ranks best, if it surely beats popularity in the segments."""
        lists = self.plain
        sure = [k for k in SHIPPED if k in lists and gain(lists[k], lists[SEGMENT]).is_better]
        recall = {kind: float(lists[kind].recall(10).mean()) for kind in sure}
        return max(sure, key=lambda kind: recall[kind]) if sure else SEGMENT

    def evidence(self) -> dict[str, Any]:
        """Plain JSON values."""
        found = {}
        for kind, lists in self.lists.items():
            more = gain(lists, self.lists[SEGMENT])
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
    window: SkuWindow,
    division_score: Floats,
    blend: RidgeLogistic | None,
    rng: np.random.Generator,
) -> _Judgement | None:
    """Rank the products of drawn customers by every candidate; None where too few took one up."""
    drawn = np.sort(rng.permutation(len(division_score))[:MOST_CUSTOMERS])
    kinds = [kind for kind in (POPULARITY, *SHIPPED) if kind != BLEND or blend is not None]
    plain: dict[str, list[Ranked]] = {kind: [] for kind in kinds}
    parts: dict[str, list[Ranked]] = {kind: [] for kind in kinds}
    expected, actual = dict.fromkeys(kinds, 0.0), 0
    for block in window.blocks(drawn):
        takers = block.taken.any(1)
        actual += int(block.taken.sum())
        division = division_score[block.customers][:, window.market.signals.division]
        for kind in kinds:
            score = block.score(kind, division, window.market.share, blend)
            plain[kind].append(ranked(score[takers], block.free[takers], block.taken[takers]))
            if kind in (DIVISION, BLEND):
                score = np.where(window.market.sole, division, score)
            expected[kind] += float(np.minimum(score, division)[block.free].sum())
            parts[kind].append(ranked(score[takers], block.free[takers], block.taken[takers]))
    alone, lists = (
        {kind: Ranked.joined(blocks) for kind, blocks in some.items()} for some in (plain, parts)
    )
    if len(lists[SEGMENT].taken) < LEAST_TAKERS:
        return None
    owned = window.market.signals.owned
    return _Judgement(alone, lists, np.asarray(owned.sum(0)) / owned.shape[0], expected, actual)
