"""One command at a time on a workspace.

The running command holds `outputs/.lock` locked. The operating system keeps the lock, so it goes
with the process however that ends; the text in the file only says who holds it. Where a file system
cannot lock, the text decides alone: its owner is gone when its process is, or when the machine has
been started anew since.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from gosales.core.errors import WorkspaceBusy, WorkspaceError
from gosales.utils.parse import parse_json
from gosales.utils.paths import has_folder

NAME = ".lock"
LOCKED_BYTE = 1 << 30
"""Far behind the text, since Windows lets nobody read a byte that is locked."""

CANNOT_LOCK = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_held: set[Path] = set()


@dataclass(frozen=True)
class Owner:
    """Who holds a lock: a process of a machine since it was started, and what it does."""

    pid: int
    host: str
    boot: str
    command: str
    since: str

    @classmethod
    def me(cls, command: str) -> Owner:
        """This process."""
        now = dt.datetime.now(dt.UTC)
        return cls(os.getpid(), platform.node(), _boot(), command, f"{now:%Y-%m-%d %H:%M:%S}")

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """The owner that a lock's text tells; None when it tells none."""
        try:
            told = parse_json(text)
            names = (str(told[key]) for key in ("host", "boot", "command", "since"))
            return cls(int(told["pid"]), *names)
        except (ValueError, TypeError, KeyError):
            return None

    def same_machine(self, other: Owner) -> bool:
        """By name, or by the running kernel, which containers of one machine share."""
        return self.host == other.host or (self.boot != "" and self.boot == other.boot)

    def alive(self) -> bool:
        """Whether the process still runs; asked only of this machine's."""
        if self.boot != _boot():
            return False
        if sys.platform == "win32":  # where asking would end it, and every file system locks
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@contextmanager
def holding(outputs: Path, command: str) -> Iterator[None]:
    """Hold the workspace of that `outputs` folder; a second time in the same process is no matter.

    Raises:
        WorkspaceBusy: Another process holds it.
        WorkspaceError: The lock cannot be written.
    """
    has_folder(outputs)  # raises where it leads nowhere, before it is followed
    path = outputs.resolve() / NAME
    if path in _held:
        yield
        return
    _refuse_link(path)
    stream = _open(path)
    try:
        _take(stream, path, Owner.me(command))
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            _sign(stream, "")
    finally:
        with contextlib.suppress(OSError):
            stream.close()


def _refuse_link(path: Path) -> None:
    """Raises WorkspaceError: whatever a link leads to would lose its text to the lock's."""
    if path.is_symlink():
        raise WorkspaceError(
            f"{path} is a link, and the lock of a workspace is none.", remedy="Delete it."
        )


def _open(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path.open("r+", encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Check the permissions and disk space of the workspace, or use another.",
        ) from error


def _take(stream: IO[str], path: Path, me: Owner) -> None:
    """Lock the open file and sign it. Raises WorkspaceBusy."""
    works = True
    try:
        _lock(stream.fileno())
    except OSError as error:
        works = error.errno not in CANNOT_LOCK
        if works:
            raise _busy(path, Owner.parse(_text(stream))) from error
    last = Owner.parse(_text(stream))
    if last and not last.same_machine(me):
        raise _elsewhere(path, last)
    if last and not works and last.alive():
        raise _busy(path, last)
    _sign(stream, json.dumps(asdict(me)))


def _text(stream: IO[str]) -> str:
    try:
        stream.seek(0)
        return stream.read()
    except (OSError, ValueError):
        return ""


def _sign(stream: IO[str], text: str) -> None:
    """Say who holds the lock. It holds without, on a full disk for example."""
    with contextlib.suppress(OSError):
        stream.seek(0)
        stream.truncate()
        stream.write(text)
        stream.flush()


def _busy(path: Path, owner: Owner | None) -> WorkspaceBusy:
    workspace = path.parent.parent
    who = "Another gosales command"
    remedy = "Wait until it has ended, then run the command again."
    if owner:
        who = f"`gosales {owner.command}` (process {owner.pid} on {owner.host}"
        who += f", since {owner.since} UTC)"
        remedy = f"Wait until it has ended, or stop process {owner.pid}; then run it again."
    return WorkspaceBusy(f"{who} is working on {workspace}.", remedy=remedy)


def _elsewhere(path: Path, owner: Owner) -> WorkspaceBusy:
    return WorkspaceBusy(
        f"`gosales {owner.command}` began to work on {path.parent.parent} on the machine "
        f"{owner.host} at {owner.since} UTC and has not ended there.",
        remedy=f"If it no longer runs on {owner.host}, delete {path}; then run the command again.",
    )


def _boot() -> str:
    """What tells one start of this machine from the next; empty where nothing does."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
