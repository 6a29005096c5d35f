"""Any file as text: packed, damaged, of odd encodings, and never more than the memory takes."""

import gzip
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.errors import SalesLogError
from gosales.etl import plain
from gosales.pipeline import raw_texts
from gosales.pipeline.raw_texts import LONGEST, texts_of

TEXT = "id,name\n0007,Ärmel Ltd\n0008,Bolt\n"


def zipped(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", TEXT)


def table(path):
    pq.write_table(pa.table({"id": ["0007", "0007"], "n": [8, None]}), path)


WAYS = {
    "log.csv": lambda path: path.write_bytes(TEXT.encode()),
    "wide.csv": lambda path: path.write_bytes(TEXT.encode("utf-16")),
    "unmarked.csv": lambda path: path.write_bytes(TEXT.encode("utf-16-le")),
    "odd.csv": lambda path: path.write_bytes(TEXT.encode("utf-16") + b"x"),
    "nul.csv": lambda path: path.write_bytes(TEXT.replace("0007", "00\x0007").encode()),
    "log.csv.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode())),
    "log.zip": zipped,
    "log.parquet": table,
}


@pytest.mark.parametrize("name", WAYS)
def test_whatever_it_is_packed_in(tmp_path, name):
    path = tmp_path / name
    WAYS[name](path)
    assert "0007" in "".join(texts_of(path))


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1000])
def test_no_piece_ends_within_a_line(tmp_path, monkeypatch, block):
    monkeypatch.setattr(raw_texts, "BLOCK", block)
    path = tmp_path / "log.csv"
    path.write_text(TEXT, encoding="utf-8")
    lines = [line for text in texts_of(path) for line in text.splitlines() if "0007" in line]
    assert "0007,Ärmel Ltd" in lines


def test_what_lies_on_the_edge_of_two_pieces_of_a_long_line_is_whole_in_one(tmp_path, monkeypatch):
    monkeypatch.setattr(raw_texts, "BLOCK", LONGEST)
    path = tmp_path / "page.html"
    path.write_text("x" * (LONGEST - 4) + "Bolt Ltd" + "x" * 9, encoding="utf-8")
    assert any("Bolt Ltd" in text for text in texts_of(path))


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(plain, "UNPACK_FREE_BYTES", 100_000)
    monkeypatch.setattr(raw_texts, "FREE_CELLS", 1000)


def gzip_bomb(path):
    path.write_bytes(gzip.compress(bytes(2_000_000)))


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in "abcd":
            packed.writestr(name, bytes(500_000))


def parquet_bomb(path):
    cells = pa.array(["x"] * 2_000_000).dictionary_encode()
    pq.write_table(pa.table({"a": cells}), path)


def cut_gzip(path):
    path.write_bytes(gzip.compress(TEXT.encode() * 100)[:-30])


def cut_zip(path):
    zipped(path)
    data = path.read_bytes()
    path.write_bytes(data[:40] + b"\xff\xff\xff" + data[43:])


def locked_zip(path):
    zipped(path)
    data = bytearray(path.read_bytes())
    data[6] |= 1  # in both headers: the file is said to be encrypted
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


def no_parquet(path):
    path.write_bytes(b"PAR1nothing")


ENDINGS = {gzip_bomb: ".gz", cut_gzip: ".gz", parquet_bomb: ".parquet", no_parquet: ".parquet"}


@pytest.mark.parametrize(
    "spoil", [gzip_bomb, zip_bomb, parquet_bomb, cut_gzip, cut_zip, locked_zip, no_parquet]
)
def test_what_cannot_be_read_is_one_message(tmp_path, small_limit, spoil):
    path = tmp_path / f"log{ENDINGS.get(spoil, '.zip')}"
    spoil(path)
    with pytest.raises(SalesLogError, match=path.name):
        list(texts_of(path))


def test_the_limit_is_for_all_files_of_a_zip_together(tmp_path, monkeypatch, small_limit):
    monkeypatch.setattr(plain, "MAX_UNPACK_RATIO", 1)
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in "abcd":
            packed.writestr(name, bytes(40_000))
    with pytest.raises(SalesLogError, match="unpacks to over"):
        list(texts_of(path))


def test_a_bomb_is_given_up_soon(tmp_path, small_limit, monkeypatch):
    """Not after all of it: that would be the memory, or the time, that it asks for."""
    monkeypatch.setattr(raw_texts, "BLOCK", 10_000)
    path = tmp_path / "log.gz"
    packer = zlib.compressobj(9, wbits=31)
    path.write_bytes(packer.compress(bytes(20_000_000)) + packer.flush())
    real, read = plain.refuse_bomb, []
    monkeypatch.setattr(
        raw_texts, "refuse_bomb", lambda size, *more: (read.append(size), real(size, *more))
    )
    with pytest.raises(SalesLogError):
        list(texts_of(path))
    assert max(read) < 5_000_000
