"""Rows of a table where it has no room: a card each, from top to bottom. No Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.types import is_integer_dtype, is_numeric_dtype

from gosales.ui import paper, wording

MOST_CARDS = 1000
MOST_TITLE, MOST_TEXT, MOST_WHOLE = 60, 140, 8
"""Letters of a title and of a sentence of what can be ticked; more cards than these scroll."""


@dataclass(frozen=True)
class Card:
    """A row: what it is about, its figures as (label, value), and its sentences likewise."""

    title: str
    facts: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]


def of(table: pd.DataFrame, columns: Mapping[str, Any], order: Sequence[str]) -> list[Card]:
    """A card per row, the first MOST_CARDS of them.

    The first text is the title; a whole number before it, such as a rank, counts the cards. What
    has a wide column is a sentence. Cells without a value are left out.

    Args:
        columns: Column -> what `st.column_config` made, or its title.
        order: The columns to show.
    """
    shown = [(name, paper.config_of(name, columns)) for name in order]
    title = next((name for name in order if not is_numeric_dtype(table[name])), None)
    counted = order[0] if title in order[1:2] and is_integer_dtype(table[order[0]]) else None
    rest = [(name, config) for name, config in shown if name not in {title, counted}]
    return [
        _card(record, (title, counted), rest) for record in table[:MOST_CARDS].to_dict("records")
    ]


def _card(
    record: Mapping[Any, Any],
    head: tuple[str | None, str | None],
    rest: Sequence[tuple[str, Mapping[str, Any]]],
) -> Card:
    title, counted = head
    about = paper.told(record[title]) if title else ""
    told = [
        (config, str(config["label"]), paper.told(record[name], paper.format_of(config)))
        for name, config in rest
    ]
    filled = [(config, label, value) for config, label, value in told if value not in _EMPTY]
    return Card(
        f"{record[counted]}. {about}" if counted else about,
        tuple((label, value) for config, label, value in filled if not is_long(config)),
        tuple((label, value) for config, label, value in filled if is_long(config)),
    )


UNSEEN = "\u200b"
_EMPTY = {"", wording.NONE}


def is_long(config: Mapping[str, Any]) -> bool:
    """Whether a column holds sentences."""
    return config.get("width") == "large"


def page_of(cards: Sequence[Card], rows: int) -> str:
    """The cards as HTML.

    Args:
        rows: How many rows there are, of which the cards are the first.
    """
    items = "".join(_item(card) for card in cards)
    more = rows - len(cards)
    foot = f"<p>And {more:,} more rows, which a wider window shows.</p>" if more > 0 else ""
    kind = 'class="cards scrolling" tabindex="0"' if len(cards) > MOST_WHOLE else 'class="cards"'
    return f"<div {kind}><ol>{items}</ol>{foot}</div>"


def _item(card: Card) -> str:
    title = f"<strong>{paper.text(card.title)}</strong>" if card.title else ""
    facts = "".join(
        f"<div{kind}><dt>{paper.text(label)}</dt><dd>{paper.text(value)}</dd></div>"
        for kind, told in (("", card.facts), (' class="text"', card.texts))
        for label, value in told
    )
    return f"<li>{title}{f'<dl>{facts}</dl>' if facts else ''}</li>"


def titles_of(cards: Sequence[Card]) -> list[str]:
    """The titles of cards that can be ticked, as Markdown.

    No two are the same, since the browser names what is ticked by its title: a title that comes
    again has marks behind it that nobody sees.
    """
    titles = [f"**{wording.escape(wording.shorten(card.title, MOST_TITLE))}**" for card in cards]
    seen: Counter[str] = Counter()
    found = []
    for title in titles:
        found.append(title + UNSEEN * seen[title])
        seen[title] += 1
    return found


def caption_of(card: Card) -> str:
    """What is below that title, as Markdown: its figures, then its first sentence."""
    facts = [f"{wording.escape(label)} **{wording.escape(value)}**" for label, value in card.facts]
    first = (wording.sentences(text)[0] for _, text in card.texts[:1])
    texts = [wording.escape(wording.shorten(text, MOST_TEXT)) for text in first]
    return "  \n".join(part for part in (" · ".join(facts), *texts) if part)
