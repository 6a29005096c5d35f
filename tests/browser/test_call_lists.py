"""The exported page in a browser: sorting, filtering, hostile names, paper, without scripts."""

import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gosales.export.page import FILE, write_page
from gosales.export.pitches import Listed, Pitch, Pitches

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror=alert(1)><script>document.title="owned"</script>'
LONG = "Unbreakable" * 28
RTL = "שלום \u202eolleh"
ROWS = [
    ("Ann Lee", "c1", EVIL, "division", "CAD", "", 0.4, 400.0, "North"),
    ("Ann Lee", "c2", LONG, "division", "CAM", "", 0.3, 9000.0, "North"),
    ("Ann Lee", "c3", "Élan 🚜", "product", "CAD", "P1", 0.9, 20.0, "South"),
    ("Bo", "c4", RTL, "division", "CAD", "", 0.2, 100.0, "South"),
    ("Bo", "c5", "Acme", "division", "Training", "", 0.1, 50.0, ""),
]


def pitch(owner, customer, name, level, division, sku, chance, value, branch):
    return Pitch(
        owner=owner, rank=1, customer_id=customer, name=name, level=level, division=division,
        sku=sku, product=sku, products="", remark="", chance=chance, grade="A", value=value,
        branch=branch, rep=owner,
        reasons="Bought CAD; But: <b>far</b>", lookalikes="Zed & Co", slot=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    pitches = Pitches(
        pitches=tuple(pitch(*row) for row in ROWS),
        lists=(Listed("Ann Lee", 3, 9, 9420.0), Listed("Bo", 2, 2, 150.0)),
        cutoff=dt.date(2024, 8, 31),
        horizon_end=dt.date(2025, 2, 28),
        horizon_months=6,
        run_id="run-1",
        held_out=0,
        planned_for="",
        rows_per_list=3,
    )
    write_page(pitches, folder)
    return (folder / FILE).as_uri()


@pytest.fixture
def page(tab, url):
    page = tab()
    page.goto(url)
    return page


def shown(page):
    """The ids of the accounts that can be seen, in order."""
    cells = page.locator("#lists tbody tr:not(.list) td:first-child small")
    return [cell.inner_text() for cell in cells.all() if cell.is_visible()]


def test_all_rows_are_shown_grouped_by_list(page):
    assert shown(page) == ["c1", "c2", "c3", "c4", "c5"]
    heads = page.locator("tr.list")
    assert heads.count() == 2
    assert "3 of 9 rows" in heads.first.inner_text()
    assert page.get_by_role("status").inner_text() == "Showing 5 of 5 rows."


@pytest.mark.parametrize(
    ("label", "choice", "left"),
    [
        ("List", "Bo", ["c4", "c5"]),
        ("Branch", "North", ["c1", "c2"]),
        ("Division", "Training", ["c5"]),
        ("Kind", "Products of owned divisions", ["c3"]),
    ],
)
def test_filters(page, label, choice, left):
    page.get_by_label(label, exact=True).select_option(choice)
    assert shown(page) == left
    assert page.get_by_role("status").inner_text() == f"Showing {len(left)} of 5 rows."
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == 5


def test_a_list_without_rows_left_has_no_heading(page):
    page.get_by_label("Division", exact=True).select_option("CAM")
    assert [head.is_visible() for head in page.locator("tr.list").all()] == [True, False]


@pytest.mark.parametrize(
    ("words", "left"),
    [("elan", ["c3"]), ("ACME training", ["c5"]), ("no such", []), ("c4", ["c4"])],
)
def test_search_ignores_case_and_accents(page, words, left):
    page.get_by_label("Search").fill(words)
    assert shown(page) == left


def test_sorting_by_numbers_and_by_names(page):
    button = page.get_by_role("button", name="Sort by Expected value")
    button.click()
    assert shown(page) == ["c2", "c1", "c4", "c5", "c3"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    button.click()
    assert shown(page) == ["c3", "c5", "c4", "c1", "c2"]
    button.click()
    assert shown(page) == ["c1", "c2", "c3", "c4", "c5"]
    assert page.locator("th[aria-sort]").count() == 0
    page.locator("th", has_text="Branch").click()
    assert shown(page)[-1] == "c5", "rows without a branch come last"


def test_the_keyboard_suffices(page):
    page.get_by_role("button", name="Sort by Probability").focus()
    page.keyboard.press("Enter")
    assert shown(page)[0] == "c3"


def test_sorted_rows_are_filtered_too(page):
    page.get_by_role("button", name="Sort by Probability").click()
    page.get_by_label("List", exact=True).select_option("Ann Lee")
    assert shown(page) == ["c3", "c1", "c2"]


def test_hostile_names_are_shown_and_do_nothing(page):
    first = page.locator("#lists tbody tr:not(.list) td:first-child bdi").first
    assert first.inner_text() == EVIL
    assert page.title() == "Call lists as of 2024-08-31"
    assert page.locator("img").count() == 0
    assert page.locator("#lists b").count() == 0
    assert "\u202e" not in page.content()


def test_nothing_is_asked_from_a_network(tab, url):
    page, asked = tab(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    assert asked == [url]


@pytest.fixture
def listener():
    """A server on this machine: its address, and the paths that it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<link rel=icon href=data:,>heard")

        def log_message(self, *said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


INTRUDER = """
async (address) => {
    const add = (tag, what) =>
        document.body.append(Object.assign(document.createElement(tag), what));
    add("script", { textContent: "window.owned = 1" });
    add("img", { src: address + "/image" });
    add("iframe", { src: address + "/frame" });
    return fetch(address + "/fetch", { mode: "no-cors" }).then(() => "sent", () => "refused");
}
"""


def test_what_got_in_all_the_same_could_neither_run_nor_send(browser, url, listener):
    address, asked = listener
    with browser.new_context() as context:  # not a `tab`: what the policy refuses is an error there
        page = context.new_page()
        page.goto(url)
        assert page.evaluate(INTRUDER, address) == "refused"
        assert page.evaluate("window.owned") is None
        page.goto(address + "/seen")  # the listener hears what may be sent
    assert asked == ["/seen"]


@pytest.mark.parametrize("width", [1600, 1024, 360])
def test_nothing_is_wider_than_the_screen(tab, url, width):
    page = tab(width=width)
    page.goto(url)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_narrow_screen_names_each_value(tab, url):
    page = tab(width=360)
    page.goto(url)
    label = "getComputedStyle(document.querySelector('td.number'), '::before').content"
    assert page.evaluate(label) == '"Probability"'


def test_it_reads_without_scripts(tab, url):
    page = tab(java_script_enabled=False)
    page.goto(url)
    assert shown(page) == ["c1", "c2", "c3", "c4", "c5"]
    assert not page.locator("#choice").is_visible()
    assert page.locator("h2", has_text="How to read this").is_visible()


def test_dark_is_dark_and_paper_is_light(tab, url):
    page = tab(color_scheme="dark")
    page.goto(url)
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(20, 25, 31)"
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    assert not page.locator("#choice").is_visible()
    assert page.locator("#shown").is_visible(), "what was filtered is told on paper too"


def test_a_printout_shows_only_what_was_chosen(tab, url):
    page = tab()
    page.goto(url)
    page.get_by_label("List", exact=True).select_option("Bo")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    assert shown(page) == ["c4", "c5"]
