"""A customer taken out of published files, one by one, each replaced whole.

Tables lose its rows, and its name among look-alike owners. JSON and logs lose its name. What cannot
be edited safely (pages, workbooks, databases, files for other programs, files that are damaged) is
removed when it mentions the customer or cannot be read, and can be made again.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from html import unescape
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gosales.core.columns import Scores, Whitespace
from gosales.core.errors import SalesLogError
from gosales.core.person import NO_NAMES, Person
from gosales.pipeline.raw_texts import texts_of
from gosales.utils.spreadsheet import neutralise, restore
from gosales.utils.store import replacing, write_text

JOINT = "; "
PAGES = frozenset({".html", ".xlsx", ".duckdb", ".sqlite", ".db"})
REJECTS = "rejects.csv"
LONGEST_CELL = 1 << 30
UNREADABLE = (ValueError, RecursionError, csv.Error, pa.ArrowException)
"""What is raised for a file that was cut short, or that somebody saved in another form."""


def clean_file(path: Path, person: Person, *, dry: bool) -> bool:
    """Take the person out of one file of a run; whether there was anything to take out.

    Args:
        dry: Only look.
    """
    if path.suffix in PAGES:
        return drop_file(path, person, dry=dry)
    try:
        if path.suffix == ".parquet":
            return _clean_parquet(path, person, dry=dry)
        clean = EDITORS.get(path.suffix)
        if clean is None:
            return False
        text = path.read_text(encoding="utf-8")
        return _put(path, text, clean(path, text, person), dry=dry)
    except UNREADABLE:
        return drop_file(path, person, dry=dry)
    except OSError as error:
        if error.errno is not None:
            raise
        return drop_file(path, person, dry=dry)  # so does Parquet call what was cut short


def drop_file(path: Path, person: Person, *, dry: bool) -> bool:
    """Remove a file that mentions the person, or that cannot be read; whether it was one."""
    found = _mentions_or_unread(path, person)
    if found and not dry:
        path.unlink()
    return found


def names_in_list(path: Path, customer: str) -> set[str] | None:
    """The names that a list in Parquet has for the customer; None when it has no row of it."""
    with contextlib.suppress(*UNREADABLE, OSError):
        columns = pq.read_schema(path).names
        if Scores.CUSTOMER in columns:
            wanted = [name for name in (Scores.CUSTOMER, Scores.NAME) if name in columns]
            table = pq.read_table(path, columns=wanted, memory_map=False)
            rows = table.filter(_is(table, customer))
            names = rows.column(Scores.NAME).to_pylist() if Scores.NAME in wanted else []
            return {str(name) for name in names if name} if rows.num_rows else None
    return None


def _is(table: pa.Table, customer: str) -> pa.ChunkedArray:
    """Which rows are of the customer. The ids of a list without rows have no type."""
    return pc.fill_null(pc.equal(table.column(Scores.CUSTOMER), customer), False)


def _put(path: Path, before: str, after: str, *, dry: bool) -> bool:
    if after == before:
        return False
    if not dry:
        write_text(path, after)
    return True


def _clean_csv(path: Path, text: str, person: Person) -> str:
    if not person.in_text(text.replace('""', '"')):
        return text
    rows = _rows(text)
    header = rows[0]
    key = header.index(Scores.CUSTOMER) if Scores.CUSTOMER in header else None
    kept = [header]
    for row in rows[1:]:
        if key is not None and restore(row[key]) == person.customer:
            continue
        cells = zip(header, row, strict=True)
        kept.append([_cell(column, cell, person) for column, cell in cells])
        if path.name == REJECTS and person.in_text(row[-1]):
            kept[-1][-1] = ""
    if kept == rows:
        return text
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(kept)
    return stream.getvalue()


def _rows(text: str) -> list[list[str]]:
    """The rows of a CSV file; the text of a rejected line may be long."""
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    finally:
        csv.field_size_limit(usual)


def _cell(column: str, cell: str, person: Person) -> str:
    """A cell of a CSV file without the person's name."""
    text = restore(cell)
    clean = _plain(column, text, person)
    return cell if clean == text else neutralise(clean)


def _clean_parquet(path: Path, person: Person, *, dry: bool) -> bool:
    table = left = pq.read_table(path)
    if Scores.CUSTOMER in table.column_names:
        left = table.filter(pc.invert(_is(table, person.customer)))
    for at, field in enumerate(left.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            texts = left.column(at).to_pylist()
            new = [None if t is None else _plain(field.name, t, person) for t in texts]
            if new != texts:
                left = left.set_column(at, field, pa.array(new, field.type))
    if left.equals(table):
        return False
    if not dry:
        with replacing(path) as temporary:
            pq.write_table(left, temporary, compression="zstd")
    return True


def _plain(column: str, text: str, person: Person) -> str:
    """A text without the person's name; a list of look-alikes without the entry."""
    if column in NO_NAMES:
        return text
    if column == Whitespace.LOOKALIKES:
        gone = {person.customer, *person.names}
        return JOINT.join(part for part in text.split(JOINT) if part not in gone)
    return person.without(text)


def _clean_json(_path: Path, text: str, person: Person) -> str:
    content = json.loads(text)
    clean = person.scrubbed(content)
    if clean == content:
        return text
    return json.dumps(clean, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _clean_log(_path: Path, text: str, person: Person) -> str:
    """A log; its last line may be half of one, if the disk was full."""
    lines = [_clean_event(line, person) for line in text.splitlines()]
    return text if lines == text.splitlines() else "".join(f"{line}\n" for line in lines if line)


def _clean_event(line: str, person: Person) -> str:
    try:
        event = json.loads(line)
    except ValueError:
        return "" if person.in_text(line) else line
    clean = person.scrubbed(event)
    return line if clean == event else json.dumps(clean)


def _clean_words(_path: Path, text: str, person: Person) -> str:
    return person.without(text)


EDITORS = {
    ".csv": _clean_csv,
    ".json": _clean_json,
    ".jsonl": _clean_log,
    ".txt": _clean_words,
    ".md": _clean_words,
}
"""How files of a kind are rewritten: path, text and person -> text."""


def mentions(path: Path, person: Person) -> bool:
    """Whether a file of any kind has the id or a name in it: raw logs, pages, workbooks.

    Raises:
        SalesLogError: It has not, as far as it can be read, but that is not all of it.
    """
    return any(
        person.in_text(text) or ("&" in text and person.in_text(unescape(text)))
        for text in texts_of(path)
    )


def _mentions_or_unread(path: Path, person: Person) -> bool:
    try:
        return mentions(path, person)
    except SalesLogError:
        return True
