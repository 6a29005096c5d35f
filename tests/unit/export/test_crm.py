"""The import files: what their headers and cells are, and that nothing in them runs."""

import csv
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.core.errors import ConfigError
from gosales.export.crm import write_dynamics, write_hubspot, write_salesforce
from gosales.export.csv_files import fitting, money, write_csv
from gosales.export.record_ids import read_record_ids
from gosales.export.settings import (
    DynamicsSettings,
    HubspotSettings,
    SalesforceAccounts,
    SalesforceOpportunities,
    SalesforceSettings,
)
from gosales.utils.spreadsheet import neutralise, restore


def read(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream))


@given(st.lists(st.tuples(st.text(), st.floats(-1e9, 1e9), st.text()), max_size=8))
def test_every_text_comes_back_from_a_file_and_numbers_stay_numbers(tmp_path_factory, given_rows):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    rows = [{"a": one, "n": money(number), "b": two} for one, number, two in given_rows]
    assert write_csv(path, {"a": "=A", "n": "n", "b": "b"}, rows) == {path: len(rows)}
    found = read(path)
    assert [(restore(row["'=A"]), restore(row["b"])) for row in found] == [
        (one, two) for one, _, two in given_rows
    ]
    assert [Decimal(row["n"]) for row in found] == [row["n"] for row in rows]


@pytest.fixture
def salesforce(pitches, tmp_path):
    written = write_salesforce(pitches, SalesforceSettings(), tmp_path)
    return [read(path) for path in written], list(written.values())


def test_salesforce_accounts_have_a_key_and_no_name(salesforce):
    (accounts, _), (count, _) = salesforce
    assert count == len(accounts) == 4
    assert list(accounts[0])[:4] == [
        "GoSales_Customer_Id__c",
        "GoSales_Division__c",
        "GoSales_Score__c",
        "GoSales_Grade__c",
    ]
    assert "Name" not in accounts[0]
    assert [row["GoSales_Customer_Id__c"] for row in accounts] == ["007", "'-5", "c3", "d4"]
    first = accounts[0]
    assert first["GoSales_Score__c"] == "40.00"
    assert first["GoSales_Expected_Value__c"] == "400.00"
    assert first["GoSales_Products__c"] == "'=Pro, 38 (+P1); P2"
    assert first["GoSales_Cutoff__c"] == "2024-08-31"


def test_salesforce_opportunities_have_what_salesforce_requires(salesforce):
    (_, deals), _ = salesforce
    first = deals[1]
    assert first["Name"] == "'=HYPERLINK(1) - CAD"
    assert first["StageName"] == "Prospecting"
    assert first["CloseDate"] == "2025-02-28"
    assert first["Account.GoSales_Customer_Id__c"] == "007"
    assert (first["Amount"], first["Probability"]) == ("1000.00", "40")
    assert len({row["GoSales_Pitch_Id__c"] for row in deals}) == len(deals)
    assert max(len(row["Name"]) for row in deals) == 120
    assert deals[0]["Name"].endswith("... - CAD")


