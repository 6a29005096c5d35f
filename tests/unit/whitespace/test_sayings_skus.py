"""The sentence about a product, word for word."""

import pytest

from gosales.whitespace.sayings_skus import product_sentence, shortened

BESIDE = "Bought AM Support: 45 % of such customers bought this product too, "


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("AM Support", 0.45, 0.3, "CAD"), f"{BESIDE}30 % of the owners of CAD did"),
        (("AM Support", 0.45, 0.04, ""), f"{BESIDE}4.0 % of all customers did"),
        (("AM Support", 0.31, 0.3, "CAD"), "30 % of the owners of CAD bought this product"),
        (("", 0.0, 0.04, ""), "4.0 % of all customers bought this product"),
        (("", 0.0, 0.01, ""), None),
    ],
)
def test_what_speaks_for_a_product(given, said):
    assert product_sentence(*given) == said


def test_a_long_name_is_cut():
    assert shortened("x" * 40) == "x" * 40
    assert shortened("word " * 20) == f"{'word ' * 7}wo..."
