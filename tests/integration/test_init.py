"""`gosales init` by the command line, and the proposal in use."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gosales.cli import gosales, main

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

LOG = "Invoice No;Invoice Date;Client Code;Article;Sales Value;Units\n" + "".join(
    f"R{n // 2};{n % 28 + 1}.{n % 12 + 1}.202{n % 3};K{n // 2 % 11};A{n % 6};{n},50;{n % 4 + 1}\n"
    for n in range(300)
)
PRODUCTS = "Article;Text;Division\n" + "".join(f"A{n};Ware {n};D{n % 2}\n" for n in range(6))


def run(*arguments):
    return CliRunner().invoke(gosales, [str(part) for part in arguments], catch_exceptions=False)


def settings_of(folder):
    return tomllib.loads((folder / "gosales.toml").read_text(encoding="utf-8"))


def test_init_then_build_star(tmp_path):
    log, items = tmp_path / "log.csv", tmp_path / "items.csv"
    log.write_text(LOG, encoding="utf-8")
    items.write_text(PRODUCTS, encoding="utf-8")
    folder = tmp_path / "ws"
    printed = run("init", log, items, "--workspace", folder, "--copy").output
    assert "Wrote" in printed
    assert "gosales check" in printed
    built = run("build-star", "--workspace", folder)
    assert "300 lines read from 1 files: 300 loaded, 0 rejected" in built.output
    assert "11 customers, 6 products, 2 divisions" in built.output


def test_a_dry_run_prints_a_usable_file(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(LOG, encoding="utf-8")
    printed = run("init", log, "--dry-run", "--workspace", tmp_path).output
    assert tomllib.loads(printed)["columns"]["customer"] == "Client Code"
    assert not (tmp_path / "gosales.toml").exists()


def test_errors_are_one_paragraph_and_exit_code_1(tmp_path, capsys):
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SystemExit) as stop:
        main(["init", str(tmp_path / "empty.csv"), "--workspace", str(tmp_path)])
    assert stop.value.code == 1
    assert "error: empty.csv holds no record" in capsys.readouterr().err


def test_without_files_those_of_the_workspace_are_looked_at(tmp_path):
    for folder, text in (("database_samples/log.csv", LOG), ("lookup/products.csv", PRODUCTS)):
        place = tmp_path / "data" / folder
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
    (tmp_path / "data" / "lookup" / "cells.csv").write_text("customer_id,division,status\n")
    given = run(
        "init",
        *tmp_path.rglob("log.csv"),
        *tmp_path.rglob("products.csv"),
        "--dry-run",
        "--workspace",
        tmp_path,
    )
    assert run("init", "--workspace", tmp_path, "--dry-run").output == given.output
    printed = run("init", "--workspace", tmp_path).output
    assert "Next: read" in printed
    assert run("build-star", "--workspace", tmp_path).exit_code == 0


def test_an_empty_workspace_says_where_the_logs_belong(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["init", "--workspace", str(tmp_path)])
    assert "database_samples" in capsys.readouterr().err


def real(*names):
    paths = [SHARED / name for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip(f"{SHARED} with the real logs is not on this machine")
    return paths


def test_adventureworks_is_proposed_as_in_the_example(tmp_path):
    files = real(
        "adventureworks_FactResellerSales.csv.gz",
        "adventureworks_Product.csv.gz",
        "adventureworks_Resellers.csv.gz",
    )
    run("init", *files, "--workspace", tmp_path, "--copy")
    ours, example = settings_of(tmp_path), settings_of(EXAMPLES / "adventureworks")
    assert ours["source"] == example["source"]
    assert ours["columns"] == example["columns"]
    for name in ("products", "customers"):
        assert ours["lookup"][name]["columns"] == example["lookup"][name]["columns"]
    constant = ours["lookup"]["customers"]["constant"]
    assert set(constant) == set(example["lookup"]["customers"]["constant"])


@pytest.mark.slow
def test_online_retail_is_proposed_as_in_the_example(tmp_path):
    files = real("online_retail_ii.csv.gz", "online_retail_ii_divisions.csv")
    printed = run("init", *files, "--workspace", tmp_path, "--dry-run").output
    ours, example = tomllib.loads(printed), settings_of(EXAMPLES / "online_retail_ii")
    assert ours["source"] == example["source"]
    assert ours["columns"] == example["columns"]
    assert ours["lookup"]["products"]["columns"] == example["lookup"]["products"]["columns"]
    theirs = {pattern.upper() for pattern in example["products"]["exclude_skus"]}
    excluded = set(ours["products"]["exclude_skus"])
    assert {"POST", "DOT", "M", "D", "C2", "BANK CHARGES", "ADJUST*", "AMAZONFEE"} <= excluded
    assert len(theirs - excluded) <= 3  # a series of codes whose names are those of products
