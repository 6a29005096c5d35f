"""How long each stage takes on a log of a given size, as a ratio to a bare limit beside it.

    python benchmarks/scale.py --lines 1e6
    python benchmarks/scale.py --lines 1e7 --shape wide --stages bare_load etl --repeat 3
    python benchmarks/scale.py --lines 1e7 --json figures.json
    python benchmarks/scale.py --lines 1e6 --at-most etl=15 features=25

Each stage runs in a process of its own, whose peak memory is taken. The bare limit of everything
but the training is DuckDB loading the same files into one typed table; that of the training is
LightGBM alone, one thread, on the same matrix. With --repeat, limit and stages take turns, and
medians are told. With --at-most it ends with exit code 1 when a stage takes more than so many times
its limit. docs/performance.md has the results.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sales_logs import Size, add_size, size_of, write_logs

STAGES = ("bare_load", "etl", "features", "all_features", "training", "score_all", "add_month")
HERE = Path(__file__).parent
SETTINGS = "gosales.toml"
MB = 1024 if sys.platform != "darwin" else 1024 * 1024


def make_workspace(folder: Path, logs: Path, size: Size, files: tuple[str, ...]) -> Path:
    """A workspace on links to the generated files, with the settings beside them."""
    target = folder / "data" / "database_samples"
    target.mkdir(parents=True)
    for name in files:
        os.link(logs / f"{name}.{size.form}", target / f"{name}.{size.form}")
    os.link(logs / SETTINGS, folder / SETTINGS)
    return folder


def run_stage(stage: str, workspace: Path, size: Size) -> dict[str, Any]:
    """Run a stage in a new process; adds its peak memory."""
    command = [sys.executable, str(HERE / "stages.py"), stage, str(workspace)]
    command.append(json.dumps(asdict(size)))
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{stage} failed: exit code {child.returncode}")
    told = json.loads(said.splitlines()[-1]) | {"peak_mb": used.ru_maxrss // MB}
    sys.stderr.write(f"{stage}: {told['seconds']:,.1f} s, {told['peak_mb']:,} MB\n")
    return told


def measure(folder: Path, size: Size, stages: list[str]) -> dict[str, Any]:
    """One round: every stage once, each from the files that it needs."""
    logs, both = folder / "logs", ("history", "month")
    told: dict[str, Any] = {}
    plain = make_workspace(folder / "plain", logs, size, both)
    for stage in (one for one in STAGES if one in stages):
        if stage == "score_all":
            whole = make_workspace(folder / "whole", logs, size, both)
            told[stage] = run_stage(stage, whole, size)
        elif stage == "add_month":
            told[stage] = _add_month(folder, size)
        else:
            told[stage] = run_stage(stage, plain, size)
    if {"score_all", "add_month"} <= told.keys():
        told["add_month"]["equal_results"] = _equal(folder / "whole", folder / "grown")
    for name in ("plain", "whole", "grown"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return told


def _add_month(folder: Path, size: Size) -> dict[str, Any]:
    """The main job on a workspace that ran it before the last month came."""
    grown = make_workspace(folder / "grown", folder / "logs", size, ("history",))
    run_stage("score_all", grown, size)
    name = f"month.{size.form}"
    os.link(folder / "logs" / name, grown / "data" / "database_samples" / name)
    return run_stage("score_all", grown, size)


def _equal(one: Path, other: Path) -> bool:
    """Whether two workspaces published the same lists, but for the run's name."""
    import pandas as pd

    for name in ("icp_scores", "whitespace"):
        tables = [
            pd.read_parquet(root / "outputs" / f"{name}.parquet").drop(columns="run_id")
            for root in (one, other)
        ]
        if not tables[0].equals(tables[1]):
            return False
    return True


