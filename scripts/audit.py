"""Check the locked packages against the OSV database of known vulnerabilities.

    python scripts/audit.py

It runs pip-audit on requirements.lock, for the packages that this platform installs. Exit 1: a
vulnerability is known, or the check itself broke. Exit 0: none is known, or the database could not
be reached, which is said plainly: nothing was checked then.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
# OSV knows names and versions; pip has checked the hashes when it installed them.
OPTIONS = "--vulnerability-service osv --require-hashes --disable-pip --timeout 15 --format json"
UNREACHABLE = re.compile(r"^(requests\.exceptions\.|pip_audit\._service\.interface\.)\w+", re.M)
"""How the traceback of a check ends that found no network, a proxy that refuses, or a service that
is down."""


def audit(lock: Path) -> tuple[int, str]:
    """Exit code and what to tell, for the packages of a lock."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "-r", str(lock), *OPTIONS.split()]
        done = subprocess.run(
            [*command, "--progress-spinner", "off", "-o", str(report)],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if report.is_file():
            return verdict(json.loads(report.read_text(encoding="utf-8")))
    return failure(done.stderr)


def verdict(report: dict[str, Any]) -> tuple[int, str]:
    """Exit code and text for what pip-audit reports: each vulnerability with its remedy."""
    packages = [package for package in report["dependencies"] if "skip_reason" not in package]
    found = [
        f"{package['name']} {package['version']}: {one['id']}"
        + (f", mended in {', '.join(one['fix_versions'])}" if one["fix_versions"] else "")
        for package in packages
        for one in package["vulns"]
    ]
    if found:
        told = "\n".join(f"  {line}" for line in found)
        return 1, f"{len(found)} known vulnerabilities:\n{told}\nTake newer versions: make lock"
    return 0, f"No known vulnerability in {len(packages)} locked packages."


def failure(said: str) -> tuple[int, str]:
    """Exit code and text when there is no report."""
    last = said.strip().splitlines()[-1] if said.strip() else "pip-audit said nothing"
    if UNREACHABLE.search(said):
        return 0, "Could not check: offline. No package was compared with known vulnerabilities."
    return 1, f"The check itself failed: {last}"


def main() -> int:
    """Check the lock of this checkout."""
    code, told = audit(LOCK)
    print(told, file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
