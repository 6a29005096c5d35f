"""`gosales prove`, from raw logs to the certificate and the exit code."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from gosales.core.columns import Scores
from tests.conftest import without_network
from tests.integration import planted
from tests.integration.conftest import sales

ONE = ("--cutoff", "2023-12-31")


def certificate(place):
    return json.loads((place.outputs / "leak_certificate.json").read_text(encoding="utf-8"))


def by_name(content):
    return {check["name"]: check for check in content["checks"]}


@pytest.mark.slow
def test_prove_publishes_a_certificate_that_says_what_could_not_be_checked(place, gosales):
    place.write(sales(customers=120))
    with without_network():
        answer = gosales("prove", place, *ONE)
    assert answer.code == 0, answer.err
    assert "No leak found at 2023-12-31" in answer.out
    content = certificate(place)
    checks = by_name(content)
    assert content["verdict"] == "no leak found"
    assert content["copies_exact"] == {"2023-12-31": True, "2023-12-14": True}
    assert set(content["input_hashes"]) == {"log.csv"}
    assert "run_id" not in json.dumps(content)
    assert checks["late_posted"]["result"] == "not applicable"
    assert "no known_at column" in checks["late_posted"]["told"]
    assert content["clocks"] == {"used": False, "why": checks["late_posted"]["told"]}
    for name in ("future_deleted", "future_scrambled", "future_extended", "labels_swapped"):
        evidence = checks[name]["evidence"]
        assert checks[name]["result"] == "passed"
        assert evidence["before"] == evidence["after"]
        assert evidence["future_before"] != evidence["future_after"]
    page = (place.outputs / "leak_certificate.html").read_text(encoding="utf-8")
    assert checks["future_deleted"]["evidence"]["past_before"][:16] in page
    assert "<script" not in page
    assert sorted(path.name for path in place.outputs.glob("runs/*/*")) == [
        "leak_certificate.html",
        "leak_certificate.json",
        "log.jsonl",
        "manifest.json",
    ]


@pytest.mark.slow
def test_a_leak_is_exit_code_1_and_the_certificate_is_published_all_the_same(
    place, gosales, monkeypatch
):
    place.write(sales(customers=60))
    planted.cutoff_off_by_one_day(monkeypatch)
    answer = gosales("prove", place, *ONE)
    assert answer.code == 1
    assert "future_" in answer.err
    assert "at cutoff 2023-12-31" in answer.err
    assert "Differs first in facts" in answer.err
    assert certificate(place)["verdict"] == "leak found"
    assert by_name(certificate(place))["future_extended"]["result"] == "failed"


@pytest.mark.parametrize(
    ("months", "more", "said"),
    [
        (30, ("--cutoff", "2031-01-01"), "does not leave lines on both sides"),
        (4, (), "less than the horizon of 6 months"),
    ],
)
def test_a_day_without_past_or_future_is_refused(place, gosales, months, more, said):
    place.write(sales(customers=20, months=months))
    answer = gosales("prove", place, *more)
    assert answer.code == 1
    assert said in answer.err
    assert not (place.outputs / "leak_certificate.json").exists()


def test_the_same_input_gives_the_same_bytes_in_everything_published(place, gosales):
    """Lists, twins, figures, catalog and models; only run ids and times may differ."""
    place.write(sales())
    first, second = (published(place, gosales) for _ in range(2))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert {"metrics.json", "icp_scores.parquet", "whitespace.csv"} <= first.keys()


def published(place, gosales):
    """File -> its bytes; a Parquet twin without the column that names the run."""
    assert gosales("score-all", place).code == 0
    run_id = json.loads((place.outputs / "published.json").read_text(encoding="utf-8"))["run_id"]
    found = {}
    for path in sorted(place.outputs.glob("*.*")):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            named = [name for name in table.column_names if name == Scores.RUN]
            found[path.name] = table.drop_columns(named).to_pylist()
        elif path.suffix in {".csv", ".txt", ".json"} and not path.name.startswith("."):
            found[path.name] = path.read_bytes().replace(run_id.encode(), b"RUN")
    for path in sorted((place.root / "models").rglob("*")):
        if path.is_file() and path.name != "MLmodel":  # it tells a time and an id
            name = path.relative_to(place.root).as_posix()
            found[name] = path.read_bytes().replace(run_id.encode(), b"RUN")
    return found
