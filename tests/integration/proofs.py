"""A little market of two clocks, proved on one cutoff: what the tests of `gosales prove` share."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gosales.core.timeline import Cutoff
from gosales.evaluation.checks.check import FAILED, PASSED, Check
from gosales.pipeline.build import sources_of
from gosales.pipeline.prove_bench import Bench, open_bench
from gosales.pipeline.prove_judge import alone, overlap
from gosales.pipeline.prove_trial import Laboratory
from gosales.pipeline.session import Options, Session
from gosales.utils.paths import Workspace
from tests.integration.conftest import HEADER, SETTINGS, sales

CUTOFF, PLACEBO = Cutoff.parse("2023-12-31"), Cutoff.parse("2023-12-14")
CONSTANT = '[lookup.customers]\nconstant = ["trade"]\n'
TRADES = ("dental", "metal", "moulds")


@dataclass(frozen=True)
class Planted:
    """A leak, and the checks that must catch it.

    Attributes:
        caught_by: Check -> what it must name as the first thing that differs; "" for checks that
            compare no parts.
    """

    plant: Callable[[pytest.MonkeyPatch], None]
    caught_by: dict[str, str]

    @property
    def name(self) -> str:
        return self.plant.__name__.replace("_", " ")


def look(bench: Bench, check: str) -> Check:
    """Make one check by its name."""
    looks: dict[str, Callable[[Bench], Check]] = {
        "row_alone": lambda bench: alone(bench.base),
        "row_overlap": lambda bench: overlap(bench.base),
        "dated_attributes": Bench.attributes,
        "shuffled_labels": Bench.shuffled,
        "single_feature": Bench.single_feature,
        "judged_horizon_hidden": Bench.judged_hidden,
        "repeated_run": Bench.repeated,
        "placebo_cutoff": _against_an_odd_day,
    }
    return looks[check](bench) if check in looks else bench.changed(check)


def _against_an_odd_day(bench: Bench) -> Check:
    odd = open_bench(bench.lab, PLACEBO, lambda _: True)
    found = bench.against(odd)
    odd.close()
    return found


class Clean:
    """Checks on the engine as it is, each made once."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.made: dict[str, Check] = {}

    def check(self, name: str) -> Check:
        if name not in self.made:
            self.made[name] = look(self.bench, name)
        return self.made[name]


def assert_caught(leak: Planted, workspace: Workspace, scratch: Path, clean: Clean) -> None:
    """Each named check passes on the engine as it is, and fails on the engine with the leak."""
    for name in leak.caught_by:
        assert clean.check(name).result == PASSED, clean.check(name).told
    with pytest.MonkeyPatch.context() as patch:
        leak.plant(patch)
        bench = bench_of(workspace, scratch)
        found = {name: look(bench, name) for name in leak.caught_by}
        bench.close()
    for name, part in leak.caught_by.items():
        assert found[name].name == name
        assert found[name].result == FAILED, found[name].told
        assert found[name].evidence.get("differs", [""])[0] == part, found[name].told


def bench_of(workspace: Workspace, scratch: Path) -> Bench:
    """The workspace's bench at CUTOFF, in a folder of its own there, named as `scratch` is."""
    session = Session.open(workspace, Options())
    lab = Laboratory(session, sources_of(session), workspace.root / "outputs" / scratch.name / "it")
    return open_bench(lab, CUTOFF, lambda _: True)


def log_rows():
    """The little market with a posting day on every line, some of them weeks late."""
    chance = random.Random(8)
    for row in sales(customers=260, months=30, seed=11):
        late = chance.choice([0, 0, 0, 1, 2, 9, 40])
        yield (*row, row[2] + dt.timedelta(days=late))


def make_workspace(root: Path, constant: str = CONSTANT, status=None, months=6) -> Workspace:
    """A workspace with a long log of two clocks, and customers with a status of today.

    A horizon of fewer `months` leaves fewer cutoffs to learn from, which saves time.
    """
    rows = list(log_rows())
    people = sorted({row[0] for row in rows})
    status = status or {name: f"tier {number % 5}" for number, name in enumerate(people)}
    facts = ((name, TRADES[at % 3], status[name]) for at, name in enumerate(people))
    more = f'known_at = "Posted"\n\n[time]\nhorizon_months = {months}\n\n[models]'
    settings = SETTINGS.replace("[models]", more) + constant
    _write(root / "data" / "database_samples" / "log.csv", [(*HEADER, "Posted"), *rows])
    header = ("customer_id", "trade", "status_today")
    _write(root / "data" / "lookup" / "customers.csv", [header, *facts])
    (root / "gosales.toml").write_text(settings, encoding="utf-8")
    return Workspace(root)


def _write(path: Path, rows) -> None:
    path.parent.mkdir(parents=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


def divisions_of_the_horizon() -> dict[str, str]:
    """Customer -> the divisions that it will buy from for the first time after CUTOFF."""
    first: dict[tuple[str, str], dt.date] = {}
    for row in log_rows():
        cell = row[0], row[5]
        first[cell] = min(row[2], first.get(cell, row[2]))
    end = CUTOFF.plus_months(6)
    new = {cell for cell, day in first.items() if CUTOFF.date < day <= end}
    return {
        name: "+".join(sorted(d for c, d in new if c == name)) or "none"
        for name in {c for c, _ in first}
    }
