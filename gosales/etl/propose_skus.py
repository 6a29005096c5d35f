"""SKUs that are no products: postage, fees, corrections, by their words and their unlike form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gosales.etl.propose_facts import SkuCount
from gosales.etl.propose_roles import LIKELY, Choice
from gosales.etl.propose_words import plain_words

NO_PRODUCT = re.compile(
    r"\b(postage|carriage|freight|shipping|delivery (charge|fee|cost)s?|fees?|charges?|commission"
    r"|discounts?|adjust|adjustments?|manual|samples?|test|(gift )?vouchers?|gift (card|voucher)s?"
    r"|bad debt|rounding|credit note|surcharge|handling|vat|deposit|bank charges?|write off"
    r"|porto|versand(kosten)?|fracht|rabatt|gutschein|gebuhr|gutschrift|skonto|frachtkosten"
    r"|frais|frais de port|remise|transporte|envio|gastos|descuento|portes|ajuste)\b"
)
IN_CODES = re.compile(r"^(post|postage|freight|ship|adjust|test|gift|disc|sample|fee)|fees?$", re.I)
CODES_SHARE = 0.8
SHORT = 6
VERY_SHORT = 3
LEAST_STEM = 4


def choose_excluded(counts: list[SkuCount]) -> Choice | None:
    """Propose `exclude_skus`; None when every SKU looks like a product."""
    odd = no_products(counts)
    if not odd:
        return None
    chosen = {one.sku for one in odd}
    kept = [one.sku for one in counts if one.sku not in chosen]
    patterns = as_patterns([one.sku for one in odd], kept)
    lines = sum(one.lines for one in odd)
    named = [f"{one.sku} ({one.name[:30]})" for one in odd if one.name][:4]
    why = f"{len(odd)} SKUs in {lines:,} lines look like postage, fees or corrections"
    why += f", e.g. {', '.join(named)}" if named else ""
    strange = [sku for sku in _unlike(counts) if sku not in chosen][:6]
    why += f"; kept, though unlike the others: {', '.join(sorted(strange))}" if strange else ""
    return Choice("exclude_skus", patterns, LIKELY, why)


def no_products(counts: list[SkuCount]) -> list[SkuCount]:
    """The SKUs that are no products.

    Where SKUs are usually codes with digits: the few without a digit that are short or whose words
    say so, very short ones, and ones of an unlike form whose words say so. Elsewhere a SKU is a
    product's name, and only one that says nothing else but e.g. `Postage` counts.
    """
    if not _are_codes(counts):
        return [one for one in counts if NO_PRODUCT.fullmatch(plain_words(one.sku))]
    unlike = set(_unlike(counts))
    return [one for one in counts if one.sku in unlike and _says_no_product(one)]


def _are_codes(counts: list[SkuCount]) -> bool:
    with_digit = sum(any(char.isdigit() for char in one.sku) for one in counts)
    return bool(counts) and with_digit >= CODES_SHARE * len(counts)


def _unlike(counts: list[SkuCount]) -> list[str]:
    """SKUs without a digit, and those that begin with a letter where nearly all with a digit."""
    if not _are_codes(counts):
        return []
    digit_first = sum(one.sku[:1].isdigit() for one in counts) >= CODES_SHARE * len(counts)
    return [
        one.sku
        for one in counts
        if not any(char.isdigit() for char in one.sku)
        or (digit_first and not one.sku[:1].isdigit())
    ]


def _says_no_product(one: SkuCount) -> bool:
    has_digit = any(char.isdigit() for char in one.sku)
    short = len(one.sku) <= (VERY_SHORT if has_digit else SHORT)
    said = IN_CODES.search(one.sku) or NO_PRODUCT.search(plain_words(one.sku.lower()))
    return bool(short or said or NO_PRODUCT.search(plain_words(one.name.lower())))


def as_patterns(skus: Iterable[str], kept: list[str]) -> list[str]:
    """The SKUs as patterns: several with one stem as `STEM*`, unless a kept SKU has it too."""
    excluded = list(dict.fromkeys(sku.upper() for sku in skus))
    kept = [sku.upper() for sku in kept]
    patterns: dict[str, None] = {}
    for sku in excluded:
        found = re.match(r"[A-Z]+", sku)
        stem = found.group() if found else ""
        alike = [other for other in excluded if other.startswith(stem)]
        shared = len(stem) >= LEAST_STEM and len(alike) > 1
        if shared and not any(other.startswith(stem) for other in kept):
            patterns[f"{stem}*"] = None
        else:
            patterns[re.sub(r"([*?\[])", r"[\1]", sku)] = None
    return list(patterns)
