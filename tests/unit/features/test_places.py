import datetime as dt

import numpy as np

from gosales.features.cube import build_cube
from gosales.features.places import Places
from tests.unit.features.conftest import JUNE, LOG


def test_a_customer_is_placed_by_its_latest_line_then_by_name(cube_of):
    rows = [*LOG[:-1], ("acme", "CAD", "pro", "2024-06-20", 100, 1, None, "East", "Ann")]
    places = Places.of(cube_of(rows), np.array(["acme", "bolt", "cora"], object))
    branch, rep = places.known_at(0, 3)
    assert (branch.tolist(), rep.tolist()) == (["East", "West", None], ["Ann", "Kim", "Lee"])
    branch, rep = places.known_at(12, 3)
    assert (branch.tolist(), rep.tolist()) == (["West", None, None], ["Kim", None, None])


def test_lines_that_an_older_one_stands_for_change_nothing(make_star):
    """Of the lines known by then, the latest one tells, whatever was posted when."""
    rng = np.random.default_rng(3)
    rows = []
    for _ in range(300):
        day = JUNE.date - dt.timedelta(days=int(rng.integers(0, 700)))
        posted = day + dt.timedelta(days=int(rng.integers(0, 80)))
        branch, rep = rng.choice(["East", "West", None]), rng.choice(["Ann", None], p=[0.9, 0.1])
        rows.append((f"c{rng.integers(8)}", "CAD", "pro", day, 10, 1, posted, branch, rep))
    customers = np.array(sorted({row[0] for row in rows}), object)
    places = Places.of(build_cube(make_star(*rows).as_of(JUNE)), customers)
    assert len(places.customer) < 200
    for age in range(24):
        then = JUNE.months_before(age).date
        found = zip(*places.known_at(age, len(customers)), strict=True)
        for customer, place in zip(customers, found, strict=True):
            known = [r for r in rows if r[0] == customer and r[6] <= then and (r[7] or r[8])]
            last = max((r[3] for r in known), default=None)
            told = [(r[7] or "~", r[8] or "~") for r in known if r[3] == last]
            expected = min(told, default=("~", "~"))
            assert tuple(name or "~" for name in place) == expected
