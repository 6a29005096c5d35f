"""Features made for a block of customers at a time."""

import numpy as np
import pytest

from gosales.features.cell_blocks import CellBlocks
from gosales.features.engine import FeatureEngine
from tests.unit.features.conftest import JUNE, LOG


@pytest.mark.parametrize("at_once", [1, 3, 6])
def test_features_made_in_blocks_of_customers_are_those_made_at_once(
    make_star, monkeypatch, at_once
):
    """Three customers x three divisions: in blocks of one or two customers."""
    engine = FeatureEngine(make_star(*LOG).as_of(JUNE), 6)
    whole = engine.at(0)
    monkeypatch.setattr("gosales.features.cells.CELLS_AT_ONCE", at_once)
    parts = FeatureEngine(make_star(*LOG).as_of(JUNE), 6).at(0)
    assert isinstance(parts, CellBlocks)
    assert parts.names == whole.names
    blocks = [block.tolist() for block in parts.blocks()]
    assert blocks == ([[0, 1], [2]] if at_once == 6 else [[0], [1], [2]])
    asked = [np.array(one) for one in ([0, 0], [1, 2], [2, 0, 1, 0], [2])]
    for customer in asked:
        division = np.arange(len(customer), dtype=np.int32) % 3
        found = parts.rows(customer.astype(np.int32), division, 3)
        expected = whole.rows(customer.astype(np.int32), division, 3)
        np.testing.assert_array_equal(found.values, expected.values)
        assert found.owned.tolist() == expected.owned.tolist()
        assert len(parts.newest) == 1
    parts.let_go()
    assert not parts.newest


def test_few_customers_are_asked_for_once_and_nobody_else(make_star, monkeypatch):
    engine, asked = FeatureEngine(make_star(*LOG).as_of(JUNE), 6), []
    parts, whole = engine.on_demand(0), engine.at(0)
    make = parts.make
    vars(parts)["make"] = lambda rows: asked.append(rows.tolist()) or make(rows)
    some = parts.of(np.array([0, 2]))
    at = np.array([2, 0], np.int32)
    for _ in range(2):
        np.testing.assert_array_equal(some.rows(at, at).values, whole.rows(at, at).values)
    with pytest.raises(ValueError, match="not asked for"):
        some.rows(at - 1, at)
    assert asked == [[0, 2]]
    monkeypatch.setattr("gosales.features.cells.CELLS_AT_ONCE", 3)
    assert parts.of(np.array([0, 2])) is parts, "more than are held at once"
