"""Take the README's pictures of the dashboard: `make screenshots`.

Makes the demo market in a temporary folder, serves it on this machine, photographs four pages in
headless Chromium and writes them to docs/images/ as PNG files of few colours. What is shown is
invented. Needs Chromium: `make test-deps`. A demo market that is made and validated already can be
given as an argument.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
PORT = 8599
SECONDS = 120
WIDTH, COLOURS, MOST_BYTES = 1280, 255, 150_000
PAGES = {
    "overview": ("", 965),
    "whitespace": ("whitespace", 1466),
    "account": ("account?customer={customer}", 925),
    "trust": ("trust", 1735),
}
"""Name -> its path, and how much of it is shown, in pixels from the top."""


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(sys.argv[1]) if len(sys.argv) > 1 else _made(Path(folder) / "demo")
        with _dashboard(demo) as url, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=_browser(), args=list(FLAGS))
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            page.set_default_timeout(1000 * SECONDS)
            for name, (path, height) in PAGES.items():
                picture = _photograph(page, f"{url}/{path.format(customer=_best(demo))}", height)
                _write(IMAGES / f"{name}.png", picture)
            browser.close()


def _made(demo: Path) -> Path:
    _gosales("demo", "--folder", str(demo))
    _gosales("validate", "--workspace", str(demo))
    return demo


def _browser() -> str:
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        sys.exit("Chromium is not there. Install it: make test-deps")
    return found


def _gosales(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "gosales.cli", *arguments], check=True)


@contextmanager
def _dashboard(workspace: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{PORT}"
    command = [sys.executable, "-m", "gosales.ui", "--workspace", str(workspace), "--no-browser"]
    server = subprocess.Popen([*command, "--port", str(PORT)], env=dict(os.environ))
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("The dashboard did not start.")


def _best(demo: Path) -> str:
    """The customer on top of the whitespace list."""
    rows = (demo / "outputs" / "whitespace.csv").read_text(encoding="utf-8").splitlines()
    return rows[1].split(",")[1]


def _photograph(page: Page, url: str, height: int) -> bytes:
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(url)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1")
    page.wait_for_function(
        """() => !document.querySelector("[data-testid=stSkeleton]")
            && [...document.querySelectorAll("[data-testid=stVegaLiteChart]")]
                .every((chart) => !chart.checkVisibility() || chart.querySelector("svg.marks"))"""
    )
    page.wait_for_timeout(1000)  # tables fade in
    return page.screenshot()


def _write(path: Path, picture: bytes) -> None:
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{path} has {size:,} bytes, more than {MOST_BYTES:,}: show less of the page.")
    print(f"{path}: {size:,} bytes")


if __name__ == "__main__":
    main()
