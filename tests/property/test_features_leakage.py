"""The future must not reach the features, by event or by posting, at any snapshot."""

import datetime as dt
from unittest import mock

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gosales.core.timeline import Cutoff
from gosales.features import skus
from gosales.features.engine import FeatureEngine
from gosales.features.families import tastes
from gosales.features.lookalikes import nearest_owners
from gosales.features.states import States

CUTOFF = Cutoff.parse("2024-06-28")
"""Not after the 28th: no earlier snapshot's day is clipped, so months end on the same days."""

POSTED = 6


def everything(cells):
    """Every array that a frame, a model or a list is made of, as bytes."""
    panel, buys, wide = cells.panel, cells.panel.purchases, cells.relational
    everyone = np.arange(panel.shape[0], dtype=np.int32)
    bought = panel.skus(panel.everyone)
    return {
        "axes": (panel.cutoff, panel.customers.tolist(), panel.divisions, cells.names),
        "segments": {kind: codes.tolist() for kind, codes in panel.segments.items()},
        "lookalikes": [nearest_owners(States(panel), d, everyone) for d in range(panel.shape[1])],
        **{
            name: array.tobytes()
            for name, array in {
                "customers": wide.customer_values,
                "cells": wide.own_values,
                "cell_row": wide.cell_row,
                "owned": panel.owned,
                "divisions": cells.learned.division_values,
                "learned": cells.learned_values,
                "rate": cells.learned.paths.rate,
                "ridge": cells.learned.paths.ridge,
                "bought": bought.data,
                "sku": bought.indices,
                "sku_row": bought.indptr,
            }.items()
        },
        "purchases": sorted(
            zip(*(x.tolist() for x in (buys.customer, buys.division, buys.months_ago)), strict=True)
        ),
    }


def known_by(rows, day):
    return [row for row in rows if max(row[3], row[POSTED] or row[3]) <= day]


def attributes(day_before, day_after):
    return [
        ("acme", "trade", "dental", day_before),
        ("bolt", "trade", "metal", None),
        ("acme", "trade", "metal", day_after),
        ("cora", "trade", "dental", day_after),
    ]


@pytest.mark.parametrize(
    ("age", "most_skus", "patterns"),
    [
        pytest.param(0, 2_000, 48, id="at the end"),
        pytest.param(7, 2_000, 48, id="earlier"),
        pytest.param(7, 2, 1, id="earlier, with the commonest SKUs condensed by an SVD"),
    ],
)
@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(data=st.data())
def test_a_snapshot_is_the_same_when_the_later_rows_were_never_loaded(
    make_star, logs, age, most_skus, patterns, data
):
    """Features of age k of a log equal, byte by byte, those of age 0 of what was known by then.

    At age 0: rows after the cutoff, by event or posting, change nothing. At age k: features made
    from a later history are those of a history that was cut at the earlier day.
    """
    rows, past = data.draw(logs(CUTOFF)), CUTOFF.months_before(age)
    imported = attributes(past.plus_months(-3), past.plus_months(1))
    star = make_star(*rows, attributes=imported)
    cut = make_star(*known_by(rows, past.date), attributes=imported[:2])
    with (
        mock.patch.object(skus, "MOST_SKUS", most_skus),
        mock.patch.object(tastes, "PATTERNS", patterns),
    ):
        snapshot = everything(FeatureEngine(star.as_of(CUTOFF), 6).at(age))
        assert snapshot == everything(FeatureEngine(cut.as_of(past), 6).at(0))


@pytest.mark.parametrize(("age", "days_late"), [(0, 0), (3, 0), (3, 50)])
def test_a_sku_that_sells_later_moves_no_taste(make_star, age, days_late):
    """Of sixty customers and SKUs, more than there are patterns, all but the first buy the last."""
    past = CUTOFF.months_before(age)
    buyers = [f"c{i:02d}" for i in range(60)]
    rows = [
        (buyer, "CAD" if i % 3 else "CPE", f"s{(i * j + i) % 61:02d}", past.plus_months(-j), 50, 1)
        for i, buyer in enumerate(buyers)
        for j in range(4)
    ]
    known = past.plus_months(1)
    sold = known - dt.timedelta(days=days_late)
    hits = [(buyer, "CAD", "s61", sold, 50, 1, known) for buyer in buyers[1:]]
    star, cut = make_star(*rows, *hits), make_star(*rows)
    with mock.patch.object(skus, "MOST_SKUS", 55):
        found = FeatureEngine(star.as_of(CUTOFF), 6).at(age)
        assert everything(found) == everything(FeatureEngine(cut.as_of(past), 6).at(0))
    assert min(found.panel.skus(found.panel.everyone).shape) > tastes.PATTERNS


@pytest.mark.parametrize(
    ("day", "posted", "same"),
    [
        (CUTOFF.date, None, False),
        (CUTOFF.plus_months(-1), CUTOFF.plus_months(1), True),
    ],
)
def test_the_property_can_tell_a_known_row_from_an_unknown_one(make_star, day, posted, same):
    rows = [("acme", "CAD", "pro", CUTOFF.plus_months(-m), 50, 1, None) for m in range(9)]
    more = [*rows, ("acme", "CAD", "pro", day, 5, 1, posted)]
    one, two = (
        everything(FeatureEngine(make_star(*r).as_of(CUTOFF), 6).at(0)) for r in (rows, more)
    )
    assert (one == two) == same
