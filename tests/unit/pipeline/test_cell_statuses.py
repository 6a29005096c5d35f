"""Which remark of cells.csv holds on a day, and where."""

import datetime as dt

import pandas as pd
import pytest

from gosales.core.columns import CellStatus
from gosales.core.settings import WhitespaceSettings
from gosales.core.timeline import Cutoff
from gosales.pipeline.cell_statuses import CellStatuses, skipped

CUTOFF = Cutoff(dt.date(2024, 6, 30))
ROWS = pd.DataFrame(
    {
        "customer_id": ["007", "007", "007", "8"],
        "division": ["CAD", "CAD", "CPE", "CAD"],
        "product_sku": ["pro", "lite", "pro", "pro"],
    }
)


@pytest.fixture
def found(make_star):
    """`found(lines)`: the statuses of the lines of cells.csv that hold on the cutoff."""

    def read(*lines):
        star = make_star(("x", "CAD", "pro", "2020-01-01", 1), statuses=lines)
        return CellStatuses.of(star.as_of(CUTOFF))

    return read


def test_a_cells_status_is_for_all_its_skus(found):
    statuses = found(("007", "CAD", None, "competitor"), ("8", "CAD", "", "does_itself"))
    expected = ["competitor", "competitor", "", "does_itself"]
    assert statuses.of_cells(ROWS).tolist() == expected
    assert statuses.of_products(ROWS).tolist() == expected


def test_a_skus_own_status_comes_first_and_says_nothing_of_the_cell(found):
    statuses = found(
        ("007", "CAD", "pro", "open_opportunity"), ("007", "CAD", None, "do_not_pitch")
    )
    assert statuses.of_products(ROWS).tolist()[:2] == ["open_opportunity", "do_not_pitch"]
    alone = found(("007", "CAD", "pro", "do_not_pitch"))
    assert set(alone.of_cells(ROWS)) == {""}
    assert alone.of_products(ROWS).tolist() == ["do_not_pitch", "", "", ""]


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        ("2024-06-30", "2024-06-30", True),
        ("2024-07-01", None, False),
        (None, "2024-06-29", False),
        ("2020-01-01", "2024-12-31", True),
    ],
)
def test_both_ends_of_a_validity_are_in_it(found, start, end, holds):
    statuses = found(("007", "CAD", None, "competitor", start, end))
    assert (statuses.of_cells(ROWS)[0] == "competitor") == holds


def test_the_strongest_of_several_counts(found):
    lines = [("007", "CAD", None, status) for status in reversed(CellStatus.ALL)]
    assert found(*lines).of_cells(ROWS)[0] == "do_not_pitch"
    assert found(*lines[:2]).of_cells(ROWS)[0] == "does_itself"


def test_what_is_to_be_skipped():
    assert skipped(WhitespaceSettings()) == ("do_not_pitch", "competitor", "does_itself")
    assert skipped(WhitespaceSettings(skip_statuses=())) == ("do_not_pitch",)


def test_skus_that_are_skipped(found):
    statuses = found(
        ("007", "CAD", "pro", "competitor"),
        ("8", "CAD", "pro", "open_opportunity"),
        ("8", "CPE", None, "competitor"),
    )
    assert statuses.skipped_products(["competitor"]) == {("007", "CAD", "pro")}


def test_no_file_says_nothing(found):
    statuses = found()
    assert set(statuses.of_products(ROWS)) == {""}
    assert statuses.skipped_products(CellStatus.ALL) == set()
