"""Known changes of a log change the published lists as foretold, and no further."""

from __future__ import annotations

import random

import pytest

from gosales.cli import main
from tests.integration.conftest import HEADER, sales, workspace

ROWS = sales(customers=14, months=22)
CUSTOMER, SKU, DIVISION, AMOUNT = (
    HEADER.index(n) for n in ("Customer", "Sku", "Division", "Amount")
)
KEY = ("customer_id", "division")
MONEY = (
    "expected_value",
    "value_if_bought",
    "value_if_bought_low",
    "value_if_bought_high",
    "wallet",
    "room_to_grow",
)


def scored(folder, **files):
    place = workspace(folder)
    for name, rows in files.items():
        place.write(rows, f"{name}.csv")
    with pytest.raises(SystemExit) as end:
        main(["score-all", "--workspace", str(place.root)])
    assert not end.value.code
    return place


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return scored(tmp_path_factory.mktemp("before") / "workspace", log=ROWS)


def cells(place):
    return {tuple(row[name] for name in KEY): row for row in place.rows("icp_scores.csv")}


def test_row_order_split_files_copies_and_overlaps_change_no_byte_of_the_lists(before, tmp_path):
    """What may change: the report on the data, which names the files and counts their lines."""
    rows = random.Random(2).sample(ROWS, len(ROWS))
    half = len(rows) // 2
    files = {"a": rows[:half], "b": rows[half - 9 :], "copy of a": rows[:half]}
    assert unlike(before, scored(tmp_path / "workspace", **files)) <= {"rejects.csv"}


def unlike(one, other):
    """Names of the published CSV files that differ, run ids aside."""
    first, second = one.published(), other.published()
    assert {"icp_scores.csv", "whitespace.csv", "feature_catalog.csv"} <= set(first)
    return {name for name in first if first[name] != second[name]}


def test_renamed_customers_are_scored_as_they_were_under_the_other_name(before, tmp_path):
    """Ids and their places in the files alone, as long as the new ids sort as the old ones did.

    Otherwise rows are drawn and summed in another order, which is like another seed.
    """
    renamed = [(f"Kunde {row[CUSTOMER]}", *row[1:]) for row in ROWS]
    place = scored(tmp_path / "workspace", log=renamed)
    for name, content in place.published().items():
        if name != "rejects.csv":
            assert content.replace(b"Kunde ", b"") == before.published()[name], name


def test_money_in_a_hundredth_of_the_unit_leaves_who_buys_what(before, tmp_path):
    """A hundred times the money. Probabilities move by the last digits only.

    The linear members read inverse hyperbolic sines of cents, in which the step from nothing to
    something depends on the unit a little.
    """
    dearer = [(*r[:AMOUNT], f"{float(r[AMOUNT]) * 100:.2f}", *r[AMOUNT + 1 :]) for r in ROWS]
    was, now = cells(before), cells(scored(tmp_path / "workspace", log=dearer))
    assert list(now) == list(was)
    for cell, row in now.items():
        assert row["status"] == was[cell]["status"]
        assert float(row["icp_score"]) == pytest.approx(float(was[cell]["icp_score"]), abs=0.002)
        for name in MONEY:
            assert float(row[name]) == pytest.approx(100 * float(was[cell][name]), rel=0.02, abs=1)


def test_another_division_bought_by_others_leaves_what_is_owned_and_open(before, tmp_path):
    """What may change: scores, since the models learn from all customers and divisions."""
    others = [(f"N{r[CUSTOMER]}", *r[1:SKU], "ROB-1", "Robots", *r[DIVISION + 1 :]) for r in ROWS]
    place = scored(tmp_path / "workspace", log=[*ROWS, *others])
    was, now = cells(before), cells(place)
    assert set(was) <= set(now)
    assert {c: now[c]["status"] for c in was} == {c: row["status"] for c, row in was.items()}
    assert {d for c, d in now if c.startswith("N")} == {d for _, d in was} | {"Robots"}
    assert open_products(place, was) == open_products(before, was)


def open_products(place, among):
    """(customer, division) of the product rows of the cells in `among`."""
    rows = place.rows("whitespace.csv")
    return {tuple(r[n] for n in KEY) for r in rows if r["level"] == "product"} & set(among)
