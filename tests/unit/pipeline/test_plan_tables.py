"""Small tables that people write: spelled, separated and encoded in any usual way."""

import datetime as dt

import pytest

from gosales.core.errors import ContractError
from gosales.pipeline.plan_tables import read_table

NEEDED, MORE = ("customer_id", "date"), ("note",)


def records(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read_table(path, NEEDED, MORE)


@pytest.mark.parametrize(
    "text",
    [
        "customer_id,date,note\n0042,2024-01-31,a\n",
        "Customer ID;Date;Note\r\n0042;2024-01-31 08:15;a\r\n",
        "sep=;\nDATE;CUSTOMER-ID;note\n2024-01-31T00:00;0042;a\n",
        "\ufeffcustomer_id\tdate\tnote\textra\n\n0042\t2024-01-31\ta\tx\n",
    ],
)
def test_one_table_written_in_four_ways(tmp_path, text):
    (record,) = records(tmp_path, text)
    assert (record.customer(), record.day(), record["note"]) == ("0042", dt.date(2024, 1, 31), "a")


def test_windows_text_and_missing_columns_are_read(tmp_path):
    (record,) = records(tmp_path, "customer_id,date\nMüller,2024-01-31\n", "cp1252")
    assert (record.customer(), record["note"]) == ("Müller", "")


def test_ids_are_written_as_the_engine_writes_them(tmp_path):
    lines = ["1042.0", "007", "'=1+1", "1.50"]
    text = "customer_id,date\n" + "".join(f"{one},2024-01-01\n" for one in lines)
    assert [r.customer() for r in records(tmp_path, text)] == ["1042", "007", "=1+1", "1.50"]


def test_records_are_counted_with_blank_ones(tmp_path):
    found = records(tmp_path, "customer_id,date\n1,2024-01-01\n,\n\n2,soon\n")
    assert [record.number for record in found] == [1, 4]
    with pytest.raises(ContractError, match="record 4: date is 'soon', which is no day"):
        found[1].day()


def test_names_are_known_in_any_case_and_the_nearest_is_named(tmp_path):
    (record,) = records(tmp_path, "customer_id,date\n1,2024-01-01\n")
    assert record.known("division", "cad", ["CAD", "CPE"]) == "CAD"
    with pytest.raises(ContractError, match=r"'Trainng' is not known\. Did you mean 'Training'"):
        record.known("division", "Trainng", ["CAD", "Training"])
    with pytest.raises(ContractError, match="leave it out"):
        record.known("branch", "North", [])


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("7,5", 7.5), ("0", 0)])
def test_numbers(tmp_path, text, value):
    (record,) = records(tmp_path, f'customer_id,date,note\n1,2024-01-01,"{text}"\n')
    assert record.number_of("note") == value


@pytest.mark.parametrize("text", ["-1", "many", "nan", "inf", "1e12"])
def test_what_is_no_number(tmp_path, text):
    (record,) = records(tmp_path, f"customer_id,date,note\n1,2024-01-01,{text}\n")
    with pytest.raises(ContractError, match="no number of note"):
        record.number_of("note")


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(ContractError, match="does not exist"):
        read_table(tmp_path / "none.csv", NEEDED, MORE)
    with pytest.raises(ContractError, match="is empty"):
        records(tmp_path, "")
    with pytest.raises(ContractError, match=r"no column date; its columns are customer_id, when"):
        records(tmp_path, "customer_id,when\n")
