import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.core.errors import WorkspaceError
from gosales.utils import paths
from gosales.utils.paths import (
    ENVIRONMENT,
    MAX_SLUG,
    Workspace,
    find_workspace,
    has_file,
    has_folder,
    slugs,
)

OWN = paths.Path(paths.__file__).resolve().parents[1]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Three folders; the current one is `here`, and the environment names none."""
    made = {name: tmp_path / name for name in ("here", "named", "environment")}
    for folder in made.values():
        folder.mkdir()
    monkeypatch.chdir(made["here"])
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    return made


def test_the_named_folder_comes_first(folders, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(folders["environment"]))
    (folders["here"] / "gosales.toml").touch()
    assert find_workspace(folders["named"]).root == folders["named"]


def test_the_environment_comes_second(folders, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(folders["environment"]))
    (folders["here"] / "gosales.toml").touch()
    assert find_workspace().root == folders["environment"]


def test_the_current_folder_with_settings_comes_third(folders):
    (folders["here"] / "gosales.toml").touch()
    assert find_workspace().root == folders["here"]


def test_the_current_folder_with_logs_will_do(folders):
    (folders["here"] / "data" / "database_samples").mkdir(parents=True)
    assert find_workspace().root == folders["here"]


def test_the_checkouts_own_folder_comes_last(folders):
    assert find_workspace().root == OWN


def test_an_empty_variable_names_nothing(folders, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, "")
    assert find_workspace().root == OWN


def test_an_installed_package_is_never_a_workspace(folders, monkeypatch, tmp_path):
    installed = tmp_path / "site-packages" / "gosales" / "utils" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(installed))
    with pytest.raises(WorkspaceError, match="is no workspace") as refused:
        find_workspace()
    assert "gosales demo" in refused.value.remedy


@pytest.mark.parametrize("how", ["given", "environment"])
def test_a_named_folder_must_exist(folders, monkeypatch, how):
    missing = folders["here"] / "nowhere"
    monkeypatch.setenv(ENVIRONMENT, str(missing))
    with pytest.raises(WorkspaceError, match="nowhere does not exist"):
        find_workspace(missing if how == "given" else None)


def test_a_link_in_a_circle_is_no_workspace(folders):
    link(folders["here"] / "loop", "loop")
    with pytest.raises(WorkspaceError, match="loop does not exist"):
        find_workspace(folders["here"] / "loop")


def test_a_file_is_no_workspace(folders):
    (folders["here"] / "log.csv").touch()
    with pytest.raises(WorkspaceError):
        find_workspace(folders["here"] / "log.csv")


def test_a_relative_folder_is_made_absolute(folders):
    assert find_workspace(paths.Path("../named")).root == folders["named"]


def test_an_optional_file_is_there_or_not(tmp_path):
    path = tmp_path / "data" / "forgotten.json"
    assert not has_file(path)
    path.parent.mkdir()
    assert not has_file(path)
    path.touch()
    assert has_file(path)


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links need a right here")


IN_ITS_PLACE = {
    "a folder": lambda path: path.mkdir(parents=True),
    "a link that leads nowhere": lambda path: link(path, "/nowhere/at all"),
    "a link in a circle": lambda path: link(path, path.name),
    "a file as its folder": lambda path: path.parent.write_text("x", encoding="utf-8"),
    "a link to a file as its folder": lambda path: link(path.parent, OWN / "config.py"),
}


@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_what_has_the_place_of_an_optional_file_is_not_passed_over(tmp_path, what):
    path = tmp_path / "data.json"
    if "as its folder" in what:
        path = tmp_path / "data" / "forgotten.json"
    IN_ITS_PLACE[what](path)
    with pytest.raises(WorkspaceError, match=r"in the place of a (file|folder)\. Move it") as told:
        has_file(path)
    assert str(tmp_path) in told.value.problem


def test_a_folder_is_there_or_not(tmp_path):
    assert has_folder(tmp_path)
    assert not has_folder(tmp_path / "outputs" / "runs")
    (tmp_path / "outputs").touch()
    for path in (tmp_path / "outputs", tmp_path / "outputs" / "runs"):
        with pytest.raises(WorkspaceError, match="outputs is a file in the place of a folder"):
            has_folder(path)


def test_everything_lies_in_the_workspace(tmp_path):
    w = Workspace(tmp_path)
    places = (w.config, w.logs, w.holdout, w.lookup, w.staging, w.stars, w.models, w.outputs)
    assert all(place.is_relative_to(tmp_path) for place in (*places, w.runs, w.published))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("CPE", "cpe"),
        ("Success Plan", "success_plan"),
        ("  3D-Druck & mehr ", "3d_druck_mehr"),
        ("Ärzte", "arzte"),
        ("../../etc", "etc_[0-9a-f]{4}|etc"),
        ("/etc/passwd", "etc_passwd"),
        ("C:\\Windows", "c_windows"),
        ("a" * 200, "a{60}_[0-9a-f]{4}"),
        ("日本", "division_[0-9a-f]{4}"),
        ("", "division_[0-9a-f]{4}"),
        ("...", "division_[0-9a-f]{4}"),
        ("Division", "division_[0-9a-f]{4}"),
        ("é日本語日本語", "e_[0-9a-f]{4}"),
    ],
)
def test_a_slug_tells_the_name_and_is_safe(name, slug):
    assert re.fullmatch(slug, slugs([name])[name])


def test_names_that_differ_by_what_a_slug_drops_get_their_hash():
    found = slugs(["Success Plan", "success-plan", "CPE"])
    assert len(set(found.values())) == 3
    assert found["CPE"] == "cpe"


def test_names_whose_short_hashes_are_equal_get_longer_ones():
    """The two were found by fuzzing; of the names without Latin letters some share one for sure."""
    twins = ["\x03\\", "\\" * 8]
    assert len({slug[:13] for slug in slugs(twins).values()}) == 1
    assert len(set(slugs(twins).values())) == 2
    many = [*twins, *(chr(0x4E00 + number) for number in range(3_000))]
    assert len(set(slugs(many).values())) == len(many)


def test_a_hashed_slug_is_no_other_names_slug():
    names = ["Success Plan", "success-plan"]
    before = slugs(names)
    names.append(before["Success Plan"])
    after = slugs(names)
    assert len(set(after.values())) == 3
    assert before.items() <= after.items(), "no model folder is called otherwise for the third"


@given(names=st.lists(st.text(max_size=80), unique=True, max_size=5))
def test_slugs_are_distinct_file_names_for_any_text(names):
    found = slugs(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    for slug in found.values():
        assert re.fullmatch(r"[a-z0-9_]+", slug)
        assert len(slug) <= MAX_SLUG + 5


@given(names=st.permutations(["CAD", "cad", "C.A.D", "GIS"]))
def test_slugs_do_not_depend_on_the_order(names):
    assert slugs(names) == slugs(sorted(names))


def test_the_docs_example_holds():
    assert doctest.testmod(paths).failed == 0


@pytest.mark.parametrize("how", ["named", "current"])
@pytest.mark.parametrize("name", ["what?", "division=CAD"])
def test_a_path_that_duckdb_takes_for_more_is_refused(folders, monkeypatch, tmp_path, name, how):
    place = tmp_path / name / "workspace"
    try:
        place.mkdir(parents=True)
    except OSError:
        pytest.skip("no folder has such a name here")
    (place / "gosales.toml").touch()
    monkeypatch.chdir(place if how == "current" else folders["here"])
    with pytest.raises(WorkspaceError, match="question mark" if "?" in name else "equals sign"):
        find_workspace(place if how == "named" else None)
