"""Cards for a phone: what is in them, and that foreign text is text."""

import pandas as pd
import streamlit as st

from gosales.ui import cards
from tests.unit.ui.conftest import HOSTILE, REASON

COLUMNS = {
    "rank": st.column_config.NumberColumn("Rank"),
    "name": "Customer",
    "score": st.column_config.ProgressColumn("Score", format="%.1f %%"),
    "rep": "Rep",
    "reasons": st.column_config.TextColumn("Reasons", width="large"),
}
TABLE = pd.DataFrame({"rank": [1, 12], "name": ["Acme", HOSTILE], "score": [12.44, None],
                      "rep": [None, "Ann"], "reasons": [REASON, ""]})  # fmt: skip


def test_the_rank_counts_the_name_is_the_title_and_what_is_empty_is_left_out():
    one, other = cards.of(TABLE, COLUMNS, list(TABLE))
    assert one == cards.Card("1. Acme", (("Score", "12.4 %"),), (("Reasons", REASON),))
    assert (other.title[:4], other.facts, other.texts) == ("12. ", (("Rep", "Ann"),), ())


def test_without_a_rank_or_a_name_there_is_none():
    (card, _) = cards.of(TABLE, COLUMNS, ["name", "rank"])
    assert (card.title, card.facts) == ("Acme", (("Rank", "1"),))
    (card, _) = cards.of(TABLE, COLUMNS, ["rank", "score"])
    assert (card.title, card.facts) == ("", (("Rank", "1"), ("Score", "12.4 %")))
    assert "<strong>" not in cards.page_of([card], 1)


def test_what_can_be_ticked_shows_its_figures_and_its_first_sentence():
    card = cards.of(TABLE, COLUMNS, list(TABLE))[0]
    assert cards.titles_of([card]) == ["**1\\. Acme**"]
    figures, sentence = cards.caption_of(card).split("  \n")
    assert figures == "Score **12\\.4\u00a0\\%**"
    assert sentence == "95\u00a0\\% of \\<b\\>alike\\<\\/b\\> customers own it"


def test_foreign_text_is_text_and_of_a_long_list_the_first_are_shown():
    page = cards.page_of(cards.of(TABLE, COLUMNS, list(TABLE)), len(TABLE))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "scrolling" not in page
    many = pd.concat([TABLE] * cards.MOST_CARDS)
    page = cards.page_of(cards.of(many, COLUMNS, list(TABLE)), len(many))
    assert page.count("<li>") == cards.MOST_CARDS
    assert f"And {cards.MOST_CARDS:,} more rows, which" in page
    assert 'class="cards scrolling" tabindex="0"' in page, "the keyboard scrolls it"


def test_cards_of_the_same_title_can_be_told_apart_by_the_browser():
    titles = cards.titles_of([cards.Card(name, (), ()) for name in ("Acme", "Bo", "Acme", "Acme")])
    assert len(set(titles)) == 4
    assert [title.replace(cards.UNSEEN, "") for title in titles] == [
        "**Acme**", "**Bo**", "**Acme**", "**Acme**"
    ]  # fmt: skip
