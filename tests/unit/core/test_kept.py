"""When a purchase counts: sold, and not fully returned, in units and in money."""

import pytest

from gosales.core.columns import Fact
from gosales.core.star import is_kept, sku_sums


@pytest.fixture
def kept(make_star):
    """`kept((money, quantity), ...)`: whether these lines of one SKU leave it owned."""

    def of(*lines):
        star = make_star(*(("acme", "CAD", "pro", "2024-06-01", *line) for line in lines))
        sums = sku_sums(star.tables.facts, [Fact.CUSTOMER, Fact.SKU])
        return bool(sums.mutate(kept=is_kept(sums)).kept.execute().item())

    return of


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([(100, 1)], True, id="a sale"),
        pytest.param([(100, 1), (-100, -1)], False, id="returned in units and money"),
        pytest.param([(100, 1), (0, -1)], False, id="returned in units, money kept"),
        pytest.param([(100, 1), (-100, 0)], False, id="credited in full"),
        pytest.param([(100, 1), (-100, None)], False, id="credited in full, no units named"),
        pytest.param([(100, 1), (-99.99, None)], True, id="credited but for a cent"),
        pytest.param([(100, 2), (-50, -1)], True, id="one of two returned"),
        pytest.param([(100, 2), (-50, -2)], False, id="both returned for half the money"),
        pytest.param([(100, 1), (-100, -1), (100, 1)], True, id="returned and bought again"),
        pytest.param([(0, 3)], True, id="a free item"),
        pytest.param([(0, 3), (0, -3)], False, id="a free item returned"),
        pytest.param([(100, None)], True, id="a service without units"),
        pytest.param([(100, 0)], True, id="a service of zero units"),
        pytest.param([(100, None), (-100, None)], False, id="a service credited"),
        pytest.param([(-20, 1)], True, id="a sale at a loss"),
        pytest.param([(-20, 1), (20, -1)], False, id="a sale at a loss, returned"),
        pytest.param([(-100, -1)], False, id="a return alone"),
        pytest.param([(-100, None)], False, id="a credit alone"),
        pytest.param([(0.01, 0.0001)], True, id="a ten-thousandth of a unit"),
        pytest.param([(30, 0.1), (30, 0.2), (-60, -0.3)], False, id="tenths add up exactly"),
    ],
)
def test_a_purchase_counts_unless_it_is_fully_returned(kept, lines, expected):
    assert kept(*lines) == expected
    assert kept(*reversed(lines)) == expected


def test_a_sale_at_a_loss_beside_a_gain_is_no_return(kept):
    assert kept((100, 1), (-150, 1))


def test_money_beyond_32_bits_is_summed_exactly(make_star):
    star = make_star(*[("acme", "CAD", "pro", "2024-06-01", 9 * 10**14)] * 90)
    sums = sku_sums(star.tables.facts, [Fact.CUSTOMER])
    assert sums.value.execute().item() == 90 * 9 * 10**16
