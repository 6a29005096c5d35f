"""The workbook, opened again with another library."""

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gosales.export import workbook
from gosales.export.pitches import Wanted
from gosales.export.read_pitches import read_pitches
from gosales.export.sheet_names import sheet_names
from gosales.export.workbook import FILE, write_workbook

# openpyxl cannot read the solid data bars of Excel 2010; it reads the plain ones beside them.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def opened(pitches, folder):
    write_workbook(pitches, folder)
    return openpyxl.load_workbook(folder / FILE)


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def book(pitches, tmp_path):
    return opened(pitches, tmp_path)


def test_a_sheet_for_each_list_between_summary_and_notes(book):
    assert book.sheetnames == [
        "Summary", "All", "=BO()", "Ann Lee", "Branch South", "Not assigned", "Notes",
    ]  # fmt: skip


def test_a_list_has_its_rows_in_order(book):
    head, *rows = cells(book["Ann Lee"])
    assert head[:7] == [
        "Account", "Account id", "Pitch", "Product", "Probability", "Grade", "Expected value",
    ]  # fmt: skip
    assert [row[:7] for row in rows] == [
        ["=HYPERLINK(1)", "007", "CAD", "=Pro, 38 (+P1)\nP2", 0.4, "A", 400],
        ["=HYPERLINK(1)", "007", "CAM", None, 0.3, "E", 900],
        ["=HYPERLINK(1)", "007", "Training", None, 0.1, "E", 5],
    ]
    assert len(cells(book["All"])) == 9
    assert (head[-1], [row[-1] for row in rows]) == ("Remark", [None, "open opportunity", None])


def test_without_remarks_there_is_no_column_for_them(sources, tmp_path):
    book = opened(read_pitches(sources, Wanted(divisions=("Training",))), tmp_path)
    assert "Remark" not in cells(book["All"])[0]


def test_text_is_text_and_numbers_are_numbers(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n"}, (sheet.title, cell.coordinate, cell.value)
    first = book["Ann Lee"]["A2"]
    assert first.value == "=HYPERLINK(1)"
    assert first.quotePrefix, "it stays text when it is edited"
    assert not book["Ann Lee"]["C2"].quotePrefix


def test_formats_bars_filter_and_frozen_header(book):
    sheet = book["Ann Lee"]
    assert sheet["E2"].number_format == "0.0%"
    assert sheet["G2"].number_format == "#,##0"
    assert sheet.auto_filter.ref == "A1:L4"
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    found = sheet.conditional_formatting
    bars = {str(area.sqref): found[area][0].type for area in found}
    assert bars == {"E2:E4": "dataBar", "G2:G4": "dataBar"}
    assert sheet.column_dimensions["A"].width > 30
    assert sheet.row_dimensions[2].height == 30, "both sentences can be seen"


def test_the_summary_links_to_each_list(book):
    sheet = book["Summary"]
    links = {cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert links == {
        "'=BO()'!A1", "'Ann Lee'!A1", "'Branch South'!A1", "'Not assigned'!A1",
    }  # fmt: skip
    rows = {row[0]: row[1:5] for row in cells(sheet)}
    assert rows["Ann Lee"] == [3, 3, 1305, "=HYPERLINK(1): CAD"]


def test_the_notes_tell_columns_cutoff_horizon_and_how_to_read_a_score(book):
    text = " ".join(str(value) for row in cells(book["Notes"]) for value in row if value)
    for part in ("2024-08-31", "6 months", "2025-02-28", "run-1", "of a hundred rows"):
        assert part in text
    titles = {row[0] for row in cells(book["Notes"])}
    assert {cell.value for cell in book["All"][1]} <= titles


def test_what_is_left_out_is_told(sources, tmp_path):
    book = opened(read_pitches(sources, Wanted(rows=1)), tmp_path)
    assert cells(book["Ann Lee"])[-1][0] == ("1 of 3 rows: the rest is ranked lower and left out.")
    assert "3 lower-ranked rows are left out" in str(cells(book["Notes"]))


def test_sheets_and_rows_are_bounded_and_say_so(pitches, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_SHEETS", 2)
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    book = opened(pitches, tmp_path)
    assert book.sheetnames == ["Summary", "All", "=BO()", "Ann Lee", "Notes"]
    assert cells(book["All"])[-1][0].startswith("2 of 8 rows")
    assert cells(book["Ann Lee"])[-1][0].startswith("2 of 3 rows")
    notes = str(cells(book["Notes"]))
    assert "2 lists have no sheet of their own" in notes
    assert "ends after 2 rows" in notes


def test_a_call_plan_has_a_column_and_its_control_group_a_note(plan, tmp_path):
    planned = plan(("Ann Lee", "007", "CAM", 1, "treated"), ("x", "d4", "CAD", None, "control"))
    book = opened(read_pitches(planned, Wanted()), tmp_path)
    head, first, second, *_ = cells(book["Ann Lee"])
    assert (head[0], first[0], second[0]) == ("Call", 1, None)
    assert "Accounts left out on purpose: 1," in str(cells(book["Notes"]))


def test_no_pitches_make_a_workbook_all_the_same(sources, tmp_path):
    book = opened(read_pitches(sources, Wanted(divisions=("CAM",), reps=("=BO()",))), tmp_path)
    assert book.sheetnames == ["Summary", "All", "Notes"]
    assert len(cells(book["All"])) == 1


def test_the_same_lists_give_the_same_bytes(pitches, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        write_workbook(pitches, folder)
    assert (one / FILE).read_bytes() == (two / FILE).read_bytes()


def test_text_that_excel_cannot_hold_is_cut_or_replaced(pitches, tmp_path):
    first = pitches.pitches[0]
    odd = type(first)(**{**vars(first), "name": "\ufffe\x07 _x0041_", "reasons": "y" * 40_000})
    changed = type(pitches)(**{**vars(pitches), "pitches": (odd,)})
    row = cells(opened(changed, tmp_path)["All"])[1]
    assert row[0].startswith("\ufffd")
    assert row[0].endswith(" _x0041_")
    assert len(row[7]) == 32_000


# --- Names of sheets ------------------------------------------------------------------------------

owners = st.lists(st.text(max_size=60) | st.sampled_from(["a" * 40, "A" * 40, "🚜" * 30, "all"]))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a loaded machine is slow
@given(owners.map(dict.fromkeys).map(list))
def test_sheet_names_are_what_excel_takes(names):
    found = sheet_names(names, ["All", "Notes"])
    assert list(found) == names
    assert (
        len({name.casefold() for name in found.values()} | {"all", "notes", "history"})
        == len(names) + 3
    )
    for name in found.values():
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_readable_sheet_names_stay_as_they_are():
    assert sheet_names(["Ann Lee", "", "O'Neil", "'x'"]) == {
        "Ann Lee": "Ann Lee",
        "": "No name",
        "O'Neil": "O'Neil",
        "'x'": "x",
    }
