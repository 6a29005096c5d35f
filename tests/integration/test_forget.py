"""A customer that is forgotten is nowhere any more, and does not come back."""

import csv
import gzip
import json
import re
import sys
import zipfile

import duckdb
import pyarrow.parquet as pq
import pytest

from gosales.cli import main
from gosales.core.errors import WorkspaceError
from gosales.etl import plain
from gosales.pipeline import forget as job
from gosales.pipeline.verify import verify_run
from gosales.utils.paths import Workspace
from tests.integration.conftest import SETTINGS, copied, sales, workspace

WHO, NAME = "0007", "Customer 07 Ltd"
BROKEN = (WHO, NAME, "2023-02-30", "O-x", "CAD-1", "CAD", 1, "10.00", "North", "Rep 1")
ROWS = [*sales(customers=20, months=24), BROKEN]
LOOKUP = "customer_id,industry\n0007,secret\n0008,steel\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A workspace after the main job, two exports and a plan; everything there mentions WHO."""
    place = workspace(tmp_path_factory.mktemp("known") / "workspace")
    place.write(ROWS)
    lookup = place.root / "data" / "lookup" / "customers.csv"
    lookup.parent.mkdir()
    lookup.write_text(LOOKUP, encoding="utf-8")
    (place.root / "gosales.toml").write_text(
        SETTINGS + '\n[lookup.customers]\nconstant = ["industry"]\n', encoding="utf-8"
    )
    steps = ("score-all", "plan --slots 30", "export --to html", "export --to xlsx")
    for step in steps:
        with pytest.raises(SystemExit) as end:
            main([*step.split(), "--workspace", str(place.root)])
        assert not end.value.code, step
    diff = place.outputs / "diffs" / "one_two" / "diff.csv"
    diff.parent.mkdir(parents=True)
    diff.write_text(f"customer_id,customer_name,why\n{WHO},{NAME},Up.\n", encoding="utf-8")
    return place


@pytest.fixture
def known(whole, tmp_path):
    return copied(whole, tmp_path)


def texts(place):
    """Every file that is not the user's own, as text, by its path; tables unpacked."""
    found = {}
    for path in sorted(place.root.rglob("*")):
        inside = path.relative_to(place.root)
        if not path.is_file() or inside.parts[:2] in (
            ("data", "database_samples"),
            ("data", "lookup"),
        ):
            continue
        if path.suffix == ".parquet":
            rows = pq.read_table(path).to_pylist()  # numbers apart: 0.0007 is nobody's id
            found[inside.as_posix()] = str(
                [[str(x) for x in row.values() if not isinstance(x, float)] for row in rows]
            ).replace("'", "")
        elif path.suffix == ".duckdb":
            connection = duckdb.connect(str(path), read_only=True)
            tables = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
            rows = [connection.execute(f'FROM "{name}"').fetchall() for name in tables]
            connection.close()
            found[inside.as_posix()] = str(rows) + path.read_bytes().decode("latin-1")
        elif path.suffix == ".gz":
            found[inside.as_posix()] = gzip.decompress(path.read_bytes()).decode("latin-1")
        else:
            found[inside.as_posix()] = path.read_bytes().decode("utf-8", errors="replace")
    return found


def holding(place, *words):
    """The files that hold one of `words`; digits within a longer number are no word."""
    found = re.compile("|".join(rf"(?<![\w.]){re.escape(word)}" for word in words))
    return {name for name, text in texts(place).items() if found.search(text)}


def test_nothing_holds_the_customer_any_more(known, gosales):
    before = holding(known, NAME, f"{WHO},", "secret")
    assert {"outputs/icp_scores.csv", "outputs/whitespace.csv", "outputs/plan/plan.csv"} <= before
    assert any(name.endswith(".duckdb") for name in before)
    rows = len(known.rows("icp_scores.csv"))
    answer = gosales("forget", known, WHO, "--yes")
    assert answer.code == 0, answer.err
    assert holding(known, NAME, f"{WHO},", "secret") == set()
    left = known.rows("icp_scores.csv")
    assert len(left) == rows - 3
    assert not list((known.outputs / "exports").glob("*.html"))
    assert "data/database_samples/log.csv" in answer.out
    assert "data/lookup/customers.csv" in answer.out
    assert "Ranks and percentiles of the others stay as they are" in answer.out


def test_one_that_only_earlier_runs_know(known, gosales):
    """Somebody took it out of the raw logs and of the star first."""
    known.write([row for row in ROWS if row[0] != WHO])
    (known.root / "data" / "lookup" / "customers.csv").unlink()
    assert gosales("build-star", known).code == 0
    assert {name for name in holding(known, NAME) if "outputs/runs/" in name}
    answer = gosales("forget", known, WHO, "--yes")
    assert answer.code == 0, answer.err
    assert holding(known, NAME, f"{WHO},", "secret") == set()


def test_others_keep_every_figure(known, gosales):
    before = [row for row in known.rows("icp_scores.csv") if row["customer_id"] != WHO]
    assert gosales("forget", known, WHO, "--yes").code == 0
    assert known.rows("icp_scores.csv") == before
    twin = pq.read_table(known.outputs / "icp_scores.parquet")
    assert twin.num_rows == len(before)


