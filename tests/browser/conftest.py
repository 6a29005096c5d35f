"""Headless Chromium, for pages as people see them, and dashboards to look at in it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from gosales.ui.door import PASSWORD, USER_HEADER
from tests.browser.screens import Screen

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = (
    60_000  # milliseconds: a busy machine is no failure, and waits end with what they wait for
)


@pytest.fixture(scope="module")
def browser(program):
    """A running browser; skips without one (see `program`)."""
    path = program("chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(path), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def profile(browser):
    """`profile(0, color_scheme=...)`: a browser's profile with these options, kept for the module.

    What it loaded once it need not load again. Pages that are open at the same time need profiles
    of different numbers: of one profile only the page in front is quick.
    """
    kept = {}

    def open_profile(number, **options):
        key = (number, repr(sorted(options.items())))
        if key not in kept:
            kept[key] = browser.new_context(**options)
        return kept[key]

    yield open_profile
    for context in kept.values():
        context.close()


@pytest.fixture
def tab(profile):
    """`tab(width=..., color_scheme=...)`: a new page; what goes wrong on one fails the test.

    Wrong is an error on the console or in a script, a request to another machine, and one that
    fails; not one that the browser gave up itself, as for a font of a page that was left.
    """
    pages, troubles = [], []

    def open_tab(width=1280, height=900, **options):
        page = profile(len(pages), **options).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.add_init_script("localStorage.clear()")  # such as an open drawer of an earlier test
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        page.on("request", lambda one: _is_abroad(one.url) and troubles.append(one.url))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "requestfailed",
            lambda one: one.failure != "net::ERR_ABORTED" and troubles.append(one.url),
        )
        return page

    yield open_tab
    for page in pages:
        page.close()
    assert troubles == []


def _is_abroad(url):
    return urlsplit(url).hostname not in {None, "127.0.0.1"}


# --- The dashboard --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def serve(browser, tmp_path_factory):
    """The dashboards of a module; see `Servers`.

    Asks for the browser, so that nothing is started where there is none.
    """
    servers = Servers(tmp_path_factory.mktemp)
    yield servers
    stuck = [told for address in list(servers.running) if (told := servers.end(address))]
    assert not stuck, f"A dashboard did not end:\n{stuck[0]}"


class Servers:
    """`serve(folder, GOSALES_...=...)`: a dashboard of that workspace; returns its address."""

    def __init__(self, make_folder):
        self.make_folder, self.running = make_folder, {}

    def __call__(self, folder, **environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-P", "-m", "gosales.ui", "--workspace", str(folder)]
        plain = {k: v for k, v in os.environ.items() if k not in {PASSWORD, USER_HEADER}}
        said = (self.make_folder("server") / "said.txt").open("w+", encoding="utf-8")
        server = subprocess.Popen(
            [*command, "--port", str(port), "--no-browser"],
            env=plain | {"PYTHONFAULTHANDLER": "1"} | environment,
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        self.running[address] = server, said
        _wait_for(f"{address}/", server, said)
        return address

    def end(self, address, signal_=signal.SIGTERM):
        """Ask a dashboard to end. Returns "", or what each thread of one did that does not end."""
        server, said = self.running.pop(address)
        server.send_signal(signal_)
        try:
            server.wait(30)
            return ""
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGABRT)  # Python's fault handler writes the stacks
            server.wait()
            return _told(said)
        finally:
            said.close()


def _wait_for(address, server, said):
    """Until something answers; 401 and 403 are answers too."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            assert server.poll() is None, _told(said)
            time.sleep(0.05)  # nothing tells when a port begins to listen
    pytest.fail(f"The dashboard did not answer: {_told(said)}")


def _told(said):
    said.seek(0)
    return said.read()


@pytest.fixture
def screen(tab):
    """`screen(url, width=...)`: a new visitor of the dashboard at that address."""
    return lambda url, **options: Screen(tab(**options), url)
