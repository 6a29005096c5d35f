"""A visitor of the dashboard: goes to pages, waits until they are whole, reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from gosales.ui import app

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
PAGES = tuple(title for title, _ in app.PAGES.values())
"""Their titles."""

SMALL_MODELS = "\n[models]\nsnapshots = 2\nrounds = 10\ntracking = false\n"
"""Settings for lists that are to be looked at, not believed."""

WHOLE = """(title) => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    return all("[data-testid=stApp][data-test-script-state=notRunning]").length
        && (title === null || all("h1").map((head) => head.innerText.trim()).join() === title)
        && !all("[data-stale=true], [data-testid=stSkeleton]").length
        && all("[data-testid=stVegaLiteChart]")
            .every((chart) => !chart.checkVisibility() || chart.querySelector("svg.marks"));
}"""
"""The server is done and everything is drawn; asked at every frame, where `expect` asks about once
a second."""


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
        """Go to a page by the navigation, which a narrow screen has in its drawer."""
        drawer = self.page.get_by_role("button", name="Expand sidebar")
        has_drawer = drawer.is_visible()
        if has_drawer:
            drawer.click()
        self.page.get_by_role("link", name=title, exact=False).first.click()
        self.shows(title)
        if has_drawer:
            expect(drawer).to_be_visible()  # it has closed, and covers nothing
        return self.page

    def shows(self, title):
        """Wait until the page is whole; no box on it may tell of an error."""
        self.settle(title)

    def settle(self, title=None):
        """Wait until the server is done and everything is drawn, below that title if given."""
        page = self.page
        page.wait_for_function(WHOLE, arg=title)
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

    def looks_at_all_pages(self, customer):
        """Every page must be readable and fit the screen; the last one is Help."""
        self.visit(f"account?customer={customer}", "Account")
        for title in ("Account", *(title for title in PAGES if title != "Account")):
            if title != "Account":
                self.go(title)
            found = self.looks()
            assert found == {"faint": [], "wide": [], "sideways": []}, (title, found)
        return self.page

    def looks(self):
        """Texts with too little contrast, what reaches beyond the screen, and tables that have
        to be scrolled sideways below the width of a laptop."""
        self.unroll()
        return self.page.evaluate(LOOKS)

    def unroll(self):
        """Make the screen as high as the page, so that nothing of it is below the fold."""
        height = self.page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        size = self.page.viewport_size
        if height > size["height"]:
            self.page.set_viewport_size(size | {"height": height})
            self.settle()
