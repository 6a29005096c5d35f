"""The dashboard of a demo market as a visitor sees it: every page, its numbers, filters, files."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import urlencode

import openpyxl
import pytest
from playwright.sync_api import expect

from gosales.cli import main
from gosales.pipeline.demo import MARKER, SETTINGS
from gosales.ui import wording
from gosales.ui.demo_market import make_demo
from gosales.utils.paths import Workspace
from tests.browser.screens import SMALL_MODELS

pytestmark = pytest.mark.browser

LIMITS = "\n[limits]\nmemory_gb = 2\n"


@pytest.fixture(scope="module")
def root(browser, tmp_path_factory):
    """A workspace without lists, whose demo was loaded, judged and planned for."""
    root = tmp_path_factory.mktemp("dashboard")
    place = root / "demo"
    place.mkdir()
    (place / MARKER).touch()
    (place / "gosales.toml").write_text(SETTINGS + SMALL_MODELS + LIMITS, encoding="utf-8")
    make_demo(Workspace(root))
    for command in (["validate"], ["plan", "--slots", "6", "--holdout", "10%"]):
        with pytest.raises(SystemExit):
            main([*command, "--workspace", str(place)])
    return root


@pytest.fixture(scope="module")
def files(root):
    """Where the demo's published files lie."""
    return root / "demo" / "outputs"


@pytest.fixture(scope="module")
def url(serve, root):
    return serve(root / "demo")


@pytest.fixture
def visitor(screen, url):
    return screen(url)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_rows(path):
    return rows_of(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def plan(files):
    return read_rows(files / "plan" / "plan.csv")


@pytest.fixture(scope="module")
def listed(files, plan):
    """The division rows of the list, by rank, but for the accounts that are not to be called."""
    control = {row["customer_id"] for row in plan if row["group"] == "control"}
    rows = read_rows(files / "whitespace.csv")
    return [r for r in rows if r["level"] == "division" and r["customer_id"] not in control]


def money(rows):
    return wording.money(sum(float(row["expected_value"]) for row in rows))


def told(rows):
    """The line above the whitespace list."""
    customers = wording.plural(len({row["customer_id"] for row in rows}), "customer")
    many = wording.plural(len(rows), "opportunity", "opportunities")
    return f"{many} for {customers}, expected value {money(rows)}"


# --- Every page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (390, "dark")],
    ids=["wide", "narrow"],
)
def test_every_page_is_whole_readable_and_fits_the_screen(screen, url, listed, width, scheme):
    visitor = screen(url, width=width, height=5000, color_scheme=scheme)
    page = visitor.looks_at_all_pages(listed[0]["customer_id"])
    page.emulate_media(media="print", color_scheme=scheme)
    turned = "getComputedStyle(document.querySelector('[data-testid=stAppViewContainer]')).filter"
    paper = page.evaluate(turned)
    assert paper.startswith("invert(1)" if scheme == "dark" else "none"), "it is white"


def test_the_overview_shows_the_numbers_of_the_files(visitor, files, listed):
    page = visitor.visit("", "Overview")
    scores = read_rows(files / "icp_scores.csv")
    never = [row for row in scores if row["status"] == "whitespace"]
    assert visitor.figures() == {
        "Data as of": scores[0]["cutoff_date"],
        "Horizon": "6 months",
        "Customers": wording.count(len({row["customer_id"] for row in scores})),
        "Divisions": str(len({row["division"] for row in scores})),
        "Money at stake": money(never),
        "Expected in all": money(scores),
    }
    first = read_rows(files / "whitespace.csv")[0]
    assert [visitor.table()[0][key] for key in ("Customer", "Division", "Rep")] == [
        first["customer_name"], first["division"], first["rep"]
    ]  # fmt: skip
    boxes = page.get_by_test_id("stVegaLiteChart").first.locator(".in_box_marks text")
    counts = {int(text.replace(",", "")) for text in boxes.all_text_contents()}
    assert {len([r for r in never if r["division"] == name]) for name in divisions(scores)} < counts


