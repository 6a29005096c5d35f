import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from gosales.etl import values


def engine(*, decimal_comma):
    connection = duckdb.connect()
    values.install(connection, decimal_comma=decimal_comma)
    return connection


@pytest.fixture(scope="module")
def point():
    return engine(decimal_comma=False)


@pytest.fixture(scope="module")
def comma():
    return engine(decimal_comma=True)


def read(connection, text):
    query = "SELECT money($t), number_problem($t, money($t), 1000000000000)"
    return connection.execute(query, {"t": text}).fetchone()


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("2995.00", "2995.00"),
        ("$1,234.50", "1234.50"),
        ("($120.00)", "-120.00"),
        ("$(120.00)", "-120.00"),
        ("-$1,000.00", "-1000.00"),
        ("$-1,000.00", "-1000.00"),
        ("-120", "-120.00"),
        ("- 120", "-120.00"),
        ("120-", "-120.00"),
        ("\u2212$5.005", "-5.01"),
        ("1,000", "1000.00"),
        ("1 234", "1234.00"),
        ("1\u00a0234.5", "1234.50"),
        ("\u20ac 1,234.5", "1234.50"),
        ("+7", "7.00"),
        (".5", "0.50"),
        ("1e3", "1000.00"),
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),
        ("1.00499999999999999999", "1.00"),
    ],
)
def test_numbers_are_read_exactly(point, text, money):
    assert read(point, text) == (Decimal(money), None)


@pytest.mark.parametrize("text", ["", " ", "-", " - ", "$ -", "\u2013", "NULL", "nan", "N/A", "$"])
def test_blank_numbers_are_no_problem(point, text):
    assert read(point, text) == (None, None)


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "12,50", "1,0000", "--5", ".", "1.2.3", "inf", "1 2"]
)
def test_what_is_no_number_says_so(point, text):
    assert read(point, text) == (None, "number_unreadable")


@pytest.mark.parametrize("text", ["9" * 20, "1e400", "1e13", "1000000000000", "-1,000,000,000,000"])
def test_absurd_numbers_say_so(point, text):
    assert read(point, text)[1] == "number_out_of_range"


@pytest.mark.parametrize(
    ("text", "money"),
    [("1.234,50", "1234.50"), ("12,50", "12.50"), ("(1,5)", "-1.50"), ("1.234", "1234.00")],
)
def test_a_decimal_comma_by_settings(comma, text, money):
    assert read(comma, text) == (Decimal(money), None)


def test_a_decimal_point_is_unreadable_where_commas_are_set(comma):
    assert read(comma, "12.50") == (None, "number_unreadable")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1042.0", "1042"),
        ("1040.00", "1040"),
        ("-7.0", "-7"),
        ("0.0", "0"),
        ("01042", "01042"),
        ("00012.0", "00012"),
        ("1042.50", "1042.50"),
        ("1e5", "1e5"),
        ("A.0", "A.0"),
        (" x ", "x"),
        ("NULL", None),
        ("", None),
        ("  ", None),
    ],
)
def test_ids_survive(point, text, found):
    assert point.execute("SELECT id_of($t)", {"t": text}).fetchone() == (found,)


JAN_5 = dt.date(2024, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05",
        "2024-1-5",
        "2024-01-05 07:45:00",
        "2024-01-05T07:45:00Z",
        "2024-01-05T07:45:00.000+05:30",
        "2024-01-05 10:00 PM",
        "2024/01/05",
        "20240105",
        "20240105.0",
        "5.1.2024",
        "05.01.24 10:00",
        "5-Jan-2024",
        "5 January 2024",
        "5-Jan-24 3:00 pm",
        "Jan 5, 2024",
        "January 5 2024",
    ],
)
def test_clear_dates_read_one_way(point, text):
    query = "SELECT days($t).dmy, days($t).mdy"
    assert point.execute(query, {"t": text}).fetchone() == (JAN_5, JAN_5)


@pytest.mark.parametrize(
    ("text", "dmy", "mdy"),
    [
        ("3/4/2024", dt.date(2024, 4, 3), dt.date(2024, 3, 4)),
        ("03-04-24 14:30", dt.date(2024, 4, 3), dt.date(2024, 3, 4)),
        ("3/4/2024 2:30:00 PM", dt.date(2024, 4, 3), dt.date(2024, 3, 4)),
        ("13/4/2024", dt.date(2024, 4, 13), None),
        ("4/13/2024", None, dt.date(2024, 4, 13)),
        ("1/1/68", dt.date(2068, 1, 1), dt.date(2068, 1, 1)),
        ("1/1/69", dt.date(1969, 1, 1), dt.date(1969, 1, 1)),
        ("31/31/2024", None, None),
        ("2024-02-30", None, None),
        ("2009-12-01junk", None, None),
        ("Foo 5, 2024", None, None),
        ("45292", None, None),
        ("", None, None),
    ],
)
def test_slashed_dates_keep_both_readings(point, text, dmy, mdy):
    query = "SELECT days($t).dmy, days($t).mdy"
    assert point.execute(query, {"t": text}).fetchone() == (dmy, mdy)


@pytest.mark.parametrize(
    ("a", "b", "found"), [(100, 100, 1), (-150, 100, -2), (-149, 100, -1), (150, 100, 2), (0, 7, 0)]
)
def test_division_rounds_half_away_from_zero(point, a, b, found):
    query = "SELECT divided($a::HUGEINT, $b::HUGEINT)"
    assert point.execute(query, {"a": a, "b": b}).fetchone() == (found,)
