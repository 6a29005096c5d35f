"""Wide logs from raw file to star."""

import pytest

from gosales.core.errors import SalesLogError
from gosales.etl.settings import ColumnSettings, EtlSettings, ProductSettings, SourceSettings

BASE = "CustomerId,Customer,Rec Date,Invoice"


def log(columns, *lines):
    """A wide log; each line is `customer|date|invoice|values...`."""
    rows = []
    for line in lines:
        customer, day, invoice, *cells = line.split("|")
        quoted = (f'"{cell}"' for cell in cells)
        rows.append(",".join((customer, f"4975 {customer.title()}", day, invoice, *quoted)))
    return "\n".join((f"{BASE},{columns}", *rows)) + "\n"


def test_each_filled_pair_is_a_fact(shop):
    columns = "SWX_Core,SWX_Core_Qty,Simulation,Simulation_Qty,FDM"
    shop.put(
        "Sales_Log.csv",
        log(columns, "acme|1/2/2024|7.0|$1,000.50|2|-||", "acme|1/3/2024|8|||($20.00)|-1|5"),
    )
    quality = shop.build().quality
    found = shop.facts("order_id, product_sku, division, quantity, value_cents, line_type")
    assert found == [
        ("7", "SWX_Core", "Solidworks", "2.0000", "100050", "sale"),
        ("8", "FDM", "Hardware", "None", "500", "sale"),
        ("8", "Simulation", "Simulation", "-1.0000", "-2000", "return"),
    ]
    assert (quality.lines_read, quality.lines_loaded) == (2, 2)
    assert shop.rows("SELECT customer_name FROM dim_customer") == [("Acme",)]


def test_a_line_without_a_pair_or_with_a_bad_one_is_rejected_whole(shop):
    columns = "SWX_Core,SWX_Core_Qty,FDM,FDM_Qty"
    shop.put(
        "log.csv",
        log(
            columns,
            "a|2024-01-01|1||0|-|",
            "a|2024-01-01|2|100|1|oops|1",
            "a|2024-01-01|3|100|1|1e14|1",
            "a|2024-01-01|4||3||",
        ),
    )
    quality = shop.build().quality
    assert shop.rejects() == [
        (1, "no_sale"),
        (2, "number_unreadable"),
        (3, "number_out_of_range"),
    ]
    assert shop.facts("order_id, quantity, value_cents") == [("4", "3.0000", "0")]
    assert quality.lines_read == 4


def test_two_names_of_one_column_count_once(shop):
    columns = "Success_Plan,Success Plan GP,Success_Plan_Qty,Supplies,Consumables,Consumables_Qty"
    shop.put("log.csv", log(columns, "a|2024-01-01|1|100|100|1|0|30|2", "a|2024-01-02|2||70|1|||"))
    shop.build()
    assert shop.facts("product_sku, value_cents") == [
        ("Success_Plan", "10000"),
        ("Supplies", "3000"),
        ("Success_Plan", "7000"),
    ]


def test_am_support_goes_by_the_lines_division(shop):
    columns = "Division,AM_Support,AM_Support_Qty"
    shop.put(
        "log.csv",
        log(columns, "a|2024-01-01|1|Scanning|10|1", "a|2024-01-02|2|Hardware|10|1"),
    )
    shop.build()
    assert shop.facts("division") == [("Scanning",), ("Hardware",)]
    assert shop.rows("SELECT division FROM dim_product") == [("Hardware",), ("Scanning",)]


@pytest.mark.parametrize(
    ("currency", "rate", "cents"),
    [
        ("USD", "1.35", "10000"),
        ("", "", "10000"),
        ("CAD", "1.25", "8000"),
        ("cad", "0.80", "8000"),
        ("CAD", "3", "3333"),
    ],
)
def test_canadian_dollars_are_converted(shop, currency, rate, cents):
    columns = "InvoiceCurrency,UsdCadConversionRate,FDM"
    shop.put("log.csv", log(columns, f"a|2024-01-01|1|{currency}|{rate}|100"))
    shop.build()
    assert shop.facts("value_cents") == [(cents,)]


@pytest.mark.parametrize(
    ("currency", "rate"), [("CAD", ""), ("CAD", "0"), ("CAD", "x"), ("EUR", "1")]
)
def test_other_money_is_rejected(shop, currency, rate):
    columns = "InvoiceCurrency,UsdCadConversionRate,FDM"
    shop.put(
        "log.csv",
        log(columns, f"a|2024-01-01|1|{currency}|{rate}|100", "a|2024-01-01|2|USD||100"),
    )
    quality = shop.build().quality
    assert shop.rejects() == [(1, "currency_unconvertible")]
    assert "currency_unconvertible" in [note.code for note in quality.warnings]


