"""Write gosales/requirements.txt: the pins of requirements.lock that the engine and its UI need.

    python scripts/export_requirements.py --uv uv

`make lock` runs this after it has refreshed the lock. uv resolves the core and the `ui` extra for
every platform with the lock as its constraint; this script then checks each pin against the lock,
so that the two files cannot disagree, and adds the header and the closing `-e .`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
TARGET = ROOT / "gosales" / "requirements.txt"
HEADER = """\
# The pinned dependencies of the engine and its dashboard, for pip without the development tools.
# Run from the checkout's root: pip install -r gosales/requirements.txt
# Made by `make lock` from requirements.lock: do not edit.
"""
PIN = re.compile(r"^(?P<pin>[A-Za-z0-9._-]+==[^\s;\\]+)")


def pins(text: str) -> set[str]:
    """Give the `name==version` pins of a requirements text."""
    return {match["pin"] for line in text.splitlines() if (match := PIN.match(line))}


def resolve(uv: str, lowest_python: str) -> str:
    """Resolve the core and the `ui` extra within the lock, as requirement lines."""
    options = f"--universal --extra ui --python-version {lowest_python} -c {LOCK.name}"
    quiet = "--no-header --no-annotate --no-emit-index-url --quiet"
    command = [uv, "pip", "compile", "pyproject.toml", *options.split(), *quiet.split()]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return done.stdout


def main() -> int:
    """Write the file; exit 1 when a pin is not in the lock."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uv", default="uv", help="the uv program (default: %(default)s)")
    parser.add_argument("--python-version", default="3.11", help="the lowest Python supported")
    arguments = parser.parse_args()

    resolved = resolve(arguments.uv, arguments.python_version)
    strangers = pins(resolved) - pins(LOCK.read_text(encoding="utf-8"))
    if strangers:
        print(
            f"not in {LOCK.name}: {', '.join(sorted(strangers))}. Run: make lock", file=sys.stderr
        )
        return 1
    TARGET.write_text(f"{HEADER}{resolved}-e .\n", encoding="utf-8", newline="\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(pins(resolved))} pins")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
