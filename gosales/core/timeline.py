"""Days, months before a cutoff, and which side of it a day falls on."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from gosales.core.errors import TimelineError


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month `months` later (negative: earlier), clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise TimelineError(
            f"{months} months from {day} lie outside of the calendar.",
            remedy="Choose a nearer day.",
        )
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True, order=True)
class Cutoff:
    """The last day, inclusive, that may be known."""

    date: dt.date

    @classmethod
    def parse(cls, text: str) -> Cutoff:
        """Read an ISO day. Raises TimelineError when `text` is not one."""
        try:
            return cls(dt.date.fromisoformat(text))
        except ValueError as error:
            raise TimelineError(
                f"{text!r} is not a day.", remedy="Write it as YYYY-MM-DD, e.g. 2024-06-30."
            ) from error

    def plus_months(self, months: int) -> dt.date:
        """The same day `months` later (negative: earlier), clipped to the month's end."""
        return add_months(self.date, months)

    def months_before(self, months: int) -> Cutoff:
        """The cutoff `months` earlier."""
        return Cutoff(self.plus_months(-months))

    def age_in_months(self, day: dt.date) -> int:
        """How many whole months `day` lies before this cutoff.

        Age 0 is the month that ends on the cutoff, `(cutoff - 1 month, cutoff]`; negative ages lie
        after it. `age_in_months(d) >= k` holds exactly when `d <= plus_months(-k)`.
        """
        whole = (self.date.year - day.year) * 12 + self.date.month - day.month
        return whole - (day.day > self.date.day)

    def __str__(self) -> str:
        return self.date.isoformat()
