"""Chosen rows of the lists as one download: those rows and no others."""

import csv
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.core.errors import ConfigError
from gosales.pipeline import export_rows as module
from gosales.pipeline.export_rows import export_rows
from gosales.utils.paths import Workspace
from gosales.utils.store import write_json

RUN = "20250101T120000-000ab12"
CELLS = [
    ("c1", "CAD", "division", "", 0.4), ("c2", "CAD", "division", "", 0.3),
    ("c1", "CAM", "division", "", 0.2), ("c1", "CAD", "product", "P1", 0.3),
    ("c1", "CAD", "product", "P2", 0.1), ("c3", "CAM", "product", "P3", 0.5),
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    place = Workspace(tmp_path)
    run = place.runs / RUN
    run.mkdir(parents=True)
    scores = [
        {Scores.CUSTOMER: one, Scores.NAME: f"=Name {one}", Scores.DIVISION: division,
         Scores.CUTOFF: "2024-12-31", Scores.HORIZON: 6, Scores.GRADE: "A", Scores.RUN: RUN,
         Scores.CELL_STATUS: ""}
        for one in ("c1", "c2", "c3") for division in ("CAD", "CAM")
    ]  # fmt: skip
    rows = [
        {Whitespace.RANK: at, Whitespace.CUSTOMER: one, Whitespace.NAME: f"=Name {one}",
         Whitespace.LEVEL: level, Whitespace.DIVISION: division, Whitespace.SKU: sku,
         Whitespace.SCORE: chance, Whitespace.PRODUCT_SCORE: chance if sku else None,
         Whitespace.VALUE: 100.0, Whitespace.REASONS: "", Whitespace.LOOKALIKES: "",
         Whitespace.BRANCH: None, Whitespace.REP: "Ann", Whitespace.CELL_STATUS: ""}
        for at, (one, division, level, sku, chance) in enumerate(CELLS, 1)
    ]  # fmt: skip
    pd.DataFrame(scores).to_parquet(run / "icp_scores.parquet", index=False)
    pd.DataFrame(rows).to_parquet(run / "whitespace.parquet", index=False)
    write_json(place.published, {"run_id": RUN, "parts": {"lists": RUN}})
    return place


def keys(*places):
    columns = ["customer_id", "division", "level", "product_sku"]
    return pd.DataFrame([CELLS[at][:4] for at in places], columns=columns)


def sheet(workspace, *places):
    made = export_rows(workspace, keys(*places), "xlsx")
    assert made.name == "call_lists.xlsx"
    head, *rows = openpyxl.load_workbook(io.BytesIO(made.content))["All"].values
    return [tuple(dict(zip(head, row, strict=True))[name] for name in
                  ("Account id", "Pitch", "Product")) for row in rows]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_the_workbook_has_the_chosen_rows_only(workspace):
    assert sheet(workspace, 0, 1) == [("c1", "CAD", "P1\nP2"), ("c2", "CAD", None)]
    assert sheet(workspace, 2) == [("c1", "CAM", None)]


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_chosen_products_are_rows_even_where_their_division_is_open(workspace):
    assert sheet(workspace, 3, 5) == [("c1", "CAD", "P1"), ("c3", "CAM", "P3")]


@pytest.mark.parametrize(("form", "deals"), [("salesforce", "salesforce_opportunities.csv"),
                         ("hubspot", "hubspot_deals.csv"),
                         ("dynamics", "dynamics_opportunities.csv")])  # fmt: skip
def test_a_crm_gets_an_archive_with_neutralised_text(workspace, form, deals):
    made = export_rows(workspace, keys(1), form)
    assert made.name == f"{form}.zip"
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        text = archive.read(deals).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert any(cell.startswith("'=Name c2") for cell in rows[1])
    assert export_rows(workspace, keys(1), form) == made, "the same rows, the same bytes"


def test_no_row_or_too_many_is_one_clear_error(workspace, monkeypatch):
    with pytest.raises(ConfigError, match="0 rows cannot"):
        export_rows(workspace, keys(), "xlsx")
    monkeypatch.setattr(module, "MOST_ROWS", 1)
    with pytest.raises(ConfigError, match="2 rows cannot"):
        export_rows(workspace, keys(0, 1), "xlsx")
    with pytest.raises(ConfigError, match="no form"):
        export_rows(workspace, keys(0), "pdf")
