"""Text that a spreadsheet would run as a formula, made harmless in CSV files, and back.

A spreadsheet that opens a CSV file takes a cell such as `=HYPERLINK(...)` for a formula. An
apostrophe in front makes it text. Text that has apostrophes in front of such a beginning already
gets one more, so that taking one away always gives back what was there.
"""

from __future__ import annotations

import re

STARTS = "[\\t\\r\\n]| *[=+\\-@\uff1d\uff0b\uff0d\uff20]"
"""How a formula begins: `=`, `+`, `-`, `@` (also the full-width ones, also behind spaces), or a tab
or line end, behind which some programs look."""

FORMULA = f"^'*(?:{STARTS})"
_formula = re.compile(FORMULA)
_neutralised = re.compile(f"^'+(?:{STARTS})")


def neutralise(text: str) -> str:
    """Text for a CSV cell, with an apostrophe in front where it would run as a formula.

    >>> neutralise("=1+1"), neutralise("'-5"), neutralise("O'Neil"), neutralise("'tis")
    ("'=1+1", "''-5", "O'Neil", "'tis")
    """
    return f"'{text}" if _formula.match(text) else text


def restore(cell: str) -> str:
    """What `neutralise` was given.

    >>> restore("'=1+1"), restore("''-5"), restore("'tis")
    ('=1+1', "'-5", "'tis")
    """
    return cell[1:] if _neutralised.match(cell) else cell


def neutral_sql(expression: str) -> str:
    """A DuckDB text expression, neutralised; NULL stays NULL."""
    runs = _matches(expression, FORMULA)
    return f"CASE WHEN {runs} THEN chr(39) || {expression} ELSE {expression} END"


def restored_sql(expression: str) -> str:
    """A DuckDB expression for a cell of such a file, as the text that it stands for."""
    marked = _matches(expression, f"^'+(?:{STARTS})")
    return f"CASE WHEN {marked} THEN substr({expression}, 2) ELSE {expression} END"


def _matches(expression: str, pattern: str) -> str:
    quoted = pattern.replace("'", "''")
    return f"regexp_matches({expression}, '{quoted}')"
