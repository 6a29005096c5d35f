"""Whether `03/04/2024` is 3 April, asked only where the loader would have to ask."""

from __future__ import annotations

from gosales.etl.propose_facts import day_forms
from gosales.etl.propose_profile import Profiler, Table
from gosales.etl.propose_roles import GUESS, LIKELY, Choice

CLEAR = 2.0


def choose_day_first(reader: Profiler, table: Table, date: str) -> Choice | None:
    """Propose `day_first` where the rows contradict each other or do not tell; else None."""
    forms = day_forms(reader, table, date)
    if forms.day_only and forms.month_only:
        first = forms.day_only >= forms.month_only
        why = (
            f"{forms.day_only:,} dates have the day first, {forms.month_only:,} the month; "
            "lines that can only be read the other way are rejected and listed"
        )
        return Choice("day_first", first, GUESS, why)
    if forms.day_only or forms.month_only or not forms.ambiguous:
        return None
    day_first = forms.moved_dmy < forms.moved_mdy
    less, more = sorted((forms.moved_dmy, forms.moved_mdy))
    if CLEAR * less < more:
        why = (
            "no date has a day above 12, but read this way rows that stand together are "
            f"{less:.0f} days apart, not {more:.0f}"
        )
        return Choice("day_first", day_first, LIKELY, why)
    if table.decimal_comma or table.records.delimiter == ";":
        why = "no date tells, but the numbers or the delimiter are those of a day-first country"
        return Choice("day_first", True, GUESS, why)
    why = f"all {forms.ambiguous:,} dates can be read both ways: check this one"
    return Choice("day_first", False, GUESS, why)
