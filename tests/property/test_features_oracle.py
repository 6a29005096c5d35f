"""The relational features, counted again by plain loops over the raw rows."""

import datetime as dt
import math
from collections import Counter
from typing import NamedTuple
from unittest import mock

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gosales.core.columns import UNASSIGNED
from gosales.core.timeline import Cutoff, add_months
from gosales.features import skus
from gosales.features.cube import build_cube
from gosales.features.ledger import Ledger
from gosales.features.relational import of_cells, of_customers, of_mix
from gosales.features.skus import SkuHistory
from gosales.features.sums import TouchedCells, starts_of
from gosales.features.tables import CUT, Snapshots, cell_table, customer_table
from tests.cubes import text_cube
from tests.unit.features.conftest import as_rows

ANCHORS = [Cutoff.parse(day) for day in ("2024-06-15", "2024-08-31", "2024-02-29", "2023-02-28")]


class Line(NamedTuple):
    customer: str
    division: str
    sku: str
    day: dt.date
    cents: int
    units: float
    visible: dt.date

    @property
    def sale(self):
        return self.units > 0 or (self.units == 0 and self.cents >= 0)


def lines(rows):
    """The lines of a log that have a division."""
    return [
        Line(c, d, sku, day, round(money * 100), units or 0, max(day, posted or day))
        for c, d, sku, day, money, units, posted, _branch in rows
        if d != UNASSIGNED
    ]


