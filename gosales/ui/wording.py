"""Numbers and foreign text as people read them. No Streamlit."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

UNITS, THOUSAND = ("", "K", "M", "B", "T"), 1000
NONE = "-"
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
LINKS = re.compile(r"(?i)(https?(?=:)|www(?=\.)|@)")
"""What Markdown takes for the start of a link or of a mail address, escaped or not."""

COMMAND = re.compile(r"[\w ./=-]+")
"""What may stand between two backticks: nothing that Markdown would obey without them."""

PER_CENT = re.compile(r"(?<=\d) (?=%)")
"""A space that no line may end at."""

INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Control characters, line ends, and the marks that turn the direction of the text behind them."""


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 as per cent.

    >>> percent(0.1239), percent(None)
    ('12.4 %', '-')
    """
    return NONE if _missing(share) else f"{100 * float(share or 0.0):,.{digits}f} %"


def money(value: float | None) -> str:
    """Money in the log's own unit, which has no name here.

    As English browsers write "compact" numbers, so that figures and tables agree: two digits of
    what is below 100, else a whole number.

    >>> money(38_200), money(1_260_000), money(9_000), money(-950), money(999_999), money(8.31)
    ('38K', '1.3M', '9K', '-950', '1M', '8.3')
    """
    if _missing(value):
        return NONE
    short, at = Decimal(repr(float(value or 0.0))), 0
    while abs(_two_digits(short)) >= THOUSAND and at + 1 < len(UNITS):
        short, at = short / THOUSAND, at + 1
    return f"{_two_digits(short).normalize():,f}{UNITS[at]}" if short else "0"


def _two_digits(amount: Decimal) -> Decimal:
    """Rounded to a whole number, or to two digits where it has fewer than two before the point."""
    places = max(0, 1 - amount.adjusted()) if amount else 0
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def count(number: float | None) -> str:
    """A whole number with thousands apart.

    >>> count(1234567), count(48.56)
    ('1,234,567', '49')
    """
    return NONE if _missing(number) else f"{round(number or 0):,}"


def figure(value: float | None, digits: int = 3) -> str:
    """A plain figure.

    >>> figure(0.72888), figure(None)
    ('0.729', '-')
    """
    return NONE if _missing(value) else f"{float(value or 0.0):.{digits}f}"


def clean(text: Any) -> str:
    """Foreign text on one line, without characters that are not seen but act.

    >>> clean("a  b")
    'a b'
    """
    if text is None or (isinstance(text, float) and math.isnan(text)):
        return ""
    return re.sub(r"\s+", " ", INVISIBLE.sub(" ", str(text))).strip()


def escape(text: Any) -> str:
    r"""Foreign text for Markdown: every mark is shown, none is obeyed, no link comes of it.

    >>> print(escape("<b>*A*</b>"))
    \<b\>\*A\*\<\/b\>
    """
    return _marked(clean(text))


def _marked(text: str) -> str:
    return PUNCTUATION.sub(r"\\\1", LINKS.sub("\\1\u2060", PER_CENT.sub("\u00a0", text)))


def told(text: str) -> str:
    r"""Our own sentence, which may hold foreign text, for Markdown: its `commands` are code.

    >>> print(told("Run `gosales score` for *A*."))
    Run `gosales score` for \*A\*\.
    """
    parts = clean(text).split("`")
    ours = all(COMMAND.fullmatch(part) and not LINKS.search(part) for part in parts[1::2])
    if len(parts) % 2 == 0 or not ours:
        return escape(text)
    return "`".join(part if at % 2 else _marked(part) for at, part in enumerate(parts))


def shorten(text: Any, most: int = 60) -> str:
    """Foreign text cut to `most` characters.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    whole = clean(text)
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"


def sentences(reasons: Any) -> list[str]:
    """The sentences of a `reasons` cell.

    >>> sentences("It grows; But: it is far away")
    ['It grows', 'But: it is far away']
    """
    return [part for part in clean(reasons).split("; ") if part]


def plural(number: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "month"), plural(6, "month")
    ('1 month', '6 months')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)