def divisions(rows):
    return sorted({row["division"] for row in rows})


def test_trust_shows_the_figures_of_training_and_holdout(visitor, files):
    page = visitor.visit("trust", "Can I trust it?")
    for at, name in ((0, "metrics.json"), (3, "validation/metrics.json")):
        figures = json.loads((files / name).read_text(encoding="utf-8"))
        macro = figures["populations"]["never_bought"]["_macro"]
        model = visitor.table(at)[0]
        assert model["Score"] == "The model"
        assert float(model["AUC"]) == pytest.approx(macro["auc"], abs=5e-4)
        assert float(model["Lift, top 10 %"]) == pytest.approx(macro["lift_10"], abs=5e-3)
    gates = figures["gates"]
    assert [row["Result"] for row in visitor.table(2)] == [gate["result"] for gate in gates]
    expect(page.get_by_text("Does the future leak into the past?")).to_be_visible()


def test_quality_accounts_for_every_line_and_gives_all_rejects(visitor, files):
    page = visitor.visit("quality", "Data quality")
    quality = json.loads((files / "data_quality.json").read_text(encoding="utf-8"))
    figures = visitor.figures()
    assert figures["Lines read"] == f"{quality['lines_read']:,}"
    assert figures["Loaded"] == f"{quality['lines_loaded']:,}"
    with page.expect_download() as file:
        page.get_by_role("button", name="Download all rejects").click()
    assert len(read_rows(file.value.path())) == sum(quality["lines_rejected"].values())
    visitor.choose("Show", "blank")
    shown = page.locator("[data-testid=stDataFrame]:visible").nth(1)
    expect(shown.locator("tbody td").nth(2)).to_have_text("blank")


def test_runs_and_help(visitor, files):
    page = visitor.visit("runs", "Runs")
    runs = sorted((path.name for path in (files / "runs").iterdir()), reverse=True)
    assert [row["Run"] for row in visitor.table()] == runs
    expect(page.get_by_test_id("stCode").first).to_contain_text(runs[0])
    expect(page).to_have_title("Runs - GoSales")
    visitor.go("Help")
    expect(page.get_by_role("cell", name="whitespace", exact=True)).to_be_visible()
    expect(page).to_have_title("Help - GoSales")


# --- The whitespace list --------------------------------------------------------------------------


def summary(page):
    return page.get_by_test_id("stMarkdownContainer").filter(has_text="expected value").first


def test_filters_narrow_the_list_and_a_link_keeps_them(screen, url, visitor, listed):
    page = visitor.visit("whitespace", "Whitespace")
    expect(summary(page)).to_have_text(told(listed))
    first = listed[0]
    visitor.choose("Division", first["division"])
    rows = [row for row in listed if row["division"] == first["division"]]
    expect(summary(page)).to_have_text(told(rows))
    visitor.choose("Rep", first["rep"])
    rows = [row for row in rows if row["rep"] == first["rep"]]
    expect(summary(page)).to_have_text(told(rows))
    visitor.settle()
    assert [row["Customer"] for row in visitor.table()] == [r["customer_name"] for r in rows[:50]]
    other = screen(url)
    other.page.goto(page.url)
    other.shows("Whitespace")
    expect(summary(other.page)).to_have_text(told(rows))


def test_search_value_and_score_narrow_it_too(visitor, listed):
    page = visitor.visit("whitespace?value=500&score=3", "Whitespace")
    rows = [
        r for r in listed if float(r["expected_value"]) >= 500 and float(r["icp_score"]) >= 0.03
    ]
    expect(summary(page)).to_have_text(told(rows))
    customer = rows[-1]["customer_id"]
    page.get_by_label("Search", exact=True).and_(page.get_by_role("textbox")).fill(customer)
    page.keyboard.press("Enter")
    expect(summary(page)).to_have_text(told([r for r in rows if customer in r["customer_id"]]))
    page.get_by_role("textbox", name="Search").fill("no such customer")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing matches. Loosen a filter.")).to_be_visible()


