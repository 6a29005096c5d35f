import numpy as np
import pandas as pd
import pyarrow as pa

from gosales.core.columns import Fact
from gosales.features.holdings import FIRST, LAST, Holdings, Pairs

ROWS = pa.table(
    {
        Fact.CUSTOMER: ["bolt", "acme", "bolt", "acme"],
        Fact.DIVISION: ["CPE", "CPE", "CAD", "CAD"],
        Fact.SKU: ["b", "a", "b", "b"],
        FIRST: [4, 3, 2, 1],
        LAST: [0.5, 1.5, 2.5, 3.5],
    }
)


def test_pairs_come_by_customer_then_by_division_and_sku():
    pairs = Pairs.of(ROWS)
    assert pairs.customers[pairs.customer].tolist() == ["acme", "acme", "bolt", "bolt"]
    assert pairs.skus[pairs.sku].tolist() == [
        ("CAD", "b"),
        ("CPE", "a"),
        ("CAD", "b"),
        ("CPE", "b"),
    ]
    assert pairs.skus.is_monotonic_increasing


def test_pairs_are_placed_among_others():
    skus = pd.MultiIndex.from_tuples([("CPE", "a"), ("CAD", "b")])
    row, column = Pairs.of(ROWS).places(np.array(["bolt"], object), skus)
    assert row.tolist() == [-1, -1, 0, 0]
    assert column.tolist() == [1, 0, 1, -1]


def test_ages_follow_their_pairs():
    held = Holdings.of(ROWS)
    assert held.first.tolist() == [1, 3, 2, 4]
    assert held.last.tolist() == [3.5, 1.5, 2.5, 0.5]


def test_nothing_owned():
    held = Holdings.of(ROWS.slice(0, 0))
    row, column = held.pairs.places(np.array(["bolt"], object), held.pairs.skus)
    assert [len(part) for part in (held.first, row, column, held.pairs.skus)] == [0, 0, 0, 0]
