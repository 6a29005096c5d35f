"""Which files of a workspace are the user's own."""

from gosales.pipeline.forget_own import own_files
from gosales.utils.paths import Workspace


def test_what_somebody_put_beside_our_files(tmp_path):
    theirs = ("top.csv", "data/old/2023.csv", "outputs/mine.csv", "outputs/plan/called.csv",
              "data/lookup/cells.csv", "data/holdout/later.csv")  # fmt: skip
    ours = ("outputs/icp_scores.csv", "outputs/runs/1/x.csv", "data/staging/a.csv", "tool.py",
            "outputs/mlflow.db", "data/pseudonyms.json", "outputs/exports/lists.xlsx")  # fmt: skip
    for name in (*theirs, *ours):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x,007\n", encoding="utf-8")
    found = own_files(Workspace(tmp_path))
    assert [path for path in found if path.is_file()] == sorted(tmp_path / name for name in theirs)
