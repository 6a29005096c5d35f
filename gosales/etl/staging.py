"""Staged files: each raw file read once, kept by its content and by the settings that read it.

Beside each Parquet file stands a JSON file, written last, that says it is whole. Records depend
on how text is split; lines also on what the columns mean. Dates, duplicates and divisions are
decided later, from all files together, so they are not part of a staged file.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.errors import SalesLogError
from gosales.etl.contacts import Contacts
from gosales.etl.files import RawFile
from gosales.etl.header import Header
from gosales.etl.long import long_layout, stage_long
from gosales.etl.notes import Note
from gosales.etl.records import Records, blank_path, read_records
from gosales.etl.settings import EtlSettings
from gosales.etl.sku_map import SkuMap
from gosales.etl.unmapped import Unmapped, unmapped_products
from gosales.etl.wide import stage_wide, wide_layout
from gosales.utils.parse import parse_json
from gosales.utils.store import sha256

VERSION = 2
"""Raise it when staged files change their meaning; older ones are then read again."""

STAGED_NAME = re.compile(r"^[0-9a-f]{64}\.[0-9a-f]{12}\..+")


@dataclass(frozen=True)
class StagedFile:
    """A raw file, staged.

    Attributes:
        lines: Parquet file of `Line` rows, blank lines left out; None when the file holds nothing.
        date_column: Position of the date column, to show examples from.
    """

    file: RawFile
    records: Records
    lines: Path | None
    date_column: int = 0
    unmapped: tuple[Unmapped, ...] = ()

    @property
    def name(self) -> str:
        return self.file.name


@dataclass(frozen=True)
class Staging:
    """The folder of staged files, and how raw files are read into it."""

    folder: Path
    settings: EtlSettings
    sku_map: SkuMap

    def stage(self, connection: duckdb.DuckDBPyConnection, file: RawFile) -> StagedFile:
        """Stage `file`, or take what an earlier run staged of the same bytes.

        Raises:
            SalesLogError: The file cannot be read as a sales log of this shape.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        records = self._records(connection, file)
        if records.count == 0:
            return StagedFile(file, records, None)
        return self._lines(connection, file, records)

    def prune(self, used: list[StagedFile]) -> None:
        """Remove staged files that no raw file of this run stands for."""
        keep = set()
        for staged in used:
            paths = [staged.records.path, blank_path(staged.records.path)]
            paths += [staged.lines] if staged.lines else []
            keep |= {name for path in paths for name in (path.name, _card(path).name)}
        for path in self.folder.iterdir():
            if STAGED_NAME.match(path.name) and path.name not in keep:
                path.unlink(missing_ok=True)

    def _records(self, connection: duckdb.DuckDBPyConnection, file: RawFile) -> Records:
        source = self.settings.source
        contacts = self._contacts()
        key = _digest(
            VERSION, source.encoding, source.delimiter, file.is_parquet, sorted(contacts.kept)
        )
        target = self.folder / f"{file.sha256}.{key}.records.parquet"

        def make(temporary: Path, scratch: Path) -> dict[str, Any]:
            made = read_records(connection, file, temporary, scratch, source)
            made = contacts.leave_out(connection, made, scratch)
            if made.blank:
                blank_path(temporary).replace(blank_path(target))
            return asdict(replace(made, path=Path()))

        card = _once(target, make, blank_path(target))
        notes = tuple(Note(**note) for note in card.pop("notes"))
        header, hidden = tuple(card.pop("header")), tuple(card.pop("hidden"))
        known = {"path": target, "header": header, "hidden": hidden, "notes": notes}
        return Records(**{**card, **known})

    def _contacts(self) -> Contacts:
        """All contact columns but those that are mapped or asked for."""
        mapped = [name for name in self.settings.columns.model_dump().values() if name]
        kept = (*mapped, *self.settings.privacy.keep_contact_columns)
        if self.settings.source.shape == "long":
            return Contacts.but(kept)
        return Contacts.but((*kept, *self.sku_map.headers), self.sku_map.is_volatile)

    def _lines(
        self, connection: duckdb.DuckDBPyConnection, file: RawFile, records: Records
    ) -> StagedFile:
        source = self.settings.source
        key = _digest(
            VERSION,
            duckdb.__version__,  # its hash function is part of the staged lines
            source.model_dump_json(),
            self.settings.columns.model_dump_json(),
            self.settings.products.model_dump_json(),
            self.settings.privacy.model_dump_json(),
            self.sku_map.model_dump_json(),
        )
        target = self.folder / f"{file.sha256}.{key}.lines.parquet"
        header = Header(file.name, records.header, records.hidden)

        def make(temporary: Path, _scratch: Path) -> dict[str, Any]:
            if source.shape == "long":
                long = long_layout(header, self.settings.columns)
                stage_long(connection, records, long, self.settings, temporary)
                return {"date_column": long.line.date, "unmapped": []}
            wide = wide_layout(header, self.sku_map, self.settings.columns)
            stage_wide(connection, records, wide, self.settings, temporary)
            unknown = [
                at
                for at, name in enumerate(records.header)
                if at not in wide.used
                and not self.sku_map.is_no_product(name)
                and not self.sku_map.is_volatile(name)
            ]
            unmapped = unmapped_products(connection, records, unknown)
            return {"date_column": wide.line.date, "unmapped": [asdict(one) for one in unmapped]}

        card = _once(target, make)
        unmapped = tuple(Unmapped(**one) for one in card["unmapped"])
        return StagedFile(file, records, target, card["date_column"], unmapped)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _card(path: Path) -> Path:
    return path.with_suffix(".json")


def _once(
    target: Path, make: Callable[[Path, Path], dict[str, Any]], *beside: Path
) -> dict[str, Any]:
    """What `make` told about `target`, calling it only when there is no whole such file yet.

    Nobody waits until what is staged is on the disk: after a power cut a file may be there, with
    its full length, and hold nothing but zeros.

    Args:
        beside: Files that `make` may make together with it.
    """
    card, files = _card(target), (target, *beside)
    try:
        told: dict[str, Any] = parse_json(card.read_text(encoding="utf-8"))
        if told.pop("sha256") == _hashes(files):
            return told
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        card.unlink(missing_ok=True)
    with _scratch(target.parent) as scratch:
        temporary = scratch / "staged.parquet"
        made = make(temporary, scratch)
        temporary.replace(target)
        draft = scratch / "card.json"
        told = {**made, "sha256": _hashes(files)}
        draft.write_text(json.dumps(told, default=str), encoding="utf-8")
        draft.replace(card)
    return json.loads(json.dumps(made, default=str))  # type: ignore[no-any-return]


def _hashes(paths: Iterable[Path]) -> list[str | None]:
    return [sha256(path) if path.is_file() else None for path in paths]


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=".work-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def require_content(staged: list[StagedFile]) -> None:
    """Raises SalesLogError when no file holds a single record."""
    if any(one.records.count for one in staged):
        return
    names = ", ".join(one.name for one in staged[:5])
    raise SalesLogError(
        f"The raw sales logs hold no line at all ({names}).", remedy="Export the sales log again."
    )