def rows_of(rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Medians over the rounds; ratios are made within each round."""
    result = []
    for stage in rounds[0]:
        told = [one[stage] for one in rounds]
        row = {
            "stage": stage,
            "seconds": statistics.median(one["seconds"] for one in told),
            "peak_mb": max(one["peak_mb"] for one in told),
            "ratio": None,
            "to": "",
        }
        limits = [_limit(stage, one) for one in rounds]
        if all(limit for limit, _ in limits):
            pairs = zip(told, limits, strict=True)
            ratios = [one["seconds"] / limit for one, (limit, _) in pairs if limit]
            row |= {"ratio": round(statistics.median(ratios), 3), "to": limits[0][1]}
        result.append(row)
        if stage == "score_all":
            result.extend(_part_rows(told))
    return result


def _limit(stage: str, told: dict[str, Any]) -> tuple[float | None, str]:
    if stage == "training":
        return told[stage]["bare_seconds"], "bare LightGBM"
    if stage == "add_month":
        return told.get("score_all", {}).get("seconds"), "score_all"
    if stage != "bare_load" and "bare_load" in told:
        return told["bare_load"]["seconds"], "bare load"
    return None, ""


def _part_rows(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of the main job, by their names on the progress bar."""
    names = [part["part"] for part in told[0]["parts"]]
    return [
        {
            "stage": f"  {name}",
            "seconds": statistics.median(one["parts"][at]["seconds"] for one in told),
            "peak_mb": max(one["parts"][at]["peak_mb"] or 0 for one in told),
            "ratio": None,
            "to": "",
        }
        for at, name in enumerate(names)
    ]


def table(size: Size, rows: list[dict[str, Any]]) -> str:
    head = f"{size.lines:,} lines, {size.customers:,} customers, {size.shape} {size.form}"
    lines = [
        head,
        "",
        "| stage | seconds | peak MB | ratio | to |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        cells = row["stage"], f"{row['seconds']:.1f}", f"{row['peak_mb']:,}", ratio, row["to"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_size(parser)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--repeat", type=int, default=1, help="Rounds; medians are told.")
    parser.add_argument("--memory-gb", type=float, help="[limits] memory_gb of the main job.")
    parser.add_argument("--folder", type=Path, help="Where to work. Default: a temporary folder.")
    parser.add_argument("--json", type=Path, help="Write every figure here.")
    parser.add_argument(
        "--at-most",
        nargs="+",
        type=_bound,
        default=[],
        metavar="STAGE=RATIO",
        help="Measure these stages only, and fail when a ratio is above.",
    )
    given = parser.parse_args()
    bounds = dict(given.at_most)
    if bounds:
        given.stages = ["bare_load", *bounds]
    size = size_of(given)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="scale-") as scratch:
        logs = Path(scratch) / "logs"
        write_logs(logs, size)
        limits = f"[limits]\nmemory_gb = {given.memory_gb:g}\n" if given.memory_gb else ""
        (logs / SETTINGS).write_text(size.settings + limits, encoding="utf-8")
        rounds = [measure(Path(scratch), size, given.stages) for _ in range(given.repeat)]
    rows = rows_of(rounds)
    print(table(size, rows))
    for one in rounds:
        if "equal_results" in one.get("add_month", {}):
            print(f"\nadd_month gives the lists of score_all: {one['add_month']['equal_results']}")
    if given.json:
        told = {"size": asdict(size), "cores": os.cpu_count(), "rows": rows, "rounds": rounds}
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    slow = too_slow(rows, bounds)
    if slow:
        raise SystemExit("\n".join(slow))


def _bound(text: str) -> tuple[str, float]:
    stage, _, ratio = text.partition("=")
    if stage not in STAGES[1:]:
        raise argparse.ArgumentTypeError(f"{stage!r} is none of {', '.join(STAGES[1:])}")
    return stage, float(ratio)


def too_slow(rows: list[dict[str, Any]], bounds: dict[str, float]) -> list[str]:
    """A sentence for each stage whose ratio is above its bound."""
    return [
        f"{row['stage']} took {row['ratio']:.1f} times its limit ({row['to']}), "
        f"at most {bounds[row['stage']]:g} are allowed."
        for row in rows
        if row["stage"] in bounds and row["ratio"] > bounds[row["stage"]]
    ]


if __name__ == "__main__":
    main()
