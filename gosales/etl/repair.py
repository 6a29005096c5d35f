"""Mend a CSV file whose quotes or field counts are broken, so that the damage stays local.

The slow way, taken only by files that need it. Sound records are written again in the plainest
form; a broken one becomes a single field that holds its raw text, which the loader rejects by
its field count. A quote that never closes costs its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from gosales.etl.scan import Head

MAX_RECORD_LINES = 1000
MAX_FIELD = 1 << 27
COMPLAINT_ABOUT_END = "unexpected end of data"


def mend(source: Path, target: Path, head: Head) -> None:
    """Write `source`, from its header on, to `target` with every record sound or one field."""
    limit = csv.field_size_limit(MAX_FIELD)
    try:
        with (
            source.open("rb") as raw,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            raw.seek(head.start)
            lines = (line.decode("utf-8") for line in raw)
            write = csv.writer(out, delimiter=head.delimiter, lineterminator="\n").writerow
            for record in _records(_Lines(lines), head):
                write([_calm(text) for text in record])
    finally:
        csv.field_size_limit(limit)


def _calm(text: str) -> str:
    """The text without bare carriage returns, which DuckDB takes for the end of a line."""
    return text.replace("\r\n", "\n").replace("\r", " ") if "\r" in text else text


class _Lines:
    """Physical lines that can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()

    def take(self) -> str | None:
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def put_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))


def _records(lines: _Lines, head: Head) -> Iterator[list[str]]:
    """Each record's fields; a broken one as one field of raw text, a blank line as no field."""
    while (line := lines.take()) is not None:
        text = line.rstrip("\r\n")
        taken = [line]
        fields = (
            _quoted_record(taken, lines, head) if '"' in text else _fit(_split(text, head), head)
        )
        if not text:
            yield []
        elif fields is None:
            lines.put_back(taken[1:])
            yield [text]
        else:
            yield fields


def _split(text: str, head: Head) -> list[str]:
    return text.split(head.delimiter)


def _fit(fields: list[str], head: Head) -> list[str] | None:
    """The fields when they are as many as the header's, not counting empty ones at the end."""
    width = len(head.fields)
    if len(fields) < width or any(fields[width:]):
        return None
    return fields[:width]


def _quoted_record(taken: list[str], lines: _Lines, head: Head) -> list[str] | None:
    """Parse a record that may go on in the next lines, which are added to `taken`.

    None when no whole record starts with the first line; then only that line is broken.
    """
    while len(taken) <= MAX_RECORD_LINES:
        if '"' in taken[-1]:
            fields, open_still = _parse("".join(taken).rstrip("\r\n"), head)
            if fields or not open_still:
                return fields
        following = lines.take()
        if following is None:
            return None
        taken.append(following)
    return None


def _parse(text: str, head: Head) -> tuple[list[str] | None, bool]:
    """The fitting fields of a record, if any, and whether it ends inside a quoted field."""
    readings = [(True, False), (True, True)]
    if "\n" not in text:
        readings.append((False, False))
    open_still = False
    for strict, skip in readings:
        try:
            rows = list(
                csv.reader([text], delimiter=head.delimiter, strict=strict, skipinitialspace=skip)
            )
        except csv.Error as error:
            open_still = open_still or COMPLAINT_ABOUT_END in str(error)
            continue
        fields = _fit(rows[0], head) if len(rows) == 1 else None
        if fields:
            return fields, False
    return None, open_still
