"""Long logs from raw file to star."""

import csv
import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.errors import ConfigError, SalesLogError
from gosales.core.settings import TimeSettings
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.etl.settings import (
    ColumnSettings,
    CustomerLookup,
    EtlSettings,
    LookupSettings,
    LookupTable,
    ProductSettings,
    SourceSettings,
)
from gosales.utils.spreadsheet import restore


def test_a_long_log_becomes_facts(shop, long, long_log):
    shop.put(
        "log.csv",
        long_log(
            "1042.0,2024-01-05,A,CAD,2,$1250.00",
            '0007,2024-01-04,B,CAD,-1,"($1,120.005)"',
            "0007,2024-01-04,C,Print,,-5",
        ),
    )
    quality = shop.build(long()).quality
    columns = "customer_id, order_date, product_sku, division, quantity, value_cents, line_type"
    assert shop.facts(columns) == [
        ("0007", "2024-01-04", "B", "CAD", "-1.0000", "-112001", "return"),
        ("0007", "2024-01-04", "C", "Print", "None", "-500", "return"),
        ("1042", "2024-01-05", "A", "CAD", "2.0000", "125000", "sale"),
    ]
    assert (quality.lines_read, quality.lines_loaded, quality.lines_rejected) == (3, 3, {})


def test_each_rejected_line_has_its_record_reason_and_text(shop, long, long_log):
    shop.put(
        "log.csv",
        long_log(
            "c1,2024-01-05,A,CAD,1,10",
            "",
            ",2024-01-05,A,CAD,1,10",
            "c1,2024-01-05,,CAD,1,10",
            'c1,2024-01-05,A,CAD,1,"ten, or so"',
            "c1,2024-01-05,A,CAD,1,1e15",
            "c1,2024-01-05,A,CAD,0,-",
            "c1,,A,CAD,1,10",
            "c1,soon,A,CAD,1,10",
            "c1,1950-01-05,A,CAD,1,10",
            "Customer,Date,Sku,Division,Qty,Value",
            ",,,,,",
            "c1,2024-01-05,A,CAD,1",
            "c1,2024-01-05,POSTAGE,CAD,1,10",
        ),
    )
    built = shop.build(long(products=ProductSettings(exclude_skus=("post*",))))
    assert shop.rejects() == [
        (2, "blank"),
        (3, "customer_missing"),
        (4, "sku_missing"),
        (5, "number_unreadable"),
        (6, "number_out_of_range"),
        (7, "no_sale"),
        (8, "date_missing"),
        (9, "date_unreadable"),
        (10, "date_implausible"),
        (11, "header"),
        (12, "blank"),
        (13, "field_count"),
        (14, "excluded_sku"),
    ]
    texts = dict(shop.rows("SELECT record, text FROM rejects"))
    assert texts[5] == 'c1,2024-01-05,A,CAD,1,"ten, or so"'
    assert (texts[2], texts[13]) == ("", "c1,2024-01-05,A,CAD,1")
    assert built.quality.lines_read == 14 == 1 + sum(built.quality.lines_rejected.values())
    target = shop.root / "rejects.csv"
    assert built.write_rejects(target) == 13
    assert target.read_text(encoding="utf-8").startswith("source_file,record,reason,text\n")


def test_a_rejected_line_does_not_run_as_a_formula(shop, long):
    shop.put(
        "=log.csv",
        "Customer,Date,Sku,Division,Qty,Value\n=1+1,2024-01-05,A,CAD,0,-\nc,2024-01-05,A,CAD,1,1\n",
    )
    built = shop.build(long())
    target = shop.root / "rejects.csv"
    built.write_rejects(target)
    with target.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert restore(row["text"]) == "=1+1,2024-01-05,A,CAD,0,-" == row["text"].removeprefix("'")
    assert (row["source_file"], restore(row["source_file"])) == ("'=log.csv", "=log.csv")


def test_unit_prices_are_multiplied_exactly(shop, long):
    shop.put("log.csv", "C,D,S,N,P\nc,2024-01-01,A,3,0.335\nc,2024-01-01,B,-3,0.335\n")
    columns = ColumnSettings(customer="C", date="D", sku="S", quantity="N", unit_price="P")
    shop.build(long(columns=columns))
    assert shop.facts("value_cents, line_type") == [("101", "sale"), ("-101", "return")]