def test_the_second_page_goes_on_and_a_ticked_row_unfolds(visitor, listed):
    page = visitor.visit("whitespace?page=2", "Whitespace")
    rows = listed[50:100]
    heading = page.get_by_role("heading", level=3)
    expect(heading).to_have_text(unfolded(rows[0]))
    page.locator(".dvn-scroller").click(position={"x": 18, "y": 35 * 3 + 17})  # the third box
    expect(heading).to_have_text(unfolded(rows[2]))
    visitor.settle()
    why = page.get_by_test_id("stMarkdownContainer")
    for reason in wording.sentences(rows[2]["reasons"]):
        expect(why.filter(has_text=reason.removeprefix("But: "))).to_be_visible()
    page.get_by_role("link", name="Open the account").click()
    visitor.shows("Account")
    expect(page.get_by_role("heading", level=2)).to_have_text(rows[2]["customer_name"])
    assert f"customer={rows[2]['customer_id']}" in page.url


def test_the_way_back_from_an_account_leads_to_the_list_as_it_was(visitor, listed):
    rep = listed[0]["rep"]
    rows = [row for row in listed if row["rep"] == rep]
    page = visitor.visit(f"whitespace?{urlencode({'rep': rep})}", "Whitespace")
    page.get_by_role("link", name="Open the account").click()
    visitor.shows("Account")
    page.go_back()
    visitor.shows("Whitespace")
    expect(summary(page)).to_have_text(told(rows))
    page.go_forward()
    visitor.shows("Account")
    expect(page.get_by_role("heading", level=2)).to_have_text(rows[0]["customer_name"])


def unfolded(row):
    return f"{wording.shorten(row['customer_name'])}: {row['division']}"


def test_the_keyboard_reaches_everything(visitor):
    page = visitor.visit("whitespace", "Whitespace")
    wanted = {"Help", "Divisions", "Search", "Division", "Rep", "Branch", "Expected at least",
              "Score at least, %", "Leave out the control group", "Download", "Page 2",
              "Open the account"}  # fmt: skip
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
        assert page.evaluate(RINGED), "it is seen where the keyboard is"
    assert wanted <= reached
    page.get_by_test_id("stPopoverButton").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Excel workbook")).to_be_visible()


RINGED = """() => {
    const it = document.activeElement;
    return !it.matches("a, button") || getComputedStyle(it).outlineStyle === "solid";
}"""

FOCUSED = """() => {
    const it = document.activeElement.cloneNode(true);
    it.querySelectorAll("[data-testid=stIconMaterial]").forEach((icon) => icon.remove());
    return it.getAttribute("aria-label") || it.textContent.trim();
}"""


# --- Files to take away ---------------------------------------------------------------------------


@pytest.fixture
def filtered(visitor, listed):
    """The whitespace page with a filter, and the rows that it shows."""
    branch = listed[0]["branch"]
    page = visitor.visit(f"whitespace?branch={branch}&score=4", "Whitespace")
    rows = [r for r in listed if r["branch"] == branch and float(r["icp_score"]) >= 0.04]
    expect(summary(page)).to_have_text(told(rows))
    page.get_by_test_id("stPopoverButton").click()
    return page, rows


def taken(page, label):
    with page.expect_download() as file:
        page.get_by_role("button", name=label, exact=True).click()
    return file.value.path().read_bytes()


# openpyxl cannot read the data bars of Excel 2010.
@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_downloads_hold_exactly_the_rows_that_are_filtered(filtered):
    page, rows = filtered
    assert rows_of(taken(page, "CSV").decode("utf-8")) == rows
    cells = sorted((row["customer_id"], row["division"]) for row in rows)
    assert sorted(in_workbook(taken(page, "Excel workbook"))) == cells
    for form in ("Salesforce", "HubSpot", "Dynamics 365"):
        assert most_rows(taken(page, form)) == len(rows), form


