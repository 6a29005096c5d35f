"""Raw sales logs to the star: the door to this stage.

Reading is per file and kept (staging.py); what needs all files together (dates, copies, divisions)
is decided anew each time, so that a second run gives what a first one would. The star is built
beside its place and moved there whole.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from gosales.core.columns import Attribute, CellStatus, Customer, Fact, Product
from gosales.core.errors import MissingArtifact, WorkspaceError
from gosales.core.star import Star, Tables
from gosales.core.timeline import Cutoff
from gosales.etl import checks, judge, lookups, tables, values
from gosales.etl.contracts import check_star
from gosales.etl.dates import (
    DayOrder,
    Preference,
    order_date_order,
    plausible_dates,
    posting_date_order,
)
from gosales.etl.files import RawFile
from gosales.etl.forgotten import Forgotten
from gosales.etl.long import check_columns
from gosales.etl.made_of import Ingredients, gather, keep_key
from gosales.etl.quality import DataQuality, Remarks, measure
from gosales.etl.rejects import REJECTS, make_rejects, write_rejects
from gosales.etl.settings import EtlSettings
from gosales.etl.sku_map import SkuMap, load_sku_map
from gosales.etl.sql import literal
from gosales.etl.staging import StagedFile, Staging, require_content
from gosales.utils import db
from gosales.utils.paths import path_inside
from gosales.utils.progress import track

QUALITY = "data_quality"


@dataclass(frozen=True)
class StarSources:
    """Where the raw material is.

    Attributes:
        logs: Folder of the raw logs.
        lookup: Folder of the lookup tables; may be missing.
        staging: Folder that keeps what was read of each file.
        workspace: Where relative paths in the settings start.
    """

    logs: Path
    lookup: Path
    staging: Path
    workspace: Path


@dataclass(frozen=True)
class StarBuild:
    """A star that was built: its DuckDB file, what its data is like, and what it was made of.

    `input_hashes` maps raw logs and the tables beside them to the SHA-256 of their bytes; `key`
    stands for all that the star depends on. Rejected lines are the star's table `rejects`.
    """

    path: Path
    quality: DataQuality
    input_hashes: dict[str, str]
    key: str

    def write_rejects(self, target: Path, memory_gb: float | None = None) -> int:
        """Write the rejected lines as CSV to `target`; returns how many there are."""
        return write_rejects(self.path, target, memory_gb)


def build_star(
    sources: StarSources,
    settings: EtlSettings,
    target: Path,
    cutoff: Cutoff | None = None,
    made_of: Ingredients | None = None,
) -> StarBuild:
    """Build the star from the raw logs into the DuckDB file `target`, replacing it at the end.

    Args:
        cutoff: Rows after it are loaded but decide nothing. Default: all rows decide.
        made_of: What `gather_from` found for the same arguments, when it was asked already.

    Raises:
        SalesLogError: A file is no sales log or changes while it is read, dates are undecidable, or
            no line can be loaded; an older star stays as it is.
        ConfigError: The settings or the SKU map cannot be used.
        ContractError: A table came out wrong.
    """
    sku_map = sku_map_of(sources, settings)
    made_of = made_of or gather_from(sources, settings, cutoff)
    found = made_of.found
    forgotten = Forgotten.of(sources.workspace)
    memory = settings.limits.memory_gb
    with _new_database(target, memory, compact=bool(forgotten.hashes)) as connection:
        values.install(connection, decimal_comma=settings.source.decimal_comma)
        staging = Staging(sources.staging, settings, sku_map)
        staged = _stage_all(connection, staging, found.files)
        require_content(staged)
        preference = Preference(settings.time.day_first, _default_day_first(settings, sku_map))
        builder = _Builder(connection, staged, settings, cutoff, forgotten)
        order = builder.judge(preference)
        remarks = builder.fill(sources)
        quality = builder.finish(replace(remarks, warnings=found.notes + remarks.warnings), order)
        keep_key(connection, made_of.key)
        made_of.require_unchanged()
        named = forgotten.named_in(connection, REJECTS)
    staging.prune([one for one in staged if one.name not in named])
    return StarBuild(target, quality, made_of.hashes, made_of.key)


def gather_from(
    sources: StarSources, settings: EtlSettings, cutoff: Cutoff | None = None
) -> Ingredients:
    """What a star of these sources would be made of. Raises SalesLogError."""
    return gather(sources.logs, sources.lookup, sources.workspace, settings, cutoff)


def open_star(path: Path, memory_gb: float | None = None) -> Star:
    """Open a built star, read-only.

    Raises:
        MissingArtifact: There is none.
        WorkspaceError: It holds more than tables, so this engine did not make it.
    """
    if not path.is_file():
        raise MissingArtifact(path, made_by="build-star")
    connection = db.connect(path, read_only=True, memory_gb=memory_gb)
    if found := db.programs(connection):
        connection.close()
        raise WorkspaceError(
            f"{path} is no star: it holds the view or macro {found[0]!r}, which can read other "
            "files of this machine.",
            remedy="Delete it and run `gosales score-all`.",
        )
    engine = db.backend(connection)
    return Star(
        Tables(
            facts=engine.table(Fact.TABLE),
            products=engine.table(Product.TABLE),
            names=engine.table(Customer.NAMES),
            attributes=engine.table(Attribute.TABLE),
            statuses=engine.table(CellStatus.TABLE),
        )
    )


def sku_map_of(sources: StarSources, settings: EtlSettings) -> SkuMap:
    """The SKU map of the settings, else the shipped one. Raises ConfigError."""
    if settings.source.shape == "long":
        check_columns(settings.columns)
    own = settings.source.sku_map
    path = path_inside(sources.workspace, own, "[source] sku_map") if own else None
    return load_sku_map(path)


def _default_day_first(settings: EtlSettings, sku_map: SkuMap) -> bool | None:
    return sku_map.day_first if settings.source.shape == "wide" else None


def _stage_all(
    connection: duckdb.DuckDBPyConnection, staging: Staging, files: list[RawFile]
) -> list[StagedFile]:
    staged = []
    total = sum(file.path.stat().st_size for file in files)
    with track("Reading sales logs", total=total) as advance:
        for file in files:
            staged.append(staging.stage(connection, file))
            advance(file.path.stat().st_size, staged[-1].records.count)
    return staged


@contextmanager
def _new_database(
    target: Path, memory_gb: float | None, *, compact: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database file beside `target` that takes its place when the block succeeds.

    Args:
        compact: Leave nothing of deleted rows in it.
    """
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    path = folder / target.name
    try:
        connection = db.connect(path, memory_gb=memory_gb)
        try:
            yield connection
            connection.execute("CHECKPOINT")  # closing does it too, but tells nobody when it fails
        except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
            raise _unwritable(target, str(error).splitlines()[0]) from error
        finally:
            connection.close()
        if compact:
            path = _compacted(path, memory_gb)
        with _writing(target):
            path.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compacted(path: Path, memory_gb: float | None) -> Path:
    """A copy beside a database, of what it has and not of what it had."""
    copy = path.with_suffix(".compact")
    connection = db.connect(memory_gb=memory_gb)
    try:
        connection.execute(f"ATTACH {literal(path)} AS old (READ_ONLY)")
        connection.execute(f"ATTACH {literal(copy)} AS new")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
    finally:
        connection.close()
    return copy


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error


