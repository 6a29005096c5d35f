import numpy as np
import pytest

from gosales.features.families import collaborative as module
from gosales.features.families.collaborative import (
    COLLABORATIVE_FEATURES,
    RIDGE,
    adopting_share,
    collaborative,
    decayed_orders,
    ease,
    item_cosine,
    neighbour_shares,
    truncated,
)
from gosales.features.ledger import NEVER


@pytest.fixture
def owned():
    return (np.random.default_rng(7).random((40, 5)) < 0.4).astype(float)


def test_decayed_orders_by_hand(make_panel):
    panel = make_panel({"ann": {"CAD": [0, 12, 24]}, "bob": {"CPE": [6]}})
    assert decayed_orders(panel) == pytest.approx(np.array([[1.75, 0], [0, 0.5**0.5]]))


def test_cosine_by_a_loop(owned):
    n, d = owned.shape
    expected = np.zeros((n, d))
    for i in range(n):
        for b in range(d):
            for a in set(range(d)) - {b}:
                lengths = np.sqrt((owned[:, a] ** 2).sum() * (owned[:, b] ** 2).sum())
                expected[i, b] += owned[i, a] * (owned[:, a] * owned[:, b]).sum() / lengths
    assert item_cosine(owned) == pytest.approx(expected)


def test_cosine_of_a_division_that_nobody_owns_is_zero(owned):
    owned[:, 2] = 0
    assert np.isfinite(item_cosine(owned)).all()
    assert not item_cosine(owned)[:, 2].any()


def test_ease_is_a_ridge_regression_of_each_division_on_the_others(owned):
    for b in range(owned.shape[1]):
        others = np.delete(owned, b, axis=1)
        gram = others.T @ others + RIDGE * np.eye(others.shape[1])
        expected = others @ np.linalg.solve(gram, others.T @ owned[:, b])
        assert ease(owned)[:, b] == pytest.approx(expected)


def test_truncated_keeps_half_of_the_patterns_by_svd(owned):
    u, s, v = np.linalg.svd(owned, full_matrices=False)
    assert truncated(owned) == pytest.approx(u[:, :2] * s[:2] @ v[:2])


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_truncated_of_few_divisions_is_one_pattern(columns):
    x = np.random.default_rng(1).random((9, columns))
    assert np.linalg.matrix_rank(truncated(x)) == 1


def test_neighbours_by_a_loop(owned, monkeypatch):
    monkeypatch.setattr(module, "NEIGHBOURS", 5)
    x = owned + np.random.default_rng(2).random(owned.shape)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    expected = np.zeros_like(owned)
    for i in range(len(x)):
        likeness = {j: unit[i] @ unit[j] for j in range(len(x)) if j != i}
        nearest = sorted(likeness, key=lambda j: -likeness[j])[:5]
        weights = np.array([likeness[j] for j in nearest])
        expected[i] = weights @ owned[nearest] / weights.sum()
    (shares,) = neighbour_shares(x, owned)
    assert shares == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["all differ", "many tie", "few alike", "one division each"])
def test_neighbours_are_those_of_a_full_sort(kind):
    rng, n = np.random.default_rng(5), 700
    x = {
        "all differ": rng.random((n, 6)),
        "many tie": rng.integers(0, 3, (n, 3)).astype(float),
        "few alike": rng.random((n, 40)) * (rng.random((n, 40)) < 0.02),
        "one division each": np.eye(20)[rng.integers(0, 20, n)],
    }[kind]
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -1.0)
    least = np.round(np.sort(likeness, axis=1)[:, -module.NEIGHBOURS], module.DIGITS)
    weight = np.round(likeness, module.DIGITS)
    weight[(weight < least[:, None]) | (weight <= 0)] = 0.0
    expected = weight / np.maximum(weight.sum(1, keepdims=True), 1e-12) @ x
    (shares,) = neighbour_shares(x, x)
    assert shares == pytest.approx(expected)


def test_nobody_is_a_neighbour_of_himself():
    x, held = np.array([[1.0, 0], [1.0, 0.2]]), np.array([[1.0, 0], [0, 1.0]])
    (shares,) = neighbour_shares(x, held)
    assert shares.tolist() == [[0, 1], [1, 0]]


def test_a_customer_like_nobody_has_no_neighbours():
    x = np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]])
    (shares,) = neighbour_shares(x, x)
    assert shares[0].tolist() == shares[3].tolist() == [0, 0, 0]
    assert shares[1].tolist() == [0, 1, 0]


