"""What is fuzzed: each target takes bytes and raises when anything but an expected error comes out.

A target is given a folder to work in. Expected are `GosalesError`s only; beyond that, each target
checks that what was read adds up.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from gosales.config import load_config
from gosales.core.errors import GosalesError
from gosales.etl import lookups, propose, values
from gosales.etl.build_star import StarSources, build_star, sku_map_of
from gosales.etl.files import RawFile
from gosales.etl.plain import plain_text
from gosales.etl.propose_profile import Profiler
from gosales.etl.repair import mend
from gosales.etl.scan import read_head, scan
from gosales.etl.settings import ColumnSettings, EtlSettings, SourceSettings
from gosales.etl.sku_map import SHIPPED, load_sku_map
from gosales.etl.staging import Staging
from gosales.models.model_store import load_model
from gosales.pipeline.plan_tables import read_table
from gosales.utils.lock import Owner
from gosales.utils.paths import Workspace, slugs
from gosales.utils.store import RunStore

LONG = EtlSettings(
    source=SourceSettings(shape="long"),
    columns=ColumnSettings(
        customer="Customer", date="Date", sku="Sku", division="Division", quantity="Qty", value="V"
    ),
)
LOG = b"""Customer,Date,Sku,Division,Qty,V
1,2024-01-31,P1,CAD,1,10.50
"O'Hara ""&"" Sons",2024-02-29,P2,"CAD, new",-1,"-1,234.00"

