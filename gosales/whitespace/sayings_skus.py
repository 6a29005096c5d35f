"""The sentence about a product: what its owners have in common with the customer."""

from __future__ import annotations

from gosales.whitespace.sayings_peers import apart
from gosales.whitespace.wording import percent

LONGEST_NAME = 40
LEAST_SHARE = 0.02
"""A product that fewer own is too new, or too rare, to say so."""


def product_sentence(partner: str, share: float, usual: float, division: str) -> str | None:
    """What speaks for the product of a row; None where nothing does.

    Args:
        partner: Name of a product that the customer owns; empty for none.
        share: Of that product's owners, how many own the row's too.
        usual: Of the owners of `division` how many own it; of all customers if that is empty.
    """
    who = f"the owners of {division}" if division else "all customers"
    if partner and apart(share, usual, good=True):
        return (
            f"Bought {shortened(partner)}: {percent(share)} of such customers bought this product "
            f"too, {percent(usual)} of {who} did"
        )
    return f"{percent(usual)} of {who} bought this product" if usual >= LEAST_SHARE else None


def shortened(name: str) -> str:
    """A product's name, cut where it is longer than a sentence can bear."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3].rstrip()}..."
