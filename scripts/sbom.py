"""Write the software bill of materials: every locked package, as CycloneDX 1.5 JSON.

    python scripts/sbom.py --output sbom.cdx.json

Names, versions, hashes, platforms and who needs whom come from requirements.lock; licences from the
metadata of the packages that are installed here. The same lock and packages give the same bytes:
there is no time in it, and its serial number is made of its content.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK, ENGINE = ROOT / "requirements.lock", ROOT / "gosales" / "requirements.txt"
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VIA = re.compile(r"^\s+#(?: via)?\s+(?P<name>[A-Za-z0-9._-]+)")


@dataclass(frozen=True)
class Pin:
    """One locked version of a package.

    Attributes:
        marker: Where it is installed; empty for everywhere.
        hashes: SHA-256 of each file that may be installed.
        needed_by: Names of the packages that need it.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which tells it from all others."""
        name = re.sub(r"[-_.]+", "-", self.name).lower()
        return f"pkg:pypi/{name}@{self.version}"


def read_lock(text: str) -> list[Pin]:
    """The pins of a lock that `make lock` wrote, by name and version."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return sorted(map(_pin, filter(PIN.match, blocks)), key=lambda pin: (pin.name, pin.version))


def _pin(block: str) -> Pin:
    match = PIN.match(block)
    assert match is not None  # noqa: S101 - the caller has looked
    users = (VIA.match(line) for line in block.splitlines()[1:])
    return Pin(
        match["name"],
        match["version"],
        (match["marker"] or "").strip(),
        tuple(sorted(HASH.findall(block))),
        tuple(user["name"] for user in users if user and user["name"] != "via"),
    )


def bill(pins: list[Pin], engine: set[str]) -> dict[str, Any]:
    """The bill as CycloneDX names its parts.

    Args:
        engine: `name==version` of what the engine and its dashboard need; the rest is optional.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = {
        "type": "application",
        "bom-ref": project["name"],
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": root},
        "components": [_component(pin, engine) for pin in pins],
        "dependencies": list(_dependencies(project["name"], pins)),
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return content | {"serialNumber": f"urn:uuid:{serial}"}


def _component(pin: Pin, engine: set[str]) -> dict[str, Any]:
    needed = f"{pin.name}=={pin.version}" in engine
    licences = licences_of(pin)
    return {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "scope": "required" if needed else "optional",
        "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
        **({"licenses": licences} if licences else {}),
        **({"properties": [{"name": "marker", "value": pin.marker}]} if pin.marker else {}),
    }


def licences_of(pin: Pin) -> list[dict[str, Any]]:
    """What the installed package says of its licence; nothing where it is not installed here."""
    try:
        told = metadata(pin.name)
    except PackageNotFoundError:
        return []
    if told["Version"] != pin.version:
        return []
    if told["License-Expression"]:
        return [{"expression": told["License-Expression"]}]
    classes = [c for c in told.get_all("Classifier") or [] if c.startswith("License :: ")]
    names = [one.rpartition(" :: ")[2] for one in classes if one != "License :: OSI Approved"]
    first = (told["License"] or "").strip().partition("\n")[0]  # some put the whole text here
    return [{"license": {"name": name}} for name in names or ([first] if first else [])]


def _dependencies(project: str, pins: list[Pin]) -> Iterator[dict[str, Any]]:
    for name, ref in [(project, project), *((pin.name, pin.purl) for pin in pins)]:
        needs = sorted({pin.purl for pin in pins if name in pin.needed_by})
        yield {"ref": ref, "dependsOn": needs}


def main() -> int:
    """Write the bill of this checkout's lock."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, help="the file to write (default: print it)")
    output: Path | None = parser.parse_args().output
    engine = {
        f"{match['name']}=={match['version']}"
        for line in ENGINE.read_text(encoding="utf-8").splitlines()
        if (match := PIN.match(line))
    }
    text = json.dumps(bill(read_lock(LOCK.read_text(encoding="utf-8")), engine), indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8", newline="\n")
        print(f"{output}: {text.count('bom-ref') - 1} packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
