"""Facts are sorted, whether at once or some days at a time."""

import random

import pytest

from gosales.core.settings import LimitSettings
from gosales.etl import tables
from tests.unit.etl.conftest import long_settings


def long_log():
    rng = random.Random(1)
    lines = [
        f"c{rng.randrange(9)},2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02},"
        f"s{rng.randrange(5)},CAD,{rng.choice([1, 2, -1])},{rng.randrange(1, 900)}"
        for _ in range(400)
    ]
    return "Customer,Date,Sku,Division,Qty,Value\n" + "\n".join(lines) + "\nc1,someday,s1,CAD,1,1\n"


@pytest.mark.parametrize("most", [1, 37, 399, 10**6])
def test_facts_are_the_same_sorted_at_once_or_some_days_at_a_time(shop, monkeypatch, most):
    shop.put("a.csv", long_log())
    shop.put("b.csv", long_log().replace("c1", "d1"))
    facts = "SELECT * FROM fact_transactions"
    shop.build(long_settings())
    expected = shop.rows(facts)
    asked = []
    days_at_once = tables._days_at_once

    def seen(*told):
        asked.extend(days_at_once(*told))
        return asked

    monkeypatch.setattr(tables, "_days_at_once", seen)
    monkeypatch.setattr(tables, "SORT_BYTES", tables.SORT_SHARE * 1e9 / (most + 0.5))
    shop.build(long_settings(limits=LimitSettings(memory_gb=1)))
    assert shop.rows(facts) == expected
    assert len(expected) == 802 - len(shop.rejects())
    assert [row[1] for row in expected] == sorted(row[1] for row in expected)
    days = len({row[1] for row in expected})
    assert (len(asked) == days) if most == 1 else (len(asked) == -(-len(expected) // most))
