import pytest

from gosales.core.errors import ConfigError, SalesLogError
from gosales.etl.header import Header
from gosales.etl.sku_map import load_sku_map


def test_headers_are_found_exactly_then_loosely():
    header = Header("x.csv", ("Rec Date", "rec_date", "CUSTOMERID", "Success-Plan GP"))
    assert header.find("Rec Date") == 0
    assert header.find("rec_date") == 1
    assert header.find("REC DATE") == 0
    assert header.find("CustomerId") == 2
    assert header.find("Success_Plan.GP") == 3
    assert header.find("Rec.Date") is None  # two columns would do


def test_a_missing_column_names_the_file_and_what_it_has():
    with pytest.raises(SalesLogError, match=r"x\.csv has no column 'Customer'.*Kunde, Datum"):
        Header("x.csv", ("Kunde", "Datum")).need(["Customer"], "customer")


def test_a_header_twice_is_an_error():
    with pytest.raises(SalesLogError, match="two columns named 'a'"):
        Header("x.csv", ("a", "b", "a")).find("a")


def test_the_shipped_map_has_the_documented_products():
    products = {
        (division.name, product.code)
        for division in load_sku_map().divisions
        for product in division.products
    }
    assert len(products) == 37
    assert {("Hardware", "Supplies"), ("CPE", "DELMIA"), ("Scanning", "Artec")} <= products


@pytest.mark.parametrize("header", ["GP Quota", "SW Quota", "CGP_Total", "Term GP", "revenue"])
def test_known_columns_are_no_products(header):
    assert load_sku_map().is_no_product(header)


TWICE = '{ name = "A", products = [{ value = ["P"] }, { value = ["P"] }] }'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "cannot be used"),
        ("unknown = 1", "cannot be used"),
        (
            f"columns = {{}}\ndivisions = [{TWICE}]",
            "twice",
        ),
    ],
)
def test_a_wrong_map_is_refused(tmp_path, text, message):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_sku_map(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_sku_map(tmp_path / "none.toml")