class Group:
    """The lines of one cell, or of one customer, known `age` months before the anchor."""

    def __init__(self, known, anchor, age, horizon):
        self.lines, self.anchor, self.age, self.horizon = known, anchor.date, age, horizon
        self.sale_days = sorted({line.day for line in known if line.sale})

    def day(self, months):
        """The day `months` months before this group's cutoff, as counted from the anchor."""
        return add_months(self.anchor, -(self.age + months))

    def inside(self, day, months, start=0):
        return self.day(start + months) < day <= self.day(start)

    def orders(self, months, start=0):
        return sum(self.inside(day, months, start) for day in self.sale_days)

    def recent(self, months, start=0):
        return [line for line in self.lines if self.inside(line.day, months, start)]

    def value(self, months, start=0):
        return sum(line.cents for line in self.recent(months, start))

    def decayed(self, half_life):
        """Halved every `half_life` months, in a straight line between."""
        weights = [(2 * half_life - k % half_life) * 0.5 ** (k // half_life) for k in range(60)]
        return sum(w * self.orders(1, k) for k, w in enumerate(weights)) / (2 * half_life)

    def skus(self, months=0):
        known = [line for line in self.lines if line.visible <= self.day(months)]
        keys = {(line.division, line.sku) for line in known}
        return sum(is_owned([x for x in known if (x.division, x.sku) == key]) for key in keys)


def is_owned(known):
    sales = [line for line in known if line.sale]
    in_units = not sum(x.units for x in sales) or sum(x.units for x in known) > 0
    earned = sum(max(line.cents, 0) for line in sales)
    returned = sum(line.cents for line in known if not line.sale)
    return bool(sales) and in_units and (not earned or earned + returned > 0)


def ratio(top, bottom):
    return top / bottom if top is not None and bottom else None


def recency(g):
    days = [(g.day(0) - day).days for day in g.sale_days]
    return {"days_since_last": min(days, default=None), "days_since_first": max(days, default=None)}


def frequency(g):
    return {
        **{f"orders_{k}m": g.orders(k) for k in (1, 3, 6, 12, 24)},
        **{f"orders_decay_{k}m": g.decayed(k) for k in (3, 12)},
        "orders_all": len(g.sale_days),
        "lines_12m": sum(line.sale for line in g.recent(12)),
    }


def monetary(g):
    total = sum(line.cents for line in g.lines)
    return {
        **{f"value_{k}m": g.value(k) for k in (3, 6, 12, 24)},
        "value_all": total,
        "value_per_order": ratio(total, len(g.sale_days)),
    }


def cadence(g):
    gaps = [(b - a).days for a, b in zip(g.sale_days, g.sale_days[1:], strict=False)]
    usual = ratio(sum(gaps), len(gaps))
    return {
        "usual_gap_days": usual,
        "gap_share_passed": ratio(recency(g)["days_since_last"], usual),
        **{f"active_months_{k}m": sum(g.orders(1, i) > 0 for i in range(k)) for k in (12, 24)},
    }


def trend(g):
    now, before = g.value(12), g.value(12, 12)
    return {
        "orders_half_year_ratio": (g.orders(6) + 1) / (g.orders(6, 6) + 1),
        "orders_year_ratio": (g.orders(12) + 1) / (g.orders(12, 12) + 1),
        "value_year_change": (now - before) / (abs(now) + abs(before)) if now or before else 0.0,
    }


def seasonality(g):
    h = g.horizon
    return {f"orders_season_{y}y": g.orders(min(h, 12 * y), max(12 * y - h, 0)) for y in (1, 2)}


def returns(g):
    back = [line.cents for line in g.recent(12) if not line.sale]
    return {"return_lines_12m": len(back), "returned_12m": sum(back)}


def breadth(g):
    return {"skus_owned": g.skus(), "skus_new_12m": g.skus() - g.skus(12)}


FAMILIES = (recency, frequency, monetary, cadence, trend, seasonality, returns)


def features(group, prefix, families):
    return {f"{prefix}_{f.__name__}__{k}": v for f in families for k, v in f(group).items()}


def mix(cells):
    """From the groups of a customer's cells."""
    firsts = [
        next(k for k in range(2000) if g.inside(g.sale_days[0], 1, k)) for g in cells if g.sale_days
    ]
    spent = [max(g.value(12), 0) for g in cells]
    return {
        "mix__divisions_owned": sum(g.skus() > 0 for g in cells),
        "mix__divisions_active_12m": sum(g.orders(12) > 0 for g in cells),
        "mix__divisions_new_6m": sum(first < 6 for first in firsts),
        "mix__divisions_new_12m": sum(first < 12 for first in firsts),
        "mix__months_since_new_division": min(firsts, default=None),
        "mix__skus_owned": sum(g.skus() for g in cells),
        "mix__top_division_share_12m": ratio(max(spent), sum(spent)),
    }


def by_loops(rows, anchor, age, horizon):
    """(customer, division) -> own features; (customer,) -> any and mix features."""
    known = [x for x in lines(rows) if x.visible <= add_months(anchor.date, -age)]

    def groups(key):
        keys = sorted({key(line) for line in known})
        return {
            k: Group([line for line in known if key(line) == k], anchor, age, horizon) for k in keys
        }

    cells, people = groups(lambda x: (x.customer, x.division)), groups(lambda x: (x.customer,))
    own = {key: features(g, "own", (*FAMILIES, breadth)) for key, g in cells.items()}
    return own | {
        key: features(g, "any", FAMILIES) | mix([c for k, c in cells.items() if k[:1] == key])
        for key, g in people.items()
    }


def by_engine(star, anchor, age, horizon):
    snapshot = Snapshots(text_cube(star.as_of(anchor)), (age,), horizon)
    cells = cell_table(snapshot)
    tables = cells.drop(CUT, "months_since_first"), customer_table(snapshot, cells).drop(CUT)
    return {
        tuple(row.pop(key) for key in ("customer_id", "division") if key in row): row
        for table in tables
        for row in table.to_pyarrow().to_pylist()
    }


def by_arrays(star, anchor, age, horizon):
    """The same from a ledger, in the precision before they are rounded to short floats."""
    cube = build_cube(star.as_of(anchor))
    cells, people = (Ledger.of(cube, table).known_at(age) for table in (cube.cells, cube.customers))
    own = of_cells(cells.sums(horizon))
    customer, division = cells.cells
    mixed = of_mix(TouchedCells(own, starts_of(customer)))
    del own["months_since_first"]
    cell_keys = zip(cells.customers[customer], cells.divisions[division], strict=True)
    found = dict(zip(cell_keys, as_rows(own), strict=True))
    told = as_rows(of_customers(people.sums(horizon)) | mixed)
    return found | dict(zip(((name,) for name in people.customers), told, strict=True))


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(data=st.data())
def test_features_equal_plain_loops_over_the_rows(make_star, logs, data):
    """To the cent and the order, at any whole number of months before any anchor."""
    anchor = data.draw(st.sampled_from(ANCHORS))
    rows = data.draw(logs(anchor))
    age, horizon = data.draw(st.integers(0, 18)), data.draw(st.sampled_from([6, 3, 14]))
    star, expected = make_star(*rows), by_loops(rows, anchor, age, horizon)
    assert by_engine(star, anchor, age, horizon) == expected
    assert by_arrays(star, anchor, age, horizon) == expected


CUSTOMERS = ["acme", "bolt", "cora"]


def skus_by_loops(rows, anchor, age, most):
    """Customers x the commonest SKUs, as lists: the log of the months with a purchase, fading."""
    past = [x for x in lines(rows) if x.sale and x.visible <= add_months(anchor.date, -age)]
    ends = [add_months(anchor.date, -age - k - 1) for k in range(99)]
    bought = {
        (x.customer, (x.division, x.sku), next(k for k, end in enumerate(ends) if x.day > end))
        for x in past
    }
    buyers = Counter(sku for _, sku in {pair[:2] for pair in bought})
    taken = sorted(buyers, key=lambda sku: (-buyers[sku], sku))[:most]
    return [
        [
            math.log1p(sum(0.5 ** (k / 12) for c, s, k in bought if (c, s) == (customer, sku)))
            for sku in taken
        ]
        for customer in CUSTOMERS
    ]


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(data=st.data())
def test_skus_equal_plain_loops_over_the_rows(make_star, logs, data):
    """By event and by posting, at any whole number of months before any anchor."""
    anchor = data.draw(st.sampled_from(ANCHORS))
    rows = data.draw(logs(anchor))
    age, most = data.draw(st.integers(0, 18)), data.draw(st.sampled_from([1, 3, 9]))
    with mock.patch.object(skus, "MOST_SKUS", most):
        history = SkuHistory.of(build_cube(make_star(*rows).as_of(anchor)))
        found = history.known_at(age, pd.Index(CUSTOMERS, dtype=object)).toarray()
    expected = skus_by_loops(rows, anchor, age, most)
    assert found.shape == (3, len(expected[0]))
    for one, other in zip(found.tolist(), expected, strict=True):
        assert one == pytest.approx(other)
