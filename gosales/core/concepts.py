"""The dozen business concepts that a score is explained by, and the features that speak of each.

A feature belongs to the concept whose family it is of; `concept_of` refuses one that has none.
"""

from __future__ import annotations

from enum import StrEnum

from gosales.core.errors import ModelError


class Concept(StrEnum):
    """What a sentence can be about; the value is its column in `reasons.parquet`."""

    OWN_HISTORY = "own_history"
    OWN_RHYTHM = "own_rhythm"
    RHYTHM = "rhythm"
    VOLUME = "volume"
    GROWTH = "growth"
    SEASON = "season"
    MONEY = "money"
    RETURNS = "returns"
    BREADTH = "breadth"
    PEERS = "peers"
    TASTE = "taste"
    RELATED = "related"
    PROFILE = "profile"
    DIVISION = "popularity"


FAMILIES: dict[Concept, tuple[str, ...]] = {
    Concept.OWN_HISTORY: (
        "own_frequency",
        "own_monetary",
        "own_trend",
        "own_seasonality",
        "own_breadth",
        "own_returns",
    ),
    Concept.OWN_RHYTHM: ("own_recency", "own_cadence"),
    Concept.RHYTHM: ("any_recency", "any_cadence"),
    Concept.VOLUME: ("any_frequency",),
    Concept.GROWTH: ("any_trend",),
    Concept.SEASON: ("any_seasonality",),
    Concept.MONEY: ("any_monetary",),
    Concept.RETURNS: ("any_returns",),
    Concept.BREADTH: ("mix",),
    Concept.PEERS: ("collaborative",),
    Concept.TASTE: ("tastes",),
    Concept.RELATED: ("paths",),
    Concept.PROFILE: ("segment", "profile"),
    Concept.DIVISION: ("division", "horizon"),
}
"""Concept -> the feature families (what stands before `__`) that it is made of."""

TITLES: dict[Concept, str] = {
    Concept.OWN_HISTORY: "what it bought in the division",
    Concept.OWN_RHYTHM: "the rhythm of its orders in the division",
    Concept.RHYTHM: "the rhythm of its orders",
    Concept.VOLUME: "how often it orders",
    Concept.GROWTH: "growth",
    Concept.SEASON: "its orders in the same season",
    Concept.MONEY: "what it spends",
    Concept.RETURNS: "what it returned",
    Concept.BREADTH: "how many divisions it buys from",
    Concept.PEERS: "what similar accounts bought",
    Concept.TASTE: "what accounts with the same products bought",
    Concept.RELATED: "related divisions that it bought",
    Concept.PROFILE: "what kind of customer it is",
    Concept.DIVISION: "how much the division sells",
}
"""Concept -> how people say it."""

OF_THE_ACCOUNT = frozenset(
    {
        Concept.RHYTHM,
        Concept.VOLUME,
        Concept.GROWTH,
        Concept.SEASON,
        Concept.MONEY,
        Concept.RETURNS,
        Concept.BREADTH,
    }
)
"""Concepts whose sentences name no division."""

CONCEPTS: tuple[Concept, ...] = tuple(Concept)
_OF_FAMILY = {family: concept for concept, names in FAMILIES.items() for family in names}


def concept_of(feature: str) -> Concept:
    """The concept of a feature. Raises ModelError for a feature of no known family."""
    concept = _OF_FAMILY.get(feature.split("__", 1)[0])
    if concept is None:
        raise ModelError(
            f"The feature {feature} belongs to no business concept.",
            remedy="Name its family in gosales/core/concepts.py.",
        )
    return concept


def concept_columns(names: tuple[str, ...]) -> list[int]:
    """For each feature, the place of its concept in CONCEPTS."""
    return [CONCEPTS.index(concept_of(name)) for name in names]
