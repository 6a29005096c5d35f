"""What the calendar adds to buying: lessons of another season are put into the scored one's.

A horizon from June on may see more buyers than one from December on, whoever they are. What is
learned from cutoffs all round the year has their mean level then, and is off by the season at each
of them. How many customers bought in each month tells the season, long before a division's few
first purchases could.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
YEAR = 12
HARMONICS = 2
SPREAD = 0.15
"""What a wave of the year is expected to be before any is seen: a standard deviation of logs."""

MOST_MONTHS = 120
"""A season before that says little of the next one."""

ROUNDS = 20


@dataclass(frozen=True)
class Season:
    """A trend with waves of a year and of half a year in the logs of monthly counts.

    Attributes:
        waves: Shape (2 * HARMONICS,), cosine and sine of each; all 0 where less than a year
            was seen after the first month.
    """

    waves: Floats

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> Season:
        """Ridge regression; its penalty is the months' own noise beside `SPREAD`, found in turns.

        So a quiet series shows its season, and a restless one hardly moves anything. This is
        empirical Bayes for a linear model (MacKay 1992), with the waves' variance given.

        Args:
            counts: Of each month of the past, the oldest first. The oldest is left out, since a
                log may begin within it.
        """
        seen = np.log(counts[1:] + 0.5)
        if len(seen) < YEAR:
            return cls(np.zeros(2 * HARMONICS))
        month = np.arange(1.0 - len(seen), 1.0)
        given = np.column_stack([np.ones_like(month), month / len(month), _waves(month)])
        squares, penalty = given.T @ given, 1.0
        free = np.diag([0.0, 0.0, *np.ones(2 * HARMONICS)])
        for _ in range(ROUNDS):
            inverse = np.linalg.inv(squares + penalty * free)
            found = inverse @ given.T @ seen
            left = len(seen) - np.trace(inverse @ squares)
            penalty = ((seen - given @ found) ** 2).sum() / left / SPREAD**2
        return cls(found[2:])

    def level(self, first: int, months: int) -> float:
        """The log of what a run of months sees beside as many months of an even year.

        Args:
            first: The run's first month; 0 is the newest that was counted.
            months: Length of the run.
        """
        run = np.arange(float(first), float(first + months))
        return float(np.log(np.exp(_waves(run) @ self.waves).mean()))

    def of_lesson(self, age: int, months: int, horizon: int) -> float:
        """The log odds that a lesson's season adds to those of the horizon to be scored.

        Args:
            age: Months of the lesson's cutoff before the end of the counts.
            months: After the lesson's cutoff whose season it has.
            horizon: After the end of the counts.
        """
        return self.level(1 - age, months) - self.level(1, horizon)


def _waves(month: Floats) -> Floats:
    """Shape (months, 2 * HARMONICS)."""
    turns = 2 * np.pi * np.outer(month, np.arange(1, HARMONICS + 1)) / YEAR
    return np.hstack([np.cos(turns), np.sin(turns)])
