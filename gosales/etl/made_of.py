"""What a star is made of, so that one that is there already is not built again.

The star keeps this itself, in a table of one row. A star of the same key is the same star: same
files, lookups, settings, cutoff, code and DuckDB.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gosales.core.errors import SalesLogError
from gosales.core.timeline import Cutoff
from gosales.etl.files import Found, find_logs
from gosales.etl.forgotten import FILE as FORGOTTEN
from gosales.etl.lookups import lookup_paths
from gosales.etl.settings import EtlSettings
from gosales.utils import db
from gosales.utils.code import code_digest
from gosales.utils.paths import has_file
from gosales.utils.store import sha256

TABLE = "made_of"
Stamp = tuple[int, int]


@dataclass(frozen=True)
class Ingredients:
    """What goes into a star.

    Attributes:
        found: The raw logs.
        hashes: Name of a raw log, or path in the workspace of a table beside them -> SHA-256.
        key: Digest of everything that the star depends on.
        stamps: Of every file its size and time of change, from before it was hashed.
    """

    found: Found
    hashes: dict[str, str]
    key: str
    stamps: dict[Path, Stamp | None]

    def require_unchanged(self) -> None:
        """Raise SalesLogError when a file has been written to since."""
        for path, stamp in self.stamps.items():
            if _stamp(path) != stamp:
                raise SalesLogError(
                    f"{path} changed while it was being read.",
                    remedy="Wait until its export or copy is complete, then run the command again.",
                )


def gather(
    logs: Path, lookup: Path, workspace: Path, settings: EtlSettings, cutoff: Cutoff | None
) -> Ingredients:
    """Look at everything that a star would be made of.

    Raises:
        SalesLogError: There is no raw log, or the settings name a lookup that does not exist.
    """
    beside = lookup_paths(lookup, workspace, settings)
    own_map = settings.source.sku_map
    if own_map and (workspace / own_map).is_file():
        beside.append(workspace / own_map)
    if has_file(workspace / FORGOTTEN):
        beside.append(workspace / FORGOTTEN)
    stamps = {path: _stamp(path) for path in (*_files(logs), *beside)}
    found = find_logs(logs)
    hashes = {file.name: file.sha256 for file in found.files}
    hashes |= {_name(path, workspace): sha256(path) for path in beside}
    read = {file.path for file in found.files} | set(beside)
    watched = {path: stamp for path, stamp in stamps.items() if path in read}
    return Ingredients(found, hashes, _key(found, hashes, settings, cutoff), watched)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _stamp(path: Path) -> Stamp | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_size, told.st_mtime_ns


def _name(path: Path, workspace: Path) -> str:
    inside = path.is_relative_to(workspace)
    return (path.relative_to(workspace) if inside else path).as_posix()


def _key(found: Found, hashes: dict[str, str], settings: EtlSettings, cutoff: Cutoff | None) -> str:
    notes = [note.message for note in found.notes]
    chosen = settings.model_dump(mode="json", exclude={"limits"})
    facts = [hashes, notes, chosen, str(cutoff), duckdb.__version__, code_digest()]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def keep_key(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Let a new star tell what it is made of."""
    connection.execute(f"CREATE TABLE {TABLE}(key VARCHAR)")
    connection.execute(f"INSERT INTO {TABLE} VALUES (?)", [key])


def report_of(star: Path, key: str, memory_gb: float | None) -> dict[str, Any] | None:
    """The quality report of a star file, if it is whole and of that key."""
    try:
        connection = db.connect(star, read_only=True, memory_gb=memory_gb)
    except duckdb.Error:
        return None
    try:
        if db.programs(connection):
            return None
        rows = connection.execute(
            f"SELECT report FROM {TABLE}, data_quality WHERE key = $key", {"key": key}
        ).fetchall()
        report: dict[str, Any] | None = json.loads(rows[0][0]) if rows else None
        return report
    except (duckdb.Error, ValueError):
        return None
    finally:
        connection.close()
