"""Numbers, spans and months as sentences say them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from gosales.core.timeline import add_months

DAYS = 30.44
"""Of a month."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def percent(share: float) -> str:
    """A share of 1 as per cent, rare ones with a decimal.

    >>> percent(0.384), percent(0.055), percent(0.0002)
    ('38 %', '5.5 %', 'under 0.1 %')
    """
    if share < 0.001:
        return "under 0.1 %"
    return f"{100 * share:.0f} %" if round(share, 3) >= 0.1 else f"{100 * share:.1f} %"


def only(share: float, good: bool) -> str:
    """What stands before a share that speaks against a row.

    >>> only(0.2, False), only(0.2, True), only(0.0002, False)
    ('only ', '', '')
    """
    return "only " if not good and share >= 0.001 else ""


def sentence(text: str) -> str:
    """The text with a capital letter in front.

    >>> sentence("under 0.1 % of IT firms")
    'Under 0.1 % of IT firms'
    """
    return text[:1].upper() + text[1:]


def months(number: float) -> str:
    """A span of months.

    >>> months(0.7), months(11.6), months(31)
    ('1 month', '12 months', '2.5 years')
    """
    whole = round(number)
    if whole >= 24:
        years = round(whole / 6) / 2
        return f"{years:.0f} years" if years == int(years) else f"{years:.1f} years"
    return "1 month" if whole <= 1 else f"{whole} months"


def span(days: float) -> str:
    """A span of days, from six weeks on in months.

    >>> span(1), span(20), span(90)
    ('1 day', '20 days', '3 months')
    """
    if days >= 45:
        return months(days / DAYS)
    return "1 day" if round(days) <= 1 else f"{days:.0f} days"


def ago(cutoff: dt.date, days: float) -> str:
    """How long before the cutoff; on the day itself, its date: who reads it later is not misled.

    >>> ago(dt.date(2024, 6, 30), 0), ago(dt.date(2024, 6, 30), 20)
    ('on 2024-06-30', '20 days ago')
    """
    return f"on {cutoff}" if days < 1 else f"{span(days)} ago"


def month(cutoff: dt.date, months_ago: float) -> str:
    """The month so many whole months before the cutoff.

    >>> month(dt.date(2024, 6, 30), 4)
    'February 2024'
    """
    day = add_months(cutoff, -int(months_ago))
    return f"{MONTHS[day.month - 1]} {day.year}"


def season(cutoff: dt.date, horizon: int) -> str:
    """The horizon's months a year earlier.

    >>> season(dt.date(2024, 6, 30), 6), season(dt.date(2024, 6, 30), 1)
    ('July to December 2023', 'July 2023')
    """
    start = add_months(cutoff, -12) + dt.timedelta(1)
    end = add_months(cutoff, min(horizon, 12) - 12)
    first, last = MONTHS[start.month - 1], f"{MONTHS[end.month - 1]} {end.year}"
    if (start.year, start.month) == (end.year, end.month):
        return last
    return f"{first} to {last}" if start.year == end.year else f"{first} {start.year} to {last}"


def money(cents: float) -> str:
    """Money of the log, three digits of it.

    >>> money(1234567), money(89990), money(450)
    ('12,300', '900', '4.50')
    """
    amount = cents / 100
    if abs(amount) < 10:
        return f"{amount:.2f}"
    size = 10 ** max(int(np.floor(np.log10(abs(amount)))) - 2, 0)
    return f"{round(amount / size) * size:,.0f}"


def times(ratio: float) -> str:
    """How much more or less often than usual.

    >>> times(1.996), times(1.4), times(0.6)
    ('2.0 times as often as usual', '40 % more often than usual', '40 % less often than usual')
    """
    if ratio >= 1.95:
        return f"{ratio:.1f} times as often as usual"
    way = "more" if ratio > 1 else "less"
    return f"{abs(ratio - 1):.0%}".replace("%", " %") + f" {way} often than usual"


def days(number: float) -> str:
    """Days with an order.

    >>> days(1), days(12)
    ('1 day', '12 days')
    """
    return "1 day" if round(number) == 1 else f"{number:,.0f} days"


def words(header: str) -> str:
    """A header as words in a sentence: what it is the name or code of.

    >>> words("StateProvinceName"), words("size_band"), words("SIC"), words("Name")
    ('state province', 'size band', 'SIC', 'name')
    """
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header.replace("_", " ")).split()
    if len(parts) > 1 and parts[-1].lower() in {"name", "code"}:
        parts = parts[:-1]
    return " ".join(part if part.isupper() else part.lower() for part in parts)


def things(number: float, one: str, many: str = "") -> str:
    """A count with its noun; `many` is its plural where that is not `one` with an s.

    >>> things(1, "division"), things(3, "division"), things(2, "pitch", "pitches")
    ('1 division', '3 divisions', '2 pitches')
    """
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def together(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    >>> together(["A"]), together(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
