"""A customer taken out of published files, one by one, each replaced whole.

Tables lose its rows, and its name among look-alike owners. JSON and logs lose its name. What cannot
be edited safely (pages, workbooks, databases, files for other programs) is removed when it mentions
the customer or cannot be read, and can be made again.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gosales.core.columns import Scores, Whitespace
from gosales.core.errors import SalesLogError
from gosales.core.person import Person
from gosales.pipeline.raw_texts import texts_of
from gosales.utils.spreadsheet import neutralise, restore
from gosales.utils.store import replacing, write_text

JOINT = "; "
PAGES = frozenset({".html", ".xlsx", ".duckdb", ".sqlite", ".db"})
TEXTS = frozenset({".txt", ".json", ".jsonl", ".md"})
REJECTS = "rejects.csv"


def clean_file(path: Path, person: Person, *, dry: bool) -> bool:
    """Take the person out of one file; whether there was anything to take out.

    Args:
        dry: Only look.
    """
    if path.suffix in PAGES or "exports" in path.parts:
        found = _mentions_or_unread(path, person)
        if found and not dry:
            path.unlink()
        return found
    if path.suffix == ".parquet":
        return _clean_parquet(path, person, dry=dry)
    if path.suffix == ".csv":
        text = path.read_text(encoding="utf-8")
        return _put(path, text, _clean_csv(path.name, text, person), dry=dry)
    if path.suffix in TEXTS:
        text = path.read_text(encoding="utf-8")
        return _put(path, text, _clean_text(path, text, person), dry=dry)
    return False


def _put(path: Path, before: str, after: str, *, dry: bool) -> bool:
    if after == before:
        return False
    if not dry:
        write_text(path, after)
    return True


def _clean_csv(name: str, text: str, person: Person) -> str:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or not person.in_text(text):
        return text
    header = rows[0]
    key = header.index(Scores.CUSTOMER) if Scores.CUSTOMER in header else None
    kept = [header]
    for row in rows[1:]:
        if key is not None and restore(row[key]) == person.customer:
            continue
        cells = zip(header, row, strict=True)
        kept.append([_cell(column, cell, person) for column, cell in cells])
        if name == REJECTS and person.in_text(row[-1]):
            kept[-1][-1] = ""
    if kept == rows:
        return text
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(kept)
    return stream.getvalue()


def _cell(column: str, cell: str, person: Person) -> str:
    """A cell without the person's name; a list of look-alikes without the entry."""
    if column == Whitespace.LOOKALIKES:
        gone = {person.customer, *person.names}
        parts = restore(cell).split(JOINT) if cell else []
        left = [part for part in parts if part not in gone]
        return cell if left == parts else neutralise(JOINT.join(left))
    return person.without(cell)


def _clean_parquet(path: Path, person: Person, *, dry: bool) -> bool:
    table = pq.read_table(path)
    if Scores.CUSTOMER not in table.column_names:
        return False
    ids = table.column(Scores.CUSTOMER)
    left = table.filter(pc.not_equal(ids, pa.scalar(person.customer, ids.type)))
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
    if column == Whitespace.LOOKALIKES:
        gone = {person.customer, *person.names}
        return JOINT.join(part for part in text.split(JOINT) if part not in gone)
    return person.without(text)


def _clean_text(path: Path, text: str, person: Person) -> str:
    if path.suffix == ".json":
        content = json.loads(text)
        clean = person.scrubbed(content)
        if clean == content:
            return text
        return json.dumps(clean, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if path.suffix == ".jsonl":
        lines = [json.dumps(person.scrubbed(json.loads(line))) for line in text.splitlines()]
        pairs = zip(lines, text.splitlines(), strict=True)
        changed = any(json.loads(new) != json.loads(old) for new, old in pairs)
        return "".join(f"{line}\n" for line in lines) if changed else text
    return person.without(text)


def mentions(path: Path, person: Person) -> bool:
    """Whether a file of any kind has the id or a name in it: raw logs, pages, workbooks.

    Raises:
        SalesLogError: It has not, as far as it can be read, but that is not all of it.
    """
    return any(person.in_text(text) for text in texts_of(path))


def _mentions_or_unread(path: Path, person: Person) -> bool:
    try:
        return mentions(path, person)
    except SalesLogError:
        return True
