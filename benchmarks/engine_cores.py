"""How the features scale with the cores of DuckDB and of Spark, on one invented log.

    python benchmarks/engine_cores.py --lines 1e6
    python benchmarks/engine_cores.py --lines 3e6 --repeat 3 --engines duckdb local[1] local[2]

Each engine condenses the star to months and computes the relational features of all customers at
one cutoff, in a process of its own; with a small log first, so that neither starting nor compiling
counts; carrying the star there does not count either. The number of cores is a setting of DuckDB
(`duckdb:1`, `duckdb:2`), and that of the master for Spark. Prints wall seconds and processor
seconds, those of Java included; medians where it repeats.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sales_logs import Size, write_logs
from scale import make_workspace, run_stage

ENGINES = ("duckdb:1", "duckdb:2", "local[1]", "local[2]")
SMALL = 20_000


def make_place(folder: Path, lines: int) -> Path:
    """A workspace with the star of an invented log of so many lines."""
    size = Size(lines=lines, customers=max(lines // 50, 100), shape="long", form="csv", seed=1)
    write_logs(folder / "logs", size)
    place = make_workspace(folder / "place", folder / "logs", size, ("history", "month"))
    run_stage("etl", place, size)
    return place


def measure(engine: str, place: Path) -> dict[str, float]:
    """Seconds and processor seconds of the features, in this process."""
    from gosales.cli.options import open_session
    from gosales.core.timeline import Cutoff
    from gosales.etl.build_star import open_star
    from gosales.features.engine import FeatureEngine
    from gosales.pipeline.engines import carried

    kind, _, cores = engine.partition(":")
    session = open_session({"workspace": place, "engine": kind})
    star = open_star(max(session.workspace.stars.glob("*.duckdb")))
    if cores:
        star.tables.facts.get_backend().raw_sql(f"SET threads = {int(cores)}")
    with carried(session, star) as there:
        cutoff = Cutoff(there.last_day)
        started, used = time.monotonic(), processor_seconds()
        with FeatureEngine(there.as_of(cutoff), 6).tables(0) as tables:
            rows = [int(table.count().execute()) for table in tables]
        told = {"seconds": time.monotonic() - started, "processor": processor_seconds() - used}
    return told | {"customers": rows[0], "cells": rows[1]}


def processor_seconds() -> float:
    """Of this process and its descendants, Spark's Java and Python workers among them."""
    tick, used, parent = os.sysconf("SC_CLK_TCK"), {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        one = int(folder.name)
        parent[one], used[one] = int(fields[1]), (int(fields[11]) + int(fields[12])) / tick

    def ours(one: int) -> bool:
        while one and one != os.getpid():
            one = parent.get(one, 0)
        return bool(one)

    return sum(seconds for one, seconds in used.items() if ours(one))


def in_new_process(engine: str, folder: Path) -> dict[str, float]:
    """The large log, after the small one has warmed everything up."""
    command = [sys.executable, __file__, "--one", engine, "--folder", str(folder)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    told: dict[str, float] = json.loads(said.splitlines()[-1])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=float, default=1e6)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--repeat", type=int, default=1, help="Rounds; medians are told.")
    parser.add_argument("--folder", type=Path, help="Where to work. Default: a temporary folder.")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one, given.folder / "small" / "place")
        print(json.dumps(measure(given.one, given.folder / "large" / "place")))
        return
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="cores-") as scratch:
        for name, lines in (("small", SMALL), ("large", int(given.lines))):
            (Path(scratch) / name).mkdir()
            make_place(Path(scratch) / name, lines)
        rounds = [
            {one: in_new_process(one, Path(scratch)) for one in given.engines}
            for _ in range(given.repeat)
        ]
    print("| engine | seconds | processor seconds | customers | cells |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for one in given.engines:
        told = [each[one] for each in rounds]
        seconds, processor = (
            statistics.median(each[name] for each in told) for name in ("seconds", "processor")
        )
        size = f"{told[0]['customers']:,.0f} | {told[0]['cells']:,.0f}"
        print(f"| {one} | {seconds:.1f} | {processor:.1f} | {size} |")


if __name__ == "__main__":
    main()
