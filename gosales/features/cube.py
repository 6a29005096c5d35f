"""The interval cube: a history condensed to customer x division x month, for many cutoffs at once.

Every training cutoff lies whole months before the history's own cutoff, the *anchor*. So each day
belongs to one monthly interval, numbered by its age (0 is the month that ends on the anchor), and
every lookback of every cutoff is a run of intervals. Sums over a run are sums of cube rows, and
since an order day lies in one interval only, counts of distinct days add up too.

With two clocks a row also carries `seen`, the age of the day on which it became known: at a cutoff
of age k a row exists when `seen >= k`.

In DuckDB customers and divisions are numbers, in the order of their names: the rows come to this
process then as they are, for any range of customers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from gosales.core.columns import Fact
from gosales.core.star import History, is_kept, sku_sums, takes_nothing_back, visible_date
from gosales.core.timeline import Cutoff
from gosales.utils.coding import Ints, Names, coded
from gosales.utils.engines import DUCKDB, materialise, release


class C:
    """Column names of the cube."""

    AGE = "age"
    SEEN = "seen"
    DAY = "day"
    FIRST = "first_day"
    LAST = "last_day"
    ORDERS = "order_days"
    LINES = "lines"
    VALUE = "value"
    RETURNED = "returned"
    RETURN_LINES = "return_lines"
    KEPT = "kept_skus"
    MONTHS = "active_months"

    ADDITIVE = (ORDERS, LINES, VALUE, RETURNED, RETURN_LINES, KEPT, MONTHS)


@dataclass(frozen=True)
class Cube:
    """A history by month: `cells` per customer and division, `customers` over all divisions.

    `places` has the last day of each customer x branch x rep, `skus` the months in which each
    customer bought a SKU of a division, for what `features.skus` takes of them.

    The first two have the columns of `C`: DAY counts days before the anchor, VALUE is in cents,
    KEPT is the change in the number of SKUs owned (bought and not fully returned).

    `names` tells, by column, what the numbers in it mean; a column of texts is not in it.
    """

    anchor: Cutoff
    cells: ir.Table
    customers: ir.Table
    places: ir.Table
    skus: ir.Table
    names: dict[str, Names] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Whether it is in this process, where the features are made then too."""
        return bool(self.cells.get_backend().name == DUCKDB)

    @cached_property
    def rows(self) -> int:
        """Of the first two tables, which become ledgers."""
        return sum(int(table.count().execute()) for table in (self.cells, self.customers))

    def codes(self, rows: pa.Table, column: str) -> tuple[Ints, Names]:
        """A column of fetched rows as codes of shape (rows,), and what they mean, sorted."""
        if column in self.names:
            return rows[column].to_numpy(), self.names[column]
        return coded(rows[column])


CELL = (Fact.CUSTOMER, Fact.DIVISION)
CUSTOMER = (Fact.CUSTOMER,)
CODE, TEXT = "code", "text"
DAYS, LONGEST_MONTH = "days", 31


NARROW = {C.AGE: "int16", C.SEEN: "int16", C.ORDERS: "int32", C.LINES: "int32",
          C.RETURN_LINES: "int32", C.KEPT: "int32", C.MONTHS: "int32"}  # fmt: skip
"""What holds these numbers of a month, where memory is this process's own."""


def build_cube(history: History) -> Cube:
    """Condense `history`; the result is materialised in the history's own engine."""
    sales = history.sales
    if sales.get_backend().name != DUCKDB:
        return Cube(history.cutoff, *map(materialise, cube_tables(history)))
    numbers = {name: materialise(_numbers(sales, name)) for name in CELL}
    names = {name: _meanings(table, name) for name, table in numbers.items()}
    lines = _with_ages(history, _numbered(sales, numbers))
    spent = [*numbers.values()]
    if history.two_clocks:
        cells, customers = (_months(lines, grain, two_clocks=True) for grain in (CELL, CUSTOMER))
    else:
        marked = materialise(_marked(lines))
        spent.append(marked)
        cells, customers = _counted(marked), _counted(_of_customers(marked))
    tables = _tables(lines, cells, customers)
    cells, customers, places, skus = (materialise(_narrow(table)) for table in tables)
    for table in spent:
        release(table)
    return Cube(history.cutoff, cells, customers, places, skus, names)


def _numbers(sales: ir.Table, column: str) -> ir.Table:
    """The column's distinct texts and CODE, their places in sorted order."""
    texts = sales.select(column).distinct()
    place = ibis.row_number().over(order_by=texts[column])
    return texts.mutate(**{CODE: place.cast("int32")})


def _meanings(numbers: ir.Table, column: str) -> Names:
    return np.array(numbers.order_by(CODE).to_pyarrow()[column].to_pylist(), object)


def _numbered(sales: ir.Table, numbers: dict[str, ir.Table]) -> ir.Table:
    """The lines with numbers in the place of texts, under the same names."""
    for column, table in numbers.items():
        joined = sales.join(table.rename({TEXT: column}), sales[column] == table[column])
        sales = joined.drop(column, TEXT).rename({column: CODE})
    return sales


