import csv
import json

from gosales.etl.forgotten import FILE, hashed


def forget(shop, *customers):
    known = [{"customer": hashed("salt", customer)} for customer in customers]
    (shop.root / FILE).write_text(
        json.dumps({"salt": "salt", "customers": known}), encoding="utf-8"
    )


def rejects(shop, built):
    target = shop.root / "rejects.csv"
    built.write_rejects(target)
    with target.open(encoding="utf-8", newline="") as stream:
        return {row["text"]: row["reason"] for row in csv.DictReader(stream)}


def test_lines_of_a_forgotten_one_are_rejected_without_their_text(shop, long, long_log):
    """Also where the id is written otherwise than it is known: 7.0 is 7."""
    shop.put("a.csv", long_log("7.0,2024-01-01,A,CAD,1,1", "8,2024-01-01,A,CAD,1,1"))
    forget(shop, "7")
    built = shop.build(long())
    assert rejects(shop, built) == {"": "forgotten"}
    assert shop.facts("customer_id") == [("8",)]


def test_texts_of_other_rejected_lines_go_when_the_id_stands_in_them(shop, long, long_log):
    """A line that is shifted by a field has its customer in another column."""
    shop.put("a.csv", long_log("8,soon,7,CAD,1,1", "8,soon,77,CAD,1,1", "8,2024-01-01,A,CAD,1,1"))
    forget(shop, "7")
    built = shop.build(long())
    unreadable = "date_unreadable"
    assert rejects(shop, built) == {"": unreadable, "8,soon,77,CAD,1,1": unreadable}


def test_only_files_without_a_forgotten_one_stay_staged(shop, long, long_log):
    shop.put("a.csv", long_log("7,2024-01-01,A,CAD,1,1"))
    shop.put("b.csv", long_log("8,2024-01-01,A,CAD,1,1", "8,soon,A,CAD,1,1"))
    shop.build(long())
    assert len(list(shop.sources.staging.glob("*.lines.parquet"))) == 2
    forget(shop, "7")
    built = shop.build(long())
    (left,) = shop.sources.staging.glob("*.lines.parquet")
    assert left.name.startswith(built.input_hashes["b.csv"])
