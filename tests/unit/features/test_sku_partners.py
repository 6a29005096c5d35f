"""Products that go together, against a plain loop over a small market."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from gosales.features import sku_partners
from gosales.features.sku_partners import partners

DIVISION = np.array([0, 0, 1, 1])


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(sku_partners, "LEAST_OWNERS", 2)


def find(held, customer, product):
    held = np.array(held)
    keys = pd.MultiIndex.from_arrays([DIVISION, range(4)])
    signals = SimpleNamespace(owned=sparse.csr_array(held), division=DIVISION, keys=keys)
    owner = np.column_stack([held[:, d == DIVISION].any(1) for d in (0, 1)])
    found = partners(signals, owner, np.array(customer), np.array(product))
    return found.product.tolist(), found.share.tolist(), found.usual.tolist()


MARKET = [
    [1, 1, 1, 0],
    [1, 1, 0, 0],
    [1, 0, 0, 0],
    [0, 1, 1, 0],
    [0, 0, 1, 1],
    [0, 0, 0, 0],
]


def test_the_owned_product_with_the_most_common_owners_is_found():
    """Customer 2 owns product 0 alone: two of its three owners own product 1, one product 2."""
    assert find(MARKET, [2, 2], [1, 2]) == ([0, 0], [2 / 3, 1 / 3], [3 / 4, 3 / 6])


def test_of_several_the_largest_share_and_of_equal_ones_the_first():
    assert find(MARKET, [1], [2]) == ([1], [2 / 3], [1 / 2])
    equal = [[1, 1, 0, 0], [1, 1, 1, 0]]
    assert find(equal, [0], [2])[0] == [0]


def test_who_owns_nothing_or_a_rare_product_has_none():
    assert find(MARKET, [5, 4], [0, 0])[:2] == ([-1, 2], [0.0, 1 / 3])
    assert find([[0, 0, 0, 1], [1, 0, 0, 0]], [0], [0])[0] == [-1]


def test_a_random_market_against_a_loop():
    rng = np.random.default_rng(4)
    held = (rng.random((40, 4)) < 0.4).astype(int)
    for customer in range(40):
        for product in np.flatnonzero(held[customer] == 0):
            own = [p for p in range(4) if held[customer, p] and held[:, p].sum() >= 2]
            shares = [(held[:, p] & held[:, product]).sum() / held[:, p].sum() for p in own]
            (found,), (share,), _ = find(held, [customer], [product])
            assert found == (own[int(np.argmax(shares))] if own else -1)
            assert share == pytest.approx(max(shares, default=0.0))
