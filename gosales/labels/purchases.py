"""Who bought what in the horizon, net of returns in it."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from gosales.core.columns import Fact
from gosales.core.frames import LabelFrame, Spine
from gosales.core.star import Outcome, is_kept, sku_sums, takes_nothing_back
from gosales.utils.coding import placed

CELL = [Fact.CUSTOMER, Fact.DIVISION]
KEPT, VALUE = "kept", "value"


def label(outcome: Outcome, spine: Spine) -> LabelFrame:
    """Label every cell of the spine.

    A cell bought when at least one of its SKUs was sold in the horizon and not fully returned in
    it. Customers and divisions that first appear after the cutoff are in no spine: nobody could
    have scored them.
    """
    bought = purchases(outcome).to_pyarrow()
    row = placed(bought[Fact.CUSTOMER], pd.Index(spine.customers))
    column = placed(bought[Fact.DIVISION], pd.Index(spine.divisions))
    inside = (row >= 0) & (column >= 0)
    labels = np.zeros(spine.owned.shape, bool)
    value = np.zeros(spine.owned.shape, np.int64)
    labels[row[inside], column[inside]] = True
    value[row[inside], column[inside]] = bought[VALUE].to_numpy()[inside]
    return LabelFrame(outcome.horizon_months, labels, value)


def purchases(outcome: Outcome) -> ir.Table:
    """customer_id, division, net value in cents; a row per cell that bought.

    Where nothing came back, every SKU that was sold is kept: only the SKUs of the other cells have
    to be looked at one by one, and these are few.
    """
    lines, undone = outcome.facts, "undone"
    cells = lines.group_by(CELL).aggregate(
        **{
            VALUE: lines[Fact.VALUE].sum().cast("int64"),
            undone: ibis.ifelse(takes_nothing_back(lines), 0, 1).max(),
        }
    )
    with_returns = cells.filter(cells[undone] == 1)
    skus = sku_purchases(replace(outcome, facts=lines.semi_join(with_returns, CELL)))
    kept = skus.filter(skus[KEPT] == 1).select(CELL).distinct()
    steady = cells.filter(cells[undone] == 0)
    return steady.union(with_returns.semi_join(kept, CELL)).select(*CELL, VALUE)


def sku_purchases(outcome: Outcome) -> ir.Table:
    """customer_id, division, product_sku, kept (0 or 1), net value in cents, of the horizon."""
    sums = sku_sums(outcome.facts, [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU])
    kept = sums.mutate(**{KEPT: is_kept(sums)})
    return kept.select(Fact.CUSTOMER, Fact.DIVISION, Fact.SKU, KEPT, VALUE)
