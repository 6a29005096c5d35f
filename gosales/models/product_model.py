"""Which SKU of a division a customer buys next: chances given that it buys from the division.

For each SKU: of the customers who bought from the division in the last horizon without owning the
SKU before, the share who bought that SKU, shrunk to the division's mean SKU by PRIOR buyers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PRIOR = 5.0


@dataclass(frozen=True)
class ProductCount:
    """What the last horizon tells of a SKU that is still sold.

    Attributes:
        novel: Customers who bought it in the last horizon and did not own it before.
        open: Customers who bought from its division in the last horizon without owning it before.
        value_cents: Mean value of the SKU per customer who bought it in the last horizon.
    """

    sku: str
    novel: int
    open: int
    value_cents: float


@dataclass(frozen=True)
class ProductChance:
    """Chance that a buyer of the division who does not own the SKU buys it in the horizon."""

    sku: str
    chance: float
    value_cents: float


@dataclass(frozen=True)
class ProductModel:
    """The SKUs of one division that are still sold, likeliest first, ties by name."""

    items: tuple[ProductChance, ...]


def fit_product_model(counts: Iterable[ProductCount]) -> ProductModel:
    """Fit one division from the counts of its SKUs."""
    rows = list(counts)
    mean = (sum(row.novel for row in rows) + 0.5) / (sum(row.open for row in rows) + 1.0)
    items = [
        ProductChance(row.sku, (row.novel + PRIOR * mean) / (row.open + PRIOR), row.value_cents)
        for row in rows
    ]
    return ProductModel(tuple(sorted(items, key=lambda item: (-item.chance, item.sku))))
