"""How long the dashboard's pages and filters take on large published lists, in a real browser.

    python benchmarks/dashboard_speed.py --customers 200000
    python benchmarks/dashboard_speed.py --customers 200000 --folder big --json figures.json

Invents the files that two scorings publish and a star (seeded, no training), serves them, and asks
headless Chromium. `first` is the first visit after the server started, before anything is kept;
`again` another visitor's. A page counts as there when its first figures or rows can be read, a
filter when the line above the list tells the new count. `cpu` are the CPU seconds of the server,
which do not depend on what else runs on the machine (Linux only). Needs Chromium:
`make test-deps`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import duckdb
from playwright.sync_api import expect, sync_playwright

from gosales.pipeline.publish_lists import GROUP_ROWS

BEFORE, RUN = "20240101T000000-0000000", "20250101T000000-0000000"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PORT, PATIENCE = 8597, 120_000
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PAGES = {
    "Help": ("guide", "h2"),
    "Overview": ("", "[data-testid=stMetricValue]"),
    "Whitespace": ("whitespace", "[data-testid=data-grid-canvas] td"),
    "Account": ("account?customer=100017", "[data-testid=data-grid-canvas] td"),
    "Account, misspelt": ("account?customer=Custommer 100 017 Inc", "h2"),
}
"""Title -> path, and what has to be there."""

WORDS = "'Last order 35 days ago, 5 months ago is usual; 46 % of alike customers own it; Bought '"
CELLS = f"""
    SELECT (100000 + c)::VARCHAR AS customer_id,
        format('Customer {{}} {{}} Inc.', 100 + c // 1000, format('{{:03d}}', c % 1000))
            AS customer_name,
        format('Division {{}}', d) AS division, '2024-12-31' AS cutoff_date,
        6::BIGINT AS horizon_months, hash(c, d) / 2.0 ** 64 AS draw,
        0.4 * draw ** 4 AS icp_score, 100 * draw AS icp_percentile, 'C' AS icp_grade,
        CASE WHEN hash(d, c) % 10 < 6 THEN 'whitespace' WHEN hash(d, c) % 10 < 8 THEN 'lapsed'
            ELSE 'active' END AS status,
        icp_score * (500 + hash(c) % 9000) AS expected_value,
        {WORDS} || (hash(c) % 90)::VARCHAR || ' products' AS reasons,
        CASE WHEN d % 4 = 0 THEN 'baseline' ELSE 'own' END AS model, '{RUN}' AS run_id,
        500.0 + hash(c) % 9000 AS value_if_bought, 100.0 AS value_if_bought_low,
        9999.0 AS value_if_bought_high, 5000.0 AS wallet, 100.0 AS room_to_grow,
        '' AS cell_status, icp_score * 0.7 AS icp_score_low, icp_score * 1.3 AS icp_score_high
    FROM range($customers) AS customers(c), range(12) AS divisions(d)
"""
LISTED = f"""
    SELECT row_number() OVER (PARTITION BY level ORDER BY icp_score DESC, customer_id) AS rank,
        customer_id, customer_name, level, division, product_sku, icp_score,
        CASE WHEN level = 'product' THEN icp_score / 2 END AS product_score, expected_value,
        reasons, 'Alpha Works; Beta Tools; Gamma Parts' AS lookalike_owners,
        format('Branch {{}}', hash(customer_id) % 12) AS branch,
        format('Rep {{}}', hash(customer_id) % 200) AS rep, '{RUN}' AS run_id, cell_status
    FROM cells, (VALUES ('division', ''), ('product', 'SKU1'), ('product', 'SKU2')) kinds
        (level, product_sku)
    WHERE status = 'whitespace' AND (level = 'division' OR icp_score > 0.2)
    ORDER BY level, rank
"""
STAR = (
    """CREATE TABLE fact_transactions AS
        SELECT (100000 + hash(n) % $customers)::VARCHAR AS customer_id,
            DATE '2020-01-01' + (hash(n, 1) % 1826)::INTEGER AS order_date,
            format('Division {}', hash(n, 2) % 12) AS division, 'sale' AS line_type,
            (hash(n, 3) % 100000)::BIGINT AS value_cents,
            format('SKU{}', hash(n, 4) % 480) AS product_sku
        FROM range(20 * $customers) AS lines(n) ORDER BY customer_id, order_date""",
    """CREATE TABLE dim_product AS
        SELECT format('Division {}', n % 12) AS division, format('SKU{}', n) AS product_sku,
            format('Product {}', n) AS product_name FROM range(480) AS skus(n)""",
    """CREATE TABLE cell_status(customer_id VARCHAR, division VARCHAR, product_sku VARCHAR,
        cell_status VARCHAR, valid_from DATE, valid_to DATE)""",
    """CREATE TABLE customer_attribute AS
        SELECT (100000 + c)::VARCHAR AS customer_id, 'industry' AS attribute,
            format('Industry {}', hash(c, 5) % 10) AS attribute_value, NULL::DATE AS valid_from,
            NULL::DATE AS valid_to FROM range($customers) AS customers(c)""",
)


def make_workspace(root, customers):
    """Publish invented lists and their star."""
    run, star = root / "outputs" / "runs" / RUN, root / "data" / "star"
    run.mkdir(parents=True)
    star.mkdir(parents=True)
    (root / "data" / "database_samples").mkdir()
    known = {"customers": customers}
    with duckdb.connect() as db:
        ordered = "ORDER BY customer_id, division"
        db.execute(f"CREATE TABLE cells AS SELECT * EXCLUDE (draw) FROM ({CELLS}) {ordered}", known)
        for name, rows in (("icp_scores", "FROM cells"), ("whitespace", LISTED)):
            _copy(db, rows, run / f"{name}.parquet")
        counts = db.execute("SELECT count(*), count(*) FILTER (status = 'whitespace') FROM cells")
        print("{:,} scores, {:,} of them whitespace".format(*counts.fetchone()))
        publish_before(db, run.parent / BEFORE)
    with duckdb.connect(str(star / f"{RUN}.duckdb")) as db:
        for statement in STAR:
            db.execute(statement, known if "$" in statement else None)
    parts = dict.fromkeys(("star", "models", "lists"), RUN)
    published = {"run_id": RUN, "parts": parts}
    (root / "outputs" / "published.json").write_text(json.dumps(published), encoding="utf-8")
    quality = {"lines_read": 1, "lines_loaded": 1, "lines_rejected": {}, "warnings": []}
    (run / "data_quality.json").write_text(json.dumps(quality), encoding="utf-8")


def publish_before(db, run):
    """The scoring before: as large, with other scores and some other cells."""
    run.mkdir()
    db.execute("UPDATE cells SET icp_score = icp_score * (hash(customer_id) % 90 + 50) / 100")
    db.execute("UPDATE cells SET status = 'active' WHERE hash(customer_id) % 50 = 0")
    _copy(db, "FROM cells", run / "icp_scores.parquet")
    _copy(db, LISTED, run / "whitespace.parquet")
    manifest = {"run_id": BEFORE, "command": "score-all", "publishes": ["lists"]}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _copy(db, rows, target):
    db.execute(f"COPY ({rows}) TO '{target}' (COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS})")


def cpu(server):
    """CPU seconds that the server has used; NaN where the system does not tell them."""
    told = Path(f"/proc/{server.pid}/stat")
    if not told.is_file():
        return float("nan")
    fields = told.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve(root):
    """Start the dashboard; returns its process once it answers."""
    command = [sys.executable, "-m", "gosales.ui", "--workspace", str(root), "--no-browser"]
    server = subprocess.Popen([*command, "--port", str(PORT)], stdout=subprocess.DEVNULL)
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}", timeout=5).close()
            return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The dashboard did not start.")


def load(page, server, path, sign):
    """Seconds until the sign is there, and until the page is whole; CPU seconds of the server."""
    begin, used = time.perf_counter(), cpu(server)
    page.goto(f"http://127.0.0.1:{PORT}/{path}", wait_until="commit")
    page.wait_for_selector(sign, state="attached")
    there = time.perf_counter() - begin
    page.wait_for_selector(f"{READY} h1")
    return {"there": there, "whole": time.perf_counter() - begin, "cpu": cpu(server) - used}


def filter_list(page, server):
    """Seconds from each choice until the new count is told; CPU seconds of the server."""
    load(page, server, *PAGES["Whitespace"])
    told = page.get_by_test_id("stMarkdownContainer").filter(has_text="expected value").first
    found = {}

    def choose(label, name):
        page.get_by_role("combobox", name=label, exact=True).click()
        page.keyboard.insert_text(name)
        return page.get_by_role("option", name=name, exact=True)

    def search():
        page.get_by_role("textbox", name="Search").fill("customer 117")
        return page.keyboard

    steps = {
        "division": lambda: choose("Division", "Division 3"),
        "rep": lambda: choose("Rep", "Rep 17"),
        "segment": lambda: choose("Segment", "industry: Industry 4"),
        "search": search,
    }
    for name, prepare in steps.items():
        before, target = told.inner_text(), prepare()
        begin, used = time.perf_counter(), cpu(server)
        target.press("Enter") if name == "search" else target.click()
        expect(told).not_to_have_text(before)
        found[name] = {"there": time.perf_counter() - begin}
        page.keyboard.press("Escape")
        page.wait_for_selector(READY)
        found[name]["cpu"] = cpu(server) - used
    load(page, server, *PAGES["Whitespace"])
    begin, used = time.perf_counter(), cpu(server)
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page.locator("#glide-cell-1-0")).to_have_text("51")
    found["next page"] = {"there": time.perf_counter() - begin, "cpu": cpu(server) - used}
    return found


def measure(server):
    """All figures, in seconds."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    figures = {}
    with sync_playwright() as driver:
        expect.set_options(timeout=PATIENCE)
        browser = driver.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        for visit in ("first", "again"):
            for name, (path, sign) in PAGES.items():
                with browser.new_context() as visitor:
                    page = visitor.new_page()
                    page.set_default_timeout(PATIENCE)
                    figures[f"{name}, {visit}"] = load(page, server, path, sign)
        with browser.new_context() as visitor:
            page = visitor.new_page()
            page.set_default_timeout(PATIENCE)
            figures |= filter_list(page, server)
        browser.close()
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="Keep the workspace there, or use it again.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = (given.folder or Path(scratch) / "workspace").resolve()
        if not root.exists():
            make_workspace(root, given.customers)
        server = serve(root)
        try:
            figures = measure(server)
        finally:
            server.terminate()
            server.wait()
    for name, values in figures.items():
        print(f"{name:26}", *(f"{key} {value:5.2f} s " for key, value in values.items()))
    print("load average", *(f"{load:.1f}" for load in os.getloadavg()))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
