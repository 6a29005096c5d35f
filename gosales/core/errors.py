"""Every error the engine raises on purpose.

GosalesError
├── ConfigError        the settings cannot be used as written
├── SalesLogError      a raw file cannot be read as a sales log
├── ContractError      a table does not look the way its contract says
├── TimelineError      a date would let the future into the past, or no date can be had
├── ModelError         a saved model cannot be used on this star
├── ExportError        a list cannot be delivered to where it should go
├── WorkspaceError     the workspace's files cannot be read or written
│   ├── WorkspaceBusy      another command is working on it
│   └── MissingArtifact    a step needs the output of a step that has not run
├── CheckFailed        a gate, blocker or strict warning said no
└── Stopped            somebody ended the command before its end

Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

from pathlib import Path

from gosales.core.text import printable


class GosalesError(Exception):
    """What went wrong, where, and what the reader can do about it.

    Args:
        problem: One or two sentences that name the file, key or value at fault.
        remedy: What to do next, as an instruction.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        self.problem = printable(" ".join(problem.split()))
        self.remedy = printable(remedy)
        super().__init__(self.problem)

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


class ConfigError(GosalesError):
    """The settings cannot be used as written."""


class SalesLogError(GosalesError):
    """A raw file cannot be read as a sales log."""


class ContractError(GosalesError):
    """A table does not look the way its contract says."""


class TimelineError(GosalesError):
    """A date would let the future into the past, or no date can be had."""


class ModelError(GosalesError):
    """A saved model cannot be used on this star."""


class ExportError(GosalesError):
    """A list cannot be delivered to where it should go."""


class WorkspaceError(GosalesError):
    """The workspace's files cannot be read or written."""


class WorkspaceBusy(WorkspaceError):
    """Another command is working on the workspace."""


class MissingArtifact(WorkspaceError):
    """A file that another command writes is not there yet."""

    def __init__(self, path: Path, *, made_by: str) -> None:
        super().__init__(f"{path} does not exist.", remedy=f"Run `gosales {made_by}` first.")
        self.path = path


class CheckFailed(GosalesError):
    """A gate, blocker or strict warning said no."""


class Stopped(GosalesError):
    """Somebody ended the command before its end."""
