"""Headless Chromium, for pages as people see them."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(program):
    """A running browser; skips without one (see `program`)."""
    path = program("chromium")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(path), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def tab(browser):
    """`tab(width=..., color_scheme=...)`: a new page; what goes wrong on one fails the test.

    Wrong is an error on the console or in a script, and a request that fails.
    """
    contexts, troubles = [], []

    def open_tab(width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(request.url))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert troubles == []
