"""SKU counts of the last horizon, for the product models; and who owns which SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from gosales.core.columns import UNASSIGNED, Fact, Product
from gosales.core.star import History, is_kept, sku_sums
from gosales.features.holdings import FIRST, LAST, Holdings
from gosales.labels.purchases import KEPT, VALUE, sku_purchases
from gosales.models.product_model import ProductCount, ProductModel, fit_product_model
from gosales.utils.engines import materialise, release

STILL_SOLD_MONTHS = 12
DAYS_PER_MONTH = 30.4375


def product_models(history: History, horizon_months: int) -> dict[str, ProductModel]:
    """Division -> its product model, learned from the last horizon of `history`."""
    start = history.cutoff.months_before(horizon_months)
    bought = sku_purchases(history.outcome(start, horizon_months))
    bought = bought.filter((bought[KEPT] > 0) & (bought[Fact.DIVISION] != UNASSIGNED))
    bought, owned = materialise(bought), materialise(owned_skus(history.as_of(start)))
    counts = _counts(bought, owned)
    buyers = bought.group_by(Fact.DIVISION).aggregate(buyers=bought[Fact.CUSTOMER].nunique())
    count = {name: int(n) for name, n in buyers.to_pandas().itertuples(index=False)}
    for table in (bought, owned):
        release(table)
    sold = still_sold(history).to_pandas()
    by_division: dict[str, list[ProductCount]] = defaultdict(list)
    for division, sku in zip(sold[Fact.DIVISION], sold[Fact.SKU], strict=True):
        by_division[division].append(counts.get((division, sku)) or ProductCount(sku, 0, 0, 0.0))
    return {
        division: fit_product_model(
            ProductCount(c.sku, c.novel, count.get(division, 0) - c.open, c.value_cents)
            for c in items
        )
        for division, items in by_division.items()
    }


def owned_skus(history: History, rebuy_after_months: Mapping[str, int] | None = None) -> ir.Table:
    """customer_id, division, product_sku: bought and not fully returned.

    Args:
        history: Up to the cutoff.
        rebuy_after_months: Division -> months after which an old purchase no longer counts.
    """
    sales, key = history.sales, [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU]
    sums = sku_sums(sales, key)
    owned = sums.filter(is_kept(sums) > 0).select(key)
    for division, months in sorted((rebuy_after_months or {}).items()):
        lately = sales.filter(
            (sales[Fact.LINE_TYPE] == Fact.SALE)
            & (sales[Fact.DATE] > history.cutoff.plus_months(-months))
        )
        counts = owned.semi_join(lately, key)
        owned = owned.filter(owned[Fact.DIVISION] != division).union(
            counts.filter(counts[Fact.DIVISION] == division)
        )
    return owned


def sku_holdings(history: History) -> Holdings:
    """What is owned: bought and not fully returned."""
    sales, key = history.sales, [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU]
    sold = sales[Fact.LINE_TYPE] == Fact.SALE
    age = ibis.literal(history.cutoff.date).delta(sales[Fact.DATE], unit="day")
    days = ibis.ifelse(sold, age, ibis.null("int64"))
    sums = sku_sums(sales, key, **{FIRST: days.max(), LAST: days.min()})
    owned = sums.filter((is_kept(sums) > 0) & (sums[Fact.DIVISION] != UNASSIGNED))
    months = {name: owned[name].cast("float64") / DAYS_PER_MONTH for name in (FIRST, LAST)}
    return Holdings.of(owned.select(*key, **months).to_pyarrow())


def still_sold(history: History) -> ir.Table:
    """division, product_sku: sold in the last 12 months, launched and not retired."""
    sales, today = history.sales, history.cutoff.date
    recent = sales[Fact.DATE] > history.cutoff.plus_months(-STILL_SOLD_MONTHS)
    is_sale = sales[Fact.LINE_TYPE] == Fact.SALE
    lately = sales.filter(recent & is_sale).select(Fact.DIVISION, Fact.SKU).distinct()
    listed = history.tables.products
    gone = listed.filter(
        (listed[Product.LAUNCHED].notnull() & (listed[Product.LAUNCHED] > today))
        | (listed[Product.RETIRED].notnull() & (listed[Product.RETIRED] <= today))
    )
    return lately.anti_join(gone, [Fact.DIVISION, Fact.SKU]).order_by([Fact.DIVISION, Fact.SKU])


def sku_counts(history: History) -> dict[str, int]:
    """Division -> how many SKUs were ever sold in it."""
    sales = history.sales
    counts = sales.group_by(Fact.DIVISION).aggregate(skus=sales[Fact.SKU].nunique())
    return {name: int(skus) for name, skus in counts.to_pandas().itertuples(index=False)}


def product_names(history: History) -> dict[tuple[str, str], str]:
    """(division, SKU) -> name, where there is one."""
    table = history.tables.products
    rows = table.filter(table[Product.NAME].notnull()).to_pandas()
    keys = zip(rows[Product.DIVISION], rows[Product.SKU], strict=True)
    return dict(zip(keys, rows[Product.NAME], strict=True))


def _counts(bought: ir.Table, owned: ir.Table) -> dict[tuple[str, str], ProductCount]:
    """(division, SKU) -> novel buyers, and in `open` the division's buyers who owned it before."""
    cell, key = [Fact.CUSTOMER, Fact.DIVISION], [Fact.DIVISION, Fact.SKU]
    open_to = owned.semi_join(bought, cell).group_by(key).aggregate(owners=ibis._.count())
    flagged = bought.left_join(owned.mutate(had=1), [*cell, Fact.SKU])
    taken = flagged.group_by(key).aggregate(
        novel=flagged.had.isnull().sum(), value=flagged[VALUE].mean()
    )
    rows = taken.outer_join(open_to, key)
    name = {column: ibis.coalesce(rows[column], rows[f"{column}_right"]) for column in key}
    table = rows.select(**name, novel=rows.novel, owners=rows.owners, value=rows.value)
    counts = table.to_pandas().fillna({"novel": 0, "owners": 0, "value": 0.0})
    return {
        (division, sku): ProductCount(sku, int(novel), int(owners), max(float(value), 0.0))
        for division, sku, novel, owners, value in counts.itertuples(index=False)
    }
