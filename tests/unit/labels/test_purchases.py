from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gosales.core.columns import Fact
from gosales.core.frames import Spine
from gosales.core.timeline import Cutoff
from gosales.labels.purchases import KEPT, VALUE, label, purchases, sku_purchases

AUGUST = Cutoff.parse("2024-08-31")


def spine(customers=("acme", "bolt"), divisions=("CAD", "CPE")):
    owned = np.zeros((len(customers), len(divisions)), bool)
    return Spine(AUGUST, np.array(customers, object), divisions, owned)


def line(day, money=100, quantity=1, sku="pro", customer="acme", division="CAD"):
    return (customer, division, sku, day, money, quantity)


@pytest.fixture
def labelled(make_star):
    """`labelled(line, ...)`: bought and value of acme's CAD, six months after 2024-08-31."""

    def of(*lines):
        labels = label(make_star(*lines).outcome(AUGUST, 6), spine())
        return bool(labels.bought[0, 0]), int(labels.value_cents[0, 0])

    return of


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([line("2024-10-01")], (True, 10000), id="in the horizon"),
        pytest.param([line("2024-08-31")], (False, 0), id="on the cutoff day"),
        pytest.param([line("2024-09-01")], (True, 10000), id="the day after"),
        pytest.param([line("2025-02-28")], (True, 10000), id="the last day, clipped"),
        pytest.param([line("2025-03-01")], (False, 0), id="the day after the last"),
        pytest.param(
            [line("2024-10-01"), line("2024-11-01", -100, -1)], (False, 0), id="returned"
        ),
        pytest.param(
            [line("2024-10-01"), line("2025-03-01", -100, -1)], (True, 10000), id="returned later"
        ),
        pytest.param(
            [line("2024-08-01"), line("2024-10-01", -100, -1)], (False, 0), id="an older return"
        ),
        pytest.param(
            [line("2024-08-01"), line("2024-10-01", -100, -1), line("2024-10-01", 60, sku="lite")],
            (True, -4000),
            id="an older sale's return, and a new SKU",
        ),
        pytest.param(
            [line("2024-10-01", 100, 2), line("2024-10-02", -50, -1)], (True, 5000), id="half of it"
        ),
        pytest.param([line("2024-10-01", 0, 1)], (True, 0), id="a free item"),
        pytest.param([line("2024-10-01", -20, 1)], (True, -2000), id="at a loss"),
        pytest.param([line("2024-10-01", 0.01, None)], (True, 1), id="a cent of service"),
    ],
)  # fmt: skip
def test_what_counts_as_bought(labelled, lines, expected):
    assert labelled(*lines) == expected


def test_a_return_posted_to_another_sku_leaves_the_sale(labelled):
    assert labelled(line("2024-10-01"), line("2024-10-02", -100, -1, sku="lite")) == (True, 0)


def test_cells_are_labelled_apart(make_star):
    star = make_star(line("2024-10-01"), line("2024-10-01", 7, customer="bolt", division="CPE"))
    labels = label(star.outcome(AUGUST, 6), spine())
    assert labels.bought.tolist() == [[True, False], [False, True]]
    assert labels.value_cents.tolist() == [[10000, 0], [0, 700]]
    assert labels.months == 6


def test_customers_and_divisions_outside_of_the_spine_are_ignored(make_star):
    star = make_star(
        line("2024-10-01", customer="newcomer"),
        line("2024-10-01", division="New"),
        line("2024-10-01", customer="zzz", division="Zzz"),
    )
    labels = label(star.outcome(AUGUST, 6), spine())
    assert not labels.bought.any()
    assert not labels.value_cents.any()


@pytest.mark.parametrize("customers", [(), ("acme",)])
def test_no_outcome_and_no_customer_is_no_purchase(make_star, customers):
    labels = label(make_star().outcome(AUGUST, 6), spine(customers))
    assert labels.bought.shape == (len(customers), 2)
    assert not labels.bought.any()


@pytest.mark.parametrize(("months", "bought"), [(1, False), (2, True)])
def test_a_partial_outcome_has_its_own_length(make_star, months, bought):
    """A month after 31 August ends on 30 September."""
    labels = label(make_star(line("2024-10-01")).outcome(AUGUST, months), spine())
    assert (labels.months, bool(labels.bought[0, 0])) == (months, bought)


def test_what_was_posted_late_was_still_bought(make_star):
    star = make_star((*line("2024-10-01"), "2026-01-01"))
    assert label(star.outcome(AUGUST, 6), spine()).bought[0, 0]


def test_skus_keep_their_own_score(make_star):
    star = make_star(
        line("2024-10-01"),
        line("2024-10-01", 30, sku="lite"),
        line("2024-10-02", -30, -1, sku="lite"),
    )
    rows = sku_purchases(star.outcome(AUGUST, 6)).order_by(Fact.SKU).to_pyarrow().to_pylist()
    assert [(row[Fact.SKU], row["kept"], row["value"]) for row in rows] == [
        ("lite", 0, 0),
        ("pro", 1, 10000),
    ]


@settings(max_examples=25)
@given(data=st.data())
def test_a_cell_bought_where_one_of_its_skus_is_kept(make_star, logs, data):
    """Whether any of its lines took something back or none did."""
    outcome = make_star(*data.draw(logs(AUGUST))).outcome(AUGUST, 6)
    kept, value = defaultdict(bool), defaultdict(int)
    for row in sku_purchases(outcome).to_pyarrow().to_pylist():
        cell = row[Fact.CUSTOMER], row[Fact.DIVISION]
        kept[cell] |= bool(row[KEPT])
        value[cell] += row[VALUE]
    found = purchases(outcome).to_pyarrow().to_pylist()
    bought = {(row[Fact.CUSTOMER], row[Fact.DIVISION]): row[VALUE] for row in found}
    assert len(bought) == len(found)
    assert bought == {cell: value[cell] for cell in kept if kept[cell]}
