"""What every command shares: workspace, settings, run folder, manifest."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import gosales
from gosales.config import Config, load_config
from gosales.core.errors import CheckFailed, ConfigError, WorkspaceError
from gosales.core.timeline import Cutoff
from gosales.pipeline.trouble import plain_trouble
from gosales.utils.code import code_digest
from gosales.utils.engines import kind_of
from gosales.utils.litter import sweep
from gosales.utils.lock import holding
from gosales.utils.log import get_log, log_to
from gosales.utils.paths import Workspace
from gosales.utils.store import LISTS, MANIFEST, MODELS, STAR, Run, RunStore, hashes, write_json

LOG, CHECKPOINT = "log.jsonl", "trained.json"
NOT_OUTPUT = frozenset({MANIFEST, LOG, CHECKPOINT})
LIBRARIES = ("duckdb", "ibis-framework", "lightgbm", "mlflow-skinny", "numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class Options:
    """What a user may say on the command line, on top of gosales.toml."""

    cutoff: Cutoff | None = None
    horizon_months: int | None = None
    divisions: tuple[str, ...] = ()
    config: Path | None = None
    seed: int = 1
    engine: str | None = None
    strict: bool = False


@dataclass(frozen=True)
class Session:
    """A workspace with its settings resolved for one command.

    Attributes:
        run_id: Of the run that is made again; a new one if empty.
    """

    workspace: Workspace
    options: Options
    config: Config
    run_id: str = ""

    @classmethod
    def open(cls, workspace: Workspace, options: Options) -> Session:
        """Read the settings. Raises ConfigError, also for a named settings file that is missing."""
        if options.config is not None and not options.config.is_file():
            raise ConfigError(
                f"The settings file {options.config} does not exist.",
                remedy="Name an existing one with --config, or leave it out.",
            )
        config = load_config(options.config or workspace.config)
        if options.horizon_months is not None:
            time_settings = config.time.model_copy(
                update={"horizon_months": options.horizon_months}
            )
            config = config.model_copy(update={"time": time_settings})
        if options.engine is not None:
            source = config.source.model_copy(update={"engine": options.engine})
            config = config.model_copy(update={"source": source})
        kind_of(config.source.engine)
        return cls(workspace, options, config)

    @classmethod
    def again(cls, workspace: Workspace, manifest: dict[str, Any]) -> Session:
        """What a run was asked for, told by its manifest.

        Raises:
            WorkspaceError: Its settings are those of another version.
        """
        given = manifest["options"]
        cutoff = Cutoff.parse(given["cutoff"]) if given["cutoff"] else None
        options = Options(cutoff=cutoff, divisions=tuple(given["divisions"]), seed=given["seed"])
        try:
            config = Config.model_validate(manifest["settings"])
        except ValidationError as error:
            raise WorkspaceError(
                f"The settings of run {manifest['run_id']} are not those of this version.",
                remedy=f"Use gosales-engine {manifest['versions'].get('gosales-engine')} for it.",
            ) from error
        return cls(workspace, options, config, manifest["run_id"])

    @property
    def store(self) -> RunStore:
        return RunStore(self.workspace)

    @property
    def horizon_months(self) -> int:
        return self.config.time.horizon_months


@dataclass
class Work:
    """A run in progress: where it writes, and what its manifest will tell.

    `made_from` are the published parts that it can build on, with the runs that made them.
    """

    session: Session
    run: Run
    manifest: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    made_from: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.run.folder

    def made(self, part: str) -> None:
        """Say that this run made the part.

        Models and lists of the table that `[source] facts` names end the star of an earlier run,
        which is of other lines.
        """
        self.run.made.add(part)
        if part in (MODELS, LISTS) and self.session.config.source.facts:
            self.run.gone.add(STAR)
            self.made_from.pop(STAR, None)

    def note(self, **facts: Any) -> None:
        """Add facts to the manifest and the log."""
        self.manifest.update(facts)
        get_log().info("note", **{key: str(value)[:200] for key, value in facts.items()})


@contextmanager
def working(session: Session, command: str) -> Iterator[Work]:
    """Begin a run, and publish what it made, if anything, when the block succeeds.

    A run that fails keeps its folder, with the log, and publishes nothing. With `strict`, a warning
    makes it fail.

    Raises:
        WorkspaceBusy: Another command is working on the workspace.
        WorkspaceError: The disk is full, a file cannot be written, or the memory does not suffice.
    """
    store = session.store
    with plain_trouble(session.workspace.root), holding(session.workspace.outputs, command):
        sweep(session.workspace)
        with contextlib.suppress(WorkspaceError):  # told before; the commit tries it again
            store.sync()
        run_id = session.run_id or new_run_id(store.last_run_id())
        work = Work(session, store.begin(run_id), made_from=dict(store.published().parts))
        with log_to(work.folder / LOG):
            yield from _logged(work, command)
        if work.run.made:
            store.commit(work.run)


def _logged(work: Work, command: str) -> Iterator[Work]:
    """Hand out the work; write its manifest when it is done, and to the log how it ended."""
    started = time.monotonic()
    get_log().info("begin", command=command, version=gosales.__version__)
    try:
        yield work
        _refuse_warnings(work)
        seconds = round(time.monotonic() - started, 1)
        write_json(work.folder / MANIFEST, _manifest(work, command) | {"seconds": seconds})
    except BaseException as error:
        with contextlib.suppress(OSError):  # the disk may be full
            get_log().error("failed", error=f"{type(error).__name__}: {error}")
        work.session.store.keep_star(work.run)
        raise
    get_log().info("done", seconds=seconds)


def _refuse_warnings(work: Work) -> None:
    if work.session.options.strict and work.warnings:
        raise CheckFailed(
            f"{len(work.warnings)} warning(s) with --strict: {work.warnings[0]}",
            remedy="Mend what they name or run without --strict; nothing was published.",
        )


def new_run_id(last: str = "") -> str:
    """UTC time to the millisecond and four random digits: runs sort by time and never collide.

    With the clock set back, the id follows `last`, the newest there is, instead.
    """
    now = dt.datetime.now(dt.UTC)
    stamp = f"{now:%Y%m%dT%H%M%S}-{now.microsecond // 1000:03d}"
    if last and stamp <= last[: len(stamp)]:
        stamp = _next_stamp(last[: len(stamp)])
    return f"{stamp}{secrets.token_hex(2)}"


def _next_stamp(stamp: str) -> str:
    """A millisecond later."""
    try:
        last = dt.datetime.strptime(f"{stamp}000+0000", "%Y%m%dT%H%M%S-%f%z")
        later = last + dt.timedelta(milliseconds=1)
    except (ValueError, OverflowError) as error:
        raise WorkspaceError(
            f"The newest run, {stamp}..., is of no time that there is.",
            remedy="Move its folder out of outputs/runs, then run the command again.",
        ) from error
    return f"{later:%Y%m%dT%H%M%S}-{later.microsecond // 1000:03d}"


def _manifest(work: Work, command: str) -> dict[str, Any]:
    """All that it takes to make the run again, and to see whether the same came out."""
    options = work.session.options
    return {
        "command": command,
        "seed": options.seed,
        "cutoff": str(options.cutoff) if options.cutoff else None,
        "divisions": list(options.divisions),
        "options": {
            "cutoff": str(options.cutoff) if options.cutoff else None,
            "divisions": list(options.divisions),
            "seed": options.seed,
            "strict": options.strict,
        },
        "settings": work.session.config.model_dump(mode="json"),
        "versions": versions(),
        "made_from": work.made_from,
        "warnings": work.warnings,
        **work.manifest,
        "output_hashes": hashes(work.folder, but=NOT_OUTPUT),
        "run_id": work.run.run_id,
    }


def versions() -> dict[str, str]:
    """Of this engine, its code, Python and the libraries that the numbers depend on."""
    return {
        "gosales-engine": gosales.__version__,
        "gosales-code": code_digest(),
        "python": sys.version.split()[0],
        **{name: version(name) for name in LIBRARIES},
    }
