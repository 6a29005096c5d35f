"""The lists as an Excel workbook: a summary, all rows, a sheet per rep, and notes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gosales.export.csv_files import cut
from gosales.export.notes import columns_told, notes_told
from gosales.export.pitches import Listed, Pitch, Pitches
from gosales.export.sheet_names import sheet_names
from gosales.utils.spreadsheet import neutralise
from gosales.utils.store import replacing

FILE = "call_lists.xlsx"
SUMMARY, ALL, NOTES = "Summary", "All", "Notes"
MOST_ROWS, MOST_SHEETS = 20_000, 200
LONGEST_TEXT = 32_000
LINE, MOST_LINES = 15, 20
NOT_IN_XML = re.compile("[\ufffe\uffff]")
INK, BAND, BAR, VALUE_BAR = "#1D2733", "#1F4E79", "#9DC3E6", "#A9D18E"


@dataclass(frozen=True)
class Column:
    """One column of a list: its title, width in characters, kind of cell, and value."""

    title: str
    width: int
    kind: str
    value: Callable[[Pitch], Any]


COLUMNS = (
    Column("Account", 34, "text", lambda pitch: pitch.account),
    Column("Account id", 12, "text", lambda pitch: pitch.customer_id),
    Column("Pitch", 18, "text", lambda pitch: pitch.division),
    Column("Product", 30, "wrapped", lambda pitch: _lines(pitch.product or pitch.products)),
    Column("Probability", 12, "percent", lambda pitch: pitch.chance),
    Column("Grade", 8, "centre", lambda pitch: pitch.grade),
    Column("Expected value", 15, "money", lambda pitch: pitch.value),
    Column("Why", 74, "wrapped", lambda pitch: _lines(pitch.reasons)),
    Column("Who owns it already", 40, "wrapped", lambda pitch: _lines(pitch.lookalikes)),
    Column("Branch", 16, "text", lambda pitch: pitch.branch),
    Column("Rep", 20, "text", lambda pitch: pitch.rep),
)
CALL = Column("Call", 7, "centre", lambda pitch: pitch.slot)
REMARK = Column("Remark", 17, "text", lambda pitch: pitch.remark)


def write_workbook(pitches: Pitches, folder: Path) -> dict[Path, int]:
    """Write the workbook; returns its path and how many rows it lists. Same lists, same bytes."""
    path = folder / FILE
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"in_memory": True})
        made = dt.datetime.combine(pitches.cutoff, dt.time())
        book.set_properties({"title": "Call lists", "created": made, "comments": pitches.run_id})
        _Book(book, pitches).fill()
        book.close()
    return {path: len(pitches.pitches)}


class _Book:
    """The workbook in the making."""

    def __init__(self, book: xlsxwriter.Workbook, pitches: Pitches) -> None:
        self.book = book
        self.pitches = pitches
        remark = (REMARK,) if pitches.remarked else ()
        self.columns = ((CALL,) if pitches.planned else ()) + COLUMNS + remark
        own = [one.owner for one in pitches.lists][:MOST_SHEETS]
        self.sheets = sheet_names(own, (SUMMARY, ALL, NOTES))
        self.formats = _formats(book)

    def fill(self) -> None:
        """All sheets, in the order in which Excel shows them."""
        self._summary()
        self._list(ALL, self.pitches.pitches, len(self.pitches.pitches))
        rows: dict[str, list[Pitch]] = {}
        for pitch in self.pitches.pitches:
            rows.setdefault(pitch.owner, []).append(pitch)
        for one in self.pitches.lists[:MOST_SHEETS]:
            self._list(self.sheets[one.owner], rows.get(one.owner, []), one.of)
        self._notes()

    def _summary(self) -> None:
        sheet = self.book.add_worksheet(SUMMARY)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 3, 16)
        sheet.set_column(4, 4, 44)
        self._write(sheet, 0, 0, "Call lists", "title")
        for at, line in enumerate(self.pitches.about, 1):
            self._write(sheet, at, 0, line, "text")
        top = len(self.pitches.about) + 2
        titles = ("List", "Rows shown", "Rows in all", "Expected value", "First account")
        for column, title in enumerate(titles):
            self._write(sheet, top, column, title, "head number" if 1 <= column <= 3 else "head")
        best = {pitch.owner: pitch for pitch in reversed(self.pitches.pitches)}
        for row, one in enumerate(self.pitches.lists, top + 1):
            self._line(sheet, row, one, best.get(one.owner))
        self._bars(sheet, top + 1, top + len(self.pitches.lists), 3, VALUE_BAR)
        sheet.freeze_panes(top + 1, 1)
        _set_page(sheet, top)

    def _line(self, sheet: Worksheet, row: int, one: Listed, best: Pitch | None) -> None:
        self._write(sheet, row, 0, one.owner, "text")
        if name := self.sheets.get(one.owner):
            place = name.replace("'", "''")
            shown = cut(one.owner, 250)
            sheet.write_url(row, 0, f"internal:'{place}'!A1", self.formats["link"], shown)
        self._write(sheet, row, 1, one.shown, "count")
        self._write(sheet, row, 2, one.of, "count")
        self._write(sheet, row, 3, one.value, "money")
        if best:
            self._write(sheet, row, 4, f"{best.account}: {best.what}", "text")

    def _list(self, name: str, pitches: Sequence[Pitch], of: int) -> None:
        sheet = self.book.add_worksheet(name)
        for at, column in enumerate(self.columns):
            sheet.set_column(at, at, column.width)
            number = column.kind in {"percent", "money"}
            self._write(sheet, 0, at, column.title, "head number" if number else "head")
        shown = pitches[:MOST_ROWS]
        for row, pitch in enumerate(shown, 1):
            values = [column.value(pitch) for column in self.columns]
            sheet.set_row(row, _height(self.columns, values))
            for at, column in enumerate(self.columns):
                self._write(sheet, row, at, values[at], column.kind)
        for at, column in enumerate(self.columns):
            if column.kind in {"percent", "money"}:
                self._bars(sheet, 1, len(shown), at, BAR if column.kind == "percent" else VALUE_BAR)
        if of > len(shown):
            told = f"{len(shown):,} of {of:,} rows: the rest is ranked lower and left out."
            self._write(sheet, len(shown) + 2, 0, told, "told")
        sheet.autofilter(0, 0, max(len(shown), 1), len(self.columns) - 1)
        sheet.freeze_panes(1, 1)
        _set_page(sheet, 0)

    def _notes(self) -> None:
        sheet = self.book.add_worksheet(NOTES)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        self._write(sheet, 0, 0, "Notes", "title")
        unlisted = len(self.pitches.lists) - len(self.sheets)
        lines = [*self.pitches.about, *notes_told(self.pitches)]
        if unlisted > 0:
            lines.append(f"{unlisted:,} lists have no sheet of their own; their rows are in {ALL}.")
        if len(self.pitches.pitches) > MOST_ROWS:
            lines.append(f"The sheet {ALL} ends after {MOST_ROWS:,} rows.")
        for row, line in enumerate(lines, 2):
            sheet.merge_range(row, 0, row, 1, "", self.formats["wrapped"])
            self._write(sheet, row, 0, line, "wrapped")
            sheet.set_row(row, LINE * (1 + len(line) // 115))
        top = len(lines) + 3
        self._write(sheet, top, 0, "Column", "head")
        self._write(sheet, top, 1, "Meaning", "head")
        for row, (title, meaning) in enumerate(columns_told(self.pitches).items(), top + 1):
            self._write(sheet, row, 0, title, "text")
            self._write(sheet, row, 1, meaning, "wrapped")
            sheet.set_row(row, LINE * (1 + len(meaning) // 95))
        _set_page(sheet, top)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, kind: str) -> None:
        """A text is always written as a text, and stays one when somebody edits it in Excel."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.formats[kind])
        elif isinstance(value, str):
            text = cut(NOT_IN_XML.sub("\ufffd", value), LONGEST_TEXT)
            quoted = neutralise(text) != text and f"{kind} quoted" in self.formats
            sheet.write_string(
                row, column, text, self.formats[f"{kind} quoted" if quoted else kind]
            )
        else:
            sheet.write_number(row, column, value, self.formats[kind])

    def _bars(self, sheet: Worksheet, first: int, last: int, column: int, colour: str) -> None:
        if last < first:
            return
        look = {
            "type": "data_bar",
            "data_bar_2010": True,
            "bar_solid": True,
            "bar_color": colour,
            "min_type": "num",
            "min_value": 0,
        }
        sheet.conditional_format(first, column, last, column, look)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    plain = {"valign": "top", "font_color": INK}
    head = {"bold": True, "font_color": "#FFFFFF", "bg_color": BAND, "valign": "vcenter"}
    kinds: dict[str, dict[str, Any]] = {
        "text": plain | {"indent": 1},
        "wrapped": plain | {"text_wrap": True, "indent": 1},
        "centre": plain | {"align": "center"},
        "percent": plain | {"num_format": "0.0%"},
        "money": plain | {"num_format": "#,##0"},
        "count": plain | {"num_format": "#,##0"},
        "told": plain | {"italic": True},
        "title": {"bold": True, "font_size": 16, "font_color": INK},
        "head": head | {"indent": 1},
        "head number": head | {"align": "right"},
        "link": plain | {"indent": 1, "font_color": "#0B5394", "underline": 1},
    }
    quoted = {
        f"{kind} quoted": kinds[kind] | {"quote_prefix": True} for kind in ("text", "wrapped")
    }
    return {kind: book.add_format(look) for kind, look in {**kinds, **quoted}.items()}


def _lines(text: str) -> str:
    return text.replace("; ", "\n")


def _height(columns: Sequence[Column], values: Sequence[Any]) -> int:
    """Points that a row needs, since not every program fits rows to wrapped text by itself."""
    lines = [
        sum(1 + len(line) // column.width for line in str(value).split("\n"))
        for column, value in zip(columns, values, strict=True)
        if column.kind == "wrapped"
    ]
    return LINE * min(max(lines), MOST_LINES)


def _set_page(sheet: Worksheet, header: int) -> None:
    """On paper: landscape, as wide as the page, with the header's row on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    sheet.set_footer("&L&A&RPage &P of &N")
