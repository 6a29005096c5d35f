"""Frames of the cells of customers whose features are in memory."""

import numpy as np
import pytest

from gosales.features.cells import HORIZON_FEATURE
from gosales.features.engine import FeatureEngine
from tests.unit.features.conftest import JUNE, LOG


@pytest.mark.parametrize(
    ("customer", "division", "column", "value"),
    [
        (0, 0, "own_recency__days_since_last", 10),
        (0, 2, "own_recency__days_since_last", 741),
        (0, 1, "own_recency__days_since_last", np.nan),
        (1, 0, "any_recency__days_since_last", 41),
        (1, 0, "any_monetary__value_12m", 5000),
        (2, 0, "own_monetary__value_12m", 0),
        (2, 0, "own_breadth__skus_owned", 0),
        (0, 1, "mix__divisions_owned", 2),
        (2, 1, "division__owner_share", np.float32(1 / 3)),
        (2, 1, HORIZON_FEATURE, 6),
    ],
)
def test_rows_put_the_cell_beside_its_customer_and_its_division(
    cells, customer, division, column, value
):
    frame = cells.rows(np.array([customer], np.int32), np.array([division], np.int32))
    assert frame.column(column) == pytest.approx(value, nan_ok=True)


def test_rows_come_in_the_order_asked_for_with_the_horizon_asked_for(cells):
    customer, division = np.array([2, 0, 2], np.int32), np.array([0, 2, 1], np.int32)
    frame = cells.rows(customer, division, months=3)
    assert frame.owned.tolist() == [False, True, False]
    assert frame.column(HORIZON_FEATURE).tolist() == [3, 3, 3]
    assert frame.values.shape == (3, len(frame.names))
    assert frame.values.dtype == np.float32


def test_a_customer_that_was_not_asked_for_has_no_features(make_star):
    engine = FeatureEngine(make_star(*LOG).as_of(JUNE), 6)
    cells = next(engine.several([0], lambda _: np.array([1])))
    with pytest.raises(ValueError, match="not asked for"):
        cells.rows(np.array([0], np.int32), np.array([0], np.int32))
