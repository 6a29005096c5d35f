"""CSV files for other programs: columns with their headers, text neutralised."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gosales.utils.spreadsheet import neutralise
from gosales.utils.store import replacing

UTF8, UTF8_MARKED = "utf-8", "utf-8-sig"


def write_csv(
    path: Path,
    headers: Mapping[str, str],
    rows: Collection[Mapping[str, Any]],
    encoding: str = UTF8,
) -> dict[Path, int]:
    """Write `rows`, whose keys are those of `headers`; a column with an empty header is left out.

    Text is neutralised (see utils/spreadsheet.py), numbers stay numbers.

    Returns:
        The path, and how many rows it has.
    """
    kept = {key: header for key, header in headers.items() if header}
    with replacing(path) as temporary, temporary.open("w", encoding=encoding, newline="") as stream:
        # All text in quotes: the writer would leave a lone carriage return without them.
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(neutralise(header) for header in kept.values())
        writer.writerows([_cell(row[key]) for key in kept] for row in rows)
    return {path: len(rows)}


def _cell(value: Any) -> Any:
    return neutralise(value) if isinstance(value, str) else value


def money(value: float) -> Decimal:
    """A number that is written with two decimals.

    >>> str(money(-1234.5))
    '-1234.50'
    """
    return Decimal(f"{value:.2f}")


def percent(chance: float) -> Decimal:
    """A probability in per cent, with two decimals.

    >>> str(percent(0.12345))
    '12.35'
    """
    return Decimal(f"{100 * chance:.2f}")


def whole_percent(chance: float) -> int:
    """A probability in whole per cent; 0 and 100 only where it is that.

    >>> whole_percent(0.123), whole_percent(0.001), whole_percent(0.999)
    (12, 1, 99)
    """
    return round(100 * chance) if chance in {0.0, 1.0} else min(max(round(100 * chance), 1), 99)


def cut(text: str, most: int) -> str:
    """Text of at most `most` characters.

    >>> cut("abcdef", 5)
    'ab...'
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."


def fitting(text: str, most: int) -> str:
    """As many of the parts between `; ` as a field of `most` characters takes once written.

    >>> fitting("one; two; three", 9), fitting("abcdef; g", 5), fitting("=abcd", 5)
    ('one; two', 'ab...', '=a...')
    """
    while (over := len(neutralise(text)) - most) > 0 and "; " in text:
        text = text.rpartition("; ")[0]
    return cut(text, len(text) - max(over, 0))