def test_quantities_alone_make_a_log_without_money(shop, long):
    shop.put("log.csv", "C,D,S,N\nc,2024-01-01,A,3\n")
    columns = ColumnSettings(customer="C", date="D", sku="S", quantity="N")
    quality = shop.build(long(columns=columns)).quality
    assert shop.facts("quantity, value_cents") == [("3.0000", "0")]
    assert "no_money" in [note.code for note in quality.warnings]
    assert [note.code for note in quality.blockers] == ["no_division"]


def test_settings_that_miss_a_column_are_refused(shop):
    shop.put("log.csv", "C\n1\n")
    settings = EtlSettings(source=SourceSettings(shape="long"), columns=ColumnSettings(date="D"))
    with pytest.raises(ConfigError, match="customer, sku, value"):
        shop.build(settings)


def test_divisions_come_from_the_line_else_the_lookup(shop, long, long_log):
    shop.put(
        "products.csv", "sku,division,name\n7.0,CAD,Seven\n8,Print,Eight\n8,CAD,\n", lookup=True
    )
    shop.put(
        "log.csv",
        long_log("c,2024-01-01,7,,1,1", "c,2024-01-01,8,Own,1,1", "c,2024-01-01,9,,1,2.5"),
    )
    quality = shop.build(long()).quality
    products = shop.rows("SELECT division, product_sku, product_name FROM dim_product")
    assert products == [("CAD", "7", "Seven"), ("Own", "8", "Eight"), ("Unassigned", "9", None)]
    codes = {note.code: note.message for note in quality.warnings}
    assert "2.50" in codes["sku_unassigned"]
    assert "product_twice" in codes


def test_spellings_of_a_division_are_one(shop, long, long_log):
    shop.put(
        "log.csv",
        long_log(
            "c,2024-01-02,A,SOLIDWORKS,1,1",
            "c,2024-01-01,A,Solidworks,1,1",
            "c,2024-01-03,A,solid works,1,1",
        ),
    )
    shop.build(long())
    assert shop.facts("division") == [("Solidworks",), ("Solidworks",), ("solid works",)]


def test_equal_lines_of_different_files_count_once(shop, long, long_log):
    line, other = "c,2024-01-01,A,CAD,1,1", "c,2024-01-02,A,CAD,1,1"
    shop.put("a.csv", long_log(line, line, other))
    shop.put("b.csv.gz", long_log(line, other, line, line))
    reordered = "Value,Qty,Division,Sku,Date,Customer,Note\n1,1,CAD,A,2024-01-02,c,\n"
    shop.put("c.csv", reordered)
    quality = shop.build(long()).quality
    counts = "source_file, order_date, count(*)"
    assert shop.rows(f"SELECT {counts} FROM fact_transactions GROUP BY ALL ORDER BY ALL") == [
        ("a.csv", dt.date(2024, 1, 1), 2),
        ("a.csv", dt.date(2024, 1, 2), 1),
        ("b.csv.gz", dt.date(2024, 1, 1), 1),
    ]
    assert quality.lines_rejected == {"duplicate_line": 4}
    assert [(one.lines_read, one.lines_loaded) for one in quality.files] == [(3, 3), (4, 1), (1, 0)]


def test_overlapping_exports_of_another_format_are_a_warning(shop, long, long_log):
    """No line of one is equal to a line of the other, so that every sale counts twice."""
    lines = [f"c{n},2024-01-{n:02d},A,CAD,1,{n}" for n in range(1, 16)]
    shop.put("a.csv", long_log(*lines))
    shop.put("b.csv", long_log(*(f"{line}.00" for line in lines[3:])))
    quality = shop.build(long()).quality
    (note,) = [note for note in quality.warnings if note.code == "sales_alike"]
    assert note.message.startswith("12 sales stand in two files")
    assert "customer c4 on 2024-01-04" in note.message
    assert quality.lines_loaded == 27


def test_the_same_days_in_two_files_are_no_overlap(shop, long, long_log):
    """Each branch has its own file, and a sale that stands in both is chance."""
    for branch in (1, 2):
        lines = [f"c{n},2024-01-{n:02d},A,CAD,1,{n * branch}" for n in range(1, 29)]
        shop.put(f"{branch}.csv", long_log(*lines, f"c,2024-01-02,A,CAD,1,9.{'0' * branch}"))
    notes = [note.code for note in shop.build(long()).quality.warnings]
    assert "sales_alike" not in notes


