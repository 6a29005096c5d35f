"""Words in which a relational family is written: lookbacks over the rows of one group.

A family is a function from `Measures` to features. The same family runs over the rows of a
customer x division ("own_") and over all rows of a customer ("any_"). What its words mean is said
twice: as Ibis expressions, which run where the star lives (`expressions`), and on sorted arrays,
which are many times as fast on one machine (`sums`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Number = Any
"""An Ibis expression, or an array with a number for each group. Both can be added up."""

ADOPTED = "months_since_first"


@dataclass(frozen=True)
class Feature:
    """One number, and the sentence that tells what it means to the business."""

    value: Number
    meaning: str


class Measures(ABC):
    """The cube rows known at one cutoff, before those of each group are added up.

    Attributes:
        horizon_months: Length of the outcome that the features shall foretell.
    """

    horizon_months: int

    @abstractmethod
    def total(self, column: str) -> Number:
        """Sum over everything known."""

    @abstractmethod
    def within(self, column: str, months: int, start: int = 0) -> Number:
        """Sum over the lookback that ends `start` months before the cutoff, `months` long."""

    @abstractmethod
    def decayed(self, column: str, half_life_months: int) -> Number:
        """Sum in which a month counts half as much every `half_life_months`.

        Between the halvings the weight falls in a straight line, in fractions that a float holds
        exactly, so that the sum is the same in any order.
        """

    @abstractmethod
    def days_since_first(self) -> Number:
        """Days from the first order to the cutoff."""

    @abstractmethod
    def days_since_last(self) -> Number:
        """Days from the last order to the cutoff."""

    @abstractmethod
    def months_since_first(self) -> Number:
        """Age in months of the first order."""

    @abstractmethod
    def ratio(self, top: Number, bottom: Number) -> Number:
        """Top / bottom; none where the bottom is 0, in every engine."""

    @abstractmethod
    def change(self, now: Number, before: Number) -> Number:
        """Their difference relative to the size of both, -1 to 1; 0 where both are 0."""


class Touched(ABC):
    """The cells that each customer ever touched, with their own features by name."""

    @abstractmethod
    def above(self, feature: str, limit: int) -> Number:
        """How many cells are above."""

    @abstractmethod
    def below(self, feature: str, limit: int) -> Number:
        """How many cells are below."""

    @abstractmethod
    def least(self, feature: str) -> Number:
        """The least of the cells."""

    @abstractmethod
    def total(self, feature: str) -> Number:
        """The sum of the cells."""

    @abstractmethod
    def largest_share(self, feature: str) -> Number:
        """The largest cell over the sum of the cells, those below 0 left out."""


Family = Callable[[Measures], dict[str, Feature]]
