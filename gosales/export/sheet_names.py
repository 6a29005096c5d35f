"""Names that Excel takes for sheets: short, without its special characters, each only once."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]")
RESERVED = "history"
"""Excel keeps this name for itself."""


def sheet_names(owners: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A sheet's name for each owner; none is one of `taken`, whatever the case of its letters.

    >>> sheet_names(["Ann/Bo", "Ann:Bo", "All"], ["All"])
    {'Ann/Bo': 'Ann Bo', 'Ann:Bo': 'Ann Bo (2)', 'All': 'All (2)'}
    """
    used = {RESERVED, *(name.casefold() for name in taken)}
    names: dict[str, str] = {}
    for owner in owners:
        plain = " ".join(FORBIDDEN.sub(" ", owner).split()).strip("' ") or "No name"
        names[owner] = _free(plain, used)
        used.add(names[owner].casefold())
    return names


def _free(plain: str, used: set[str]) -> str:
    number = 1
    while True:
        ending = f" ({number})" if number > 1 else ""
        name = _short(plain, LONGEST - len(ending)) + ending
        if name.casefold() not in used:
            return name
        number += 1


def _short(text: str, most: int) -> str:
    """At most so many characters as Excel counts them, which takes an emoji for two."""
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text.rstrip("' ")
