"""A full disk, a missing permission or too little memory, wherever it strikes, in plain words."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from gosales.core.errors import WorkspaceError

NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY, errno.EIO}
TAKEN = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP}
AWAY = {
    getattr(errno, name)
    for name in ("ESTALE", "ENOTCONN", "ENODEV", "ENXIO", "EHOSTDOWN", "EHOSTUNREACH", "ETIMEDOUT")
    if hasattr(errno, name)
}
FILES = {errno.EMFILE, errno.ENFILE}
LONGEST_ON_WINDOWS = 260
NUMBERED = re.compile(r"\[(Errno|WinError) (\d+)\] (.*)", re.DOTALL)
"""How the system's errors are told."""

ROOM = "Make room on the disk, then run the command again; what was published before is unharmed."
RIGHTS = (
    "Check the permissions, and close the file where it is open (Excel?); then run the command "
    "again. What was published before is unharmed."
)
ELSE = (
    "A folder is in the place of a file, a file in that of a folder, or a link leads nowhere: "
    "move it away, then run the command again. What was published before is unharmed."
)
GONE = "Connect the drive again, then run the command again; what was published before is unharmed."
OPEN = "Raise the number of files that may be open (`ulimit -n`), then run the command again."
LONG = (
    "Put the workspace into a folder with a shorter path, or give the file a shorter name; then "
    "run the command again."
)
SCRATCH = "Name a folder with room in the environment variable TMPDIR, then run the command again."
MEMORY = (
    "Close other programs, set [limits] memory_gb or lower [limits] training_rows, then run the "
    "command again; what was published before is unharmed."
)

DAMAGED = (
    "parquet input",
    "parquet magic",
    "thrift",
    "could not read enough bytes",
    "not a valid duckdb database",
    "no magic bytes",
    "decompression failed",
    "corrupt",
)
"""What readers say of a published file that was cut short or written over."""

AGAIN = "Run `gosales score-all` again: it makes all files anew from the raw logs."


@contextmanager
def plain_trouble(place: Path) -> Iterator[None]:
    """Turn what the machine refuses into a WorkspaceError; bugs keep their traceback."""
    try:
        yield
    except (OSError, MemoryError, RecursionError, duckdb.Error, pa.ArrowException) as error:
        told = in_plain_words(error, place)
        if told is None:
            raise
        raise told from error


def in_plain_words(error: Exception, place: Path) -> WorkspaceError | None:
    """What the machine refused and what to do; None for an error that is none of the machine's."""
    error = _cause(error)
    why = " ".join(str(error).split())[:300]
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return WorkspaceError(f"The memory does not suffice: {why}.", remedy=MEMORY)
    number = error.errno if isinstance(error, OSError) else None
    remedy = _remedy(error) if isinstance(error, OSError) else None
    readers = duckdb.IOException, duckdb.InvalidInputException, pa.ArrowException, OSError
    if (
        number is None
        and isinstance(error, readers)
        and any(word in why.lower() for word in DAMAGED)
    ):
        return WorkspaceError(f"A file under {place} is damaged: {why}.", remedy=AGAIN)
    if isinstance(error, duckdb.IOException):
        remedy = RIGHTS if "permission denied" in why.lower() else ROOM
        return WorkspaceError(f"The disk under {place} refuses: {why}.", remedy=remedy)
    if remedy:
        return WorkspaceError(f"A file under {place} cannot be used: {why}.", remedy=remedy)
    return None


def _cause(error: Exception) -> Exception:
    """What lies behind an error that only wraps it.

    A copied folder tells the errors of all its files at once. To remove a scratch folder that is
    held by somebody ends in a recursion before Python 3.12.
    """
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        told = str(error.args[0][0][-1])
        found = NUMBERED.match(told)
        if found is None:
            return error
        number = int(found[2])
        if found[1] == "Errno":
            return OSError(number, found[3])
        return OSError(0, found[3], None, number)  # Windows finds the number that Python has for it
    if isinstance(error, RecursionError):
        before: BaseException | None = error
        while before is not None and not isinstance(before, PermissionError):
            before = before.__context__
        return before or error
    return error


def _remedy(error: OSError) -> str | None:
    """What helps against an error of the machine; None for one that is none of its own."""
    for numbers, remedy in (
        *((NO_ROOM, ROOM), (REFUSED, RIGHTS), (TAKEN, ELSE), (AWAY, GONE), (FILES, OPEN)),
        ({errno.ENAMETOOLONG}, LONG),
    ):
        if error.errno in numbers:
            return remedy
    if "No usable temporary directory" in str(error):
        return SCRATCH
    if os.name == "nt" and len(str(error.filename or "")) >= LONGEST_ON_WINDOWS:
        return LONG  # it says there that the file does not exist
    return None
