"""A second run reads only what changed, and gives the same star."""

import pytest

from gosales.core.errors import MissingArtifact, SalesLogError
from gosales.etl import staging
from gosales.etl.build_star import open_star
from gosales.etl.settings import ProductSettings

TABLES = ("fact_transactions", "dim_product", "dim_customer", "customer_name_history", "rejects")


def content(shop):
    return {table: shop.rows(f"SELECT * FROM {table}") for table in TABLES}


@pytest.fixture
def read_files(monkeypatch):
    """The names of the files that were really read."""
    read = []
    original = staging.read_records

    def spy(connection, file, *others):
        read.append(file.name)
        return original(connection, file, *others)

    monkeypatch.setattr(staging, "read_records", spy)
    return read


def test_only_new_and_changed_files_are_read(shop, long, long_log, read_files):
    shop.put("a.csv", long_log("c,2024-01-01,A,CAD,1,1", ""))
    shop.put("b.csv", long_log("c,2024-01-02,A,CAD,1,1"))
    shop.build(long())
    first = content(shop)
    shop.build(long())
    assert read_files == ["a.csv", "b.csv"]
    assert content(shop) == first

    shop.put("b.csv", long_log("c,2024-01-02,A,CAD,1,1", "d,2024-01-03,A,CAD,1,1"))
    shop.put("c.csv", long_log("e,2024-01-03,A,CAD,1,1", ",2024-01-03,A,CAD,1,1"))
    shop.build(long())
    assert read_files == ["a.csv", "b.csv", "b.csv", "c.csv"]
    incremental = content(shop)
    for path in shop.sources.staging.iterdir():
        path.unlink()
    shop.build(long())
    assert content(shop) == incremental


def test_other_settings_read_lines_again_but_not_files(shop, long, long_log, read_files):
    shop.put("a.csv", long_log("c,2024-01-01,A,CAD,1,1", "c,2024-01-01,B,CAD,1,1"))
    shop.build(long())
    shop.build(long(products=ProductSettings(exclude_skus=("B",))))
    assert read_files == ["a.csv"]
    assert shop.facts("product_sku") == [("A",)]


def test_half_written_and_stale_files_are_replaced(shop, long, long_log):
    shop.put("a.csv", long_log("c,2024-01-01,A,CAD,1,1", ""))
    shop.build(long())
    before = content(shop)
    names = sorted(path.name for path in shop.sources.staging.iterdir())
    assert len(names) == 5
    for path in shop.sources.staging.glob("*.lines.parquet"):
        path.write_bytes(b"broken")
    for path in shop.sources.staging.glob("*.records.json"):
        path.write_text("{", encoding="utf-8")
    shop.build(long())
    assert content(shop) == before

    shop.put("a.csv", long_log("d,2024-01-01,A,CAD,1,1"))
    keep = shop.sources.staging / "notes.txt"
    keep.write_text("mine", encoding="utf-8")
    shop.build(long())
    left = {path.name for path in shop.sources.staging.iterdir()}
    assert keep.name in left
    assert not left & set(names)


@pytest.mark.parametrize("kind", ["lines", "records", "blank"])
def test_what_a_power_cut_left_full_of_zeros_is_made_anew(shop, long, long_log, kind):
    shop.put("a.csv", long_log("c,2024-01-01,A,CAD,1,1", "", ",2024-01-02,A,CAD,1,1"))
    shop.build(long())
    before = content(shop)
    (staged,) = shop.sources.staging.glob(f"*.{kind}.parquet")
    staged.write_bytes(bytes(staged.stat().st_size))
    shop.build(long())
    assert content(shop) == before


def test_empty_files_are_a_warning_and_nothing_but_them_an_error(shop, long, long_log):
    shop.put("a.csv", "")
    shop.put("b.csv", long_log())
    with pytest.raises(SalesLogError, match="no line at all"):
        shop.build(long())
    shop.put("c.csv", long_log("c,2024-01-01,A,CAD,1,1"))
    quality = shop.build(long()).quality
    assert [note.code for note in quality.warnings].count("file_empty") == 2


def test_mostly_unreadable_is_a_blocker(shop, long, long_log):
    good, bad = "c,2024-01-01,A,CAD,1,1", "c,2024-01-01,A,CAD,1,x"
    shop.put("a.csv", long_log(good, bad, bad))
    assert [n.code for n in shop.build(long()).quality.blockers] == ["mostly_unreadable"]


def test_there_must_be_a_star_to_open(tmp_path):
    with pytest.raises(MissingArtifact, match="build-star"):
        open_star(tmp_path / "none.duckdb")
