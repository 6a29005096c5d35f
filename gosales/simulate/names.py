"""Invented business names, from syllables and word lists of our own."""

from __future__ import annotations

import numpy as np

from gosales.core.errors import ConfigError


def _words(text: str) -> list[str]:
    return text.split()


_BEGIN = _words(
    "Al Bar Bel Bren Cal Cor Dal Del Dor El Fal Fen Gal Gar Hal Har Hol Il Jor Kel Kor Lan Lor Mal "
    "Mar Mel Mor Nal Nor Ol Pel Quil Ral Ros Sal Sel Tal Tor Val Var Vel Wen Wil Yar Zel Thal Bryn "
    "Núñ Bäu Grün Häl Mün Sør Lév Çel Žal"
)
_MIDDLE = _words(
    "a bo ca da di do e fi ga gi ha i ka la li lo ma mi na no o ra ri ro sa ta ti va vi"
)
_END = _words(
    "bant bert bridge brook by dane den der dine dorf fell ford gard grave hart holm kamp kin land "
    "lent lin lock lund mar mere mond more nex nik quist rand rick ring rode shaw son stad stone "
    "strom thal thorpe ton trand vane vard ville wick worth ez ström ård"
)
_LEGAL = (
    "Inc.", "LLC", "Corp.", "Co.", "Ltd.", "Group", "Partners", "& Sons", "GmbH", ", Inc.",
    ", LLC", "Holdings",
)  # fmt: skip
_LEGAL_WEIGHTS = (18, 18, 8, 10, 5, 6, 3, 4, 2, 14, 8, 4)
_TRADE = {
    "Aerospace and Defense": (
        "Aerostructures", "Avionics", "Flight Systems", "Defense Works", "Airframe"),
    "Automotive Supply": ("Drivetrain", "Stamping", "Axle Works", "Auto Components", "Seating"),
    "Medical Devices": ("Surgical", "Orthopedics", "Medical", "Implants", "Catheters"),
    "Industrial Machinery": (
        "Machinery", "Conveyors", "Pumps", "Automation", "Hydraulics", "Packaging Machines"),
    "Consumer Products": ("Housewares", "Outdoor Gear", "Toys", "Furniture", "Sporting Goods"),
    "Electronics": ("Circuits", "Sensors", "Electronics", "Connectors", "Lighting"),
    "Molds and Tooling": ("Mold", "Tool & Die", "Tooling", "Werkzeugbau", "Cavity Works"),
    "Job Shops": ("Machine Shop", "Fabrication", "Precision Machining", "Metalworks", "Turning"),
    "Engineering Services": ("Engineering", "Design Studio", "Product Design", "Consulting"),
    "Education and Research": ("Polytechnic", "Institute", "Technical College", "Research Lab"),
}  # fmt: skip
LARGEST_MARKET = len(_BEGIN) * len(_MIDDLE) * len(_END)
_NO_LEGAL_FORM = "Education and Research"


def draw_names(industries: list[str], rng: np.random.Generator) -> list[str]:
    """One distinct name for each customer, fitting its industry.

    Args:
        industries: The customers' industries.
        rng: Where chance comes from.

    Returns:
        As many names; every stem occurs once, so no two are alike.

    Raises:
        ConfigError: More customers than stems (`LARGEST_MARKET`).
    """
    count = len(industries)
    if count > LARGEST_MARKET:
        raise ConfigError(
            f"The demo market has names for {LARGEST_MARKET} customers, not for {count}.",
            remedy="Ask for fewer customers.",
        )
    stems = rng.choice(LARGEST_MARKET, size=count, replace=False)
    trades = rng.random(count)
    weights = np.array(_LEGAL_WEIGHTS) / sum(_LEGAL_WEIGHTS)
    legal = rng.choice(len(_LEGAL), size=count, p=weights)
    return [
        _name(int(stem), industry, float(trade), _LEGAL[form])
        for stem, industry, trade, form in zip(stems, industries, trades, legal, strict=True)
    ]


def _name(stem: int, industry: str, trade: float, legal: str) -> str:
    rest, end = divmod(stem, len(_END))
    begin, middle = divmod(rest, len(_MIDDLE))
    words = _TRADE[industry]
    name = f"{_BEGIN[begin]}{_MIDDLE[middle]}{_END[end]} {words[int(trade * len(words))]}"
    if industry == _NO_LEGAL_FORM:
        return name
    return name + legal if legal.startswith(",") else f"{name} {legal}"
