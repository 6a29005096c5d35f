"""What `gosales forget` says of files that it cannot reach."""

import pytest

from gosales.core.errors import WorkspaceError
from gosales.core.person import Person
from gosales.pipeline.forget import Forgetting, _look_at_raw, _stars
from gosales.utils.paths import Workspace


def link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links need a right here")


def test_raw_files_on_a_drive_that_is_not_connected_are_told(tmp_path):
    workspace = Workspace(tmp_path)
    link(workspace.logs / "share.csv", tmp_path / "gone.csv")
    link(workspace.holdout, tmp_path / "gone")
    found = Forgetting(dry=True)
    _look_at_raw(workspace, Person("007", ()), found)
    assert found.unread == ["data/database_samples/share.csv", "data/holdout"]
    assert "links that lead nowhere" in found.summary()


def test_stars_on_a_drive_that_is_not_connected_are_no_stars_without_the_customer(tmp_path):
    workspace = Workspace(tmp_path)
    assert _stars(workspace) == []
    link(workspace.stars, tmp_path / "gone")
    with pytest.raises(WorkspaceError, match="star is a link that leads nowhere"):
        _stars(workspace)