def _narrow(table: ir.Table) -> ir.Table:
    return table.cast({name: kind for name, kind in NARROW.items() if name in table.columns})


def cube_tables(history: History) -> tuple[ir.Table, ir.Table, ir.Table, ir.Table]:
    """The tables of a `Cube`, in its order, not yet computed."""
    lines = _with_ages(history, history.sales)
    months = (_months(lines, grain, history.two_clocks) for grain in (CELL, CUSTOMER))
    return _tables(lines, *months)


def _tables(
    lines: ir.Table, cells: ir.Table, customers: ir.Table
) -> tuple[ir.Table, ir.Table, ir.Table, ir.Table]:
    """All four, from the months of cells and customers and the lines they are of."""
    kept = _kept_skus(lines).mutate(
        **{name: ibis.literal(0, "int64") for name in C.ADDITIVE if name != C.KEPT},
        **{name: ibis.null("int32") for name in (C.FIRST, C.LAST)},
    )
    columns = [*CELL, C.AGE, C.SEEN, C.FIRST, C.LAST, *C.ADDITIVE]
    cells = cells.select(columns).union(kept.select(columns))
    return cells, customers, _places(lines), _skus(lines)


def _with_ages(history: History, sales: ir.Table) -> ir.Table:
    """The fact rows with the age of their event, of their knowledge, and the day number."""
    anchor = history.cutoff
    seen = visible_date(sales) if history.two_clocks else sales[Fact.DATE]
    day = ibis.literal(anchor.date).delta(sales[Fact.DATE], unit="day")
    return sales.select(
        Fact.CUSTOMER,
        Fact.DIVISION,
        Fact.SKU,
        Fact.QUANTITY,
        Fact.VALUE,
        Fact.LINE_TYPE,
        Fact.BRANCH,
        Fact.REP,
        **{
            C.AGE: _age(sales[Fact.DATE], anchor).cast("int32"),
            C.SEEN: _age(seen, anchor).cast("int32"),
            C.DAY: day.cast("int32"),
        },
    )


def _age(day: ir.DateColumn, anchor: Cutoff) -> ir.IntegerValue:
    """`Cutoff.age_in_months`, as an expression."""
    months = (anchor.date.year - day.year()) * 12 + (anchor.date.month - day.month())
    return months - ibis.ifelse(day.day() > anchor.date.day, 1, 0)


def _places(lines: ir.Table) -> ir.Table:
    """customer_id, branch, rep, SEEN and LAST, the day number of their last line together."""
    named = lines.filter(lines[Fact.BRANCH].notnull() | lines[Fact.REP].notnull())
    return named.group_by([Fact.CUSTOMER, Fact.BRANCH, Fact.REP, C.SEEN]).aggregate(
        **{C.LAST: lambda t: t[C.DAY].min()}
    )


def _skus(lines: ir.Table) -> ir.Table:
    """customer_id, division, product_sku, AGE of a month with a sale, SEEN when it was known."""
    sold = lines.filter(lines[Fact.LINE_TYPE] == Fact.SALE)
    keys = [Fact.CUSTOMER, Fact.DIVISION, Fact.SKU, C.AGE]
    return sold.group_by(keys).aggregate(**{C.SEEN: sold[C.SEEN].max()})


def _months(lines: ir.Table, grain: tuple[str, ...], two_clocks: bool) -> ir.Table:
    """What `lines` come to per `grain`, month and age of knowledge, but for KEPT, which is 0."""
    return _by_month(_by_day(lines, grain, two_clocks), grain, two_clocks)


def _marked(lines: ir.Table) -> ir.Table:
    """The months of cells where every line was known on its day, in one grouping.

    DAYS has a bit for each day with a sale: a month is so many days in a row at most.
    """
    sale = lines[Fact.LINE_TYPE] == Fact.SALE
    day = ibis.ifelse(sale, lines[C.DAY], ibis.null("int32"))
    # A day after the cutoff, which only a planted leak has, is negative.
    place = (lines[C.DAY] % LONGEST_MONTH + LONGEST_MONTH) % LONGEST_MONTH
    bit = ibis.literal(1, "int32") << place
    return lines.group_by([*CELL, C.AGE, C.SEEN]).aggregate(
        **{name: values.sum().cast("int64") for name, values in _amounts(lines).items()},
        **{C.FIRST: day.max(), C.LAST: day.min()},
        **{DAYS: ibis.ifelse(sale, bit, 0).bit_or()},
    )


def _of_customers(marked: ir.Table) -> ir.Table:
    """The same over all divisions, whose order days may be the same ones."""
    sums = (C.LINES, C.VALUE, C.RETURNED, C.RETURN_LINES)
    return marked.group_by([*CUSTOMER, C.AGE, C.SEEN]).aggregate(
        **{name: marked[name].sum().cast("int64") for name in sums},
        **{C.FIRST: marked[C.FIRST].max(), C.LAST: marked[C.LAST].min()},
        **{DAYS: marked[DAYS].bit_or()},
    )


