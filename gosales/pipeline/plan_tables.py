"""Small tables that people write by hand: who has time, what was pitched, what came of it.

Comma, semicolon or tab, any usual encoding; column names in any case. An error names the file, the
record (the first after the header is 1) and what would do.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import ContractError
from gosales.etl.header import Header
from gosales.etl.plain import plain_text
from gosales.etl.scan import read_head
from gosales.utils.spreadsheet import restore

WHOLE_ID = re.compile(r"(-?[0-9]+)\.0+")
SHOWN = 60


@dataclass(frozen=True)
class Record:
    """One line of a table: its texts by our column names, blank where the file has none."""

    file: str
    number: int
    texts: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.texts.get(column, "")

    def wrong(self, problem: str, remedy: str) -> ContractError:
        """An error about this line."""
        return ContractError(f"{self.file}, record {self.number}: {problem}.", remedy=remedy)

    def need(self, column: str) -> str:
        """The text of a column that must be filled."""
        if not self[column]:
            raise self.wrong(f"{column} is empty", f"Fill {column} in, or remove the line.")
        return self[column]

    def customer(self) -> str:
        """The customer's id as the engine writes it: `1042.0` is `1042`."""
        found = WHOLE_ID.fullmatch(self.need("customer_id"))
        return found[1] if found else self["customer_id"]

    def day(self, column: str = "date") -> dt.date:
        """A day; a time behind it is dropped."""
        with suppress(ValueError):
            return dt.date.fromisoformat(self.need(column)[:10])
        raise self.wrong(
            f"{column} is {self[column][:SHOWN]!r}, which is no day",
            "Write days as YYYY-MM-DD, e.g. 2024-06-30.",
        )

    def number_of(self, column: str) -> float:
        """A number of at least zero; `7,5` is seven and a half."""
        text = self.need(column)
        with suppress(ValueError):
            value = float(text.replace(",", "."))
            if 0 <= value < 1e9:
                return value
        raise self.wrong(
            f"{column} is {text[:SHOWN]!r}, which is no number of {column}",
            "Write a number of at least 0.",
        )

    def known(self, column: str, text: str, names: Iterable[str]) -> str:
        """The known name that `text` is, case aside. Raises ContractError with the nearest one."""
        known = sorted(names)
        by_case = {name.casefold(): name for name in known}
        found = text if text in known else by_case.get(text.casefold())
        if found is not None:
            return found
        near = difflib.get_close_matches(text, known, n=1, cutoff=0.0)
        raise self.wrong(
            f"the {column} {text[:SHOWN]!r} is not known",
            f"Did you mean {near[0]!r}?" if near else f"The log names no {column}; leave it out.",
        )


def read_table(path: Path, needed: tuple[str, ...], more: tuple[str, ...]) -> list[Record]:
    """The records of a file, blank lines left out.

    Args:
        needed: Columns without which the file makes no sense.
        more: Columns that it may have.

    Raises:
        ContractError: The file does not exist or lacks a column.
        SalesLogError: It is no text file.
    """
    if not path.is_file():
        raise ContractError(f"{path} does not exist.", remedy="Correct the path.")
    with tempfile.TemporaryDirectory() as scratch:
        plain = plain_text(path, Path(scratch)).path
        head = read_head(plain)
        if head is None:
            raise ContractError(f"{path} is empty.", remedy=f"It needs {_listed(needed)}.")
        header = Header(path.name, head.fields)
        places = {name: header.find(name) for name in (*needed, *more)}
        missing = [name for name in needed if places[name] is None]
        if missing:
            raise ContractError(
                f"{path.name} has no column {_listed(missing)}; its columns are {header.shown()}.",
                remedy=f"It needs {_listed(needed)}; it may have {_listed(more)}.",
            )
        return list(_records(plain, path.name, head.delimiter, places))


def _records(
    plain: Path, name: str, delimiter: str, places: dict[str, int | None]
) -> Iterator[Record]:
    with plain.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=delimiter)
        next(row for row in rows if any(row) and not row[0].strip(' "').lower().startswith("sep="))
        for number, row in enumerate(rows, 1):
            texts = {
                column: restore(row[at]).strip() if at is not None and at < len(row) else ""
                for column, at in places.items()
            }
            if any(texts.values()):
                yield Record(name, number, texts)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
