"""`gosales runs` by the command line, on runs that really ran."""

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
LOG = "Customer,Date,Sku,Division,Value\n" + "".join(
    f"C{n % 9},2023-{n % 12 + 1:02}-{n % 28 + 1:02},P{n % 4},East,{n + 1}.5\n" for n in range(60)
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = tmp_path_factory.mktemp("ws")
    (root / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    folder = root / "data" / "database_samples"
    folder.mkdir(parents=True)
    (folder / "log.csv").write_text(LOG, encoding="utf-8")
    run("build-star", "--workspace", root)
    return root


def run(*arguments):
    given = [str(part) for part in arguments]
    return CliRunner().invoke(gosales, given, catch_exceptions=False)


def test_list_and_show(workspace):
    lines = run("runs", "list", "--workspace", workspace).output.splitlines()
    assert len(lines) == 2
    assert "build-star" in lines[1]
    assert "current" in lines[1]
    shown = run("runs", "show", lines[1].split()[0], "--workspace", workspace).output
    for part in ("log.csv", "columns.customer", "lines_loaded", "60", "python", "seed"):
        assert part in shown


def test_an_unknown_run_is_exit_code_1(workspace, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["runs", "show", "../../../etc", "--workspace", str(workspace)])
    assert stop.value.code == 1
    assert "There is no run" in capsys.readouterr().err


def test_help_has_examples():
    for command in (["init"], ["check"], ["runs", "list"], ["runs", "show"]):
        assert "Example: gosales " in run(*command, "--help").output
