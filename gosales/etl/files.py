"""Which files of a folder are raw logs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from gosales.core.errors import SalesLogError
from gosales.core.text import printable
from gosales.etl.notes import Note
from gosales.utils.store import sha256

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SUFFIXES = (*TEXT_SUFFIXES, *(f"{suffix}.gz" for suffix in TEXT_SUFFIXES), ".parquet")
SILENT_NAMES = ("thumbs.db", "desktop.ini", "readme")
SILENT_PREFIXES = (".", "~$", "_tmp")
SILENT_SUFFIXES = ("~", ".tmp", ".lock", ".part", ".crdownload")
READABLE = (".txt", ".md")
"""What a readme may be; one that ends like a table is none."""
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One raw log: `name` is what users see, `sha256` is of its bytes."""

    path: Path
    name: str
    sha256: str

    @property
    def is_parquet(self) -> bool:
        return self.name.lower().endswith(".parquet")


@dataclass(frozen=True)
class Found:
    """The raw logs of a folder, sorted by name, and what was passed over."""

    files: list[RawFile]
    notes: list[Note] = field(default_factory=list)


def find_logs(folder: Path) -> Found:
    """Find the raw logs in `folder`, each once even when copied under a second name.

    Raises:
        SalesLogError: The folder does not exist or holds no raw log; a log's name is no text, or
            it is a link to nowhere, which would leave its lines out unseen.
    """
    if not folder.is_dir():
        wrong = "is no folder" if os.path.lexists(folder) else "does not exist"
        raise SalesLogError(
            f"The folder of raw sales logs, {folder}, {wrong}.",
            remedy="Make it and put the exports (csv, csv.gz, parquet) into it.",
        )
    entries = sorted(path for path in folder.iterdir() if not _is_silent(path))
    for path in filter(_is_log, entries):
        _refuse_odd(path)
    logs = [path for path in entries if path.is_file() and _is_log(path)]
    found = _without_copies(logs)
    found.notes.extend(_passed_over(path) for path in entries if path not in logs)
    if not found.files:
        raise SalesLogError(
            f"{folder} holds no raw sales log"
            + (f", only {', '.join(path.name for path in entries[:5])}." if entries else "."),
            remedy="Put exports (csv, csv.gz, parquet) into it; spreadsheets: save as CSV UTF-8.",
        )
    return found


def _is_silent(path: Path) -> bool:
    """Whether it is no log for sure, and nobody need be told so."""
    name = path.name.lower()
    if name.startswith(SILENT_NAMES):
        return not _is_log(path) or name.endswith(READABLE)
    if name.startswith(SILENT_PREFIXES):
        return True
    return name.endswith(SILENT_SUFFIXES) and not _is_unfinished(path)


def _is_unfinished(path: Path) -> bool:
    """Whether it is called like a log that is still being copied or downloaded."""
    name = path.name.lower()
    return any(name.endswith(f"{log}{end}") for log in SUFFIXES for end in SILENT_SUFFIXES)


def _is_log(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _refuse_odd(path: Path) -> None:
    if path.is_symlink() and not path.exists():
        raise SalesLogError(
            f"{path} is a link to a file that is not there.",
            remedy="Connect the drive that it leads to, or remove the link.",
        )
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SalesLogError(
            f"The name of a raw log is no text: {printable(str(path))}.",
            remedy="Give the file another name.",
        ) from error


def _passed_over(path: Path) -> Note:
    if path.is_dir():
        return Note(
            "folder_not_read",
            f"The folder {path.name} among the raw logs is not looked into.",
            "Move its files up, or move it out.",
        )
    if _is_unfinished(path):
        return Note(
            "file_unfinished",
            f"{path.name} is called like a log that is not copied to its end, and was not read.",
            "Wait for the rest of it and run the command again, or remove it.",
        )
    spreadsheet = path.name.lower().endswith(SPREADSHEETS)
    return Note(
        "file_not_read",
        f"{path.name} is no csv, csv.gz or parquet file and was not read.",
        "Save it as CSV UTF-8." if spreadsheet else "Convert it to CSV, or move it out.",
    )


def _without_copies(paths: list[Path]) -> Found:
    seen: dict[str, RawFile] = {}
    notes = []
    for path in paths:
        file = RawFile(path, path.name, sha256(path))
        first = seen.setdefault(file.sha256, file)
        if first is not file:
            notes.append(
                Note(
                    "file_twice",
                    f"{file.name} has the same bytes as {first.name} and was loaded once.",
                    f"Remove {file.name}.",
                )
            )
    return Found(list(seen.values()), notes)
