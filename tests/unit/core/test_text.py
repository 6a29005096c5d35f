import os
import subprocess
import sys

import pytest

from gosales.core.errors import SalesLogError
from gosales.core.text import printable

CLEAR = "\x1b[2J"


@pytest.mark.parametrize("text", ["", "Büro Ω 漢字", "a b; c", "O'Hara & Sons"])
def test_letters_of_all_scripts_stay(text):
    assert printable(text) == text


@pytest.mark.parametrize("char", ["\x1b", "\0", "\x07", "\x9b", "\u202e", "\u2066", "\ud800"])
def test_what_steers_a_terminal_is_shown_as_its_code(char):
    shown = printable(f"a{char}b")
    assert shown.isprintable()
    assert shown in (f"a\\x{ord(char):02x}b", f"a\\u{ord(char):04x}b")


def test_an_error_is_one_paragraph_fit_for_a_terminal():
    told = str(SalesLogError(f"The column {CLEAR}\nName is missing.", remedy="Add it."))
    assert told == "The column \\x1b[2J Name is missing. Add it."


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_the_command_line_prints_any_name_in_any_encoding(encoding):
    code = (
        "import click; from gosales.cli.terminal import calm_output\n"
        "with calm_output(): click.echo('漢字\\x07\\nnext')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    said = ended.stdout.decode(encoding)
    assert "\x07" not in said
    assert said.splitlines()[1] == "next"
