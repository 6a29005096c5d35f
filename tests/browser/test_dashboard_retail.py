"""The dashboard on a cut of a real log: Online Retail II, which has neither names nor reps."""

import csv
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import expect

from gosales.cli import main
from gosales.ui import wording
from tests.browser.screens import SMALL_MODELS

pytestmark = pytest.mark.browser

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared" / "data"
LOG, DIVISIONS = SHARED / "online_retail_ii.csv.gz", SHARED / "online_retail_ii_divisions.csv"
CUT = """
    COPY (
        WITH log AS (SELECT * FROM read_csv($log, all_varchar = true)),
        few AS (
            SELECT "Customer ID" FROM log
            WHERE "Customer ID" <> '' AND InvoiceDate >= '2010-12-10'
            GROUP BY "Customer ID" ORDER BY md5("Customer ID") LIMIT 250
        )
        SELECT log.* FROM log SEMI JOIN few USING ("Customer ID") WHERE InvoiceDate >= '2010-06-10'
    ) TO $target (HEADER)
"""
"""A year and a half of 250 of the customers."""

FEW = """[divisions]
include = [
    "BAGS & PURSES", "BAKEWARE & CAKE", "CHRISTMAS", "FRAMES, CLOCKS & SIGNS",
    "STATIONERY & CARDS", "TEXTILES & CUSHIONS",
]
"""


@pytest.fixture(scope="module")
def place(browser, tmp_path_factory):
    if not LOG.is_file():
        pytest.skip(f"{SHARED} with the real logs is not on this machine")
    root = tmp_path_factory.mktemp("retail")
    for folder in ("database_samples", "lookup"):
        (root / "data" / folder).mkdir(parents=True)
    log = root / "data" / "database_samples" / "log.csv"
    duckdb.execute(CUT, {"log": str(LOG), "target": str(log)})
    (root / "data" / "lookup" / "products.csv").write_bytes(DIVISIONS.read_bytes())
    settings = (CHECKOUT / "examples" / "online_retail_ii" / "gosales.toml").read_text("utf-8")
    assert "[divisions]\n" in settings
    settings = settings.replace("[divisions]\n", FEW) + SMALL_MODELS
    (root / "gosales.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["score-all", "--workspace", str(root)])
    assert not end.value.code
    return root


@pytest.fixture(scope="module")
def url(serve, place):
    return serve(place)


@pytest.fixture(scope="module")
def listed(place):
    with (place / "outputs" / "whitespace.csv").open(newline="", encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["level"] == "division"]


def test_every_page_is_whole_readable_and_fits_the_screen(screen, url, listed):
    visitor = screen(url, height=5000, color_scheme="dark")
    visitor.looks_at_all_pages(listed[0]["customer_id"])


def test_accounts_go_by_their_ids_and_lists_by_country(screen, url, listed):
    visitor = screen(url)
    page = visitor.visit("whitespace", "Whitespace")
    expect(page.get_by_role("combobox", name="Rep")).to_have_count(0)
    assert [row["Customer"] for row in visitor.table()][:5] == [
        row["customer_id"] for row in listed[:5]
    ]
    visitor.choose("Branch", "France")
    rows = [row for row in listed if row["branch"] == "France"]
    expect(
        page.get_by_text(wording.plural(len(rows), "opportunity", "opportunities"))
    ).to_be_visible()
    visitor.go("Account")
    page.get_by_role("textbox", name="Customer name or id").fill(rows[0]["customer_id"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text(rows[0]["customer_id"])
