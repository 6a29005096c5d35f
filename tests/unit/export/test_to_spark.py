"""Whose tables are left alone, without Spark; with it: tests/integration/test_engines.py."""

from types import SimpleNamespace

import pytest

from gosales.core.columns import Scores
from gosales.core.errors import ExportError
from gosales.export.tables import TableSource
from gosales.export.to_spark import is_folder, write_spark

RUN = "20240101T000000-000abcd"


class Session:
    """A Spark session with a table or view of the list's name."""

    def __init__(self, kind, columns):
        self.catalog = SimpleNamespace(
            databaseExists=lambda _name: True,
            tableExists=lambda _name: True,
            getTable=lambda _name: SimpleNamespace(tableType=kind),
        )
        self.columns = columns

    def table(self, _name):
        return SimpleNamespace(columns=self.columns)


def write(kind, columns, tmp_path):
    source = TableSource("whitespace", tmp_path / "none.parquet")
    write_spark(Session(kind, columns), [source], "sales", RUN)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("VIEW", ("customer", "amount")),
        ("MANAGED", (Scores.CUSTOMER, Scores.DIVISION, Scores.RUN)),
    ],
    ids=["another's view", "a table"],
)
def test_what_no_run_has_made_is_left_alone(tmp_path, kind, columns):
    with pytest.raises(ExportError, match="'whitespace' that is not one of ours"):
        write(kind, columns, tmp_path)


def test_a_view_of_an_earlier_run_is_turned(tmp_path):
    """Else the test above would say nothing: it goes on to the rows, which are not there."""
    with pytest.raises(FileNotFoundError):
        write("VIEW", (Scores.CUSTOMER, Scores.DIVISION, Scores.RUN, "rank"), tmp_path)


@pytest.mark.parametrize(
    ("place", "folder"),
    [("sales", False), ("catalog.sales", False), ("/lists", True), ("s3a://lists", True)],
)
def test_a_folder_is_told_from_a_database(place, folder):
    assert is_folder(place) == folder