def test_ids_that_differ_by_zeros_or_capitals_are_a_warning(shop, long, long_log):
    """As after a spreadsheet has opened one of the files and dropped the zeros."""
    shop.put("a.csv", long_log("007,2024-01-01,A,CAD,1,1", "ab,2024-01-01,A,CAD,1,1"))
    shop.put("b.csv", long_log("7,2024-01-02,A,CAD,1,1", "Ab,2024-01-03,A,CAD,1,1"))
    quality = shop.build(long()).quality
    (note,) = [note for note in quality.warnings if note.code == "customer_ids_alike"]
    assert note.message.startswith("2 customer ids have twins")
    assert "(e.g. 007 and 7)" in note.message
    assert quality.customers == 4


def test_a_line_id_with_two_contents_is_a_warning(shop, long):
    columns = ColumnSettings(customer="C", date="D", sku="S", value="V", line_id="I")
    shop.put("log.csv", "I,C,D,S,V\n1.0,c,2024-01-01,A,1\n1,c,2024-01-01,A,2\n")
    quality = shop.build(long(columns=columns)).quality
    assert quality.lines_loaded == 2
    assert "line_id_reused" in [note.code for note in quality.warnings]


def test_parquet_logs_keep_ids_dates_and_money(shop, long):
    shop.sources.logs.mkdir(parents=True)
    table = pa.table(
        {
            "Customer": pa.array([1042.0, None], pa.float64()),
            "Date": pa.array([0, 86_400_000_000], pa.timestamp("us")),
            "Sku": ["A", "B"],
            "Division": ["CAD", "CAD"],
            "Qty": [1, 2],
            "Value": pa.array([12.5, None], pa.float64()),
        }
    )
    pq.write_table(table, shop.sources.logs / "log.parquet")
    quality = shop.build(long()).quality
    assert shop.facts() == [("1042", "1970-01-01", "A", "1250")]
    assert quality.lines_rejected == {"customer_missing": 1}


def test_names_follow_the_cutoff(shop, long):
    columns = ColumnSettings(
        customer="C", date="D", sku="S", value="V", customer_name="N", known_at="K"
    )
    shop.put(
        "log.csv",
        "C,D,S,V,N,K\n"
        "1,2024-01-01,A,1,Old,2024-01-01\n"
        "1,2024-03-01,A,1,New,2024-03-01\n"
        "2,2024-01-01,A,1,Two,2024-02-15\n"
        "2,2024-02-01,A,1,,2024-02-10\n"
        "3,2024-01-01,A,1,,2024-01-02\n",
    )
    shop.put("customers.csv", "customer_id,customer_name\n3,Three\n1,Ignored\n", lookup=True)
    shop.build(long(columns=columns))
    star = open_star(shop.star)

    def names(day):
        found = star.as_of(Cutoff.parse(day)).customer_names().to_pyarrow().to_pylist()
        return {row["customer_id"]: row["customer_name"] for row in found}

    assert names("2024-01-31") == {"1": "Old", "3": "Three"}
    assert names("2024-02-10") == {"1": "Old", "3": "Three"}  # the line that names 2 is not posted
    assert names("2024-02-15") == {"1": "Old", "2": "Two", "3": "Three"}
    assert names("2024-03-01") == {"1": "New", "2": "Two", "3": "Three"}
    assert ("1", "New") in shop.rows("SELECT customer_id, customer_name FROM dim_customer")