def in_workbook(content):
    """(customer, division) of each row."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *cells = book["All"].iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in cells]
    return [(row["Account id"], row["Pitch"]) for row in found]


def most_rows(content):
    """The rows of an archive's longest table: the opportunities."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return max(
            len(rows_of(archive.read(name).decode("utf-8-sig")))
            for name in archive.namelist()
            if name.endswith(".csv")
        )


# --- Accounts and calls ---------------------------------------------------------------------------


def test_an_account_is_found_by_a_misspelt_name(visitor, files, listed):
    page = visitor.visit("account", "Account")
    name = max((row["customer_name"] for row in listed[:40]), key=len)
    row = next(row for row in listed if row["customer_name"] == name)
    misspelt = name.replace(name[3:5], name[4] + name[3], 1)
    field = page.get_by_role("textbox", name="Customer name or id")
    field.fill(misspelt.lower())
    field.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text(name)
    visitor.settle()
    scores = [
        r for r in read_rows(files / "icp_scores.csv") if r["customer_id"] == row["customer_id"]
    ]
    scores.sort(
        key=lambda one: (
            one["status"] != "whitespace", -float(one["icp_score"]), one["division"]
        )
    )  # fmt: skip
    assert [one["Division"] for one in visitor.table()] == [one["division"] for one in scores]
    field.fill("zzzz qqqq")
    field.press("Enter")
    expect(page.get_by_text("No customer has such a name or id.")).to_be_visible()


def test_the_published_plan_and_one_that_is_tried(visitor, plan):
    page = visitor.visit("plan", "Call plan")
    treated = [row for row in plan if row["group"] == "treated"]
    figures = visitor.figures()
    assert figures["Pitches"] == wording.count(len(treated))
    assert figures["Control group"] == wording.count(len(plan) - len(treated))
    assert figures["Expected value"] == money(treated)
    rep = treated[0]["rep"]
    visitor.choose("Whose list", rep)
    expect(page.locator("[data-testid=stDataFrame]:visible th").first).to_have_text("Call")
    visitor.settle()
    mine = [row for row in treated if row["rep"] == rep]
    assert [row["Id"] for row in visitor.table()] == [row["customer_id"] for row in mine]
    page.get_by_test_id("stPopoverButton").click()
    content = rows_of(taken(page, "CSV").decode("utf-8"))
    assert [row for row in content if row["group"] == "treated"] == mine
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Try a capacity").click()
    page.get_by_role("button", name="Plan", exact=False).and_(
        page.get_by_test_id("stBaseButton-primaryFormSubmit")
    ).click()
    expect(page.get_by_text("To freeze and publish this plan, run")).to_be_visible()
    visitor.settle()
    assert visitor.figures()["Slots"] == wording.count(20 * len({row["rep"] for row in plan}))


# --- Several visitors -----------------------------------------------------------------------------


def test_two_visitors_see_each_their_own(screen, url, listed):
    names = divisions(listed)[:2]
    visitors = [screen(url), screen(url)]
    for visitor, name in zip(visitors, names, strict=True):
        visitor.visit("whitespace", "Whitespace")
        visitor.choose("Division", name)
    for visitor, name in zip(visitors, names, strict=True):
        rows = [row for row in listed if row["division"] == name]
        expect(summary(visitor.page)).to_have_text(told(rows))
        visitor.page.reload()
        visitor.shows("Whitespace")
        expect(summary(visitor.page)).to_have_text(told(rows))


