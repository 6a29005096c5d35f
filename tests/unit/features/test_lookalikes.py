import numpy as np
import pytest

from gosales.features import lookalikes
from gosales.features.lookalikes import nearest_owners

PAST = {
    "ann": {"CAD": [1], "CPE": [1], "GIS": [1]},
    "bob": {"CAD": [1, 2], "GIS": [3]},
    "cid": {"CPE": [1], "GIS": [1]},
    "dan": {"CPE": [1, 2, 3]},
    "eve": {"GIS": [5]},
}


def names(panel, division, customer, **kwargs):
    row = panel.customers.tolist().index(customer)
    column = panel.divisions.index(division)
    (found,) = nearest_owners(panel, column, np.array([row], np.int32), **kwargs)
    return [panel.customers[i] for i in found]


def test_owners_are_named_from_the_most_alike_on(make_panel):
    """dan bought only CPE, as cid did beside GIS; eve has nothing beside GIS to compare by."""
    panel = make_panel(PAST)
    assert names(panel, "GIS", "dan") == ["cid", "ann"]
    assert names(panel, "GIS", "dan", count=1) == ["cid"]
    assert names(panel, "GIS", "eve") == []


def test_the_division_itself_does_not_count(make_panel):
    panel = make_panel(PAST)
    assert names(panel, "CAD", "eve") == ["bob", "ann"]


def test_nobody_is_alike_to_himself(make_panel):
    assert "ann" not in names(make_panel(PAST), "GIS", "ann")


def test_those_who_gave_it_back_are_no_owners(make_panel):
    panel = make_panel(PAST, returned=[("cid", "GIS")])
    assert names(panel, "GIS", "dan") == ["ann"]


def test_ties_go_by_the_customers_order(make_panel):
    past = {name: {"CAD": [1], "GIS": [1]} for name in "dcba"} | {"x": {"CAD": [1]}}
    assert names(make_panel(past), "GIS", "x") == ["a", "b", "c"]


def test_a_division_without_owners_has_no_lookalikes(make_panel):
    panel = make_panel({"ann": {"CAD": [1], "GIS": [1]}}, returned=[("ann", "GIS")])
    assert names(panel, "GIS", "ann") == []


@pytest.mark.parametrize("block", [1, 2, 100])
def test_blocks_change_nothing(random_panel, monkeypatch, block):
    panel, everyone = random_panel(6, 30, 4), np.arange(30, dtype=np.int32)
    expected = nearest_owners(panel, 1, everyone)
    monkeypatch.setattr(lookalikes, "BLOCK", block)
    assert nearest_owners(panel, 1, everyone) == expected


def test_at_most_a_spread_sample_of_owners_is_looked_at(make_panel, monkeypatch):
    monkeypatch.setattr(lookalikes, "MOST_OWNERS", 3)
    past = {f"o{i}": {"CAD": [1], "GIS": [1]} for i in range(9)} | {"x": {"CAD": [1]}}
    assert names(make_panel(past), "GIS", "x", count=9) == ["o0", "o4", "o8"]
