"""How a CSV file falls into records: one vectorised pass, so that record numbers are exact.

A CSV reader drops blank lines without a word and lets a stray quote swallow what follows. This
pass counts records itself and says when the file needs mending before DuckDB may read it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gosales.core.errors import SalesLogError

BLOCK = 1 << 23
HEAD = 1 << 20
DELIMITERS = ",;\t|"
LOOKED_AT, MOST_TITLES = 40, 20
LEAST_COLUMNS = 4
"""A table with fewer columns is not told from titles above it."""

QUOTE, LINE_FEED, RETURN = 34, 10, 13

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Head:
    """The header record: its fields, the delimiter, and the byte at which it starts.

    `preamble` tells that lines stand above it: blank ones, a `sep=;`, or `titles` of the report.
    """

    fields: tuple[str, ...]
    delimiter: str
    start: int
    preamble: bool = False
    titles: tuple[str, ...] = ()


@dataclass
class Structure:
    """What the pass found.

    Attributes:
        records: All records, with the header and the blank ones.
        blank: Ordinals (0 = header) of empty lines between records.
        quoted_lines: Whether a quoted field holds a line break.
        regular: Whether quotes open and close only at field borders, and the last one closes.
        longest: Bytes of the longest record.
    """

    records: int = 0
    blank: list[int] = field(default_factory=list)
    quoted_lines: bool = False
    regular: bool = True
    longest: int = 0


def read_head(path: Path, delimiter: str | None = None, name: str = "") -> Head | None:
    """The first record that is not blank, skipping a `sep=;` line; None in an empty file.

    Titles above the header, as reports of ERP systems have them, are skipped too.

    Args:
        name: What users know the file by; its own name when empty.

    Raises:
        SalesLogError: It does not start with a record.
    """
    with path.open("rb") as stream:
        raw = stream.read(HEAD)
    start = mark = len(raw) - len(raw.removeprefix(b"\xef\xbb\xbf"))
    while start < len(raw):
        line, _, _ = raw[start:].partition(b"\n")
        text = line.strip().strip(b'"').lower()
        if text.startswith(b"sep=") and len(text) == len(b"sep=") + 1:
            delimiter = delimiter or chr(text[-1])
        elif text == b"sep=":
            delimiter = delimiter or "\t"
        elif text:
            break
        start += len(line) + 1
    rest = raw[start:].decode("utf-8", errors="ignore")
    if not rest.strip():
        return None
    try:
        above, chosen = _above_header(rest, delimiter)
        start += len(above.encode())
        rest = rest[len(above) :]
        fields = next(csv.reader(io.StringIO(rest), delimiter=chosen))
    except csv.Error as error:
        why = str(error).partition(" - ")[0]
        raise SalesLogError(
            f"{name or path.name} does not start with a header line: {why}.",
            remedy="Export the log as CSV with its column names in the first line.",
        ) from error
    names = tuple(name.strip(" \t\r\n\ufeff\u00a0") for name in fields)
    told = (title.strip(" \t\r" + chosen + '"') for title in above.split("\n"))
    return Head(names, chosen, start, preamble=start > mark, titles=tuple(filter(None, told)))


def _above_header(text: str, delimiter: str | None) -> tuple[str, str]:
    """The titles above the header, and the delimiter.

    They are titles where each fills fewer than half of the columns that most of the next records
    fill, and the header does not.
    """
    chosen = delimiter or _likely_delimiter(text)
    found = {sign: _filled(text, sign) for sign in (delimiter or DELIMITERS)}
    usual = {sign: _most_common(counts) for sign, (counts, _) in found.items()}
    best = max(usual, key=lambda sign: (usual[sign], sign == chosen))
    first = found[chosen][0][:1]
    if usual[best] < LEAST_COLUMNS or (first and 2 * first[0] >= usual[best]):
        return "", chosen
    counts, ends = found[best]
    for at, count in enumerate(counts[: MOST_TITLES + 1]):
        if 2 * count >= usual[best]:
            return "".join(islice(io.StringIO(text), ends[at - 1] if at else 0)), best
    return "", chosen


def _filled(text: str, delimiter: str) -> tuple[list[int], list[int]]:
    """How many fields of the first records hold something, and the line at which each ends."""
    reader, counts, ends = csv.reader(io.StringIO(text), delimiter=delimiter), [], []
    with suppress(csv.Error):
        for fields in islice(reader, LOOKED_AT):
            counts.append(sum(bool(field.strip()) for field in fields))
            ends.append(reader.line_num)
    return counts, ends


def _most_common(counts: list[int]) -> int:
    filled = [count for count in counts if count]
    return max(sorted(set(filled), reverse=True), key=filled.count, default=0)


def _likely_delimiter(text: str) -> str:
    """The delimiter that splits the header line into most fields."""

    def fields(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(text), delimiter=delimiter)))

    return max(DELIMITERS, key=fields)


def scan(path: Path, delimiter: str) -> Structure:
    """Find the records of a UTF-8 file that starts with its header record."""
    found, inside = Structure(), False
    borders = (LINE_FEED, RETURN, ord(delimiter))
    for block in _blocks(path):
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == LINE_FEED)
        if _lone_return(block):
            return Structure(regular=False)
        if inside or QUOTE in block:
            quotes = np.flatnonzero(data == QUOTE)
            if not _regular(data, quotes, inside, borders):
                return Structure(regular=False)
            odd = (np.searchsorted(quotes, ends) + inside) % 2 == 1
            found.quoted_lines = found.quoted_lines or bool(odd.any())
            inside = bool(odd[-1])
            ends = ends[~odd]
        _count(found, data, ends)
    found.regular = not inside
    return found


def _lone_return(block: bytes) -> bool:
    """Whether a carriage return stands without its line feed; DuckDB would end the line there."""
    returns = block.count(b"\r")  # one byte is counted three times sooner than two
    return returns > 0 and returns != block.count(b"\r\n")


def _count(found: Structure, data: npt.NDArray[np.uint8], ends: Positions) -> None:
    """Count the records that end at `ends` and note the blank ones.

    A record that began in an earlier block holds its closing quote here, so it is never blank.
    """
    if not ends.size:
        return
    starts = np.concatenate((np.zeros(1, dtype=np.intp), ends[:-1] + 1))
    sizes = ends - starts
    returns = (sizes > 0) & (data[np.maximum(ends - 1, 0)] == RETURN)
    found.blank.extend((np.flatnonzero(sizes == returns) + found.records).tolist())
    found.records += len(ends)
    found.longest = max(found.longest, int(sizes.max()))


def _regular(
    data: npt.NDArray[np.uint8], quotes: Positions, inside: bool, borders: tuple[int, ...]
) -> bool:
    """Whether each quote that opens follows a border and each that closes comes before one.

    The block ends with a line feed, so that every quote has a neighbour on its right.
    """
    turn = (np.arange(quotes.size) + inside) % 2
    opening, closing = quotes[turn == 0], quotes[turn == 1]
    before = np.where(opening > 0, data[opening - 1], LINE_FEED)
    after = data[closing + 1]
    allowed = (*borders, QUOTE)
    return bool(np.isin(before, allowed).all() and np.isin(after, allowed).all())


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end with a line feed; one is added at the end of the file."""
    rest = b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
                continue
            yield rest + block[:end]
            rest = block[end:]
    if rest:
        yield rest + b"\n"