def _counted(marked: ir.Table) -> ir.Table:
    """The months as `_months` has them."""
    return marked.mutate(
        **{
            C.ORDERS: _bit_count(marked[DAYS]).cast("int64"),
            C.MONTHS: ibis.ifelse(marked[DAYS] > 0, 1, 0).cast("int64"),
            C.KEPT: ibis.literal(0, "int64"),
        }
    ).drop(DAYS)


@ibis.udf.scalar.builtin(name="bit_count")  # type: ignore[untyped-decorator]
def _bit_count(bits: int) -> int:  # type: ignore[empty-body]
    """Of DuckDB."""


def _amounts(lines: ir.Table) -> dict[str, ir.IntegerColumn]:
    """What a line adds to each sum."""
    sale = ibis.ifelse(lines[Fact.LINE_TYPE] == Fact.SALE, 1, 0)
    returned = 1 - sale
    return {
        C.LINES: sale,
        C.VALUE: lines[Fact.VALUE],
        C.RETURNED: returned * lines[Fact.VALUE],
        C.RETURN_LINES: returned,
    }


def _by_day(lines: ir.Table, grain: tuple[str, ...], two_clocks: bool) -> ir.Table:
    """One row per `grain`, day and knowledge age; ORDERS is 1 where an order day became known."""
    days = lines.group_by([*grain, C.AGE, C.SEEN, C.DAY]).aggregate(
        **{name: values.sum() for name, values in _amounts(lines).items()}
    )
    sold = days[C.LINES] > 0
    if two_clocks:
        known = ibis.ifelse(sold, days[C.SEEN], ibis.null("int32"))
        first_known = known.max().over(group_by=[*grain, C.DAY])
        sold = sold & (days[C.SEEN] == first_known)
    return days.mutate(**{C.ORDERS: ibis.ifelse(sold, 1, 0)})


def _by_month(days: ir.Table, grain: tuple[str, ...], two_clocks: bool) -> ir.Table:
    """Sum the day rows over each month; FIRST and LAST are day numbers of sales."""
    sale_day = ibis.ifelse(days[C.LINES] > 0, days[C.DAY], ibis.null("int32"))
    sums = {
        name: days[name].sum().cast("int64")
        for name in (C.ORDERS, C.LINES, C.VALUE, C.RETURNED, C.RETURN_LINES)
    }
    months = days.group_by([*grain, C.AGE, C.SEEN]).aggregate(
        **sums, **{C.FIRST: sale_day.max(), C.LAST: sale_day.min()}
    )
    active = months[C.ORDERS] > 0
    if two_clocks:  # a month counts once, on the row with which it became known
        known = ibis.ifelse(active, months[C.SEEN], ibis.null("int32"))
        active = active & (months[C.SEEN] == known.max().over(group_by=[*grain, C.AGE]))
    return months.mutate(
        **{
            C.MONTHS: ibis.ifelse(active, 1, 0).cast("int64"),
            C.KEPT: ibis.literal(0, "int64"),
        }
    )


def _kept_skus(lines: ir.Table) -> ir.Table:
    """customer_id, division, SEEN, AGE and KEPT: how the number of SKUs owned changed.

    A SKU is owned while what was sold of it is not fully returned (see `star.is_kept`). Most are
    bought and never given back: only the others have to be followed through time.
    """
    key = [*CELL, Fact.SKU]
    undone = lines.filter(~takes_nothing_back(lines)).select(key).distinct()
    steady = (
        lines.anti_join(undone, key).group_by(key).aggregate(**{C.SEEN: lambda t: t[C.SEEN].max()})
    )
    changes = steady.mutate(change=ibis.literal(1, "int64")).select(*CELL, C.SEEN, "change")
    changes = changes.union(_changes(lines.semi_join(undone, key)))
    return (
        changes.group_by([*CELL, C.SEEN])
        .aggregate(**{C.KEPT: lambda t: t.change.sum().cast("int64")})
        .mutate(**{C.AGE: lambda t: t[C.SEEN]})
    )


def _changes(lines: ir.Table) -> ir.Table:
    """customer_id, division, SEEN and `change`: 1 where a SKU came to be owned, -1 where not."""
    steps = sku_sums(lines, [*CELL, Fact.SKU, C.SEEN])
    running = ibis.cumulative_window(group_by=[*CELL, Fact.SKU], order_by=steps[C.SEEN].desc())
    totals = steps.mutate(
        **{
            name: steps[name].sum().over(running)
            for name in ("quantity", "sold_quantity", "sold_value", "returned_value", "sales")
        }
    )
    totals = totals.mutate(owned=is_kept(totals))
    order = ibis.window(group_by=[*CELL, Fact.SKU], order_by=totals[C.SEEN].desc())
    before = totals.owned.lag().over(order).fill_null(0)
    change = totals.mutate(change=(totals.owned - before).cast("int64"))
    return change.filter(change.change != 0).select(*CELL, C.SEEN, "change")
