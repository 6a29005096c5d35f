"""SKU counts of the last horizon, from a handful of lines."""

import datetime as dt

import pytest

from gosales.core.timeline import Cutoff
from gosales.models.product_model import PRIOR
from gosales.pipeline.products import owned_skus, product_models, sku_counts, still_sold

CUTOFF = Cutoff(dt.date(2024, 12, 31))
BEFORE, AFTER = "2024-03-01", "2024-09-01"


@pytest.fixture
def history(make_star):
    """Six months from July; `pro` is held by ada before, who buys it again, and `lite` too."""

    def make(*more, **tables):
        lines = [
            ("ada", "CAD", "pro", BEFORE, 100),
            ("ada", "CAD", "pro", AFTER, 100),
            ("ada", "CAD", "lite", AFTER, 10),
            ("bob", "CAD", "pro", AFTER, 300),
            ("cyd", "CAD", "lite", AFTER, 30),
            ("dan", "CPE", "plan", AFTER, 7),
        ]
        return make_star(*lines, *more, **tables).as_of(CUTOFF)

    return make


def chances(history):
    return {
        division: {item.sku: item.chance for item in model.items}
        for division, model in product_models(history, 6).items()
    }


def test_chances_by_hand(history):
    """CAD's three buyers: one of two non-owners bought `pro`, two of three `lite`."""
    mean = (1 + 2 + 0.5) / (2 + 3 + 1)
    found = chances(history())
    assert found["CAD"] == pytest.approx(
        {"pro": (1 + PRIOR * mean) / (2 + PRIOR), "lite": (2 + PRIOR * mean) / (3 + PRIOR)}
    )
    assert set(found["CPE"]) == {"plan"}


def test_value_is_the_mean_per_buyer_in_cents(history):
    items = product_models(history(), 6)["CAD"].items
    assert {item.sku: item.value_cents for item in items} == {"pro": 20_000, "lite": 2_000}


def test_what_was_fully_returned_was_not_bought(history):
    returned = ("cyd", "CAD", "lite", "2024-10-01", -30, -1)
    plain, less = (chances(h)["CAD"]["lite"] for h in (history(), history(returned)))
    mean = (1 + 1 + 0.5) / (1 + 2 + 1)
    assert less == pytest.approx((1 + PRIOR * mean) / (2 + PRIOR))
    assert less < plain


def test_a_sku_that_nobody_bought_lately_has_the_mean_chance(history):
    found = chances(history(("eve", "CAD", "old", "2024-02-01", 5)))["CAD"]
    mean = (1 + 2 + 0.5) / (2 + 3 + 3 + 1)
    assert found["old"] == pytest.approx(PRIOR * mean / (3 + PRIOR))


@pytest.mark.parametrize(
    ("day", "product", "sold"),
    [
        pytest.param("2024-01-01", None, True, id="within a year"),
        pytest.param("2023-12-31", None, False, id="a year ago"),
        pytest.param(AFTER, ("CAD", "x", "X", None, "2024-12-31"), False, id="retired"),
        pytest.param(AFTER, ("CAD", "x", "X", None, "2025-01-01"), True, id="retired later"),
        pytest.param(AFTER, ("CAD", "x", "X", "2025-01-01", None), False, id="not launched"),
        pytest.param(AFTER, ("CAD", "x", "X", "2024-12-31", None), True, id="launched"),
        pytest.param(AFTER, ("CPE", "x", "X", None, "2024-01-01"), True, id="another's x"),
    ],
)
def test_only_what_is_still_sold_is_offered(history, day, product, sold):
    made = history(("eve", "CAD", "x", day, 5), products=[product] if product else [])
    offered = still_sold(made).execute()
    assert (("CAD", "x") in set(zip(offered.division, offered.product_sku, strict=True))) == sold
    assert ("x" in chances(made)["CAD"]) == sold


def test_a_return_alone_does_not_keep_a_sku_on_sale(history):
    made = history(("eve", "CAD", "x", "2023-01-01", 5, 2), ("eve", "CAD", "x", AFTER, -2, -1))
    assert "x" not in chances(made)["CAD"]


def test_unassigned_skus_are_never_offered(history):
    made = history(("eve", "Unassigned", "x", AFTER, 5))
    assert "Unassigned" not in chances(made)


def test_owned_is_bought_and_not_fully_returned(history):
    rows = owned_skus(
        history(
            ("eve", "CAD", "pro", BEFORE, 9),
            ("eve", "CAD", "pro", AFTER, -9, -1),
            ("fay", "CAD", "pro", "2025-01-01", 9),
        )
    ).execute()
    assert sorted(zip(rows.customer_id, rows.product_sku, strict=True)) == [
        ("ada", "lite"),
        ("ada", "pro"),
        ("bob", "pro"),
        ("cyd", "lite"),
        ("dan", "plan"),
    ]


def test_a_log_shorter_than_the_horizon_still_gives_products(make_star):
    star = make_star(("ada", "CAD", "pro", "2024-12-01", 9))
    assert list(chances(star.as_of(CUTOFF))["CAD"]) == ["pro"]


def test_a_sku_bought_long_ago_may_be_offered_again(history):
    lines = [("eve", "CAD", "old", "2022-12-31", 9), ("eve", "CPE", "old", "2022-12-31", 9)]
    kept = {("ada", "pro"), ("ada", "lite"), ("bob", "pro"), ("cyd", "lite"), ("dan", "plan")}

    def owned(months):
        rows = owned_skus(history(*lines), {"CAD": months}).execute()
        columns = (rows.customer_id, rows.division, rows.product_sku)
        return set(zip(*columns, strict=True))

    still = {(c, "CPE" if s == "plan" else "CAD", s) for c, s in kept} | {("eve", "CPE", "old")}
    assert owned(24) == still, "its last purchase is 24 months ago to the day"
    assert owned(25) == still | {("eve", "CAD", "old")}
    assert ("bob", "CAD", "pro") not in owned(3)


def test_skus_are_counted_from_the_first_line_on(history):
    gone = ("eve", "CPE", "old plan", "2019-01-05", 5)
    assert sku_counts(history()) == {"CAD": 2, "CPE": 1}
    assert sku_counts(history(gone)) == {"CAD": 2, "CPE": 2}
