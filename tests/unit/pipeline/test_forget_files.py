"""A customer taken out of published tables: the cells that stay are as safe as they were."""

import csv
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.person import Person
from gosales.pipeline.forget_files import clean_file, drop_file, names_in_list

WHO = Person("0007", ("Acme",))


@pytest.fixture
def clean(tmp_path):
    """The rows of a table without the person."""

    def run(text, name="whitespace.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert clean_file(path, WHO, dry=False)
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))[1:]

    return run


def test_what_is_left_of_the_look_alikes_runs_as_no_formula(clean):
    text = "customer_id,lookalike_owners\n0001,Acme; =1+1\n0002,'=1+1; Acme\n0007,Bolt\n"
    assert clean(text) == [["0001", "'=1+1"], ["0002", "'=1+1"]]


def test_longer_ids_stay(clean):
    text = "customer_id,division\n0007,CAD\n00070,CAD\n"
    assert clean(text) == [["00070", "CAD"]]


def test_rejected_lines_lose_their_text(clean):
    text = 'customer_id,text\n,"0007,Acme,x"\n,"0008,Bolt"\n'
    assert clean(text, "rejects.csv") == [["", ""], ["", "0008,Bolt"]]


def test_a_folder_above_may_be_called_exports(tmp_path):
    path = tmp_path / "exports" / "outputs" / "icp_scores.csv"
    path.parent.mkdir(parents=True)
    path.write_text("customer_id,division\n0007,CAD\n0008,CAD\n", encoding="utf-8")
    assert clean_file(path, WHO, dry=False)
    assert path.read_text(encoding="utf-8") == "customer_id,division\n0008,CAD\n"


def test_a_list_without_rows_has_ids_of_no_type(tmp_path):
    pd.DataFrame({"customer_id": [], "why": []}, dtype=object).to_parquet(tmp_path / "diff.parquet")
    assert pq.read_schema(tmp_path / "diff.parquet").field("customer_id").type == pa.null()
    assert not clean_file(tmp_path / "diff.parquet", WHO, dry=False)
    assert names_in_list(tmp_path / "diff.parquet", "0007") is None


def test_rows_of_nobody_stay(tmp_path):
    path = tmp_path / "list.parquet"
    pq.write_table(
        pa.table({"customer_id": ["0007", None], "customer_name": ["Acme", "Bolt"]}), path
    )
    assert names_in_list(path, "0007") == {"Acme"}
    assert clean_file(path, WHO, dry=False)
    assert pq.read_table(path).column("customer_name").to_pylist() == ["Bolt"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("icp_scores.csv", "customer_id\n0007\nM\xfcller\n".encode("latin-1")),
        ("icp_scores.csv", b"customer_id,division\n0008,CAD,0007\n"),
        ("plan.json", b'{"customer_id": "0007", '),
        ("icp_scores.parquet", b"PAR1 cut short"),
        ("lists.duckdb", b"\0" * 8 + b"DUCK" + bytes(50)),
    ],
)
def test_what_was_cut_short_or_saved_otherwise_goes(tmp_path, name, content):
    """It holds the customer, or nobody can tell."""
    path = tmp_path / name
    path.write_bytes(content)
    assert clean_file(path, WHO, dry=True)
    assert path.exists()
    assert clean_file(path, WHO, dry=False)
    assert not path.exists()


def test_a_log_that_ends_in_half_a_line(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"error": "x"}\n{"error": "no Acme"}\n{"event": "Acm', encoding="utf-8")
    assert clean_file(path, WHO, dry=False)
    text = path.read_text(encoding="utf-8")
    assert text == '{"error": "x"}\n{"error": "no (forgotten)"}\n{"event": "Acm\n'


def test_long_texts_of_rejected_lines(tmp_path):
    path, long = tmp_path / "rejects.csv", "y" * 200_000
    path.write_text(f'customer_id,text\n,"0007,Acme,x"\n,{long}\n', encoding="utf-8")
    assert clean_file(path, WHO, dry=False)
    assert path.read_text(encoding="utf-8").splitlines()[1:] == [",", f",{long}"]


def test_one_who_is_called_like_a_division_or_a_word_of_ours_takes_none_with_it(tmp_path):
    path, person = tmp_path / "icp_scores.csv", Person("0007", ("CAD", "pooled", "buyer"))
    rows = "customer_id,division,model,reasons\n0008,CAD,pooled,Like CAD; buyers\n"
    path.write_text(rows, encoding="utf-8")
    assert clean_file(path, person, dry=False)
    assert path.read_text(encoding="utf-8").splitlines()[1] == (
        "0008,CAD,pooled,Like (forgotten); buyers"
    )
    path = tmp_path / "metrics.json"
    content = {"populations": {"CAD": {"buyers": 3, "division": "CAD"}}, "0007": {"n": 1}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert not clean_file(path, person, dry=False)


def test_names_as_a_page_and_a_table_write_them(tmp_path):
    person = Person("0007", ('Smith & "Sons"',))
    page = tmp_path / "calls.html"
    page.write_text("<td>Smith &amp; &quot;Sons&quot;</td>", encoding="utf-8")
    assert drop_file(page, person, dry=False)
    path = tmp_path / "whitespace.csv"
    path.write_text(
        'customer_id,lookalike_owners\n0008,"Bolt; Smith & ""Sons"""\n', encoding="utf-8"
    )
    assert clean_file(path, person, dry=False)
    assert path.read_text(encoding="utf-8").splitlines()[1] == "0008,Bolt"


def test_messages_show_an_id_in_quotes():
    assert WHO.scrubbed({"error": "customer '0007' of 0007 lines"}) == {
        "error": "customer (forgotten) of 0007 lines"
    }
    assert WHO.scrubbed({"example": {"customer_id": "0007"}, "rest": 1}) == {"rest": 1}
