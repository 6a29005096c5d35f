"""Which product next."""

import pytest

from gosales.models.product_model import PRIOR, ProductCount, fit_product_model


def skus(items):
    return [item.sku for item in items]


@pytest.fixture
def model():
    """`rare` was bought by its only non-owner: a share of one that means little."""
    return fit_product_model(
        [
            ProductCount("rare", 1, 1, 5.0),
            ProductCount("pro", 40, 100, 900.0),
            ProductCount("lite", 10, 100, 90.0),
            ProductCount("new", 0, 0, 0.0),
        ]
    )


def test_chances_are_shrunk_to_the_mean_sku(model):
    mean = (51 + 0.5) / (201 + 1)
    chance = {item.sku: item.chance for item in model.items}
    assert chance["pro"] == pytest.approx((40 + PRIOR * mean) / (100 + PRIOR))
    assert chance["rare"] == pytest.approx((1 + PRIOR * mean) / (1 + PRIOR))
    assert chance["new"] == pytest.approx(mean)
    assert all(0 < value < 1 for value in chance.values())


def test_likeliest_first(model):
    assert skus(model.items) == ["pro", "rare", "new", "lite"]


def test_ties_by_name_whatever_the_order():
    counts = [ProductCount(sku, 2, 10, 1.0) for sku in "cab"]
    assert skus(fit_product_model(counts).items) == ["a", "b", "c"]
    assert fit_product_model(counts) == fit_product_model(reversed(counts))


def test_a_division_without_products_has_none():
    assert fit_product_model([]).items == ()
    assert fit_product_model(iter(())).items == ()
