import numpy as np

from gosales.features.places import Places
from tests.unit.features.conftest import LOG


def test_a_customer_is_placed_by_its_latest_line_then_by_name(cube_of):
    rows = [*LOG[:-1], ("acme", "CAD", "pro", "2024-06-20", 100, 1, None, "East", "Ann")]
    places = Places.of(cube_of(rows).places, np.array(["acme", "bolt", "cora"], object))
    branch, rep = places.known_at(0, 3)
    assert (branch.tolist(), rep.tolist()) == (["East", "West", None], ["Ann", "Kim", "Lee"])
    branch, rep = places.known_at(12, 3)
    assert (branch.tolist(), rep.tolist()) == (["West", None, None], ["Kim", None, None])
