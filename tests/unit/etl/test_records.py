import gzip
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.errors import SalesLogError
from gosales.etl import plain, records, scan
from gosales.etl.files import RawFile
from gosales.etl.records import Records, read_records
from gosales.etl.settings import SourceSettings


@pytest.fixture
def read(tmp_path):
    """Read a file's bytes: {record: fields}, and the Records."""

    def run(content: bytes, name: str = "odd [1]*.csv", **settings) -> tuple[dict, Records]:
        path = tmp_path / name
        path.write_bytes(content)
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        target = tmp_path / "it's.parquet"
        connection = duckdb.connect()
        found = read_records(
            connection, RawFile(path, name, ""), target, scratch, SourceSettings(**settings)
        )
        query = found.numbered(", ".join(found.columns) or "1")
        rows = connection.execute(f"{query} ORDER BY record").fetchall()
        return {row[0]: row[1:] for row in rows}, found

    return run


def test_records_are_numbered_past_blank_lines(read):
    rows, found = read(b"a,b\n1,2\n\n\n3,4\n\r\n5,6\n\n")
    assert rows == {1: ("1", "2"), 4: ("3", "4"), 6: ("5", "6")}
    assert (found.count, found.blank) == (7, 4)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_folder_that_is_called_like_a_column_is_none(read, tmp_path, ending):
    """DuckDB would take `c0=9` for a partition, and its value for that of every row."""
    path = tmp_path / "c0=9" / "more=1" / f"log.{ending}"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"c0": ["1"], "b": ["2"]}), path)
    if ending == "csv":
        path.write_text("c0,b\n1,2\n", encoding="utf-8")
    rows, found = read(path.read_bytes(), f"c0=9/more=1/{path.name}")
    assert (rows, found.header) == ({1: ("1", "2")}, ("c0", "b"))


def test_plain_text_that_is_called_packed_is_read_as_it_is(read):
    assert read(b"a,b\n1,2\n", name="log.csv.gz")[0] == {1: ("1", "2")}


def test_a_file_without_a_header_is_named_as_the_user_knows_it(read):
    with pytest.raises(SalesLogError, match=r"customers\.csv does not start"):
        read(b"a\0b\rc,\xff\n" * 3, name="customers.csv")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_wildcards_in_a_name_lead_to_no_other_file(read, tmp_path, ending):
    """DuckDB would take them as a pattern, and read the files that fit it instead."""
    for name, cell in {"odd 1x": "another's", "odd [1]*": "2"}.items():
        path = tmp_path / f"{name}.{ending}"
        pq.write_table(pa.table({"a": ["1"], "b": [cell]}), path)
        if ending == "csv":
            path.write_text(f"a,b\n1,{cell}\n", encoding="utf-8")
    assert read(path.read_bytes(), path.name)[0] == {1: ("1", "2")}


def test_quoted_line_breaks_belong_to_their_record(read):
    rows, found = read(b'a,b\n1,"x\n\ny"\n\n2,"say ""hi"""\n')
    assert rows == {1: ("1", "x\n\ny"), 3: ("2", 'say "hi"')}
    assert found.count == 3


@pytest.mark.parametrize(
    "text", [b"a,b\r\n1,2\r\n3,4\r\n", b"a,b\r1,2\r3,4\r", b"a,b\r\n1,2\n3,4", b"a,b\n1,2,\n3,4,\n"]
)
def test_line_ends_of_all_kinds(read, text):
    assert read(text)[0] == {1: ("1", "2"), 2: ("3", "4")}


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        (b"a;b\n1;2\n", ";"),
        (b"a\tb\n1\t2\n", "\t"),
        (b"a|b\n1|2\n", "|"),
        (b"sep=;\na;b\n1;2\n", ";"),
    ],
)
def test_delimiters_are_found(read, text, delimiter):
    rows, found = read(text)
    assert (rows, found.delimiter) == ({1: ("1", "2")}, delimiter)


def test_blank_lines_above_the_header_do_not_count(read):
    assert read(b"\n\na,b\n1,2\n")[0] == {1: ("1", "2")}


@pytest.mark.parametrize(
    ("encode", "told"),
    [
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: text.encode("cp1252"), "cp1252"),
        (lambda text: text.encode("utf-16"), "utf-16-le"),
        (lambda text: text.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encodings(read, encode, told):
    rows, found = read(encode("a,b\n1,Müller – Söhne\n"))
    assert rows == {1: ("1", "Müller – Söhne")}
    assert (found.header, found.encoding) == (("a", "b"), told)


TITLES = 'Wolfe, Inc.\n\n"Sales by\ncustomer"\nFrom,2024-01-01\n'


def test_titles_above_the_header_are_skipped_and_told(read):
    rows, found = read((TITLES + "a,b,c,d,e\n1,2,3,4,5\n5,6,7,8,9\n").encode())
    assert rows == {1: ("1", "2", "3", "4", "5"), 2: ("5", "6", "7", "8", "9")}
    assert found.header == ("a", "b", "c", "d", "e")
    assert [note.code for note in found.notes] == ["titles_skipped"]
    assert '"Wolfe, Inc."' in found.notes[0].message


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ('"a\nday",b,c,d\n1,2,3,4\n', ("a\nday", "b", "c", "d")),
        ("a,b,,\n1,2,3,4\n1,2,3,4\n", ("a", "b", "", "")),
        ("a;b\n1,5;2,5\n1,5;2,5\n", ("a", "b")),
        ("a,b,c\n1,,\n2,,\n", ("a", "b", "c")),
    ],
)
def test_a_header_is_no_title(read, text, header):
    found = read(text.encode())[1]
    assert (found.header, found.notes) == (header, ())


