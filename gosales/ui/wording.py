"""Numbers and foreign text as people read them. No Streamlit."""

from __future__ import annotations

import math
import re
from typing import Any

UNITS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
NONE = "-"
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
LINKS = re.compile(r"(?i)(https?(?=:)|www(?=\.)|@)")
"""What Markdown takes for the start of a link or of a mail address, escaped or not."""

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

    >>> money(38_200), money(1_260_000), money(-950), money(999_999)
    ('38k', '1.3M', '-950', '1.0M')
    """
    if _missing(value):
        return NONE
    amount = float(value or 0.0)
    for size, unit in UNITS:
        scaled = amount / size
        if abs(scaled) >= 0.9995:
            return f"{scaled:,.{1 if abs(scaled) < 9.95 else 0}f}{unit}"
    return f"{amount:,.0f}"


def count(number: float | None) -> str:
    """A whole number with thousands apart.

    >>> count(1234567)
    '1,234,567'
    """
    return NONE if _missing(number) else f"{int(number or 0):,}"


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
    return PUNCTUATION.sub(r"\\\1", LINKS.sub("\\1\u2060", clean(text)))


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
