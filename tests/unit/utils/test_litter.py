import shutil

import pytest

from gosales.utils.litter import sweep
from gosales.utils.paths import Workspace

LITTER = (
    "outputs/.icp_scores.csv.abc.tmp",
    "outputs/validation/.gains.csv.abc.tmp",
    "outputs/runs/r1/.manifest.json.abc.tmp",
    "outputs/runs/r1/.check-abc/star.duckdb",
    "outputs/runs/r1/.prove-abc/x",
    "outputs/.verify-abc/outputs/x",
    "models/cad_model/data/.model.json.abc.tmp",
    "data/star/.r1.duckdb.abc",
    "data/star/20250101T120000-000abcd.duckdb.wal",
    "data/star/.engine-abc/x.parquet",
    "data/staging/.work-abc/x",
    "data/staging/holdout/.lookup-abc/x",
)
KEPT = (
    "outputs/.lock",
    "outputs/.copied.json",
    "outputs/icp_scores.csv",
    "outputs/my notes.tmp",
    "outputs/runs/r1/manifest.json",
    "models/my_model/.hidden",
    "data/star/r1.duckdb",
    "data/star/of_another_program.duckdb.wal",
    "data/staging/abc.parquet",
    "data/database_samples/.log.csv.tmp",
)


@pytest.fixture
def workspace(tmp_path):
    for name in LITTER + KEPT:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return Workspace(tmp_path)


def files(workspace):
    found = (path for path in workspace.root.rglob("*") if path.is_file())
    return {path.relative_to(workspace.root).as_posix() for path in found}


def test_what_killed_commands_left_goes_and_all_else_stays(workspace):
    sweep(workspace)
    assert files(workspace) == set(KEPT)


def test_an_empty_workspace_is_no_matter(workspace):
    shutil.rmtree(workspace.root)
    sweep(workspace)