def test_nothing_in_any_file_runs_as_a_formula(pitches, tmp_path):
    written = {
        **write_salesforce(pitches, SalesforceSettings(), tmp_path),
        **write_hubspot(pitches, HubspotSettings(), tmp_path),
        **write_dynamics(pitches, DynamicsSettings(), tmp_path, {}),
    }
    assert len(written) == 7
    for path in written:
        for row in read(path, "utf-8-sig"):
            bad = [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
            assert not bad, (path.name, bad)


def test_headers_are_settings_and_an_empty_one_leaves_the_column_out(pitches, tmp_path):
    settings = SalesforceSettings(
        accounts=SalesforceAccounts(account="ERP__c", name="Name", reasons="", run=""),
        opportunities=SalesforceOpportunities(account="Account.ERP__c", remark="Remark__c"),
    )
    accounts, deals = (read(path) for path in write_salesforce(pitches, settings, tmp_path))
    assert {"ERP__c", "Name"} < set(accounts[0])
    assert not {"GoSales_Reasons__c", "GoSales_Run__c", ""} & set(accounts[0])
    assert accounts[2]["Name"] == "שלום עולם"
    assert deals[0]["Account.ERP__c"] == "'-5"
    assert {row["Remark__c"] for row in deals} == {"", "competitor"}
    assert "Remark__c" not in accounts[0], "it is left out where it has no header"


def test_a_key_stays_and_two_headers_differ():
    with pytest.raises(ValueError, match="account"):
        SalesforceAccounts(account="")
    with pytest.raises(ValueError, match="two columns are called 'X'"):
        SalesforceAccounts(score="X", grade="X")


def test_hubspot_deals_have_pipeline_and_stage(pitches, tmp_path):
    settings = HubspotSettings(pipeline="Whitespace", stage="New")
    companies, deals = (read(path) for path in write_hubspot(pitches, settings, tmp_path))
    assert [row["GoSales Customer ID"] for row in companies] == ["007", "'-5", "c3", "d4"]
    assert {(row["Pipeline"], row["Deal Stage"]) for row in deals} == {("Whitespace", "New")}
    assert {row["GoSales Customer ID"] for row in deals} == {"007", "'-5", "c3", "d4"}


def test_what_somebody_works_on_makes_no_new_deal_but_keeps_its_score(pitches, tmp_path):
    left = {pitch.key for pitch in pitches.pitches if pitch.remark == "open opportunity"}
    every = [pitch.key for pitch in pitches.pitches]
    assert 0 < len(left) < len(every)
    dynamics = list(write_dynamics(pitches, DynamicsSettings(), tmp_path, {}))
    salesforce = list(write_salesforce(pitches, SalesforceSettings(), tmp_path))
    hubspot = list(write_hubspot(pitches, HubspotSettings(), tmp_path))
    for path, key in (
        (salesforce[1], "GoSales_Pitch_Id__c"),
        (hubspot[1], "GoSales Pitch ID"),
        (dynamics[1], "GoSales Pitch ID"),
    ):
        found = [row[key] for row in read(path, "utf-8-sig")]
        assert found == [one for one in every if one not in left]
    assert [row["msdyn_entityid"] for row in read(dynamics[2], "utf-8-sig")] == every


def test_no_text_is_longer_than_its_field(pitches, tmp_path):
    """By the references of the objects: Opportunity of Salesforce, opportunity of Dataverse."""
    product = "=" + "P" * 99
    long = replace(
        pitches.pitches[0],
        division="D" * 400,
        products="; ".join([product] * 3),
        reasons="; ".join(["R" * 300] * 200),
        remark="",
    )
    most = replace(pitches, pitches=(long,))
    for paths, line, text in (
        (write_salesforce(most, SalesforceSettings(), tmp_path), 255, 32_000),
        (write_dynamics(most, DynamicsSettings(), tmp_path, {}), 255, 2_000),
    ):
        for path in list(paths)[:2]:
            (row,) = read(path, "utf-8-sig")
            products = next(cell for header, cell in row.items() if "Products" in header)
            assert products == f"'{product};' {product}"
            whys = [row[name] for name in row if "Reasons" in name or name == "Description"]
            assert [text - 303 < len(why) <= text for why in whys] == [True]
            assert whys[0].endswith("R" * 300)
            division = next((row[name] for name in row if "Division" in name), "D" * line)
            assert len(division) == line


@given(st.text(alphabet="=-;a '", max_size=40), st.integers(8, 40))
def test_what_fits_does_so_with_the_apostrophes_of_its_formulas(text, most):
    found = fitting(text, most)
    assert len(neutralise(found)) <= most
    if len(neutralise(text)) <= most:
        assert found == text


def test_the_apostrophe_of_a_formula_counts_in_a_deals_name(pitches, tmp_path):
    long = replace(pitches.pitches[0], name="=" + "A" * 200, remark="")
    most = replace(pitches, pitches=(long,))
    _, deals = write_salesforce(most, SalesforceSettings(), tmp_path)
    (row,) = read(deals)
    assert row["Name"] == "'=" + "A" * (120 - 11) + "... - CAD"


def test_dynamics_files_are_marked_as_utf8(pitches, tmp_path):
    for path in write_dynamics(pitches, DynamicsSettings(), tmp_path, {}):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_predictive_scores_have_the_form_of_their_table(pitches, tmp_path):
    ids = {pitches.pitches[1].key: "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"}
    *_, path = write_dynamics(pitches, DynamicsSettings(), tmp_path, ids)
    rows = read(path, "utf-8-sig")
    first = rows[1]
    assert first["msdyn_entityid"] == "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"
    assert first["msdyn_entitytype"] == "opportunity"
    assert (first["msdyn_score"], first["msdyn_grade"]) == ("40", "0")
    assert (first["msdyn_scoretrend"], first["msdyn_scoredon"]) == ("3", "2024-08-31")
    assert first["Account Number"] == "007"
    assert rows[2]["msdyn_grade"] == "3"  # our E is their D
    assert rows[2]["msdyn_entityid"] == pitches.pitches[2].key
    assert all(0 <= int(row["msdyn_score"]) <= 100 for row in rows)
    assert max(len(row["msdyn_name"]) for row in rows) == 128


def test_scores_may_be_about_accounts(pitches, tmp_path):
    *_, path = write_dynamics(pitches, DynamicsSettings(score_of="account"), tmp_path, {"c3": "G"})
    rows = read(path, "utf-8-sig")
    assert [row["msdyn_entityid"] for row in rows] == ["007", "'-5", "G", "d4"]
    assert {row["msdyn_entitytype"] for row in rows} == {"account"}


def test_record_ids_are_read_with_restored_keys(tmp_path):
    path = tmp_path / "ids.csv"
    path.write_text("record_id,key,more\nG1,'-5,x\n,a,x\nG2,007,x\n", encoding="utf-8-sig")
    assert read_record_ids(path) == {"-5": "G1", "007": "G2"}


@pytest.mark.parametrize("content", [None, b"key;record_id\n1;2\n", b"\xff\xfe\n"])
def test_record_ids_that_cannot_be_read_are_an_error(tmp_path, content):
    path = tmp_path / "ids.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"ids\.csv"):
        read_record_ids(path)