def test_flagged_copies_count_once(shop):
    columns = "Id,CPE_Duplicated_GP_Flag,CATIA,CATIA_Qty"
    shop.put(
        "log.csv",
        log(
            columns,
            "a|2024-01-01|1|1|TRUE|100|1",
            "a|2024-01-01|1|2|FALSE|100|1",
            "a|2024-01-01|2|3|TRUE|100|1",
            "a|2024-01-01|3|4|TRUE|100|1",
            "a|2024-01-01|3|5|TRUE|100|1",
            "a|2024-01-01|1|6|TRUE|100|2",
        ),
    )
    shop.build()
    assert shop.rejects() == [(1, "duplicate_gp"), (5, "duplicate_gp")]


@pytest.mark.parametrize(
    ("posted", "rejected"),
    [
        ({"1": "2024-01-02", "2": "2024-03-01"}, [2]),  # the flagged one was known before its twin
        ({"1": "2024-03-01", "2": "2024-01-02"}, [1]),
        ({"1": "2024-01-02", "2": "2024-01-02"}, [1]),
        ({"1": "2024-01-02"}, []),
    ],
)
def test_of_flagged_twins_the_one_known_first_counts(shop, posted, rejected):
    """A line posted later takes nothing away from what was known before it."""
    columns = "Id,Created_Date,CPE_Duplicated_GP_Flag,CATIA,CATIA_Qty"
    flag = {"1": "TRUE", "2": "FALSE"}
    lines = [f"a|2024-01-01|1|{one}|{day}|{flag[one]}|100|1" for one, day in posted.items()]
    shop.put("log.csv", log(columns, *lines))
    shop.build()
    assert shop.rejects() == [(record, "duplicate_gp") for record in rejected]
    assert len(shop.facts("value_cents")) == 1


def test_last_update_does_not_make_a_line_another(shop):
    columns = "Last_Update,FDM"
    shop.put("a.csv", log(columns, "a|2024-01-01|1|2024-02-02|100"))
    shop.put("b.csv", log(columns, "a|2024-01-01|1|2024-09-09|100"))
    assert shop.build().quality.lines_rejected == {"duplicate_line": 1}


def test_unmapped_products_are_reported(shop):
    columns = "FDM,Hoverboard,Hoverboard_Qty,Drone,GP Quota,Ticket Id"
    lines = [f"a|2024-01-0{n}|{n}|100|1,500.50|1|{n}.25|500.5|88{n}" for n in range(1, 6)]
    shop.put("log.csv", log(columns, *lines))
    quality = shop.build().quality
    found = [note.message for note in quality.warnings if note.code == "column_unmapped"]
    assert len(found) == 2
    assert "'Hoverboard'" in found[0]
    assert "7,502.50" in found[0]
    assert "'Drone'" in found[1]


def test_the_settings_name_other_columns(shop):
    shop.put("log.csv", "Kunde,Tag,FDM\n1,2024-01-01,5\n")
    settings = EtlSettings(columns=ColumnSettings(customer="Kunde", date="Tag"))
    shop.build(settings)
    assert shop.facts() == [("1", "2024-01-01", "FDM", "500")]


def test_a_map_of_your_own(shop):
    (shop.root / "map.toml").write_text(
        'columns = { customer = ["Who"], date = ["When"] }\n'
        '[[divisions]]\nname = "Rockets"\nproducts = [{ value = ["Saturn"], sku = "S5" }]\n',
        encoding="utf-8",
    )
    shop.put("log.csv", "Who,When,Saturn,Saturn_Qty\n1,2024-01-01,5,1\n")
    shop.build(EtlSettings(source=SourceSettings(sku_map="map.toml")))
    assert shop.facts("division, product_sku, quantity") == [("Rockets", "S5", "1.0000")]


def test_excluded_products_are_left_out(shop):
    shop.put("log.csv", log("FDM,Services", "a|2024-01-01|1|5|7", "a|2024-01-01|2||7"))
    shop.build(EtlSettings(products=ProductSettings(exclude_skus=("serv*",))))
    assert shop.facts("product_sku") == [("FDM",)]
    assert shop.rejects() == [(2, "no_sale")]


def test_a_file_of_another_kind_is_refused_and_the_old_star_stays(shop):
    shop.put("log.csv", log("FDM", "a|2024-01-01|1|5"))
    shop.build()
    before = shop.star.read_bytes()
    shop.put("zoo.csv", "animal,legs\ncow,4\n")
    with pytest.raises(SalesLogError, match=r"zoo\.csv has no column 'CustomerId'.*animal, legs"):
        shop.build()
    shop.put("zoo.csv", "CustomerId,Rec Date,legs\ncow,2024-01-01,4\n")
    with pytest.raises(SalesLogError, match="no product column"):
        shop.build()
    assert shop.star.read_bytes() == before
    assert sorted(path.name for path in shop.root.iterdir()) == ["data", "star.duckdb"]