def _unwritable(target: Path, why: str) -> WorkspaceError:
    return WorkspaceError(
        f"The star {target} cannot be written: {why}.",
        remedy="Check the disk space and the permissions, then run the command again.",
    )


@dataclass(frozen=True)
class _Builder:
    """The steps from staged files to a filled star, on one connection."""

    connection: duckdb.DuckDBPyConnection
    files: list[StagedFile]
    settings: EtlSettings
    cutoff: Cutoff | None
    forgotten: Forgotten

    def judge(self, preference: Preference) -> DayOrder:
        """Decide the dates and reject what cannot be loaded."""
        connection, files = self.connection, self.files
        judge.view_staged(connection, files, self.forgotten)
        judge.reject_while_staging(connection, files)
        order = order_date_order(connection, files, self.cutoff, preference)
        posting = posting_date_order(connection, self.cutoff, preference, order)
        last_day = self.settings.time.last_day
        plausible = plausible_dates(connection, order, self.cutoff, last_day)
        judge.reject_dates(connection, order, plausible)
        judge.view_good(connection, order, posting)
        judge.reject_copies(connection, files)
        judge.reject_flagged(connection)
        checks.require_lines(connection)
        return order

    def fill(self, sources: StarSources) -> Remarks:
        """Make every table; what was noticed in the lookups, and all that was left out."""
        connection = self.connection
        with (
            track("Building the star") as _,
            tempfile.TemporaryDirectory(prefix=".lookup-", dir=sources.staging) as scratch,
        ):
            folder = lookups.LookupFolder(
                sources.lookup, sources.workspace, Path(scratch), self.settings
            )
            notes = lookups.load_products(connection, folder)
            notes += lookups.load_attributes(connection, folder)
            notes += lookups.load_statuses(connection, folder)
            self.forgotten.clean_lookups(connection)
            tables.name_files(connection, self.files)
            tables.view_sold(connection)
            memory = db.memory_budget_gb(self.settings.limits.memory_gb)
            one_sku = self.settings.source.shape == "long"
            tables.make_facts(connection, memory, one_sku=one_sku)
            tables.count_loaded(connection)
            tables.make_names(connection)
            tables.make_dimensions(connection, self.cutoff)
            make_rejects(connection, self.files)
            self.forgotten.clean_texts(connection, REJECTS)
        check_star(db.backend(connection))
        contacts = dict(folder.contacts)
        for one in self.files:
            if one.records.hidden:
                contacts[one.name] = (*contacts.get(one.name, ()), *one.records.hidden_headers)
        return Remarks([], notes, contacts)

    def finish(self, remarks: Remarks, order: DayOrder) -> DataQuality:
        """Measure the star and keep the report in it."""
        connection = self.connection
        lines_read = sum(staged.records.count for staged in self.files)
        warnings = remarks.warnings + checks.file_warnings(self.files)
        warnings += checks.reject_warnings(connection, lines_read)
        warnings += checks.star_warnings(connection, order)
        blockers = checks.blockers(connection, lines_read)
        remarks = Remarks(blockers, warnings, remarks.contacts)
        horizon = self.settings.time.horizon_months
        quality = measure(connection, self.files, remarks, self.cutoff, horizon)
        connection.execute(f"CREATE TABLE {QUALITY}(report VARCHAR)")
        connection.execute(f"INSERT INTO {QUALITY} VALUES (?)", [json.dumps(quality.as_dict())])
        return quality


if __name__ == "__main__":
    import sys

    from gosales.cli import main

    main(["build-star", *sys.argv[1:]])
