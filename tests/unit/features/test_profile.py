import numpy as np
import pytest

from gosales.features.families import profile as module
from gosales.features.families.profile import (
    PROFILE_FEATURES,
    RIDGE,
    foretold,
    one_hot,
    profile,
)

PAST = {
    "ann": {"CAD": [2], "GIS": [1]},
    "bob": {"CAD": [9]},
    "cid": {"GIS": [40]},
    "dan": {"GIS": [3]},
}
SEGMENTS = {"branch": [0, 0, 1, 1]}
OWNER, ADOPTER = range(len(PROFILE_FEATURES))


def told(panel):
    return profile(panel, panel.everyone)


def every_level(panel):
    return one_hot(panel, panel.everyone)


def test_weights_are_learned_from_customers_spread_evenly(make_panel, monkeypatch):
    """Of five the first, third and fifth, as if the others were not there."""
    names = ["ann", "bob", "cid", "dan", "eve"]
    past = dict(zip(names, [*PAST.values(), {"CAD": [4]}], strict=True))
    panel = make_panel(past, segments={"branch": [0, 0, 1, 1, 0]})
    monkeypatch.setattr(module, "MOST_FITTED", 3)
    few = make_panel({name: past[name] for name in names[::2]}, segments={"branch": [0, 1, 0]})
    x = np.array([[1, 0], [0, 1], [1, 0]], float)
    at = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], float)
    owned = few.owned.astype(float)
    expected = foretold(x, owned, np.ones_like(owned), at)
    assert told(panel)[:, :, OWNER] == pytest.approx(expected, rel=1e-6)


def test_owners_by_hand(make_panel):
    """CAD: usual (2 + .5) / (4 + 1) = .5, surprises +-.5; the branches' two columns are +-.5.

    Both weights are w and -w with (1 + 1 + 20) w = 1, so branch 0 is foretold w, branch 1 -w.
    """
    found = told(make_panel(PAST, segments=SEGMENTS))[:, :, OWNER]
    share = 1 / 22 / 0.5**0.5
    assert found[:, 0] == pytest.approx([share, share, -share, -share])
    assert found[0, 1] < 0 < found[2, 1]


def test_adopters_are_counted_among_those_who_could_adopt(make_panel):
    """cid bought GIS before the two years: out of 3 who could, ann and dan adopted it."""
    found = told(make_panel(PAST, segments=SEGMENTS))[:, :, ADOPTER]
    usual = 2.5 / 4
    surprise = np.array([1 - usual, -usual, 0, 1 - usual])
    weight = surprise @ [0.5, 0.5, -0.5, -0.5] / 22
    assert found[:, 1] == pytest.approx(np.array([1, 1, -1, -1]) * weight / usual**0.5)


@pytest.mark.parametrize("n", [1, 7, 60])
def test_ridge_equals_least_squares_with_the_penalty_as_rows(n):
    rng = np.random.default_rng(n)
    x = (rng.random((n, 9)) < 0.3).astype(float)
    hit = (rng.random((n, 4)) < 0.3).astype(float)
    counted = np.maximum(hit, rng.random((n, 4)) < 0.7)
    penalty = np.sqrt(RIDGE) * np.eye(9)
    found = foretold(x, hit, counted, x)
    for b in range(4):
        usual = (hit[:, b].sum() + 0.5) / (counted[:, b].sum() + 1)
        surprise = np.where(counted[:, b] > 0, hit[:, b] - usual, 0)
        rows = np.vstack([x - x.mean(0), penalty])
        weights, *_ = np.linalg.lstsq(rows, np.append(surprise, np.zeros(9)), rcond=None)
        expected = (x - x.mean(0)) @ weights / np.sqrt(usual)
        assert found[:, b] == pytest.approx(expected, abs=1e-12)


def test_each_kept_level_is_a_column_in_the_order_of_the_codes(make_panel):
    segments = {"branch": [0, 0, 1, 1], "rep": [2, -1, 0, 2]}
    x = every_level(make_panel(PAST, segments=segments))
    assert x.T.tolist() == [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1]]


def test_the_commonest_levels_are_kept_of_each_kind(make_panel, monkeypatch):
    """Level 3 has three customers, 0 and 1 have two each, 2 one; a tie goes to the lower code."""
    monkeypatch.setattr(module, "MOST_LEVELS", 2)
    codes = [3, 3, 3, 1, 1, 0, 0, 2, -1]
    panel = make_panel(
        {f"c{i}": {"CAD": [i]} for i in range(9)}, segments={"branch": codes, "rep": codes[::-1]}
    )
    branch = [[code == level for code in codes] for level in (0, 3)]
    assert every_level(panel).T.tolist() == branch + [row[::-1] for row in branch]


@pytest.mark.parametrize(
    "segments", [{}, {"branch": [-1] * 4}, {"branch": [0, 1, 2, 3]}], ids=["no", "none", "alone"]
)
def test_customers_with_nothing_in_common_are_foretold_nothing(make_panel, segments):
    panel = make_panel(PAST, segments=segments)
    assert every_level(panel).shape == (4, 0)
    assert not told(panel).any()


def test_one_customer_is_foretold_nothing(make_panel):
    assert told(make_panel({"ann": {"CAD": [1]}}, segments={"rep": [0]})).tolist() == [[[0, 0]]]
