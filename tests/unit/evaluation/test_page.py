"""The page shows names as they are, and runs nothing that is in them."""

from html.parser import HTMLParser

import pytest

from gosales.evaluation import page

EVIL = "<script>alert('x')</script> & \"Söhne\" <b>"


class Reader(HTMLParser):
    """The tags and the text of a document."""

    def __init__(self, document):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    "fragment",
    [
        page.heading(EVIL),
        page.paragraph(EVIL),
        page.table((EVIL,), [("a",)]),
        page.table(("name",), [(EVIL,)]),
        page.page(EVIL, []),
    ],
    ids=["heading", "paragraph", "header", "cell", "title"],
)
def test_names_with_tags_are_text(fragment):
    read = Reader(fragment)
    assert not {"script", "b"} & set(read.tags)
    assert EVIL in read.text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0.12345, "0.123"),
        (1234567.5, "1,234,567.500"),
        (1234, "1234"),
        ("own", "own"),
        (0.0, "0.000"),
    ],
)
def test_values_are_shown_readably(value, shown):
    assert f"<td>{shown}</td>" in page.table(("value",), [(value,)])


@pytest.mark.parametrize(
    ("given", "sign", "shown"),
    [
        ((0.5, 0.4, 0.6), "", "0.500 (0.400 to 0.600)"),
        ((0.5, -0.4, 0.6), "+", "+0.500 (-0.400 to +0.600)"),
        ((0.5, None, None), "", "0.500"),
        ((0.5, float("nan"), float("nan")), "", "0.500"),
        ((None, None, None), "", "-"),
        ((float("nan"), 0.1, 0.2), "", "-"),
    ],
)
def test_an_interval_stands_behind_its_figure(given, sign, shown):
    assert page.interval(*given, sign=sign) == shown


@pytest.mark.parametrize("word", ["passed", "failed"])
def test_verdicts_have_their_colour(word):
    assert f'<td class="{word}">{word}</td>' in page.table(("result",), [(word,)])


def test_a_page_is_one_whole_document_that_asks_the_network_nothing():
    document = page.page("Holdout", [page.heading("Gates"), page.table(("a", "b"), [(1, 2)])])
    assert document.startswith("<!doctype html>\n<html lang=")
    assert document.count("<td>") == 2
    assert not {"script", "link", "img", "iframe"} & set(Reader(document).tags)
    assert "http" not in document
