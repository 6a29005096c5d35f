"""Text that a spreadsheet would run as a formula, made harmless in CSV files, and back.

A spreadsheet that opens a CSV file takes a cell such as `=HYPERLINK(...)` for a formula. An
apostrophe in front makes it text. A spreadsheet that splits cells at semicolons or tabs, as in
countries with a decimal comma, takes no heed of quotes within a line: there the part behind one is
a cell of its own, and gets an apostrophe too. Text that has apostrophes in front of such a
beginning already gets one more, so that taking one away always gives back what was there.
"""

from __future__ import annotations

import re

SIGN = " *[=+\\-@\uff1d\uff0b\uff0d\uff20]"
STARTS = f"'*(?:[\\t\\r\\n]|{SIGN})"
"""How a formula begins: `=`, `+`, `-`, `@` (also the full-width ones, also behind spaces), or a tab
or line end, behind which some programs look."""

BREAKS = "([;\\t\\r\\n])"
FIRST, LATER = f"^({STARTS})", f"{BREAKS}('*{SIGN})"
MARKED_FIRST, MARKED_LATER = f"^'({STARTS})", f"{BREAKS}'('*{SIGN})"
_first, _later, _marked_first, _marked_later = map(
    re.compile, (FIRST, LATER, MARKED_FIRST, MARKED_LATER)
)


def neutralise(text: str) -> str:
    """Text for a CSV cell, with an apostrophe in front where it would run as a formula.

    >>> neutralise("=1+1"), neutralise("'-5"), neutralise("O'Neil"), neutralise("A; =1")
    ("'=1+1", "''-5", "O'Neil", "A;' =1")
    """
    return _first.sub(r"'\1", _later.sub(r"\1'\2", text))


def restore(cell: str) -> str:
    """What `neutralise` was given.

    >>> restore("'=1+1"), restore("''-5"), restore("'tis"), restore("A;' =1")
    ('=1+1', "'-5", "'tis", 'A; =1')
    """
    return _marked_later.sub(r"\1\2", _marked_first.sub(r"\1", cell))


def neutral_sql(expression: str) -> str:
    """A DuckDB text expression, neutralised; NULL stays NULL."""
    return _replaced(_replaced(expression, LATER, r"\1'\2"), FIRST, r"'\1")


def restored_sql(expression: str) -> str:
    """A DuckDB expression for a cell of such a file, as the text that it stands for."""
    return _replaced(_replaced(expression, MARKED_FIRST, r"\1"), MARKED_LATER, r"\1\2")


def _replaced(expression: str, pattern: str, by: str) -> str:
    pattern, by = (text.replace("'", "''") for text in (pattern, by))
    return f"regexp_replace({expression}, '{pattern}', '{by}', 'g')"
