"""The dashboard behind its door, in a browser: a password, and a proxy that names its visitors."""

import signal

import pytest
from playwright.sync_api import expect

from gosales.ui.door import PASSWORD, USER_HEADER
from gosales.utils.paths import Workspace
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser

SECRET = "open sesame, please"
HEADER = "X-Forwarded-User"
KNOWN = {"username": "anyone", "password": SECRET}
NAMED = {HEADER: "ann@example.com"}


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    """A dashboard that asks for a password and for a proxy's header; its workspace is empty."""
    root = tmp_path_factory.mktemp("door")
    Workspace(root).logs.mkdir(parents=True)
    return serve(root, **{PASSWORD: SECRET, USER_HEADER: HEADER})


@pytest.mark.parametrize(
    ("credentials", "headers"),
    [(None, NAMED), (KNOWN | {"password": "open sesame"}, NAMED), (KNOWN, {})],
    ids=["no password", "wrong password", "not through the proxy"],
)
def test_the_door_stays_shut(browser, url, credentials, headers):
    options = {"http_credentials": credentials, "extra_http_headers": headers}
    with browser.new_context(**options) as visitor:
        for path in ("/trust", "/_stcore/health"):
            answer = visitor.request.get(url + path)
            assert (answer.status, answer.text()) == (401, "A password is needed.")


def test_the_connection_behind_the_pages_is_refused_too(browser, url):
    with browser.new_context(http_credentials=KNOWN) as visitor:  # not a `tab`: 401 is an error
        page = visitor.new_page()
        page.goto(url)
        assert page.evaluate(CONNECT, url.replace("http", "ws") + "/_stcore/stream") == "refused"


CONNECT = """(url) => new Promise((done) => {
    const socket = new WebSocket(url);
    socket.onopen = () => done("opened");
    socket.onclose = () => done("refused");
})"""


def test_who_may_come_in_gets_every_page(screen, url):
    visitor = screen(url, http_credentials=KNOWN, extra_http_headers=NAMED)
    page = visitor.visit("trust", "Can I trust it?")
    expect(page.get_by_text("There is nothing to look at")).to_be_visible()
    visitor.go("Help")
    page.reload()
    visitor.shows("Help")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_ends_when_it_is_asked_to_though_a_page_is_open(browser, serve, tmp_path, name):
    """As by Ctrl-C, and by what runs it as a service."""
    Workspace(tmp_path).logs.mkdir(parents=True)
    address = serve(tmp_path)
    with browser.new_context() as visitor:  # not a `tab`: the page misses its server
        Screen(visitor.new_page(), address).visit("trust", "Can I trust it?")
        assert serve.end(address, getattr(signal, name)) == ""