@pytest.mark.parametrize("n", [0, 1])
def test_an_empty_panel_and_a_lonely_customer_have_no_neighbours(n):
    (shares,) = neighbour_shares(np.ones((n, 2)), np.ones((n, 2)))
    assert shares.shape == (n, 2)
    assert not shares.any()


def test_many_customers_look_among_a_spread_sample_in_blocks(monkeypatch):
    monkeypatch.setattr(module, "REFERENCES", 10)
    monkeypatch.setattr(module, "BLOCK", 7)
    x = np.random.default_rng(3).random((50, 4))
    reference = np.linspace(0, 49, 10).astype(int)
    sampled = np.zeros((50, 1))
    sampled[reference] = 1
    everyone, none = neighbour_shares(x, sampled, 1 - sampled)
    assert everyone[:, 0] == pytest.approx(np.ones(50))
    assert not none.any()


def test_the_size_of_a_block_changes_nothing(owned, monkeypatch):
    x = owned + np.random.default_rng(4).random(owned.shape)
    (whole,) = neighbour_shares(x, owned)
    monkeypatch.setattr(module, "BLOCK", 3)
    (pieces,) = neighbour_shares(x, owned)
    assert pieces == pytest.approx(whole)


def test_the_size_of_a_block_changes_nothing_among_ties(monkeypatch):
    rng = np.random.default_rng(0)
    x = np.log1p(rng.integers(0, 3, (400, 6)) * 0.5 ** (rng.integers(0, 2, (400, 6)) / 12))
    (whole,) = neighbour_shares(x, x > 0)
    monkeypatch.setattr(module, "BLOCK", 1)
    (pieces,) = neighbour_shares(x, x > 0)
    assert pieces == pytest.approx(whole)
    assert len(np.unique(whole.round(6))) > 100


def test_adopting_share_by_hand():
    """2 of 4 who could adopted; of ann's neighbours a half could, and half of those did."""
    adopted, free = np.array([[1.0], [1], [0], [0], [0]]), np.array([[1.0], [1], [1], [1], [0]])
    shares = adopting_share(np.array([[0.25], [0]]), np.array([[0.5], [0]]), adopted, free)
    assert shares[:, 0].tolist() == pytest.approx([(0.25 + 0.1 * 0.5) / (0.5 + 0.1), 0.5])


def test_the_adopting_share_of_a_division_that_everyone_has_is_finite():
    nothing = np.zeros((3, 1))
    assert adopting_share(nothing, nothing, nothing, nothing).tolist() == [[0]] * 3


def test_adopting_neighbours_by_a_loop(random_panel, monkeypatch):
    monkeypatch.setattr(module, "NEIGHBOURS", 6)
    panel = random_panel(6, 40, 3)
    x = np.log1p(decayed_orders(panel))
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    first = panel.months_since_first
    found = collaborative(panel, panel.everyone)[
        :, :, list(COLLABORATIVE_FEATURES).index("neighbours_adopting")
    ]
    for b in range(3):
        could = [c for c in range(40) if first[c, b] < 12 or first[c, b] == NEVER]
        usual = sum(first[c, b] < 12 for c in could) / len(could)
        for c in range(40):
            likeness = {j: round(float(unit[c] @ unit[j]), 9) for j in range(40) if j != c}
            least = sorted(likeness.values())[-6]
            near = {j: s for j, s in likeness.items() if s >= least and s > 0}
            weight = {j: s / sum(near.values()) for j, s in near.items()}
            new = sum(w for j, w in weight.items() if first[j, b] < 12)
            free = sum(w for j, w in weight.items() if j in could)
            expected = (new + 0.1 * usual) / (free + 0.1)
            assert found[c, b] == pytest.approx(expected, abs=1e-6)


def test_scores_do_not_depend_on_where_a_division_stands(owned):
    order = [3, 0, 4, 2, 1]
    for scores in (item_cosine, ease, truncated):
        assert scores(owned[:, order]) == pytest.approx(scores(owned)[:, order])


def test_all_are_finite_and_in_the_order_of_their_names(random_panel):
    panel = random_panel(5, 60, 4)
    scores = collaborative(panel, panel.everyone)
    assert scores.shape == (60, 4, len(COLLABORATIVE_FEATURES))
    assert np.isfinite(scores).all()
    names = list(COLLABORATIVE_FEATURES)
    assert scores[:, :, names.index("ease")] == pytest.approx(ease(panel.owned * 1.0), abs=1e-6)
    neighbours = scores[:, :, names.index("neighbours")]
    assert (neighbours >= 0).all()
    assert (neighbours <= 1 + 1e-6).all()
