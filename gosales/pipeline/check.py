"""The data-quality report before any model: a star built aside, judged, and thrown away.

The run keeps the report and the rejects in its own folder and publishes nothing.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import CheckFailed
from gosales.etl.build_star import build_star
from gosales.etl.notes import Note
from gosales.etl.quality import DataQuality, render
from gosales.pipeline.build import sources_of
from gosales.pipeline.session import Session, Work, working
from gosales.utils.store import replacing, write_json, write_text


@dataclass(frozen=True)
class CheckRun:
    """What was found, and where the report is."""

    quality: DataQuality
    folder: Path
    strict: bool

    def summary(self) -> str:
        """The report with the paths of its files."""
        files = ("data_quality.txt", "data_quality.json", "rejects.csv")
        places = [f"{name + ':':<19}{self.folder / name}" for name in files]
        return "\n".join((render(self.quality), *places))

    def refuse(self) -> None:
        """Raise CheckFailed on a blocker or, when strict, on a warning."""
        if self.quality.blockers:
            raise _failure("blocker(s)", self.quality.blockers)
        if self.strict and self.quality.warnings:
            raise _failure("warning(s) with --strict", self.quality.warnings)


def check(session: Session) -> CheckRun:
    """Build a star aside and report on it.

    Raises:
        SalesLogError: No star can be built at all.
    """
    with working(session, "check") as work:
        quality = _report(work)
    return CheckRun(quality, work.folder, session.options.strict)


def _report(work: Work) -> DataQuality:
    session = work.session
    with tempfile.TemporaryDirectory(prefix=".check-", dir=work.folder) as scratch:
        target = Path(scratch) / "star.duckdb"
        made = build_star(sources_of(session), session.config.etl(), target, session.options.cutoff)
        with replacing(work.folder / "rejects.csv") as path:
            made.write_rejects(path, session.config.limits.memory_gb)
    quality = made.quality
    write_json(work.folder / "data_quality.json", quality.as_dict())
    write_text(work.folder / "data_quality.txt", render(quality))
    work.note(
        input_hashes=made.input_hashes,
        lines_loaded=quality.lines_loaded,
        blockers=len(quality.blockers),
        warnings=len(quality.warnings),
    )
    return quality


def _failure(kind: str, notes: tuple[Note, ...]) -> CheckFailed:
    return CheckFailed(f"{len(notes)} {kind}: {notes[0].message}", remedy=notes[0].remedy)
