"""A visitor of the dashboard: goes to pages, waits until they are whole, reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
PAGES = {
    "Overview": "",
    "Whitespace": "whitespace",
    "Call plan": "plan",
    "Account": "account",
    "Can I trust it?": "trust",
    "Data quality": "quality",
    "Runs": "runs",
    "Help": "guide",
}
"""The title of each page, and its path."""

SMALL_MODELS = "\n[models]\nsnapshots = 2\nrounds = 10\ntracking = false\n"
"""Settings for lists that are to be looked at, not believed."""

DRAWN = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")]
    .every((chart) => !chart.checkVisibility() || chart.querySelector("svg.marks"))"""


@dataclass(frozen=True)
class Screen:
    """A page of a dashboard as a visitor has it."""

    page: object
    url: str

    def visit(self, path, title):
        """Load a page by its address."""
        self.page.goto(f"{self.url}/{path}")
        self.shows(title)
        return self.page

    def go(self, title):
        """Go to a page by the navigation."""
        self.page.get_by_role("link", name=title, exact=False).first.click()
        self.shows(title)
        return self.page

    def shows(self, title):
        """Wait until the page is whole; no box on it may tell of an error."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        self.settle()

    def settle(self):
        """Wait until the server is done and everything is drawn."""
        page = self.page
        app = page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        page.wait_for_function(DRAWN)
        assert page.get_by_test_id("stException").count() == 0
        boxes = page.get_by_test_id("stAlertContentError")
        assert boxes.all_inner_texts() == []

    def figures(self):
        """Label -> value of the figures in boxes."""
        boxes = self.page.get_by_test_id("stMetric").all()
        found = {}
        for box in boxes:
            label = box.get_by_test_id("stMetricLabel").inner_text()
            found[label.strip()] = box.get_by_test_id("stMetricValue").inner_text().strip()
        return found

    def table(self, at=0):
        """The rows of the table at that place, as far as they are drawn: column title -> cell."""
        grid = (
            self.page.locator("[data-testid=stDataFrame]:visible").nth(at).locator("canvas table")
        )
        expect(grid.locator("tbody tr").first).to_be_attached()
        titles = grid.locator("th").all_text_contents()
        cells = [row.locator("td").all_text_contents() for row in grid.locator("tbody tr").all()]
        return [dict(zip(titles, row, strict=False)) for row in cells]

    def choose(self, label, name):
        """Pick from a list of choices, found by typing: a long list draws a few of them only."""
        self.page.get_by_role("combobox", name=label, exact=True).click()
        self.page.keyboard.insert_text(name)
        self.page.get_by_role("option", name=name, exact=True).click()
        self.page.keyboard.press("Escape")

    def looks(self):
        """Texts with too little contrast, and what reaches beyond the screen."""
        self.unroll()
        return self.page.evaluate(LOOKS)

    def unroll(self):
        """Make the screen as high as the page, so that nothing of it is below the fold."""
        height = self.page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        size = self.page.viewport_size
        if height > size["height"]:
            self.page.set_viewport_size(size | {"height": height})
            self.settle()