def test_an_empty_workspace_offers_the_demo_to_who_asks(screen, serve, root):
    url = serve(root)
    one, other = screen(url), screen(url)
    for visitor in (one, other):
        visitor.visit("", "Overview")
        expect(visitor.page.get_by_text("There is nothing to look at")).to_be_visible()
    one.page.get_by_role("button", name="Load the demo").click()
    expect(one.page.get_by_text("This is the demo market, not your data.")).to_be_visible()
    one.settle()
    assert "Money at stake" in one.figures()
    one.go("Whitespace")
    expect(one.page.get_by_text("This is the demo market, not your data.")).to_be_visible()
    other.page.reload()
    other.shows("Overview")
    expect(other.page.get_by_text("There is nothing to look at")).to_be_visible()


def test_paper_shows_the_page_without_its_controls_and_its_tables_whole(visitor, listed):
    page = visitor.visit("whitespace", "Whitespace")
    expect(page.locator(".paper")).to_be_hidden()
    page.emulate_media(media="print")
    for hidden in ("stHeader", "stPopover", "stPagination", "stPageLink"):
        expect(page.get_by_test_id(hidden).first).to_be_hidden()
    expect(summary(page)).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_hidden()
    rows = page.locator(".paper tbody tr")
    assert rows.locator("td:nth-child(2)").all_inner_texts() == [
        row["customer_name"] for row in listed[:50]
    ]
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 700, "height": 990})  # A4 between its margins
    expect(page.get_by_role("radiogroup", name="Rows")).to_be_visible()
    visitor.settle()
    page.get_by_role("button", name="Expand sidebar").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    widths = "table => [table.scrollWidth, table.parentElement.clientWidth]"
    table, paper = page.locator(".paper").evaluate(widths)
    assert table <= paper
    assert page.pdf().startswith(b"%PDF")


def test_tables_cannot_be_taken_past_what_neutralises_formulas(visitor):
    page = visitor.visit("whitespace", "Whitespace")
    page.get_by_test_id("stDataFrame").hover()
    tools = page.get_by_test_id("stElementToolbar")
    expect(tools.get_by_role("button", name="Search")).to_be_visible()
    expect(tools.get_by_role("button", name="Download as CSV")).to_have_count(0)


def test_a_window_that_becomes_narrow_shows_cards_in_english(screen, url, listed):
    visitor = screen(url, locale="de-DE")
    page = visitor.visit("whitespace?sort=Expected+value", "Whitespace")
    by_value = sorted(listed, key=lambda row: -float(row["expected_value"]))
    for width in (820, 1010):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(FITS)
        visitor.settle()
        assert visitor.looks()["sideways"] == []
        assert visitor.table()[0]["Customer"] == by_value[0]["customer_name"]
    visitor.choose("Sort by", "Rank")
    page.set_viewport_size({"width": 390, "height": 900})
    cards = page.get_by_role("radiogroup", name="Rows")
    expect(cards).to_be_visible()
    visitor.settle()
    assert visitor.looks()["sideways"] == []
    expect(page.get_by_role("combobox", name="Division", exact=True)).to_be_hidden()
    shown = re.split(r"\n+(?=\d+\. )", cards.inner_text())
    for row, card in zip(listed[:50], shown, strict=True):
        score = f"{100 * float(row['icp_score']):.1f}\u00a0%"
        for told in (row["customer_name"], row["division"], score, money([row])):
            assert told in card
        assert card.startswith(f"{row['rank']}. ")
        assert wording.sentences(row["reasons"])[0].replace(" %", "\u00a0%") in card
    cards.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", level=3)).to_have_text(unfolded(listed[1]))
    assert page.evaluate(AS_TABLES_DO, 1234.5) == "1,234.5"
    expect(page.get_by_role("link", name="Help")).to_be_hidden()
    page.get_by_role("button", name="Expand sidebar").click()
    expect(page.get_by_role("link", name="Help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()


FITS = """() => [...document.querySelectorAll(".dvn-scroller")]
    .every((box) => box.scrollWidth <= box.clientWidth + 1)"""
AS_TABLES_DO = "number => new Intl.NumberFormat(navigator.languages).format(number)"
