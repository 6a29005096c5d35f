"""Programs from outside PyPI: a test without one is skipped, and fails where it must be there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def missing(program, monkeypatch):
    """The name of a program that no machine has."""
    known = program.__globals__["PROGRAMS"]
    monkeypatch.setitem(known, "no-such", ("its-package", ["no-such-program"], ["no-such/*"]))
    return "no-such"


@pytest.mark.parametrize(("ci", "end"), [("", pytest.skip), ("true", pytest.fail)])
def test_a_missing_program_is_told_with_its_install_command(program, missing, monkeypatch, ci, end):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(end.Exception, match="apt-get install its-package"):
        program(missing)


def test_make_installs_packages_that_the_tests_know(program):
    packages = re.search(r"^TEST_PROGRAMS = (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    known = {package for package, _, _ in program.__globals__["PROGRAMS"].values()}
    assert set(packages[1].split()) <= known
