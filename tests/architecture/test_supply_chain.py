"""The check for known vulnerabilities says what it found, or that it could not look; the bill of
materials is whole."""

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.test_lock import LOCK, logical_lines, pins

ROOT = Path(__file__).resolve().parents[2]


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


audit, sbom = load("audit"), load("sbom")


def run(name, *arguments, **environment):
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / f"{name}.py", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | environment,
    )


# --- The check ------------------------------------------------------------------------------------


def test_offline_it_says_that_nothing_was_checked_and_stops_nobody():
    """The real pip-audit on the real lock, with a proxy that nobody answers."""
    nowhere = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "all_proxy"), "http://127.0.0.1:9")
    done = run("audit", **nowhere, no_proxy="", NO_PROXY="")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Could not check: offline.")


def test_a_lock_that_cannot_be_read_is_no_pass(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==2.0.0\n", encoding="utf-8")  # without a hash
    code, told = audit.audit(lock)
    assert code == 1
    assert told.startswith("The check itself failed: ")
    assert "hash" in told


REPORT = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "2.0", "vulns": [
            {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"], "aliases": ["CVE-1"]},
            {"id": "GHSA-2", "fix_versions": [], "aliases": []}]},
        {"name": "odd", "skip_reason": "not found"},
    ],
    "fixes": [],
}  # fmt: skip


def test_known_vulnerabilities_that_are_mended_fail_and_are_told_with_their_remedy():
    code, told = audit.verdict(REPORT, {})
    assert code == 1
    assert "weak 2.0: PYSEC-1, mended in 2.1, 3.0" in told
    assert "make lock" in told
    sound = REPORT | {"dependencies": REPORT["dependencies"][::2]}
    assert audit.verdict(sound, {}) == (0, "No known vulnerability in 1 locked packages.")


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_what_nobody_has_mended_or_does_not_matter_here_is_told_and_stops_nobody(name):
    code, told = audit.verdict(REPORT, {name: "only its server"})
    assert code == 0
    assert "that no version has mended yet:\n  weak 2.0: GHSA-2" in told
    assert "weak 2.0: PYSEC-1: only its server" in told


def test_what_is_ignored_has_a_reason_and_a_day():
    entry = '[tool.gosales-audit]\nignored = [{{ id = "CVE-1", {} }}]'
    (one,) = audit.ignored_in(entry.format('until = 2026-12-31, reason = "x"'))
    assert (one.id, one.until.year) == ("CVE-1", 2026)
    for short in ("until = 2026-12-31", 'reason = "x"', 'until = "soon", reason = "x"',
                  'until = 2026-12-31, reason = " "'):  # fmt: skip
        with pytest.raises(TypeError):
            audit.ignored_in(entry.format(short))
    audit.ignored_in((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_day_until_which_something_is_ignored_counts(monkeypatch, tmp_path):
    """The real script with a report of its own: ignored until tomorrow, and until yesterday."""
    lines = "import json, sys\njson.dump({}, open(sys.argv[sys.argv.index('-o') + 1], 'w'))\n"
    (tmp_path / "pip_audit.py").write_text(lines.format(REPORT), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    for days, code in ((1, 0), (-1, 1)):
        until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days)
        (tmp_path / "pyproject.toml").write_text(
            "[tool.gosales-audit]\n"
            f'ignored = [{{ id = "PYSEC-1", until = {until}, reason = "x" }}]',
            encoding="utf-8",
        )
        assert audit.audit(LOCK)[0] == code


@pytest.mark.parametrize(
    "last",
    [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443)",
        "requests.exceptions.SSLError: certificate verify failed",
        "pip_audit._service.interface.ServiceError",
    ],
)
def test_a_source_that_cannot_be_reached_is_no_failure(last):
    assert audit.failure(f"Traceback\n  File x\n{last}\n")[0] == 0
    assert audit.failure(f"ValueError: it quoted {last}\n")[0] == 1


# --- The bill of materials ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bill():
    return json.loads(run("sbom").stdout)


def test_the_bill_has_every_locked_version_with_all_its_hashes(bill):
    found = {(c["name"], c["version"]) for c in bill["components"]}
    assert found == {(name, v) for name, versions in pins(LOCK).items() for v in versions}
    hashes = sum(line.count("--hash=sha256:") for line in logical_lines(LOCK))
    assert sum(len(c["hashes"]) for c in bill["components"]) == hashes > 1000


def test_what_the_engine_needs_is_told_from_tools(bill):
    scope = {c["name"]: c["scope"] for c in bill["components"]}
    assert scope["duckdb"] == scope["streamlit"] == "required"
    assert scope["pytest"] == scope["pyspark"] == "optional"


def test_everything_is_needed_by_something_that_is_there(bill):
    refs = {c["bom-ref"] for c in bill["components"]}
    edges = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert set(edges) == refs | {"gosales-engine"}
    assert {need for needs in edges.values() for need in needs} == refs
    assert any(need.startswith("pkg:pypi/duckdb@") for need in edges["gosales-engine"])


def test_installed_packages_have_their_licence(bill):
    licences = {c["name"]: c["licenses"] for c in bill["components"] if "licenses" in c}
    assert licences["duckdb"] == [{"expression": "MIT"}] or "MIT" in str(licences["duckdb"])
    assert len(licences) > 0.9 * len({c["name"] for c in bill["components"]})


def test_the_same_lock_gives_the_same_bytes_and_another_lock_another_number(bill, tmp_path):
    target = tmp_path / "sbom.json"
    assert run("sbom", "--output", str(target)).returncode == 0
    assert json.loads(target.read_text(encoding="utf-8")) == bill
    assert target.read_bytes() == run("sbom").stdout.encode()
    other = sbom.bill(sbom.read_lock("one==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"), set())
    assert other["serialNumber"] != bill["serialNumber"]


def test_readers_of_cyclonedx_can_read_it(bill):
    from cyclonedx.model.bom import Bom

    read = Bom.from_json(bill)
    assert len(read.components) == len(bill["components"])
    assert read.metadata.component.name == "gosales-engine"
