"""Copies of raw logs load the same star, and show what each column is."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import build_star
from gosales.etl.copies import loaded_logs, write_logs
from gosales.etl.lookup_copies import copied_lookups, write_lookups
from gosales.etl.settings import CustomerLookup, EtlSettings, LookupSettings, SourceSettings
from gosales.utils import db
from tests.unit.etl.conftest import LONG, long_settings

LOG = (
    "Customer;Date;Sku;Division;Qty;Value\n"
    'acme;2024-01-05;pro;CAD;1;"1.234,50"\n'
    ";;;;;\n"
    'b"olt;31.01.2024;li;CAD;-1;-20\n'
    "cora;2024-03-09;pro;;2;xx\n"
    '"co, ra";2024-03-10;pro;CPE;2;7,5\n'
)
COMMA = SourceSettings(shape="long", delimiter=";", decimal_comma=True)
WIDE = (
    "CustomerId,Rec Date,Created_Date,Invoice,Training,Training_Qty,Services,Services_Qty\n"
    "7,2024-01-05,2024-01-09,I1,100,1,,\n"
    "8,2024-01-06,,I2,,,-50,-1\n"
)
FACTS = f"SELECT * EXCLUDE ({Fact.SOURCE_FILE}, {Fact.SOURCE_LINE}) FROM {Fact.TABLE} ORDER BY ALL"


def facts_of(star):
    connection = db.connect(star, read_only=True)
    try:
        return connection.execute(FACTS).fetchall()
    finally:
        connection.close()


def copied(shop, settings):
    """The copies of a shop's logs, and the facts of its star and of a star made of the copies."""
    built = shop.build(settings)
    logs = loaded_logs(shop.sources, settings, built.path)
    folder = shop.root / "copies"
    write_logs(logs, folder, settings)
    sources = type(shop.sources)(folder, shop.sources.lookup, shop.root / "staging2", shop.root)
    again = build_star(sources, settings, shop.root / "again.duckdb")
    return logs, facts_of(built.path), facts_of(again.path), again.quality


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_a_copy_of_a_long_log_loads_the_same_star_without_the_rejects(shop, name):
    shop.put(name, LOG)
    logs, facts, again, quality = copied(shop, long_settings(source=COMMA))
    assert again == facts
    assert len(facts) == 3
    assert quality.lines_rejected == {}
    (log,) = logs
    assert log.texts("customer")[0].tolist() == ["acme", 'b"olt', "co, ra"]
    assert log.day.astype(str).tolist() == ["2024-01-05", "2024-01-31", "2024-03-10"]
    assert np.isnat(log.known).all()


def test_a_copy_keeps_the_encoding_that_the_settings_name(shop):
    shop.put("log.csv", LOG.replace("acme", "Müller").encode("cp1252"))
    source = COMMA.model_copy(update={"encoding": "cp1252"})
    _, facts, again, _ = copied(shop, long_settings(source=source))
    assert again == facts
    assert facts[0][0] == "Müller"


def test_a_copy_of_a_parquet_log_is_a_parquet_log(shop):
    columns = dict(zip(LONG.model_dump().values(), range(20), strict=False))
    columns = {name: ["a", "b"] for name in columns if name}
    columns |= {"Date": ["2024-01-05", "2024-01-06"], "Qty": ["1", "2"], "Value": ["3", "4.5"]}
    shop.put("keep.txt", "")
    pq.write_table(pa.table(columns), shop.sources.logs / "log.parquet")
    (shop.sources.logs / "keep.txt").unlink()
    logs, facts, again, _ = copied(shop, long_settings())
    assert logs[0].is_parquet
    assert again == facts
    assert len(facts) == 2


def test_a_wide_log_has_an_amount_column_for_each_sku_and_two_clocks(shop):
    shop.put("log.csv", WIDE)
    logs, facts, again, _ = copied(shop, EtlSettings())
    assert again == facts
    (log,) = logs
    assert len(log.roles["value"]) == len(log.roles["quantity"]) == 2
    assert log.visible(two_clocks=True).astype(str).tolist() == ["2024-01-09", "2024-01-06"]
    assert log.visible(two_clocks=False).astype(str).tolist() == ["2024-01-05", "2024-01-06"]


def test_days_and_texts_can_be_written_anew(shop):
    shop.put("log.csv", WIDE)
    (log,), *_ = copied(shop, EtlSettings())
    day = np.array(["2025-02-01", "2025-02-02"], "datetime64[D]")
    known = np.array(["NaT", "2025-02-03"], "datetime64[D]")
    moved = log.with_days(day, known).take(np.array([1, 0, 0]))
    assert moved.texts("date")[0].tolist() == ["2025-02-02", "2025-02-01", "2025-02-01"]
    assert moved.texts("known_at")[0].tolist() == ["2025-02-03", "", ""]
    assert len(moved) == 3


PEOPLE = "customer_id,trade,tier,valid_from\na,metal,gold,2024-01-01\na,metal,blue,2024-09-01\n"


def lookups(shop, people, constant=("trade",)):
    shop.put("customers.csv", people, lookup=True)
    settings = long_settings(lookup=LookupSettings(customers=CustomerLookup(constant=constant)))
    return copied_lookups(shop.sources, settings, shop.root / "scratch"), settings


def test_a_dated_attribute_is_unknown_after_the_cutoff(shop):
    copies, _ = lookups(shop, PEOPLE)
    people, cutoff = copies["customers"], Cutoff.parse("2024-06-30")
    assert people.attributes == (1, 2)
    assert people.constant == (1,)
    for place in people.attributes:
        assert people.unknown(place, cutoff).tolist() == [False, True]


def test_an_undated_attribute_is_unknown_at_any_cutoff_unless_it_is_constant(shop):
    copies, _ = lookups(shop, "customer_id,trade,tier\na,metal,gold\nb,,blue\n")
    people, cutoff = copies["customers"], Cutoff.parse("2024-06-30")
    assert people.unknown(1, cutoff).tolist() == [False, False]
    assert people.unknown(2, cutoff).tolist() == [True, True]


def test_a_copied_lookup_is_read_in_place_of_the_workspace_s(shop):
    copies, settings = lookups(shop, PEOPLE)
    shop.put("log.csv", "Customer,Date,Sku,Division,Qty,Value\na,2024-01-05,pro,CAD,1,5\n")
    people = copies["customers"]
    changed = people.with_column(2, np.array(["red", "red"], object))
    written = write_lookups({"customers": changed}, shop.root / "changed", settings)
    shop.build(settings.model_copy(update={"lookup": written}))
    found = shop.rows("SELECT DISTINCT attribute_value FROM customer_attribute ORDER BY 1")
    assert found == [("metal",), ("red",)]
