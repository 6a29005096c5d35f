import numpy as np
import pytest
from scipy import sparse

from gosales.features.families import tastes as module
from gosales.features.families.tastes import TASTE_FEATURES, fit_patterns, patterns_of, tastes

PAST = {
    "ann": {"CAD": [3]},
    "bob": {"CAD": [20], "CPE": [2]},
    "cid": {"GIS": [13]},
    "dan": {"CAD": [30], "GIS": [1]},
}
SKUS = [[1, 0], [1, 0], [0, 1], [0, 1]]
"""ann and bob bought the one SKU, cid and dan the other: each has one neighbour."""


def shares(panel):
    return tastes(panel, fit_patterns(panel), panel.everyone)


def patterns(bought):
    return patterns_of(bought).place(bought)


def cosines(places):
    unit = places / np.linalg.norm(places, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.fixture
def bought():
    def make(n, skus, share=0.2):
        rng = np.random.default_rng(n)
        held = rng.random((n, skus)) < share
        held[:, 0] |= ~held.any(1)
        return held * (0.1 + rng.random((n, skus)))

    return make


def test_what_the_one_neighbour_has_by_hand(make_panel):
    found = shares(make_panel(PAST, skus=SKUS))
    owned, recent, _ = found.transpose(2, 0, 1).tolist()
    assert owned == [[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]]
    assert recent == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_what_the_one_neighbour_adopted_by_hand(make_panel):
    """CAD: ann alone could adopt it, or had to be like cid; CPE: bob did, of four; GIS: dan.

    Bought before the last year, a division is no more to be adopted: bob's neighbour ann counts
    for CAD, her neighbour bob does not, and of cid's and dan's only cid.
    """
    found = shares(make_panel(PAST, skus=SKUS))[:, :, list(TASTE_FEATURES).index(
        "neighbours_adopting"
    )]  # fmt: skip
    usual = np.array([1 / 2, 1 / 4, 1 / 3])
    new = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]])
    free = np.array([[0, 1, 1], [1, 1, 1], [0, 1, 1], [1, 1, 0]])
    assert found == pytest.approx((new + 0.1 * usual) / (free + 0.1))


def test_a_customer_without_skus_has_no_neighbours(make_panel):
    found = shares(make_panel(PAST, skus=[[0, 0], *SKUS[1:]]))
    assert not found[0, :, :2].any()
    assert found[0, :, 2] == pytest.approx([1 / 2, 1 / 4, 1 / 3])


def test_few_patterns_are_the_skus_weighed_by_their_rarity(bought):
    x = bought(40, 12)
    expected = np.zeros_like(x)
    for c in range(40):
        for s in range(12):
            buyers = sum(x[i, s] > 0 for i in range(40))
            expected[c, s] = x[c, s] * np.log(41 / (buyers + 1))
    assert patterns(sparse.csr_array(x)) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "skus"), [(120, 60), (60, 120), (60, 60)])
def test_many_are_condensed_as_by_a_dense_svd(bought, n, skus):
    x = bought(n, skus)
    weighted = x * np.log((n + 1) / ((x > 0).sum(0) + 1))
    u, s, _ = np.linalg.svd(weighted, full_matrices=False)
    k = module.PATTERNS
    found = patterns(sparse.csr_array(x))
    assert found.shape == (n, k)
    assert cosines(found) == pytest.approx(cosines(u[:, :k] * s[:k]), abs=1e-6)


@pytest.mark.parametrize("rank", [1, 3])
def test_fewer_tastes_than_patterns(rank):
    x = np.kron(np.eye(rank + 1, rank), np.ones((50, 60)))
    found = patterns(sparse.csr_array(x))
    assert found.shape == (50 * (rank + 1), module.PATTERNS)
    assert cosines(found[: 50 * rank]) == pytest.approx(np.kron(np.eye(rank), np.ones((50, 50))))
    assert not found[50 * rank :].any()


def test_the_same_log_gives_the_same_bytes(bought):
    x = bought(150, 80)
    assert patterns(sparse.csr_array(x)).tobytes() == patterns(sparse.csr_array(x)).tobytes()


@pytest.mark.parametrize(("n", "skus"), [(100, 60), (60, 100)])
def test_no_svd_makes_a_neighbour_of_a_customer_without_skus(bought, make_panel, n, skus):
    x = bought(n, skus)
    x[[0, n - 1]] = 0
    assert not patterns(sparse.csr_array(x))[[0, n - 1]].any()
    found = shares(make_panel({f"c{i:03d}": {"CAD": [1]} for i in range(n)}, skus=x))
    assert found[[0, n - 1], 0, 0].tolist() == [0, 0]
    assert found[1, 0, 0] == pytest.approx(1)


@pytest.mark.parametrize("bought_by", [0, 1], ids=["nobody", "everybody"])
@pytest.mark.parametrize(("n", "skus"), [(60, 60), (3, 60), (60, 3), (1, 1), (2, 0), (0, 0)])
def test_skus_that_tell_nothing_make_nobody_alike(n, skus, bought_by):
    places = patterns(sparse.csr_array(np.full((n, skus), float(bought_by))))
    assert places.shape[0] == n
    assert not places.any()


@pytest.mark.parametrize("past", [{"ann": {"CAD": [1]}}, {"ann": {"CAD": []}}])
def test_one_customer_has_no_neighbours_and_finite_shares(make_panel, past):
    found = shares(make_panel(past))
    assert np.isfinite(found).all()
    assert not found[:, :, :2].any()