def test_the_customer_does_not_come_back(known, gosales):
    assert gosales("forget", known, WHO, "--yes").code == 0
    answer = gosales("score-all", known)
    assert answer.code == 0, answer.err
    assert holding(known, NAME, f"{WHO},", "secret") == set()
    quality = json.loads((known.outputs / "data_quality.json").read_text("utf-8"))
    lines = sum(row[0] == WHO for row in ROWS)
    assert quality["lines_rejected"]["forgotten"] == lines
    assert quality["lines_read"] == quality["lines_loaded"] + sum(
        quality["lines_rejected"].values()
    )
    with (known.outputs / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["text"] for row in csv.DictReader(stream)} == {""}


def test_the_record_names_nobody_and_the_run_says_that_somebody_was_removed(known, gosales):
    run = json.loads((known.outputs / "published.json").read_text("utf-8"))["parts"]["lists"]
    assert gosales("forget", known, WHO, "--yes").code == 0
    text = (known.root / "data" / "forgotten.json").read_text("utf-8")
    record = json.loads(text)
    assert WHO not in [one["customer"] for one in record["customers"]]
    assert NAME not in text
    (one,) = record["customers"]
    assert one["state"] == "done"
    assert "outputs/runs/" in str(one["times"][0]["rewritten"])
    if sys.platform != "win32":  # its salt would let anyone on the machine try ids
        assert (known.root / "data" / "forgotten.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(WorkspaceError, match="A customer was removed"):
        verify_run(Workspace(known.root), run)


def test_a_dry_run_changes_nothing(known, gosales):
    before = texts(known)
    answer = gosales("forget", known, WHO)
    assert answer.code == 0
    assert "Nothing was changed" in answer.out
    assert texts(known) == before
    assert gosales("forget", known, WHO, "--dry-run").code == 0
    assert gosales("forget", known, WHO, "--dry-run", "--yes").code == 2


def test_nobody_of_that_id(known, gosales):
    answer = gosales("forget", known, "9999", "--yes")
    assert answer.code == 1
    assert "mind leading zeros" in answer.err
    assert not (known.root / "data" / "forgotten.json").exists()


@pytest.mark.parametrize("customer", ["", "  ", "\0", "\udcff"])
def test_what_is_no_id_is_refused(known, gosales, customer):
    before = texts(known)
    answer = gosales("forget", known, customer, "--yes")
    assert answer.code == 1
    assert "is no customer's id" in answer.err
    assert texts(known) == before


def test_what_broke_off_is_finished_by_asking_again(known, gosales, monkeypatch):
    def breaks(*_given, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(job, "_clean_star", breaks)
        with pytest.raises(KeyboardInterrupt):
            job.forget(Workspace(known.root), WHO, dry=False)
    path = known.root / "data" / "forgotten.json"
    record = json.loads(path.read_text("utf-8"))
    assert [one["state"] for one in record["customers"]] == ["begun"]
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600
    assert gosales("forget", known, WHO, "--yes").code == 0
    assert holding(known, NAME, f"{WHO},", "secret") == set()


def test_a_broken_list_of_the_forgotten_stops_the_load(known, gosales):
    (known.root / "data" / "forgotten.json").write_text("{", encoding="utf-8")
    answer = gosales("score-all", known)
    assert answer.code == 1
    assert "would come back" in answer.err


def test_what_the_command_does_not_reach_is_told(known, gosales, tmp_path, monkeypatch):
    """A database that was exported to, and files of the user that nobody can look through."""
    monkeypatch.setattr(plain, "UNPACK_FREE_BYTES", 100_000)
    database = f"sqlite:///{(tmp_path / 'lists.db').as_posix()}"
    assert gosales("export", known, "--to", database).code == 0
    with zipfile.ZipFile(known.logs / "old.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("log.csv", bytes(5_000_000))
    answer = gosales("forget", known, WHO, "--yes")
    assert answer.code == 0, answer.err
    assert f"  {database}" in answer.out
    assert "could not be looked through" in answer.out
    assert "  data/database_samples/old.zip" in answer.out
    assert holding(known, NAME, f"{WHO},") == set()


def test_files_of_pitches_that_still_name_the_customer_bring_it_back_into_no_plan(known, gosales):
    """Not even into a warning of ids that the log does not have."""
    assert gosales("forget", known, WHO, "--yes").code == 0
    lookup = known.root / "data" / "lookup"
    (lookup / "pitches.csv").write_text(f"customer_id,date\n{WHO},2023-01-02\n", encoding="utf-8")
    (lookup / "feedback.csv").write_text(
        f"customer_id,division,outcome,date\n{WHO},CAD,accepted,2023-01-02\n", encoding="utf-8"
    )
    answer = gosales("plan", known, "--slots", "3")
    assert answer.code == 0, answer.err
    assert WHO not in answer.out + answer.err
    assert holding(known, WHO) == set()
