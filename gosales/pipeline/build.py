"""Raw logs to the star: the first stage of a run, and the data-quality report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import SalesLogError
from gosales.core.star import Star
from gosales.etl.build_star import (
    StarBuild,
    StarSources,
    build_star,
    gather_from,
    open_star,
)
from gosales.etl.made_of import Ingredients, report_of
from gosales.etl.quality import DataQuality, render
from gosales.pipeline.session import Session, Work
from gosales.utils.store import STAR, replacing, same_file, write_json, write_text


@dataclass(frozen=True)
class BuildRun:
    """What a build did."""

    build: StarBuild
    star: Star


def build(work: Work) -> BuildRun:
    """Build this run's star, and write its quality report and rejects into the run's folder.

    Raises:
        SalesLogError: No star can be built, or a blocker was found.
    """
    session = work.session
    target = session.workspace.stars / f"{work.run.run_id}.duckdb"
    made = _again(work, target)
    quality = made.quality.as_dict()
    write_json(work.folder / "data_quality.json", quality)
    write_text(work.folder / "data_quality.txt", render(made.quality))
    with replacing(work.folder / "rejects.csv") as path:
        made.write_rejects(path, session.config.limits.memory_gb)
    work.warnings.extend(item["message"] for item in quality["warnings"])
    work.note(input_hashes=made.input_hashes, lines_loaded=quality["lines_loaded"])
    refuse_blockers(quality["blockers"])
    work.made(STAR)
    return BuildRun(made, open_star(target, session.config.limits.memory_gb))


def _again(work: Work, target: Path) -> StarBuild:
    """The star that an earlier run built of the very same things, else a new one."""
    session = work.session
    sources, settings, cutoff = sources_of(session), session.config.etl(), session.options.cutoff
    made_of = gathered(session)
    for path in sorted(session.workspace.stars.glob("*.duckdb"), reverse=True):
        report = report_of(path, made_of.key, settings.limits.memory_gb)
        if report is not None and path != target:
            same_file(path, target)
            work.note(star_from=path.stem)
            return StarBuild(target, DataQuality.from_dict(report), made_of.hashes, made_of.key)
    return build_star(sources, settings, target, cutoff, made_of)


def gathered(session: Session) -> Ingredients:
    """What the session's star would be made of. Raises SalesLogError."""
    return gather_from(sources_of(session), session.config.etl(), session.options.cutoff)


def sources_of(session: Session) -> StarSources:
    """Where the workspace keeps what a star is built from."""
    workspace = session.workspace
    return StarSources(workspace.logs, workspace.lookup, workspace.staging, workspace.root)


def published_star(session: Session) -> Star:
    """The star of the published run. Raises MissingArtifact when there is none."""
    return open_star(session.store.star_path(), session.config.limits.memory_gb)


def refuse_blockers(blockers: list[dict[str, str]]) -> None:
    """Raise SalesLogError for the first blocker, naming how many more there are."""
    if not blockers:
        return
    first, more = blockers[0], len(blockers) - 1
    others = f" ({more} more; see `gosales check`)" if more else ""
    raise SalesLogError(f"{first['message']}{others}", remedy=first["remedy"])
