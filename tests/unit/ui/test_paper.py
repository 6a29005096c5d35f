"""Tables for paper: foreign text is text, numbers are as on the screen, long lists say so."""

import doctest
from html.parser import HTMLParser

import pandas as pd
import streamlit as st

from gosales.ui import paper
from tests.unit.ui.conftest import HOSTILE


class Cells(HTMLParser):
    """What a browser would read: the tags, and the text of each cell."""

    def __init__(self):
        super().__init__()
        self.tags, self.cells = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in {"td", "th", "caption"}:
            self.cells.append("")

    def handle_data(self, data):
        self.cells[-1] += data


def read(page):
    found = Cells()
    found.feed(page)
    return found.tags, [cell.replace("\u200b", "") for cell in found.cells]


def test_the_examples_hold():
    assert doctest.testmod(paper).failed == 0


def test_cells_are_text_and_numbers_as_on_the_screen():
    table = pd.DataFrame({"name": [HOSTILE, None], "score": [12.44, None], "id": ["=1+1", "007"]})
    columns = {
        "name": "Customer",
        "score": st.column_config.ProgressColumn("Score", format="%.1f %%"),
    }
    tags, cells = read(paper.page_of(table, columns, ["name", "score", "id"]))
    assert tags == {"table", "thead", "tbody", "tr", "th", "td"}
    assert cells == ["Customer", "Score", "id", HOSTILE, "12.4 %", "=1+1", "-", "-", "007"]


def test_sentences_get_more_room_than_names():
    table = pd.DataFrame({"name": ["Acme"], "reasons": ["It grows fast. " * 9]})
    page = paper.page_of(table, {}, ["name", "reasons"])
    assert "<td>Acme</td>" in page
    assert '<td class="long">It grows' in page


def test_a_word_without_end_can_be_broken_and_a_long_list_says_what_is_missing():
    table = pd.DataFrame({"name": ["x" * 300] * (paper.MOST_ROWS + 5)})
    page = paper.page_of(table, {}, ["name"])
    assert "x" * 20 + "\u200b" in page
    assert "x" * 21 not in page
    assert "And 5 more rows." in page
    assert page.count("<td ") == paper.MOST_ROWS
