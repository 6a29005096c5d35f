"""What runs tell when their files are not what they should be."""

import json

import pytest

from gosales.core.errors import WorkspaceError
from gosales.pipeline.runs import about, list_runs, render_list, run_facts, show_run
from gosales.utils.paths import Workspace

RUN = "20240101T000000-000abcd"
NAMES = ("manifest.json", "log.jsonl", "data_quality.json", "metrics.json")
KEYS = ("command", "run_id", "made_from", "versions", "settings", "options", "divisions",
        "warnings", "output_hashes", "input_hashes", "holdout_hashes", "lines_rejected",
        "populations", "event")  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    (workspace.runs / RUN).mkdir(parents=True)
    return workspace


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[1, 2]", b"null", b"7", b'{"a": 1}', b"\xff\x00{}"),
        *(json.dumps(dict.fromkeys(KEYS, value)).encode() for value in (5, "x", [1], None, {})),
    ],
)
def test_files_that_are_not_what_they_should_be_are_no_riddle(workspace, content):
    for name in NAMES:
        (workspace.runs / RUN / name).write_bytes(content)
    assert RUN in render_list(list_runs(workspace))
    assert RUN in show_run(workspace, RUN)
    assert all(isinstance(text, str) for text in run_facts(workspace, RUN).values())
    assert isinstance(about(workspace, RUN), dict)


def test_a_run_by_the_beginning_of_its_id_is_told_as_by_all_of_it(workspace):
    text = json.dumps({"command": "train", "run_id": RUN})
    (workspace.runs / RUN / "manifest.json").write_text(text, encoding="utf-8")
    assert show_run(workspace, RUN[:12]) == show_run(workspace, RUN)
    assert "done" in show_run(workspace, RUN[:12])


@pytest.mark.parametrize("name", ["../../x", f"../runs/{RUN}", f"{RUN}/../{RUN}", "/", "..", ""])
def test_no_run_is_called_like_a_path(workspace, name):
    (workspace.root / "x").mkdir()
    with pytest.raises(WorkspaceError, match="There is no run"):
        show_run(workspace, name)
