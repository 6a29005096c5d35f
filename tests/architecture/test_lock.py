"""The lock and the requirements exported from it: complete, hashed, without any address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
EXPORT = ROOT / "gosales" / "requirements.txt"


def logical_lines(path: Path) -> list[str]:
    """The lines without comments, with continued lines joined."""
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def pins(path: Path) -> dict[str, set[str]]:
    """The versions pinned for each package: more than one where platforms or Pythons differ."""
    found: dict[str, set[str]] = {}
    for line in logical_lines(path):
        if line == "-e .":
            continue
        requirement = Requirement(line.split(" --hash=")[0].strip())
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", line
        found.setdefault(canonicalize_name(requirement.name), set()).add(specifier.version)
    return found


def declared(*extras: str, groups: tuple[str, ...] = ()) -> list[Requirement]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    texts = list(project["dependencies"])
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    for group in groups:
        texts += pyproject["dependency-groups"][group]
    return [Requirement(text) for text in texts]


def assert_pinned(requirements: list[Requirement], path: Path) -> None:
    pinned = pins(path)
    for requirement in requirements:
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{path.name} lacks {requirement.name}: run make lock"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement} in {path.name}"


@pytest.mark.parametrize("path", [LOCK, EXPORT], ids=lambda path: path.name)
def test_no_address_of_any_kind(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|\bhttps?\b|index-url|find-links|trusted-host", text, re.IGNORECASE)
    assert " @ " not in text


def test_the_lock_has_no_option_but_hashes():
    for line in logical_lines(LOCK):
        options = re.findall(r"(?:^|\s)(-{1,2}[a-z-]+)", line)
        assert set(options) == {"--hash"}, line


def test_every_locked_pin_has_sha256_hashes():
    for line in logical_lines(LOCK):
        pin = r"==\S+( ;((?!--).)*)?( --hash=sha256:[0-9a-f]{64})+"
        assert re.search(f"{pin}$", re.sub(r"\s+", " ", line)), line


def test_setup_installs_nothing_without_a_hash():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    installs = [line for line in makefile if "-r requirements.lock" in line]
    assert len(installs) == 2
    assert all(" --require-hashes " in line for line in installs)


def test_the_lock_covers_everything_declared():
    everything = declared("ui", "spark", "postgres", groups=("dev",))
    assert_pinned(everything, LOCK)


def test_the_export_covers_the_core_and_the_ui():
    assert_pinned(declared("ui"), EXPORT)


def test_the_export_agrees_with_the_lock():
    locked = pins(LOCK)
    for name, versions in pins(EXPORT).items():
        assert versions == locked.get(name), f"{name}: run make lock"


def test_the_export_leaves_out_the_other_extras_and_the_development_tools():
    assert not pins(EXPORT).keys() & {"pyspark", "psycopg", "pytest", "mypy", "ruff"}


def test_the_export_ends_with_the_project_itself():
    lines = logical_lines(EXPORT)
    assert lines[-1] == "-e ."
    assert [line for line in lines if line.startswith("-")] == ["-e ."]
