"""`gosales check`: a report in its own run folder, nothing published."""

import json

import pytest
from click.testing import CliRunner

from gosales.cli import gosales, main

SETTINGS = """
[source]
shape = "long"
[columns]
customer = "Customer"
date = "Date"
sku = "Sku"
division = "Division"
value = "Value"
"""


def rows(division):
    lines = (
        f"C{n % 9},2023-{n % 12 + 1:02}-{n % 28 + 1:02},P{n % 4},{division},{n + 1}.5"
        for n in range(120)
    )
    return "Customer,Date,Sku,Division,Value\n" + "\n".join(lines) + "\n"


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    folder = tmp_path / "data" / "database_samples"
    folder.mkdir(parents=True)
    (folder / "log.csv").write_text(rows("East"), encoding="utf-8")
    return tmp_path


def run(*arguments):
    given = [str(part) for part in arguments]
    return CliRunner().invoke(gosales, given, catch_exceptions=False)


def exit_code(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(part) for part in arguments])
    return stop.value.code


def test_the_report_is_printed_and_kept_and_nothing_published(workspace):
    done = run("check", "--workspace", workspace)
    assert done.exit_code == 0
    assert "120 lines read" in done.output
    (folder,) = (workspace / "outputs" / "runs").iterdir()
    assert str(folder / "data_quality.json") in done.output
    report = json.loads((folder / "data_quality.json").read_text(encoding="utf-8"))
    assert report["lines_loaded"] == 120
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "data_quality.json",
        "data_quality.txt",
        "rejects.csv",
        "log.jsonl",
        "manifest.json",
    }
    shown = (path.name for path in (workspace / "outputs").iterdir())
    assert [name for name in shown if not name.startswith(".")] == ["runs"]
    assert not (workspace / "data" / "star").exists()


def test_what_is_published_stays(workspace):
    run("build-star", "--workspace", workspace)
    before = (workspace / "outputs" / "published.json").read_bytes()
    run("check", "--workspace", workspace)
    assert (workspace / "outputs" / "published.json").read_bytes() == before
    listed = run("runs", "list", "--workspace", workspace).output.splitlines()
    assert "check" in listed[1]
    assert "current" in listed[2]


def test_a_blocker_is_exit_code_1_after_the_report(workspace, capsys):
    log = workspace / "data" / "database_samples" / "log.csv"
    log.write_text(rows(""), encoding="utf-8")  # no division at all
    assert exit_code("check", "--workspace", workspace) == 1
    told = capsys.readouterr()
    assert "Blockers" in told.out
    assert "error: 1 blocker(s):" in told.err


def test_no_line_at_all_is_exit_code_1(workspace, capsys):
    log = workspace / "data" / "database_samples" / "log.csv"
    log.write_text(rows("East").replace("2023-", "soon-"), encoding="utf-8")
    assert exit_code("check", "--workspace", workspace) == 1
    assert "error: " in capsys.readouterr().err


def test_strict_makes_warnings_errors(workspace, capsys):
    log = workspace / "data" / "database_samples" / "log.csv"
    log.write_text(rows("East") + ",2023-01-01,P1,East,5\n", encoding="utf-8")
    assert run("check", "--workspace", workspace).exit_code == 0
    assert exit_code("check", "--strict", "--workspace", workspace) == 1
    assert "warning(s) with --strict" in capsys.readouterr().err
