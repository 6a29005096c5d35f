"""Check the locked packages against the OSV database of known vulnerabilities.

    python scripts/audit.py

It runs pip-audit on requirements.lock, for the packages that this platform installs.

Exit 1: a vulnerability is known and a version without it exists, or the check itself broke.
Exit 0: there is none, or none that anybody has mended yet (it is told), or the database could not
be reached (that is told too: nothing was checked then). `[tool.gosales-audit] ignored` in
pyproject.toml names those that do not matter here: each with its id, a reason, and the day until
which that is believed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
# OSV knows names and versions; pip has checked the hashes when it installed them.
OPTIONS = "--vulnerability-service osv --require-hashes --disable-pip --timeout 15 --format json"
UNREACHABLE = re.compile(r"^(requests\.exceptions\.|pip_audit\._service\.interface\.)\w+", re.M)
"""How the traceback of a check ends that found no network, a proxy that refuses, or a service that
is down."""


@dataclass(frozen=True)
class Ignored:
    """A vulnerability that does not matter here: why, and until when that is believed."""

    id: str
    until: dt.date
    reason: str


def ignored_in(pyproject: str) -> list[Ignored]:
    """What the settings say to ignore. Raises TypeError for an entry without id, day or reason."""
    found = tomllib.loads(pyproject).get("tool", {}).get("gosales-audit", {}).get("ignored", [])
    entries = [Ignored(**one) for one in found]
    for one in entries:
        if not (one.reason.strip() and isinstance(one.until, dt.date)):
            raise TypeError(f"{one.id} needs a reason, and a day: until = 2026-12-31")
    return entries


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
            ignored = ignored_in((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
            today = dt.datetime.now(dt.UTC).date()
            valid = {one.id: one.reason for one in ignored if today <= one.until}
            return verdict(json.loads(report.read_text(encoding="utf-8")), valid)
    return failure(done.stderr)


def verdict(report: dict[str, Any], ignored: dict[str, str]) -> tuple[int, str]:
    """Exit code and text for what pip-audit reports: each vulnerability with its remedy.

    Args:
        ignored: Id -> why it does not matter here.
    """
    packages = [package for package in report["dependencies"] if "skip_reason" not in package]
    mended, open_ones, quiet = [], [], []
    for package in packages:
        for one in package["vulns"]:
            told = f"  {package['name']} {package['version']}: {one['id']}"
            why = [ignored[name] for name in (one["id"], *one["aliases"]) if name in ignored]
            if why:
                quiet.append(f"{told}: {why[0]}")
            elif one["fix_versions"]:
                mended.append(f"{told}, mended in {', '.join(one['fix_versions'])}")
            else:
                open_ones.append(told)
    parts = {
        f"{len(mended)} known vulnerabilities. Take newer versions: make lock": mended,
        f"{len(open_ones)} known vulnerabilities that no version has mended yet": open_ones,
        f"{len(quiet)} ignored in pyproject.toml": quiet,
    }
    lines = [line for head, found in parts.items() if found for line in (f"{head}:", *found)]
    sound = f"No known vulnerability in {len(packages)} locked packages."
    return int(bool(mended)), "\n".join(lines) or sound


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
