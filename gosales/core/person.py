"""A customer that is to be forgotten, and texts without it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gosales.core.columns import Customer, Diff, Plan, Scores, Whitespace

FORGOTTEN = "(forgotten)"
LEAST_NAME = 3
"""A shorter name is no name to search for."""

NO_NAMES = frozenset(
    {
        *(Scores.DIVISION, Scores.CUTOFF, Scores.GRADE, Scores.STATUS, Scores.MODEL, Scores.RUN),
        *(Scores.CELL_STATUS, Whitespace.LEVEL, Whitespace.SKU, Whitespace.BRANCH, Whitespace.REP),
        *(Plan.GROUP, Plan.KIND, Plan.DATE, Diff.CAUSE, "divisions", "code", "command"),
    }
)
"""Columns, and keys of JSON, that name no customer: one who is called like a division or like the
word `active` must not take those with it."""


@dataclass(frozen=True)
class Person:
    """Whom to forget: the id, and every name it has had."""

    customer: str
    names: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The names that are long enough to be searched for, the longest first."""
        long = {name for name in self.names if len(name) >= LEAST_NAME}
        return tuple(sorted(long, key=lambda name: (-len(name), name)))

    def without(self, text: str) -> str:
        """A text without its names and without its id in quotes, as messages show it."""
        for name in self.told:
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", FORGOTTEN, text)
        for quote in "'\"":
            text = text.replace(f"{quote}{self.customer}{quote}", FORGOTTEN)
        return text

    def in_text(self, text: str) -> bool:
        """Whether a text has its id, as a word of its own, or one of its names."""
        word = re.compile(rf"(?<![\w.-]){re.escape(self.customer)}(?![\w-])")
        return bool(word.search(text)) or any(name in text for name in self.told)

    def scrubbed(self, content: Any) -> Any:
        """JSON without records of the customer, and without its names in texts.

        Keys stay: they are names of figures, divisions and files.
        """
        if isinstance(content, dict):
            return {
                key: one if key in NO_NAMES else self.scrubbed(one)
                for key, one in content.items()
                if not self._is_of(one)
            }
        if isinstance(content, list):
            return [self.scrubbed(one) for one in content if not self._is_of(one)]
        return self.without(content) if isinstance(content, str) else content

    def _is_of(self, one: Any) -> bool:
        return isinstance(one, dict) and one.get(Customer.ID) == self.customer
