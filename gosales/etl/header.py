"""Which column of a file is meant by a header, however the export spelled it this time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gosales.core.errors import SalesLogError


@lru_cache(10_000)
def loose(name: str) -> str:
    """The name without case, spaces, underscores, hyphens and dots."""
    return "".join(char for char in name.casefold() if char not in " _-.\u00a0")


@dataclass(frozen=True)
class Header:
    """The columns of one file, by position; `hidden` are those that were left out."""

    file: str
    names: tuple[str, ...]
    hidden: tuple[int, ...] = ()

    def find(self, wanted: str) -> int | None:
        """Position of the column `wanted`: exact, then ignoring case, then spelled loosely.

        Raises:
            SalesLogError: The file has that header twice.
        """
        for spell in (str, str.casefold, loose):
            places = [at for at, name in enumerate(self.names) if spell(name) == spell(wanted)]
            if len(places) > 1 and spell is str:
                raise SalesLogError(
                    f"{self.file} has two columns named {wanted!r}.",
                    remedy="Rename or remove one of them.",
                )
            if len(places) == 1:
                return places[0]
        return None

    def first(self, wanted: Iterable[str]) -> int | None:
        """Position of the first of several names that the file has."""
        return next((at for name in wanted if (at := self.find(name)) is not None), None)

    def all(self, wanted: Iterable[str]) -> list[int]:
        """Positions of all of several names that the file has, in the given order, each once."""
        return list(dict.fromkeys(at for name in wanted if (at := self.find(name)) is not None))

    def need(self, wanted: Iterable[str], meaning: str) -> int:
        """Position of a column that must be there. Raises SalesLogError when it is not."""
        names = list(wanted)
        place = self.first(names)
        if place is None:
            raise SalesLogError(
                f"{self.file} has no column {' or '.join(repr(name) for name in names)} for the "
                f"{meaning}; its columns are: {self.shown()}.",
                remedy="Name the right one in [columns], or move the file away if it is no sales "
                "log. `gosales init` proposes the columns.",
            )
        return place

    def shown(self) -> str:
        names = [name or "(unnamed)" for name in self.names[:30]]
        more = len(self.names) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")
