"""Why a product: a sentence before what speaks for its division."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from gosales.core.columns import Fact, Scores, Whitespace
from gosales.features.panel import Panel
from gosales.features.sku_partners import partners
from gosales.features.sku_signals import SkuSignals
from gosales.pipeline.reasons import BUT, JOINT, MOST
from gosales.pipeline.row_facts import named
from gosales.whitespace.sayings_peers import NOTHING
from gosales.whitespace.sayings_skus import product_sentence

NO_PRODUCT = ("", "")


def product_reasons(
    signals: SkuSignals,
    panel: Panel,
    names: Mapping[tuple[str, str], str],
    rows: pd.DataFrame,
    leftover: Collection[str] = (),
) -> list[str]:
    """The reasons of product rows: of the product, then those of its division that they have.

    Args:
        rows: Product rows of the whitespace list, with the reasons of their division.
        leftover: Divisions whose owners have nothing in common: all customers are told instead.
    """
    key = pd.MultiIndex.from_frame(rows[[Fact.DIVISION, Whitespace.SKU]].astype(object))
    customer = pd.Index(signals.customers).get_indexer(rows[Scores.CUSTOMER].astype(object))
    product = signals.keys.get_indexer(key)
    known = pd.Index(panel.customers).get_indexer(signals.customers)
    owners = panel.owned[known] & named(panel.divisions, leftover)
    found = partners(signals, owners, customer, product)
    pairs = [*signals.keys, NO_PRODUCT]  # the last one stands for -1
    owner = owners[customer, signals.division[product]]
    divisions = np.where(owner, rows[Fact.DIVISION].to_numpy(object), "")
    said = [
        product_sentence(names.get(pairs[partner]) or pairs[partner][1], share, usual, division)
        for partner, share, usual, division in zip(
            found.product, found.share, found.usual, divisions, strict=True
        )
    ]
    return [_joined(*both) for both in zip(said, rows[Scores.REASONS], strict=True)]


def _joined(said: str | None, reasons: str) -> str:
    """At most MOST sentences for the row; what stands out about the product stands first."""
    if said is None or not reasons:
        return reasons
    sentences = reasons.split(JOINT)
    good = [part for part in sentences if not part.startswith((BUT, NOTHING))]
    against = [part for part in sentences if part.startswith(BUT)]
    return JOINT.join([said.replace(JOINT, ", "), *good[: MOST - 1], *against])