def test_one_odd_line_does_not_change_how_others_are_read(read):
    rows, found = read("a,b\n1,é\n".encode() + "2,é\n".encode("cp1252") + b"3,\x81\n")
    assert rows == {1: ("1", "é"), 2: ("2", "é"), 3: ("3", "\x81")}
    assert [note.code for note in found.notes] == ["not_utf8"]


def test_an_encoding_by_settings(read):
    assert read("a,b\n1,ж\n".encode("cp1251"), encoding="cp1251")[0] == {1: ("1", "ж")}
    with pytest.raises(SalesLogError, match="not an encoding"):
        read(b"a,b\n", encoding="klingon")


def test_zero_bytes_are_dropped(read):
    assert read(b"a,b\n1,x\x00y\n")[0] == {1: ("1", "xy")}


def test_ragged_records_keep_their_text_and_place(read):
    rows, _ = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4,5\n7,8,9\n")
    assert rows[1] == ("1", "2", "3")
    assert rows[2] == ("1,2", None, None)
    assert rows[3] == ("1,2,3,4,5", None, None)
    assert rows[4] == ("7", "8", "9")


def test_a_quote_that_never_closes_costs_its_line_only(read):
    rows, _ = read(b'a,b,c\n1,"oops,3\n4,"fine, too",6\n7,8,9\n')
    assert rows == {
        1: ('1,"oops,3', None, None),
        2: ("4", "fine, too", "6"),
        3: ("7", "8", "9"),
    }


def test_a_file_cut_inside_a_quoted_field_keeps_its_whole_lines(read):
    rows, _ = read(b'a,b,c\n1,"x, y",3\n4,"cut he')
    assert rows == {1: ("1", "x, y", "3"), 2: ('4,"cut he', None, None)}


def test_inch_marks_and_spaces_before_quotes(read):
    rows, _ = read(b'a,b,c\n1,5" pipe,3\n2, "x,y",3\n3,x\ry,3\n')
    assert [row[1] for row in rows.values()] == ['5" pipe', "x,y", "x y"]


def test_a_long_field(read):
    text = b"x" * 3_000_000
    assert read(b"a,b\n1," + text + b"\n")[0] == {1: ("1", text.decode())}


def test_blocks_do_not_matter(read, monkeypatch):
    monkeypatch.setattr(scan, "BLOCK", 7)
    monkeypatch.setattr(plain, "BLOCK", 5)
    rows, found = read(b'a,b\n1,"x\ny, ""z"""\n\n22222222222,3\n\n4,"5"')
    assert rows == {1: ("1", 'x\ny, "z"'), 3: ("22222222222", "3"), 5: ("4", "5")}
    assert found.count == 5


def test_a_packed_file_that_breaks_off(read):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(9000)))
    rows, found = read(whole[: len(whole) // 2], "log.csv.gz")
    assert 1000 < len(rows) < 9000
    assert all(row == (str(n - 1), str((n - 1) * 7919)) for n, row in list(rows.items())[:-1])
    assert [note.code for note in found.notes] == ["file_truncated"]


def test_a_gzip_bomb_is_refused(read, monkeypatch):
    monkeypatch.setattr(plain, "UNPACK_FREE_BYTES", 1000)
    with pytest.raises(SalesLogError, match="no sales log"):
        read(gzip.compress(b"a,b\n" + b"\n" * 3_000_000), "log.csv.gz")


def test_a_parquet_bomb_is_refused(read, tmp_path, monkeypatch):
    """A run of equal values takes a few bytes, however long it is."""
    monkeypatch.setattr(records, "FREE_CELLS", 1000)
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": pa.array([1] * 2_000_000, pa.int8())}), path)
    with pytest.raises(SalesLogError, match=r"claims to hold 2,000,000 rows"):
        read(path.read_bytes(), "log.parquet")


@pytest.mark.parametrize("name", ["log.csv", "log.parquet"])
def test_too_many_columns_are_refused(read, tmp_path, monkeypatch, name):
    """What is planned for each of them takes memory that no budget counts."""
    monkeypatch.setattr(records, "MOST_COLUMNS", 3)
    table = pa.table({letter: ["1"] for letter in "abcd"})
    pq.write_table(table, tmp_path / "t.parquet")
    content = b"a,b,c,d\n1,2,3,4\n" if name == "log.csv" else (tmp_path / "t.parquet").read_bytes()
    with pytest.raises(SalesLogError, match="has 4 columns; at most 3"):
        read(content, name)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_files_have_no_records(read, content):
    rows, found = read(content)
    assert (rows, found.count, found.header) == ({}, 0, ())


def test_what_was_packed_twice_is_refused(read):
    with pytest.raises(SalesLogError, match=r"log.csv.gz is packed twice, not text"):
        read(gzip.compress(gzip.compress(b"a,b\n1,2\n")), "log.csv.gz")


def test_other_kinds_are_refused(read):
    with pytest.raises(SalesLogError, match="Excel"):
        read(b"PK\x03\x04rest")
    with pytest.raises(SalesLogError, match="Parquet"):
        read(b"no parquet", "log.parquet")


def test_parquet_becomes_the_same_text(read, tmp_path):
    path = Path(tmp_path / "t.parquet")
    pq.write_table(pa.table({"id": [1042.0, None], "weird \" name'": ["x", "y"]}), path)
    rows, found = read(path.read_bytes(), "log.parquet")
    assert rows == {1: ("1042.0", "x"), 2: ("", "y")}
    assert found.header == ("id", "weird \" name'")
