import csv
import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

from gosales.simulate.catalogue import PAIR_COLUMNS
from gosales.simulate.market import MarketSettings, simulate_market
from gosales.simulate.raw_rows import conversion_rates
from gosales.simulate.write_logs import write_workspace

HISTORY = "data/database_samples/Sales_Log.csv"
HOLDOUT = "data/holdout/Sales Log 2025 YTD.csv"
CUSTOMERS = "data/lookup/customers.csv"
KNOWN_HEADERS = {
    "Rec Date", "Invoice_Date", "PO_Date", "Created_Date", "Last_Update",
    "Invoice", "PO_Number", "Id", "SalesOrderId", "PurchaseOrderId", "InvoiceId", "CustomerId",
    "OpportunityId", "Branch", "Division", "Rep", "Manager", "ProcessingRepresentative",
    "OrderType", "Status", "Origination", "SalesChannel", "Notes", "Description",
    "Customer", "_3DigitZip", "Referral Rep", "Revenue", "COGS", "GP", "Term GP", "Referral_GP",
    "InvoiceCurrency", "UsdCadConversionRate", "GPCurrencyRateAdjustment",
    "New", "CurrencyMismatch", "Success Plan Only", "CPE_Duplicated_GP_Flag",
    "Success Plan Attached", "Success Plan Level",
}  # fmt: skip
KNOWN_VALUES = {
    "SWX_Core", "SWX_Pro_Prem", "SW_Electrical", "SW_Inspection", "DraftSight", "Core_New_UAP",
    "Pro_Prem_New_UAP", "PDM", "EPDM_CAD_Editor_Seats", "Simulation", "SW_Plastics", "Services",
    "Training", "Success_Plan", "AM_Support", "SpareParts_RepairParts_TimeAndMaterials",
    "AM_Software", "FormLabs", "FDM", "SAF", "SLA", "P3", "Metals", "Polyjet", "Fortus", "uPrint",
    "_1200_Elite_Fortus250", "Post_Processing", "HV_Simulation", "CATIA", "Delmia_Apriso",
    "Creaform", "Artec", "CAMWorks", "CAMWorks_Seats",
}  # fmt: skip
KNOWN_PAIRS = {(value, f"{value}_Qty") for value in KNOWN_VALUES} | {
    ("Supplies", "Consumables_Qty"), ("DELMIA", "Delmia_Qty"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(market, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    write_workspace(market, folder)
    return folder


def records(path):
    """The records of a raw file as dicts, without blank lines and repeated headers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    header = rows[0]
    frame = pd.DataFrame([row for row in rows[1:] if row != header], columns=header)
    assert all(len(row) == len(header) for row in rows)
    return frame


@pytest.fixture(scope="module")
def history(folder):
    return records(folder / HISTORY)


@pytest.fixture(scope="module")
def holdout(folder):
    return records(folder / HOLDOUT)


def day_of(text):
    if "/" in text:
        return dt.datetime.strptime(text.split(" ")[0], "%m/%d/%Y").date()
    return dt.date.fromisoformat(text)


def number_of(text):
    plain = text.replace("$", "").replace(",", "")
    if plain in {"", "-"}:
        return 0.0
    return -float(plain[1:-1]) if plain.startswith("(") else float(plain)


def sold_pairs(frame):
    """What a careful reader makes of a raw file: one row per SKU, in US dollars."""
    frame = frame[frame["CPE_Duplicated_GP_Flag"] == "FALSE"]
    parts = []
    for value, quantity in PAIR_COLUMNS:
        rows = frame[(frame[value] != "") | (frame[quantity] != "")]
        money = rows[value].map(number_of).to_numpy(dtype=float)
        rate = rows["UsdCadConversionRate"].astype(float).to_numpy()
        cad = (rows["InvoiceCurrency"] == "CAD").to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": rows["CustomerId"].str.removesuffix(".0").to_numpy(),
                    "event_day": rows["Rec Date"].map(day_of).to_numpy(),
                    "created_day": rows["Created_Date"].map(day_of).to_numpy(),
                    "selling_division": rows["Division"].to_numpy(),
                    "sku": value,
                    "quantity": rows[quantity].map(number_of).astype(int).to_numpy(),
                    "value_cents": np.rint(100 * money / np.where(cad, rate, 1)).astype(int),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def in_order(frame):
    columns = sorted(frame.columns)
    return frame[columns].sort_values(columns).reset_index(drop=True)


@pytest.mark.parametrize("file", ["history", "holdout"])
def test_the_files_say_what_was_sold(request, market, file):
    """Every line can be read back to the cent, through formats, currencies and copies."""
    read = sold_pairs(request.getfixturevalue(file))
    compare = pc.less_equal if file == "history" else pc.greater
    inside = compare(market.lines["event_day"], market.settings.last_day)
    sold = market.lines.filter(inside).to_pandas()[list(read.columns)]
    pd.testing.assert_frame_equal(in_order(read), in_order(sold), check_dtype=False)


def test_files_are_split_by_the_event_day(history, holdout):
    assert max(history["Rec Date"].map(day_of)) <= dt.date(2024, 12, 31)
    assert min(holdout["Rec Date"].map(day_of)) > dt.date(2024, 12, 31)
    late = history["Created_Date"].map(day_of) > dt.date(2024, 12, 31)
    assert late.any()


def test_every_header_is_known(history, holdout):
    pairs = {header for pair in KNOWN_PAIRS for header in pair}
    assert set(history.columns) <= KNOWN_HEADERS | pairs
    assert set(PAIR_COLUMNS) <= KNOWN_PAIRS
    assert set(history.columns) == set(holdout.columns)
    assert list(history.columns) != list(holdout.columns)


def test_the_exports_are_rough(folder, history, holdout):
    raw = (folder / HISTORY).read_text(encoding="utf-8")
    assert not raw.startswith("\ufeff")
    assert raw.count("\n\n") == 4  # between the years
    assert raw.count("Rec Date,") == 2
    assert (folder / HOLDOUT).read_bytes().startswith("\ufeff".encode())
    assert history["CustomerId"].str.endswith(".0").all()
    assert not holdout["CustomerId"].str.contains(".", regex=False).any()
    assert holdout["Revenue"].str.match(r"\$[\d,]+\.\d\d$|\(\$[\d,]+\.\d\d\)$|-$").all()
    assert holdout["Revenue"].str.startswith("(").any()
    assert 0 < history["Revenue"].str.contains("$", regex=False).mean() < 0.05
    assert history["Revenue"].str.match(r"-\d").any()
    assert history["Notes"].str.contains("\n").any()
    assert history["Customer"].str.contains(",").any()
    assert 0 < (history["InvoiceCurrency"] == "CAD").mean() < 0.2


def test_line_ids_are_unique_and_copies_are_flagged(history, holdout):
    both = pd.concat([history, holdout])
    assert both["Id"].is_unique
    flagged = history[history["CPE_Duplicated_GP_Flag"] == "TRUE"]
    assert len(flagged) > 5
    assert set(flagged["Division"]) == {"CPE"}
    twins = history.drop(columns=["Id", "CPE_Duplicated_GP_Flag"]).duplicated(keep="last")
    assert twins.sum() >= len(flagged)
    same = [column for column in history.columns if column not in {"Id", "CPE_Duplicated_GP_Flag"}]
    above = history.loc[flagged.index - 1, same].reset_index(drop=True)
    pd.testing.assert_frame_equal(flagged[same].reset_index(drop=True), above)


def test_totals_are_those_of_the_pairs(history):
    pairs = sum(history[value].map(number_of) for value, _ in PAIR_COLUMNS)
    assert np.allclose(pairs, history["Revenue"].map(number_of))
    rest = history["Revenue"].map(number_of) - history["COGS"].map(number_of)
    assert np.allclose(rest, history["GP"].map(number_of))


def test_a_few_customers_change_their_name(history):
    names = history.groupby("CustomerId")["Customer"].agg(["nunique", "first", "last"])
    renamed = names[names["nunique"] > 1]
    assert 0 < len(renamed) < 0.05 * len(names)
    numbers = renamed[["first", "last"]].map(lambda name: name.split(" ")[0])
    assert (numbers["first"] == numbers["last"]).all()


def test_the_lookup_knows_the_customers_of_the_history(folder, market, history):
    lookup = pd.read_csv(folder / CUSTOMERS, dtype=str)
    assert list(lookup.columns) == ["customer_id", "industry", "size_band", "state"]
    assert len(lookup) == market.settings.customers
    assert lookup["customer_id"].is_unique
    assert lookup.notna().all(axis=None)
    assert set(history["CustomerId"].str.removesuffix(".0")) <= set(lookup["customer_id"])


def test_the_rate_is_canadian_dollars_per_us_dollar():
    months = np.arange("2015-01", "2035-01", dtype="datetime64[M]")
    rates = conversion_rates(months)
    assert ((rates > 1.2) & (rates < 1.45)).all()


def test_same_settings_same_bytes(tmp_path):
    settings = MarketSettings(customers=80, seed=2, history_months=14)
    for name in ("one", "two"):
        write_workspace(simulate_market(settings), tmp_path / name)
    for file in (HISTORY, HOLDOUT, CUSTOMERS):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
        assert b"\r" not in (tmp_path / "one" / file).read_bytes()


def test_writing_again_replaces(tmp_path):
    settings = MarketSettings(customers=30, seed=2, history_months=6, last_day=dt.date(2023, 6, 30))
    market = simulate_market(settings)
    write_workspace(market, tmp_path)
    write_workspace(market, tmp_path)
    files = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert files == [HISTORY, HOLDOUT.replace("2025", "2023"), CUSTOMERS]


def test_no_holdout_no_file(tmp_path):
    settings = MarketSettings(customers=30, seed=2, history_months=6, holdout_months=0)
    write_workspace(simulate_market(settings), tmp_path)
    assert list((tmp_path / "data" / "holdout").iterdir()) == []
