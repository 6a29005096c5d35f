"""L12: an imported attribute is dated, or declared constant, and never of a later day.

Today's value of an attribute is the future of any past cutoff. The loader leaves undated ones out
unless the settings declare that they never change. This looks at what it let in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict

import pandas as pd

from gosales.core.columns import Attribute
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L12", "dated_attributes"
ISO_DAY = re.compile(r"^\s*(\d{4}-\d{2}-\d{2})([T ].*)?$")
EXAMPLES = 3


def dated_attributes(known: pd.DataFrame, constant: tuple[str, ...], cutoff: dt.date) -> Check:
    """Look at the attributes that a history at `cutoff` knows.

    Args:
        known: Columns of `Attribute`.
        constant: Attributes that the settings declare to never change.
    """
    if known.empty:
        why = "No attribute of customers is imported."
        return Check(CODE, NAME, str(cutoff), NOT_APPLICABLE, why)
    found = {
        "undated and not declared constant": _undated(known, constant),
        "valid only from a later day": _later(known, cutoff),
        "with values that are later days": _values_of_later_days(known, cutoff),
        "declared constant, but with several values": _changing(known, constant),
    }
    told = [f"{name} is {what}" for what, names in found.items() for name in names]
    names = sorted(known[Attribute.NAME].unique())
    evidence = {
        "attributes": names,
        "declared_constant": sorted(set(constant) & set(names)),
        "found": {what: names for what, names in found.items() if names},
    }
    said = (
        "; ".join(told) + "."
        if told
        else f"All attributes are dated or constant: {', '.join(names)}."
    )
    return Check(CODE, NAME, str(cutoff), verdict(not told), said, evidence)


def _undated(known: pd.DataFrame, constant: tuple[str, ...]) -> list[str]:
    loose = known[known[Attribute.VALID_FROM].isna() & ~known[Attribute.NAME].isin(constant)]
    return sorted(loose[Attribute.NAME].unique())


def _later(known: pd.DataFrame, cutoff: dt.date) -> list[str]:
    start = pd.to_datetime(known[Attribute.VALID_FROM])
    return sorted(known[start > pd.Timestamp(cutoff)][Attribute.NAME].unique())


def _values_of_later_days(known: pd.DataFrame, cutoff: dt.date) -> list[str]:
    """Attributes with a value that is a day after the cutoff: when was that known?"""
    found: dict[str, int] = defaultdict(int)
    for name, value in zip(known[Attribute.NAME], known[Attribute.VALUE], strict=True):
        match = ISO_DAY.match(str(value))
        if match and match[1] > cutoff.isoformat():
            found[name] += 1
    return sorted(found)


def _changing(known: pd.DataFrame, constant: tuple[str, ...]) -> list[str]:
    declared = known[known[Attribute.NAME].isin(constant)]
    values = declared.groupby([Attribute.NAME, Attribute.CUSTOMER])[Attribute.VALUE].nunique()
    names = values[values > 1].index.get_level_values(0)
    return sorted(set(names))
