"""Logs at the limits, and what the main job makes of them: time, peak memory, lists or a message.

    python benchmarks/limits.py                              # every case at its full size
    python benchmarks/limits.py divisions --size 300
    python benchmarks/limits.py one_purchase --settings '[limits]' 'memory_gb = 1'

The same case and size give the same log. docs/reliability.md has the results.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

SETTINGS = """\
[source]
shape = "long"
[columns]
customer = "customer"
date = "day"
sku = "sku"
division = "division"
quantity = "quantity"
value = "value"
"""
FULL_SIZE = {
    "divisions": 1_000,
    "one_purchase": 1_000_000,
    "one_customer": 10_000_000,
    "sku_name": 10_000,
    "years": 40,
    "one_day": 1_000,
    "few_customers": 10,
}
"""Case -> the number that it is about."""

LINE = """
    SELECT 'C' || {customer} AS customer, DATE '{first}' + CAST({day} AS INTEGER) AS day,
        'S' || hash(line, 3) % 5 AS sku, 'D' || {division} AS division,
        1 AS quantity, 10 + hash(line, 4) % 5000 / 100 AS value
    FROM range({lines}) AS lines(line)
"""
MB = 1024 if sys.platform != "darwin" else 1024 * 1024


def usual(customers: int, lines: int, divisions: int = 4, days: int = 1400, **more: str) -> str:
    """SELECT for a market: each customer keeps to two divisions, and takes up more in time."""
    customer = more.get("customer", f"hash(line, 1) % {customers}")
    day = more.get("day", f"hash(line, 2) % {days}")
    spread = f"1 + least(hash(line, 5) % 3, {day} * 3 // {days})"
    division = f"({customer} + {spread}) % {divisions}"
    first = more.get("first", "2020-01-01")
    return LINE.format(customer=customer, day=day, division=division, lines=lines, first=first)


def select(case: str, size: int, beside: int = 500) -> str:
    """SELECT for the log of a case.

    Args:
        size: The number that the case is about.
        beside: Customers of the usual market beside it.
    """
    market = usual(beside, 30 * beside)
    return {
        "divisions": lambda: usual(4 * beside, 200 * beside, divisions=size),
        "one_purchase": lambda: usual(size, size, customer="line", divisions=12),
        "one_customer": lambda: f"{market} UNION ALL {usual(1, size, customer='0')}",
        "sku_name": lambda: (
            f"{market} UNION ALL SELECT customer, day + 1, repeat('x', {size}), "
            f"division, quantity, value FROM ({market}) WHERE sku = 'S1'"
        ),
        "years": lambda: usual(
            beside // 2, size * beside, days=365 * size, first=f"{2020 - size}-01-01"
        ),
        "one_day": lambda: usual(size, 3 * size, customer=f"line % {size}", day="0"),
        "few_customers": lambda: usual(size, 60 * size, customer=f"line % {size}"),
    }[case]()


def workspace(folder: Path, log: str, settings: str = "") -> Path:
    """A workspace with the log that a SELECT makes."""
    logs = folder / "data" / "database_samples"
    logs.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({log}) TO '{logs / 'log.csv'}' (HEADER)")
    (folder / "gosales.toml").write_text(SETTINGS + settings, encoding="utf-8")
    return folder


def measure(case: str, size: int, beside: int, settings: str) -> str:
    """Run the main job on a case in a process of its own; what came of it, in a line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = workspace(Path(folder) / "workspace", select(case, size, beside), settings)
        lines = sum(1 for _ in (place / "data" / "database_samples" / "log.csv").open("rb")) - 1
        command = [sys.executable, "-m", "gosales.cli", "score-all", "--workspace", str(place)]
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert child.stderr is not None
        said = child.stderr.read().decode("utf-8", "replace").strip()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
    code = child.returncode
    return (
        f"{case} {size:,}: {lines:,} lines, exit code {code}, {seconds:.0f} s "
        f"({used.ru_utime + used.ru_stime:.0f} s of processor), "
        f"{used.ru_maxrss / MB / 1000:.2f} GB" + (f"\n    {said[-1000:]}" if code else "")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(FULL_SIZE))
    parser.add_argument("--size", type=int, help="default: the full size of each")
    parser.add_argument("--beside", type=int, default=500, help="size of the usual market")
    parser.add_argument("--settings", nargs="*", default=[], help="more lines of gosales.toml")
    asked = parser.parse_args()
    for case in asked.cases or FULL_SIZE:
        size, settings = asked.size or FULL_SIZE[case], "\n".join(asked.settings)
        print(measure(case, size, asked.beside, settings), flush=True)


if __name__ == "__main__":
    main()
