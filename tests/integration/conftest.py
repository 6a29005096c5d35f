"""Small workspaces, and the command line run in this process."""

from __future__ import annotations

import csv
import datetime as dt
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from gosales.cli import main

HEADER = (
    "Customer",
    "Name",
    "Date",
    "Order",
    "Sku",
    "Division",
    "Units",
    "Amount",
    "Region",
    "Rep",
)
SETTINGS = """\
[source]
shape = "long"

[columns]
customer = "Customer"
customer_name = "Name"
date = "Date"
order = "Order"
sku = "Sku"
division = "Division"
quantity = "Units"
value = "Amount"
branch = "Region"
rep = "Rep"

[models]
snapshots = 2
rounds = 10
tracking = false
"""
FIRST_DAY = dt.date(2022, 1, 3)
DIVISIONS = ("Printers", "CAD", "Training")


@dataclass(frozen=True)
class Answer:
    """What a command said: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A workspace on disk."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "data" / "database_samples"

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    def write(self, rows, name="log.csv", header=HEADER, encoding="utf-8"):
        path = self.logs / name
        with path.open("w", newline="", encoding=encoding) as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(rows)
        return path

    def published(self) -> dict[str, bytes]:
        """The plain files that a user sees, by name; run ids cut out."""
        run = (self.outputs / "published.json").read_text(encoding="utf-8")
        ids = {line.split('"')[3] for line in run.splitlines() if line.count('"') == 4}
        files = {}
        for path in sorted(self.outputs.glob("*.csv")):
            content = path.read_bytes()
            for run_id in ids:
                content = content.replace(run_id.encode(), b"RUN")
            files[path.name] = content
        return files

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.outputs / name).open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))


def sales(customers=40, months=30, divisions=DIVISIONS, seed=3):
    """Log rows of a little market in which Training follows CAD."""
    chance = random.Random(seed)
    rows = []
    for number in range(customers):
        active = chance.uniform(0.1, 0.6)
        owned = {chance.choice(divisions)}
        for month in range(months):
            day = FIRST_DAY + dt.timedelta(days=30 * month + chance.randrange(25))
            if chance.random() > active:
                continue
            if chance.random() < 0.15:
                owned.add("Training" if "CAD" in owned else chance.choice(divisions))
            for division in sorted(owned & set(divisions) or {divisions[0]}):
                sku = f"{division[:3].upper()}-{chance.randrange(1, 6)}"
                name, rep = f"Customer {number:02d} Ltd", f"Rep {number % 3}"
                amount = f"{chance.uniform(20, 900):.2f}"
                order = f"O{number}-{month}"
                row = (f"{number:04d}", name, day, order, sku, division, 1, amount, "North", rep)
                rows.append(row)
    return rows


def workspace(root):
    place = Place(root)
    place.logs.mkdir(parents=True)
    (place.root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    return place


@pytest.fixture
def place(tmp_path):
    """An empty workspace with settings for the little market's long log."""
    return workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def scored(tmp_path_factory):
    """A workspace after the main job, for tests that leave its published lists as they are."""
    place = workspace(tmp_path_factory.mktemp("scored") / "workspace")
    place.write(sales())
    with pytest.raises(SystemExit) as end:
        main(["score-all", "--workspace", str(place.root)])
    assert not end.value.code
    return place


def copied(place, root):
    """The same workspace once more, at another place."""
    return Place(shutil.copytree(place.root, root / "workspace"))


@pytest.fixture
def scored_copy(scored, tmp_path):
    """A workspace after the main job, for tests that go on from there."""
    return copied(scored, tmp_path)


@pytest.fixture
def gosales(capsys):
    """Run the command line in this process: `gosales("score-all", place)`."""

    def run(command: str, place: Place, *more: str) -> Answer:
        code = 0
        try:
            main([command, "--workspace", str(place.root), *more])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run
