"""Who bought what in the horizon, net of returns in it."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from gosales.core.columns import Fact
from gosales.core.frames import LabelFrame, Spine
from gosales.core.star import Outcome, is_kept, sku_sums
from gosales.utils.coding import placed

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
    """customer_id, division, net value in cents; a row per cell that bought."""
    skus = sku_purchases(outcome)
    cells = skus.group_by([Fact.CUSTOMER, Fact.DIVISION]).aggregate(
        **{KEPT: skus[KEPT].max(), VALUE: skus[VALUE].sum()}
    )
    return cells.filter(cells[KEPT] > 0).select(Fact.CUSTOMER, Fact.DIVISION, VALUE)


def sku_purchases(outcome: Outcome) -> ir.Table:
    """customer_id, division, product_sku, kept (0 or 1), net value in cents, of the horizon."""
    sums = sku_sums(outcome.facts, [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU])
    kept = sums.mutate(**{KEPT: is_kept(sums)})
    return kept.select(Fact.CUSTOMER, Fact.DIVISION, Fact.SKU, KEPT, VALUE)
