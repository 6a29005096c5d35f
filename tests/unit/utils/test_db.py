"""Connections: their budget, and two of them to one file."""

import pytest

from gosales.utils import db
from gosales.utils.db import connect, memory_budget_gb


def budget(connection):
    return connection.execute("SELECT current_setting('memory_limit')").fetchone()[0]


def test_the_setting_is_the_budget():
    assert memory_budget_gb(1.5) == 1.5
    with connect(memory_gb=1) as connection:
        assert budget(connection) == "953.6 MiB"


@pytest.mark.parametrize(("machine", "gb"), [(5.0, 3.0), (64.0, 8.0)])
def test_without_a_setting_it_is_a_share_of_the_machine_up_to_a_ceiling(monkeypatch, machine, gb):
    monkeypatch.setattr(db, "_machine_memory_gb", lambda: machine)
    assert memory_budget_gb() == pytest.approx(gb)


def test_the_machine_tells_its_memory():
    assert db._machine_memory_gb() > 0.5


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_opens_twice_with_different_budgets(tmp_path, read_only):
    path = tmp_path / "star.duckdb"
    with connect(path) as made:
        made.execute("CREATE TABLE one AS SELECT 1 AS number")
    with (
        connect(path, read_only=read_only, memory_gb=1) as planner,
        connect(path, read_only=read_only) as page,
    ):
        for connection in (planner, page):
            assert connection.execute("SELECT number FROM one").fetchone() == (1,)


def test_nothing_is_fetched():
    with connect() as connection:
        for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
            found = connection.execute(f"SELECT current_setting('{name}')").fetchone()
            assert found == (False,)