def test_attributes_need_dates_or_a_promise(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1"))
    shop.put("customers.csv", "id,Industry,Size\n1.0,Metal,Big\n2,NULL,Small\n", lookup=True)
    lookup = LookupSettings(
        customers=CustomerLookup(columns={"customer_id": "id"}, constant=("industry",))
    )
    quality = shop.build(long(lookup=lookup)).quality
    found = shop.rows("SELECT customer_id, attribute, attribute_value FROM customer_attribute")
    assert found == [("1", "Industry", "Metal")]
    assert "Size" in next(n.message for n in quality.warnings if n.code == "attributes_undated")

    shop.put(
        "customers.csv",
        "customer_id,Size,valid_from,valid_to\n1,Small,2020-01-01,2021-12-31\n1,Big,2022-01-01,\n"
        "1,Huge,,\n",
        lookup=True,
    )
    shop.build(long())
    found = shop.rows("SELECT attribute_value, valid_from::TEXT FROM customer_attribute ORDER BY 2")
    assert found == [("Small", "2020-01-01"), ("Big", "2022-01-01")]


def test_attributes_stand_in_the_order_of_the_lookup(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1"))
    ids = [str(7919 * n % 5003) for n in range(1, 5003)]
    rows = "".join(f"{one},Metal\n" for one in ids)
    shop.put("customers.csv", f"customer_id,Industry\n{rows}", lookup=True)
    shop.build(long(lookup=LookupSettings(customers=CustomerLookup(constant=("Industry",)))))
    assert shop.rows("SELECT customer_id FROM customer_attribute") == [(one,) for one in ids]


def test_cell_statuses(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1"))
    head = "customer_id,division,product_sku,status,valid_from\n"
    shop.put("cells.csv", head + "1,CAD,,Do_Not_Pitch,2024-01-01\n", lookup=True)
    shop.build(long())
    assert shop.rows("SELECT * EXCLUDE valid_from FROM cell_status") == [
        ("1", "CAD", None, "do_not_pitch", None)
    ]
    shop.put("cells.csv", head + "1,CAD,,maybe,\n", lookup=True)
    with pytest.raises(SalesLogError, match=r"record 1.*'maybe'"):
        shop.build(long())


def test_statuses_of_what_was_never_sold_are_told(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1"))
    rows = "1,CAD,,competitor\n2,CAD,A,competitor\n1,cad,,competitor\n1,CAD,B,competitor\n"
    shop.put("cells.csv", "customer_id,division,product_sku,status\n" + rows, lookup=True)
    notes = {n.code: n.message for n in shop.build(long()).quality.warnings}
    assert notes["status_unmatched"].startswith("2 lines of cells.csv")
    assert "CAD B" in notes["status_unmatched"]


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (("007", "a1"), ""),
        (("007", "new"), ""),
        (
            ("7", "A1", "007"),
            "ids of cells.csv that the log writes otherwise: 2 (e.g. 7, there 007)",
        ),
        (("x", "y"), "None of the 2 customer ids of cells.csv is in the log (e.g. x)"),
    ],
)
def test_lookups_of_customers_with_other_ids_are_told(shop, long, long_log, ids, told):
    """A prospect is no customer yet; nobody is told of one."""
    shop.put("log.csv", long_log("007,2024-01-01,A,CAD,1,1", "a1,2024-01-01,A,CAD,1,1"))
    rows = "".join(f"{customer},CAD,competitor\n" for customer in ids)
    shop.put("cells.csv", "customer_id,division,status\n" + rows, lookup=True)
    notes = {n.code: n.message for n in shop.build(long()).quality.warnings}
    assert told in notes.get("customers_unmatched", "")
    assert bool(told) == ("customers_unmatched" in notes)


def test_customers_csv_with_other_ids_is_told(shop, long, long_log):
    shop.put("log.csv", long_log("007,2024-01-01,A,CAD,1,1"))
    shop.put("customers.csv", "customer_id,industry,valid_from\n7,Mills,2020-01-01\n", lookup=True)
    notes = {n.code: n.message for n in shop.build(long()).quality.warnings}
    assert "ids of customers.csv that the log writes otherwise: 1" in notes["customers_unmatched"]


def test_a_named_lookup_must_exist(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1"))
    lookup = LookupSettings(products=LookupTable(file="data/none.csv"))
    with pytest.raises(SalesLogError, match="does not exist"):
        shop.build(long(lookup=lookup))


def test_last_day_ends_the_history(shop, long, long_log):
    shop.put("log.csv", long_log("1,2024-01-01,A,CAD,1,1", "1,2024-02-01,A,CAD,1,1"))
    time = TimeSettings(last_day="2024-01-31")
    assert shop.build(long(time=time)).quality.lines_rejected == {"date_implausible": 1}


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", '"quoted"', "=1+1", "x" * 10_000])
def test_the_logs_text_is_only_text(shop, long, text):
    quoted = '"' + text.replace('"', '""') + '"'
    columns = ColumnSettings(
        customer="C", date="D", sku="S", value="V", division="Div", customer_name=text
    )
    shop.put("log.csv", f"C,D,S,V,Div,{quoted}\n1,2024-01-01,{quoted},1,{quoted},{quoted}\n")
    shop.build(long(columns=columns))
    assert shop.facts("product_sku, division") == [(text, text)]
