"""Connections: their budget, and two of them to one file."""

import pytest

from gosales.utils.db import connect, memory_budget_gb


def budget(connection):
    return connection.execute("SELECT current_setting('memory_limit')").fetchone()[0]


def test_the_setting_is_the_budget():
    assert memory_budget_gb(1.5) == 1.5
    assert 0 < memory_budget_gb() <= 8
    with connect(memory_gb=1) as connection:
        assert budget(connection) == "953.6 MiB"


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
