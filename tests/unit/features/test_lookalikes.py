"""Owners as they were before they bought, on markets that a reader can check."""

import numpy as np
import pytest

from gosales.features import ledger, lookalikes
from gosales.features.lookalikes import nearest_owners
from gosales.features.states import States

PAST = {
    "ann": {"CAD": [14, 2], "GIS": [10]},  # before GIS: CAD alone
    "bob": {"CPE": [15, 13], "GIS": [10]},  # before GIS: CPE alone
    "cid": {"GIS": [10], "CAD": [3]},  # nothing before GIS
    "dan": {"CAD": [4]},
    "eve": {"CPE": [4, 2]},
}


def found(panel, division, customer, **kwargs):
    row = panel.customers.tolist().index(customer)
    column = panel.divisions.index(division)
    (one,) = nearest_owners(States(panel), column, np.array([row], np.int32), **kwargs)
    return one


def names(panel, *arguments, **kwargs):
    return [panel.customers[one.owner] for one in found(panel, *arguments, **kwargs)]


def test_owners_are_compared_as_they_were_before_they_bought(make_panel):
    """dan buys CAD, as ann did then; cid has CAD now, but had nothing before GIS."""
    panel = make_panel(PAST)
    assert names(panel, "GIS", "dan") == ["ann", "bob"]
    assert names(panel, "GIS", "eve") == ["bob", "ann"]
    assert names(panel, "GIS", "eve", count=1) == ["bob"]


def test_the_day_lies_in_the_months_before_the_first_purchase(make_panel):
    """ann first bought GIS 10 months ago: looked at 11 and 13 months ago (at 16, nothing yet)."""
    panel = make_panel(PAST)
    nearest = found(panel, "GIS", "dan")[0]
    assert nearest.months_ago in {11, 13}
    states = States(panel)
    mine = states.now[3] * states.scale
    row = np.array([nearest.owner])
    then = states.at(row, np.array([nearest.months_ago]))[0][0] * states.scale
    gis = panel.divisions.index("GIS")
    mine[gis] = then[gis] = 0.0
    assert nearest.distance == pytest.approx(float(np.linalg.norm(mine - then)), abs=1e-5)


@pytest.mark.parametrize("later", [[], [10], [9, 5, 0]])
def test_what_an_owner_bought_since_changes_nothing_of_its_past(make_panel, later):
    """The protection of `months_ago`: with all purchases counted, the past would move."""
    panel = make_panel({**PAST, "ann": {"CAD": [14, *later], "GIS": [10]}})
    state, known = States(panel).at(np.array([0, 0]), np.array([11, 15]))
    before, _ = States(make_panel({**PAST, "ann": {"CAD": [14], "GIS": [10]}})).at(
        np.array([0]), np.array([11])
    )
    np.testing.assert_array_equal(state[0], before[0])
    assert known.tolist() == [True, False]


def test_a_state_by_hand(make_panel):
    """13 and 1 months ago in CAD, 1 in CPE; divisions with fading memory, then the scalars."""
    panel = make_panel({"ann": {"CAD": [13, 1], "CPE": [1]}, "bob": {"GIS": [0]}})
    state, _ = States(panel).at(np.array([0]), np.array([1]))
    expected = [np.log1p(1 + 0.5), np.log1p(1), 0, np.log1p(2), np.log(3 / 2), 0, 2]
    np.testing.assert_allclose(state[0], expected)


def test_nobody_is_alike_to_himself_or_without_a_past(make_panel):
    panel = make_panel(PAST)
    assert names(panel, "GIS", "ann") == ["bob"]
    assert names(panel, "GIS", "cid") == ["ann", "bob"]


def test_those_who_gave_it_back_are_no_owners(make_panel):
    panel = make_panel(PAST, returned=[("ann", "GIS")])
    assert names(panel, "GIS", "dan") == ["bob"]


def test_ties_go_by_the_customers_order(make_panel):
    past = {name: {"CAD": [9], "GIS": [5]} for name in "dcba"} | {"x": {"CAD": [3]}}
    assert names(make_panel(past), "GIS", "x") == ["a", "b", "c"]


def test_a_division_without_owners_has_no_lookalikes(make_panel):
    panel = make_panel({"ann": {"CAD": [9], "GIS": [1]}}, returned=[("ann", "GIS")])
    assert names(panel, "GIS", "ann") == []


@pytest.mark.parametrize("block", [1, 2, 100])
def test_blocks_change_nothing(random_panel, monkeypatch, block):
    panel, everyone = random_panel(6, 30, 4), np.arange(30, dtype=np.int32)
    expected = nearest_owners(States(panel), 1, everyone)
    monkeypatch.setattr(lookalikes, "BLOCK", block)
    assert nearest_owners(States(panel), 1, everyone) == expected


def test_the_nearest_are_those_of_a_plain_sort(random_panel):
    panel = random_panel(8, 60, 4)
    states = States(panel)
    everyone = np.arange(60, dtype=np.int32)
    many = nearest_owners(states, 2, everyone, count=60)
    few = nearest_owners(states, 2, everyone, count=3)
    for all_of_them, first in zip(many, few, strict=True):
        distances = [one.distance for one in all_of_them]
        assert distances == sorted(distances)
        assert [one.owner for one in first] == [one.owner for one in all_of_them][:3]


def test_at_most_a_spread_sample_of_owners_is_looked_at(make_panel, monkeypatch):
    monkeypatch.setattr(lookalikes, "MOST_OWNERS", 3)
    past = {f"o{i}": {"CAD": [9], "GIS": [5]} for i in range(9)} | {"x": {"CAD": [1]}}
    assert names(make_panel(past), "GIS", "x", count=9) == ["o0", "o4", "o8"]


def test_states_are_the_same_for_a_few_customers_at_a_time(random_panel, monkeypatch):
    panel = random_panel(4, 50, 5)
    at_once = States(panel).now
    monkeypatch.setattr(ledger, "CUSTOMERS_AT_ONCE", 7)
    assert States(panel).now.tobytes() == at_once.tobytes()
    assert len(np.unique(at_once, axis=0)) > 40
