from types import SimpleNamespace

import pytest

from gosales.core.errors import WorkspaceError
from gosales.pipeline import room
from gosales.pipeline.room import require_room


def engine(customers, divisions, rows=0, here=True):
    """Keeps in `left` what DuckDB may hold."""
    left = []
    return SimpleNamespace(
        ledger=SimpleNamespace(shape=(customers, divisions)),
        cube=SimpleNamespace(rows=rows, here=here),
        limit_memory=left.append,
        left=left,
    )


def test_cells_beyond_the_budget_are_refused_with_their_number_and_a_remedy():
    with pytest.raises(WorkspaceError) as error:
        require_room(engine(20_000, 1_000), 1.0)
    assert "20,000 customers x 1,000 divisions are 20,000,000 cells" in str(error.value)
    assert "budget is 1.0 GB" in str(error.value)
    assert "[limits] memory_gb" in error.value.remedy


def test_the_budget_is_the_border(monkeypatch):
    monkeypatch.setattr(room, "BYTES_A_CELL", 1e9)
    monkeypatch.setattr(room, "WITH_FEATURES", 5e8)
    monkeypatch.setattr(room, "CELLS_AT_ONCE", 4)
    require_room(engine(3, 2), 8.0)
    with pytest.raises(WorkspaceError):
        require_room(engine(3, 2), 7.9)


def test_a_log_of_very_many_rows_is_refused_before_they_are_fetched():
    found = SimpleNamespace(cube=SimpleNamespace(rows=130_000_000, here=True))
    with pytest.raises(WorkspaceError, match=r"130,000,000 rows.* 8\.5 GB.* 8\.0 GB") as error:
        require_room(found, 8.0)
    assert "fewer years" in error.value.remedy
    require_room(engine(1, 1, rows=100_000_000, here=False), 8.0)


def test_rows_and_cells_count_together(monkeypatch):
    monkeypatch.setattr(room, "BYTES_A_CELL", 1e9)
    monkeypatch.setattr(room, "WITH_FEATURES", 0)
    monkeypatch.setattr(room, "BYTES_A_ROW", 5e8)
    monkeypatch.setattr(room, "WHILE_FETCHED", 0)
    require_room(engine(3, 2, rows=4), 8.0)
    with pytest.raises(WorkspaceError, match="6 cells"):
        require_room(engine(3, 2, rows=5), 8.0)


def test_duckdb_is_left_what_the_arrays_leave(monkeypatch):
    monkeypatch.setattr(room, "BYTES_A_CELL", 1e9)
    monkeypatch.setattr(room, "WITH_FEATURES", 0)
    found = engine(1, 3, rows=20_000_000)
    require_room(found, 8.0)
    assert found.left == [pytest.approx(5.0), pytest.approx(4.0)]
    require_room(found, 4.0)
    assert found.left[2:] == [room.LEAST_GB, room.LEAST_GB]
    small = engine(1, 1)
    require_room(small, 1.5)
    assert small.left == [1.5, 1.5]
