"""Runs are recorded in one SQLite file and nowhere else."""

import sqlite3
from contextlib import closing

import pytest

from gosales.models.model_store import quiet_mlflow
from gosales.models.tracking import track_run

FIGURES = {
    "judged_at": "2024-06-30",
    "populations": {"never_bought": {"_macro": {"auc": 0.75, "lift_10": None, "n": 10}}},
}
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def rows(database, query):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def test_runs_and_their_figures_are_recorded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    database = tmp_path / "outputs" / "mlflow.db"
    track_run(database, "first", FIGURES)
    assert rows(database, "select name, status from runs") == [("first", "FINISHED")]
    assert sorted(rows(database, "select key, value from latest_metrics")) == [
        ("never_bought.auc", 0.75),
        ("never_bought.n", 10.0),
    ]
    assert rows(database, "select key, value from params") == [("judged_at", "2024-06-30")]
    track_run(database, "second", {"judged_at": None, "populations": {}})
    assert rows(database, "select count(*) from runs") == [(2,)]
    assert rows(database, "select name from experiments where name != 'Default'") == [("gosales",)]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mlflow.db"]


def test_telemetry_is_off_unless_somebody_turned_it_on(monkeypatch):
    for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "warn")
    quiet_mlflow()
    import os

    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
    assert os.environ["GIT_PYTHON_REFRESH"] == "warn"
