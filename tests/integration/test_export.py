"""`gosales export` by the command line, on lists that were really made."""

import csv
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing

import openpyxl
import pytest

from gosales.export.target import PASSWORD

# openpyxl cannot read the data bars of Excel 2010.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def said(path):
    """All that a file says; a workbook unpacked."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    return path.read_bytes().decode("utf-8", errors="replace")


def manifest_of(place):
    folders = sorted((place.outputs / "runs").iterdir())
    return json.loads((folders[-1] / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("salesforce", ["salesforce_accounts.csv", "salesforce_opportunities.csv"]),
        ("hubspot", ["hubspot_companies.csv", "hubspot_deals.csv"]),
        (
            "dynamics",
            [
                "dynamics_accounts.csv",
                "dynamics_opportunities.csv",
                "dynamics_predictive_scores.csv",
            ],
        ),
    ],
)
def test_crm_files_hold_the_published_whitespace(scored, gosales, form, names):
    answer = gosales("export", scored, "--to", form)
    assert answer.code == 0, answer.err
    published = [row for row in scored.rows("whitespace.csv") if row["level"] == "division"]
    for name in names:
        found = rows(scored.outputs / "exports" / name)
        assert f"{name}: {len(found):,} rows" in answer.out
        assert len(found) in {len(published), len({row["customer_id"] for row in published})}


def test_what_dynamics_would_not_take_is_said(scored, gosales, monkeypatch):
    assert "Dynamics takes" not in gosales("export", scored, "--to", "dynamics").out
    monkeypatch.setattr("gosales.pipeline.export.DYNAMICS_ACCOUNT_NUMBER", 3)
    monkeypatch.setattr("gosales.pipeline.export.LARGEST_DYNAMICS_FILE", 100)
    said = gosales("export", scored, "--to", "dynamics").out
    assert "Account ids longer than the 3 characters" in said
    assert "dynamics_accounts.csv is larger than Dynamics takes at once" in said


def test_rows_that_somebody_works_on_already_are_counted(scored, gosales, monkeypatch):
    monkeypatch.setattr("gosales.export.pitches.OPEN", "")  # as if no remark meant just that
    answer = gosales("export", scored, "--to", "salesforce")
    published = [row for row in scored.rows("whitespace.csv") if row["level"] == "division"]
    assert f"being open ones already: {len(published):,}." in answer.out
    assert not rows(scored.outputs / "exports" / "salesforce_opportunities.csv")


def test_the_same_lists_give_the_same_bytes(scored, gosales):
    path = scored.outputs / "exports" / "salesforce_opportunities.csv"
    assert gosales("export", scored, "--to", "salesforce").code == 0
    first = path.read_bytes()
    assert gosales("export", scored, "--to", "salesforce").code == 0
    assert path.read_bytes() == first


def test_only_a_reps_best_rows(scored, gosales):
    answer = gosales("export", scored, "--to", "hubspot", "--rep", "Rep 1", "--rows", "3")
    assert answer.code == 0, answer.err
    assert len(rows(scored.outputs / "exports" / "hubspot_deals.csv")) == 3
    assert "lower-ranked rows are left out" in answer.out


def test_settings_name_the_headers(scored, gosales, tmp_path):
    settings = (scored.root / "gosales.toml").read_text(encoding="utf-8")
    path = tmp_path / "other.toml"
    path.write_text(settings + '[export.hubspot.deals]\naccount = "ERP"\n', encoding="utf-8")
    assert gosales("export", scored, "--to", "hubspot", "--config", str(path)).code == 0
    assert "ERP" in rows(scored.outputs / "exports" / "hubspot_deals.csv")[0]
    path.write_text(settings + '[export.hubspot.deals]\nacount = "ERP"\n', encoding="utf-8")
    answer = gosales("export", scored, "--to", "hubspot", "--config", str(path))
    assert answer.code == 1
    assert "did you mean account?" in answer.err


def test_a_workbook(scored, gosales):
    answer = gosales("export", scored, "--to", "xlsx")
    assert answer.code == 0, answer.err
    path = scored.outputs / "exports" / "call_lists.xlsx"
    assert "call_lists.xlsx: " in answer.out
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "All", "Rep 0", "Rep 1", "Rep 2", "Notes"]
    ranked = [row for row in scored.rows("whitespace.csv") if row["rep"] == "Rep 1"]
    first = [cell.value for cell in book["Rep 1"][2]]
    assert first[:3] == [ranked[0][key] for key in ("customer_name", "customer_id", "division")]
    assert first[4] == float(ranked[0]["icp_score"])


def test_a_page(scored, gosales):
    answer = gosales("export", scored, "--to", "html", "--rep", "Rep 2", "--division", "CAD")
    assert answer.code == 0, answer.err
    text = (scored.outputs / "exports" / "call_lists.html").read_text(encoding="utf-8")
    expected = {
        row["customer_id"]
        for row in scored.rows("whitespace.csv")
        if row["rep"] == "Rep 2" and row["division"] == "CAD"
    }
    assert expected
    assert set(re.findall(r"<small><bdi>(\d{4})</bdi></small>", text)) == expected
    assert "Rep 1" not in text


def test_a_call_plan_comes_first_and_its_control_group_stays_out(scored, gosales, tmp_path):
    place = type(scored)(shutil.copytree(scored.root, tmp_path / "workspace"))
    answer = gosales("plan", place, "--slots", "5", "--holdout", "30%", "--include", "lapsed")
    assert answer.code == 0, answer.err
    plan = rows(place.outputs / "plan" / "plan.csv")
    control = {row["customer_id"] for row in plan if row["group"] == "control"}
    treated = {
        (row["rep"], row["customer_id"], row["division"])
        for row in plan
        if row["group"] == "treated"
    }
    assert control
    assert treated
    answer = gosales("export", place, "--to", "xlsx")
    assert answer.code == 0, answer.err
    assert f"Accounts left out: {len(control):,}, the control group" in answer.out
    book = openpyxl.load_workbook(place.outputs / "exports" / "call_lists.xlsx")
    head, *cells = [[cell.value for cell in row] for row in book["All"].iter_rows()]
    found = [dict(zip(head, row, strict=True)) for row in cells]
    assert not control & {row["Account id"] for row in found}
    called = {(row["Rep"], row["Account id"], row["Pitch"]) for row in found if row["Call"]}
    assert called == treated


def test_a_database_file(scored, gosales, tmp_path):
    path = tmp_path / "lists.db"
    answer = gosales("export", scored, "--to", f"sqlite:///{path}")
    assert answer.code == 0, answer.err
    with closing(sqlite3.connect(path)) as connection:
        for table in ("icp_scores", "whitespace"):
            (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert count == len(scored.rows(f"{table}.csv"))


def test_lists_under_pseudonyms_name_nobody(scored, gosales, tmp_path):
    place = type(scored)(shutil.copytree(scored.root, tmp_path / "workspace"))
    shutil.rmtree(place.outputs / "exports", ignore_errors=True)  # of other tests, with names
    published = place.rows("whitespace.csv")
    people = {row["customer_name"] for row in place.rows("icp_scores.csv")}
    assert any(row["lookalike_owners"] for row in published)
    assert not [row for row in published if any(name in row["reasons"] for name in people)]
    path = place.outputs / "lists.db"
    for form in ("salesforce", "dynamics", "html", "xlsx", f"sqlite:///{path}"):
        answer = gosales("export", place, "--to", form, "--pseudonyms")
        assert answer.code == 0, answer.err
    folder = place.outputs / "exports"
    files = [*(folder / "pseudonymous").iterdir(), path]
    assert len(files) == 8
    assert [one for one in folder.iterdir() if one.is_file()] == []
    salt = json.loads((place.root / "data" / "pseudonyms.json").read_text("utf-8"))["salt"]
    for file in files:
        assert [name for name in people if name in said(file)] == [], file.name
        assert salt not in said(file)
    assert not re.search(
        r"\b00\d\d\b", (folder / "pseudonymous" / files[0].name).read_text("utf-8")
    )
    assert salt not in json.dumps(manifest_of(place))
    with closing(sqlite3.connect(path)) as connection:
        ids = {row[0] for row in connection.execute("SELECT customer_id FROM icp_scores")}
    assert len(ids) == len(people)
    assert all(re.fullmatch(r"C-[0-9a-f]{20}", one) for one in ids)

    assert gosales("forget", place, "0007", "--yes").code == 0
    left = [one for one in (folder / "pseudonymous").iterdir() if one.suffix == ".html"]
    assert left == []


@pytest.mark.postgres
def test_a_postgres_server_and_no_trace_of_its_password(scored, gosales, postgres, monkeypatch):
    monkeypatch.setenv(PASSWORD, postgres.password)
    answer = gosales("export", scored, "--to", postgres.url)
    assert answer.code == 0, answer.err
    assert manifest_of(scored)["to"] == postgres.url
    monkeypatch.setenv(PASSWORD, "not the s3cr3t")
    refused = gosales("export", scored, "--to", postgres.url)
    assert refused.code == 1
    assert "password authentication failed" in refused.err
    kept = [path.read_bytes() for path in (scored.outputs / "runs").rglob("*") if path.is_file()]
    for told in (answer.out, answer.err, refused.out, refused.err):
        assert "s3cr3t" not in told
    assert not [text for text in kept if b"s3cr3t" in text]


def test_before_any_run_there_is_nothing_to_export(place, gosales):
    answer = gosales("export", place, "--to", "salesforce")
    assert answer.code == 1
    assert "icp_scores.csv does not exist. Run `gosales score-all` first." in answer.err


@pytest.mark.parametrize(
    "wrong",
    [
        ("--to", "excel"),
        ("--to", "postgresql://me:s3cret@host/db"),
        ("--to", "sqlite:///x.db", "--rows", "3"),
        (),
    ],
)
def test_wrong_usage_is_exit_code_2(scored, gosales, wrong):
    answer = gosales("export", scored, *wrong)
    assert answer.code == 2
    assert "s3cret" not in answer.err


def test_an_unknown_form_is_told_which_are_known(scored, gosales):
    answer = gosales("export", scored, "--to", "excel")
    for form in ("salesforce", "hubspot", "dynamics", "xlsx", "html", "postgresql://"):
        assert form in answer.err


def test_an_unknown_rep_is_told_who_is_near(scored, gosales):
    answer = gosales("export", scored, "--to", "hubspot", "--rep", "rep 1")
    assert answer.code == 1
    assert "'Rep 1'" in answer.err
