import pytest

from gosales.core.errors import SalesLogError
from gosales.etl.files import find_logs


def test_logs_are_found_by_ending_and_sorted(tmp_path):
    for name in ("b.CSV", "a.csv.gz", "c.parquet", "d.txt", ".hidden.csv", "~$e.csv", "README.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = find_logs(tmp_path)
    assert [file.name for file in found.files] == ["a.csv.gz", "b.CSV", "c.parquet", "d.txt"]
    assert found.notes == []


def test_the_same_bytes_load_once(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x,y\n1,2\n", encoding="utf-8")
    found = find_logs(tmp_path)
    assert [file.name for file in found.files] == ["a.csv"]
    assert [note.code for note in found.notes] == ["file_twice"]


def test_what_is_passed_over_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    (tmp_path / "b.xlsx").write_text("x", encoding="utf-8")
    (tmp_path / "old").mkdir()
    notes = find_logs(tmp_path).notes
    assert [note.code for note in notes] == ["file_not_read", "folder_not_read"]
    assert "CSV" in notes[0].remedy


@pytest.mark.parametrize("name", ["june.csv.part", "june.csv.gz.tmp", "June.CSV.crdownload"])
def test_a_log_that_is_still_being_copied_is_not_passed_over_in_silence(tmp_path, name):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    (tmp_path / name).write_text("x", encoding="utf-8")
    found = find_logs(tmp_path)
    assert [file.name for file in found.files] == ["a.csv"]
    assert [note.code for note in found.notes] == ["file_unfinished"]


def test_a_readme_is_no_log_but_a_table_of_that_name_is_one(tmp_path):
    for name in ("readme", "README.txt", "readme.md", "Readme_sales.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = find_logs(tmp_path)
    assert [file.name for file in found.files] == ["Readme_sales.csv"]
    assert found.notes == []


def test_a_folder_without_logs_is_an_error(tmp_path):
    with pytest.raises(SalesLogError, match="holds no raw sales log"):
        find_logs(tmp_path)
    with pytest.raises(SalesLogError, match="does not exist"):
        find_logs(tmp_path / "none")


def test_a_link_to_nowhere_is_no_log_that_may_be_left_out(tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    try:
        (tmp_path / "share.csv").symlink_to(tmp_path / "gone.csv")
    except OSError:
        pytest.skip("links need a right here")
    with pytest.raises(SalesLogError, match="a link to a file that is not there"):
        find_logs(tmp_path)


def test_a_name_that_is_no_text_is_refused(tmp_path):
    try:
        (tmp_path / "\udcff.csv").write_text("x", encoding="utf-8")
    except (OSError, UnicodeEncodeError):
        pytest.skip("every name is text here")
    with pytest.raises(SalesLogError, match="is no text") as caught:
        find_logs(tmp_path)
    assert str(caught.value).isprintable()