3,31/01/2024,P3,CAM,(2),$5
4,2024-03-01,"P
4",CAM,1e3,9
"""
WIDE = b"""CustomerId,Rec Date,SWX_Core,SWX_Core_Qty
7,2024-01-31,100,1
8,2024-02-29,,2
"""
SETTINGS = b"""[source]
shape = "long"
delimiter = ";"
[columns]
customer = "Customer"
[time]
last_day = 2024-12-31
cutoffs = [2024-06-30]
[divisions]
rebuy_after_months = { CAD = 36 }
[lookup.customers]
constant = ["industry"]
[limits]
memory_gb = 4.0
"""
LOOKUPS = {
    "products": b"sku,division,name,launched,retired\nP1,CAD,One,2020-01-01,\nP2,,,31/12/2024,\n",
    "customers": b"customer_id,customer_name,industry,valid_from\n1,One,Steel,2023-05-01\n2,,,\n",
    "cells": b"customer_id,division,status,valid_from\n1,CAD,competitor,2023-05-01\n2,CAM,x,\n",
}


@dataclass(frozen=True)
class Target:
    """One thing that is fuzzed.

    Attributes:
        run: Takes bytes and a folder to work in; raises when something is wrong.
        seeds: Good inputs to start from.
        quick: Whether an input takes well under a millisecond or so.
        many: The same for several inputs at once, where that takes much less time.
    """

    run: Callable[[bytes, Path], None]
    seeds: tuple[bytes, ...]
    quick: bool = True
    many: Callable[[list[bytes], Path], None] | None = None

    def run_all(self, inputs: list[bytes], folder: Path) -> None:
        """Raises AssertionError with the input that it is about, where one can be named."""
        try:
            if self.many:
                self.many(inputs, folder)
                return
        except Exception:
            self._run_each(inputs, folder)
            raise
        self._run_each(inputs, folder)

    def _run_each(self, inputs: list[bytes], folder: Path) -> None:
        for data in inputs:
            try:
                self.run(data, folder)
            except Exception as error:
                raise AssertionError(f"{type(error).__name__}: {error}\n{data!r}") from error


def told(error: GosalesError) -> None:
    """An expected error says what is wrong and what to do, in one paragraph fit for a terminal."""
    assert error.problem
    assert error.remedy
    assert str(error).isprintable()


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def csv_text(data: bytes, folder: Path) -> None:
    """Decoding, the header, the scan and the mending of a text file, without a database."""
    try:
        plain = plain_text(file(folder, "log.csv", data), folder)
        head = read_head(plain.path)
    except GosalesError as error:
        told(error)
        return
    if head is None:
        return
    found = scan(plain.path, head.delimiter)
    if found.regular and not head.preamble:
        assert found.records - len(found.blank) == _records(plain.path, head.delimiter)
    mended = folder / "mended.csv"
    mend(plain.path, mended, head)
    again = scan(mended, head.delimiter)
    assert again.regular, "a mended file can be read"
    width = len(head.fields)
    for fields in csv.reader(io.StringIO(_text(mended), newline=""), delimiter=head.delimiter):
        assert len(fields) in (0, 1, width)


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def _records(path: Path, delimiter: str) -> int:
    """How many records with anything in them Python's reader finds."""
    text = _text(path).removeprefix("\ufeff")
    return sum(bool(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def settings(data: bytes, folder: Path) -> None:
    """A gosales.toml."""
    try:
        config = load_config(file(folder, "gosales.toml", data))
    except GosalesError as error:
        told(error)
        return
    assert type(config).model_validate(config.model_dump(mode="json")) == config


def sku_map(data: bytes, folder: Path) -> None:
    """A SKU map."""
    try:
        load_sku_map(file(folder, "sku_map.toml", data))
    except GosalesError as error:
        told(error)
        return


def numbers_and_dates(data: bytes, folder: Path) -> None:
    """Every line of the input as a number, a price, a date, an id, a text: never an error."""
    lines = data.decode("utf-8", errors="replace").splitlines()[:2000] or [""]
    query = (
        "SELECT t, id_of(t), text_of(t), money(t), quantity(t), price(t), days(t).dmy, days(t).mdy "
        "FROM (SELECT unnest($texts) AS t)"
    )
    rows = engine().execute(query, {"texts": lines}).fetchall()
    assert len(rows) == len(lines)


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """One database for many inputs: to open one takes longer than most of them."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    values.install(connection, decimal_comma=False)
    return connection


def run_files(data: bytes, folder: Path) -> None:
    """What lies in a workspace: which run is published, whose lock it is."""
    workspace = Workspace(folder)
    workspace.outputs.mkdir(exist_ok=True)
    file(workspace.outputs, "published.json", data)
    Owner.parse(data.decode("utf-8", errors="replace"))
    try:
        store = RunStore(workspace)
        store.settle()
        store.last_run_id()
        store.models_folder()
    except GosalesError as error:
        told(error)
        return


def names(data: bytes, folder: Path) -> None:
    """Division names to folder names: inside the folder, different for different names."""
    wanted = sorted(set(data.decode("utf-8", errors="surrogateescape").split("\n")))
    try:
        made = slugs(wanted)
    except UnicodeEncodeError:
        return
    assert len(set(made.values())) == len(wanted)
    for name in made.values():
        assert name.replace("_", "").isalnum()
        assert name.isascii()
        assert (folder / name).parent == folder


def model(data: bytes, folder: Path) -> None:
    """A model.json: it gives a model or a ModelError, and runs nothing."""
    (folder / "trees").mkdir(exist_ok=True)
    file(folder, "model.json", data)
    file(folder / "trees", "general.txt.gz", data)
    try:
        load_model(folder)
    except GosalesError as error:
        told(error)
        return


def star(data: bytes, folder: Path) -> None:
    """A whole raw log to the star: refused with a remedy, or every line accounted for."""
    _build(folder, {"log.csv": data}, LONG)


def stars(inputs: list[bytes], folder: Path) -> None:
    """The same for several logs: each read alone, then those that can be read loaded together."""
    _build_together(inputs, folder, LONG)


def wide_star(data: bytes, folder: Path) -> None:
    """The same with the shipped SKU map."""
    _build(folder, {"log.csv": data}, EtlSettings())


def wide_stars(inputs: list[bytes], folder: Path) -> None:
    """The same for several logs."""
    _build_together(inputs, folder, EtlSettings())


def _build_together(inputs: list[bytes], folder: Path, settings: EtlSettings) -> None:
    """A file that is refused would stop the loading of all, so each is staged alone before."""
    sources = _sources(folder)
    staging = Staging(sources.staging, settings, sku_map_of(sources, settings))
    good = {}
    for number, data in enumerate(inputs):
        path = file(folder, "one.csv", data)
        try:
            staging.stage(engine(), RawFile(path, path.name, sha256(data).hexdigest()))
        except GosalesError as error:
            told(error)
        else:
            good[f"log{number}.csv"] = data
    _build_halves(folder, good, settings)
    shutil.rmtree(sources.staging, ignore_errors=True)


def _build_halves(folder: Path, logs: dict[str, bytes], settings: EtlSettings) -> None:
    """All logs together; where together they are refused, each half of them."""
    if logs and not _build(folder, logs, settings, keep_staged=True) and len(logs) > 1:
        pairs, half = list(logs.items()), len(logs) // 2
        _build_halves(folder, dict(pairs[:half]), settings)
        _build_halves(folder, dict(pairs[half:]), settings)


def lookup_tables(data: bytes, folder: Path) -> None:
    """One of the lookup tables, beside a good log; the first byte says which."""
    _build(folder, {"log.csv": LOG}, LONG, {_lookup_name(data): data[1:]})


def _lookup_name(data: bytes) -> str:
    return f"{sorted(LOOKUPS)[(data[0] if data else 0) % 3]}.csv"


def many_lookup_tables(inputs: list[bytes], folder: Path) -> None:
    """Each read alone; then loaded, a table of each kind together. The log is staged once."""
    good: dict[str, list[bytes]] = {f"{name}.csv": [] for name in LOOKUPS}
    for data in inputs:
        if _can_be_read(data, folder):
            good[_lookup_name(data)].append(data[1:])
    while any(good.values()):
        together = {name: tables.pop() for name, tables in good.items() if tables}
        if not _build(folder, {"log.csv": LOG}, LONG, together, keep_staged=True):
            for name, table in together.items():
                _build(folder, {"log.csv": LOG}, LONG, {name: table}, keep_staged=True)


def _can_be_read(data: bytes, folder: Path) -> bool:
    """Read a lookup table into the shared database; False when it is refused."""
    sources = _sources(folder)
    shutil.rmtree(sources.lookup, ignore_errors=True)
    sources.lookup.mkdir(parents=True)
    path = file(sources.lookup, _lookup_name(data), data[1:])
    scratch = folder / "scratch"
    opened = lookups.LookupFolder(sources.lookup, folder, scratch, LONG)
    loads = {
        "products.csv": lookups.load_products,
        "customers.csv": lookups.load_attributes,
        "cells.csv": lookups.load_statuses,
    }
    try:
        loads[path.name](engine(), opened)
    except GosalesError as error:
        told(error)
        return False
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def packed(data: bytes, folder: Path) -> None:
    """A log as gzip or Parquet; the first byte says which."""
    name = "log.csv.gz" if (data[0] if data else 0) % 2 == 0 else "log.parquet"
    _build(folder, {name: data[1:]}, LONG)


def small_tables(data: bytes, folder: Path) -> None:
    """A table that a plan reads, such as capacity; the first byte says which columns."""
    needed = ("customer_id", "date") if (data[0] if data else 0) % 2 == 0 else ("rep", "slots")
    try:
        rows = read_table(file(folder, "table.csv", data[1:]), needed, ("division", "note"))
    except GosalesError as error:
        told(error)
        return
    for row in rows:
        for reading in (row.customer, row.day, lambda row=row: row.number_of("slots")):
            try:
                reading()
            except GosalesError as error:
                told(error)


def proposal(data: bytes, folder: Path) -> None:
    """What `gosales init` makes of a file: refused with a remedy, or settings that can be read."""
    try:
        made = propose.propose([file(folder, "export.csv", data)])
    except GosalesError as error:
        told(error)
        return
    assert made


def proposals(inputs: list[bytes], folder: Path) -> None:
    """The same for several files, in one database."""
    usual, propose.profiler = propose.profiler, lambda: _shared_profiler(folder / "init")
    try:
        for data in inputs:
            proposal(data, folder)
    finally:
        propose.profiler = usual


@cache
def _profiler(scratch: Path) -> Profiler:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return Profiler(connection, scratch)


@contextmanager
def _shared_profiler(scratch: Path) -> Iterator[Profiler]:
    """One for all: it defines its functions anew only when decimals are written otherwise."""
    scratch.mkdir()
    reader = _profiler(scratch)
    try:
        yield reader
    finally:
        reader.tables.clear()
        reader.connection.execute("DROP TABLE IF EXISTS sample0")
        shutil.rmtree(scratch)


def _sources(folder: Path) -> StarSources:
    data = folder / "data"
    return StarSources(data / "logs", data / "lookup", data / "staging", folder)


def _build(
    folder: Path,
    logs: dict[str, bytes],
    settings: EtlSettings,
    tables: dict[str, bytes] | None = None,
    *,
    keep_staged: bool = False,
) -> bool:
    """Build a star, and see that its lines add up. Whether it could be built."""
    sources = _sources(folder)
    for place, files in ((sources.logs, logs), (sources.lookup, tables or {})):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name, content in files.items():
            file(place, name, content)
    if not keep_staged:
        shutil.rmtree(sources.staging, ignore_errors=True)
    try:
        built = build_star(sources, settings, folder / "star.duckdb")
    except GosalesError as error:
        told(error)
        return False
    quality = built.quality
    rejected = sum(quality.lines_rejected.values())
    assert quality.lines_read == quality.lines_loaded + rejected
    assert quality.lines_loaded == sum(month.lines for month in quality.coverage)
    assert built.write_rejects(folder / "rejects.csv") == rejected
    json.dumps(quality.as_dict())
    return True


def _parquet() -> bytes:
    stream = io.BytesIO()
    columns = {"Customer": ["1", "2"], "Date": ["2024-01-31"] * 2, "Sku": ["P1"] * 2}
    columns |= {"Division": ["CAD"] * 2, "Qty": ["1", "2"], "V": ["10", "x"]}
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


TARGETS = {
    "csv_text": Target(
        csv_text, (LOG, WIDE, LOG.replace(b",", b";"), LOG.decode().encode("utf-16"))
    ),
    "settings": Target(settings, (SETTINGS,)),
    "sku_map": Target(sku_map, (SHIPPED.read_bytes()[:1500],)),
    "numbers_and_dates": Target(
        numbers_and_dates, (b"1,234.50\n(3)\n2024-02-30\n31.12.24 10:00\n",)
    ),
    "run_files": Target(run_files, (b'{"run_id": "r1", "parts": {"star": "r1", "lists": "r0"}}',)),
    "names": Target(names, (b"CAD\nCad\n../etc\nCON\n\xc3\x9cber\n",)),
    "model": Target(model, (b'{"format": 1, "shared": {"trees": {"x": "0"}}, "shared_hash": ""}',)),
    "star": Target(star, (LOG, LOG.replace(b"\n", b"\r\n")), quick=False, many=stars),
    "wide_star": Target(wide_star, (WIDE,), quick=False, many=wide_stars),
    "small_tables": Target(
        small_tables,
        (b"0customer_id,date,note\n1,2024-05-01,x\n", b"1rep,slots\nAnn,5\n"),
    ),
    "proposal": Target(proposal, (LOG, WIDE), quick=False, many=proposals),
    "packed": Target(packed, (b"0" + gzip.compress(LOG, mtime=0), b"1" + _parquet()), quick=False),
    "lookup_tables": Target(
        lookup_tables,
        tuple(bytes([at]) + LOOKUPS[name] for at, name in enumerate(sorted(LOOKUPS))),
        quick=False,
        many=many_lookup_tables,
    ),
}
