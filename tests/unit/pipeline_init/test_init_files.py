"""`init` and files: where things go, and that nothing is ever overwritten."""

import tomllib

import pytest

from gosales.core.errors import SalesLogError, WorkspaceError
from gosales.pipeline.init import InitOptions, init, workspace_for
from gosales.utils.paths import Workspace

LOG = "Customer Id,Date,SKU,Quantity,Amount\n" + "".join(
    f"{n % 7},2023-0{n % 9 + 1}-{n % 28 + 1:02},P{n % 5},{n % 3 + 1},{n}.50\n" for n in range(90)
)
PRODUCTS = "SKU,Division\n" + "".join(f"P{n},{'East' if n % 2 else 'West'}\n" for n in range(5))


@pytest.fixture
def exports(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "log.csv").write_text(LOG, encoding="utf-8")
    (folder / "items.csv").write_text(PRODUCTS, encoding="utf-8")
    return [folder / "log.csv", folder / "items.csv"]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


def test_copies_go_to_their_folders_and_the_settings_name_them(workspace, exports):
    run = init(workspace, exports, InitOptions(copy=True))
    assert (workspace.logs / "log.csv").read_text(encoding="utf-8") == LOG
    assert (workspace.lookup / "items.csv").is_file()
    settings = tomllib.loads(workspace.config.read_text(encoding="utf-8"))
    assert settings["lookup"]["products"]["file"] == "data/lookup/items.csv"
    assert settings["columns"]["value"] == "Amount"
    assert len(run.copied) == 2


def test_without_copy_nothing_is_placed_but_said(workspace, exports):
    run = init(workspace, exports, InitOptions())
    assert not workspace.logs.exists()
    assert any("put" in step and "log.csv" in step for step in run.steps)


def test_lookups_inside_the_workspace_stay_where_they_are(workspace, exports):
    workspace.root.mkdir()
    inside = workspace.root / "tables" / "items.csv"
    inside.parent.mkdir()
    exports[1].rename(inside)
    run = init(workspace, [exports[0], inside], InitOptions(copy=True))
    assert 'file = "tables/items.csv"' in run.text
    assert inside.is_file()


def test_a_lookup_among_the_logs_is_pointed_out(workspace, exports):
    workspace.logs.mkdir(parents=True)
    moved = [path.rename(workspace.logs / path.name) for path in exports]
    run = init(workspace, moved, InitOptions(copy=True))
    assert 'file = "data/lookup/items.csv"' in run.text
    assert any("items.csv out of" in step for step in run.steps)


def test_existing_settings_are_never_overwritten(workspace, exports, tmp_path):
    workspace.root.mkdir()
    workspace.config.write_text("# mine\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"never overwrites.*--output"):
        init(workspace, exports, InitOptions(copy=True))
    assert not workspace.logs.exists()
    init(workspace, exports, InitOptions(dry_run=True))
    other = tmp_path / "proposal.toml"
    init(workspace, exports, InitOptions(output=other))
    assert other.is_file()
    assert workspace.config.read_text(encoding="utf-8") == "# mine\n"
    with pytest.raises(WorkspaceError, match="never overwrites"):
        init(workspace, exports, InitOptions(output=other))


def test_another_file_under_the_name_of_a_copy_is_kept(workspace, exports):
    workspace.lookup.mkdir(parents=True)
    (workspace.lookup / "items.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="differs"):
        init(workspace, exports, InitOptions(copy=True))
    assert not workspace.logs.exists()
    assert not workspace.config.exists()


def test_a_dry_run_leaves_nothing(workspace, exports):
    run = init(workspace, exports, InitOptions(copy=True, dry_run=True))
    assert "[columns]" in run.text
    assert not workspace.root.exists()


def test_a_folder_stands_for_its_logs(workspace, exports):
    run = init(workspace, [exports[0].parent], InitOptions(dry_run=True))
    assert {path.name for path in run.proposal.logs} == {"log.csv"}


def test_a_missing_file_is_named(workspace, tmp_path):
    with pytest.raises(SalesLogError, match=r"nothing\.csv does not exist"):
        init(workspace, [tmp_path / "nothing.csv"], InitOptions())


def test_the_current_folder_becomes_the_workspace(tmp_path, monkeypatch):
    monkeypatch.delenv("GOSALES_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert workspace_for(None).root == tmp_path
    assert workspace_for(tmp_path / "new").root == tmp_path / "new"
