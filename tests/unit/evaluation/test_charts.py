"""Charts as text: points where they belong, names as they are."""

import re
from html.parser import HTMLParser

import pytest

from gosales.evaluation.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axes,
    Line,
    line_chart,
    nice_end,
)

EVIL = "<script>alert('x')</script> & \"Räder\""


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def points(svg):
    return [
        [tuple(map(float, pair.split(","))) for pair in found.split()]
        for found in re.findall(r'points="([^"]*)"', svg)
    ]


def test_the_corners_of_the_data_are_the_corners_of_the_plot():
    svg = line_chart("t", Axes("x", "y", 2.0, 4.0), [Line("a", [(0, 0), (2, 4), (1, 1)])])
    (found,) = points(svg)
    assert found[0] == (LEFT, HEIGHT - BOTTOM)
    assert found[1] == (WIDTH - RIGHT, TOP)
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) / 4
    assert found[2] == middle


def test_a_dashed_line_has_no_dots_and_every_line_is_in_the_legend():
    lines = [Line("model", [(0, 0), (1, 1)]), Line("chance", [(0, 0), (1, 1)], dashed=True)]
    svg = line_chart("t", Axes("x", "y", 1.0, 1.0), lines)
    assert svg.count("<circle") == 2
    assert {"model", "chance", "100 %", "20 %"} <= set(re.findall(r">([^<>]+)</text>", svg))


def test_names_with_tags_are_text_and_nothing_is_fetched():
    svg = line_chart(EVIL, Axes(EVIL, "y", 1.0, 1.0), [Line(EVIL, [(0, 0)])])
    read = Reader(svg)
    assert not {"script", "image", "use", "a"} & set(read.tags)
    assert read.text.count(EVIL) == 3
    assert svg.count(EVIL) == 0, "nor in an attribute, which a quotation mark would end"
    assert "http" not in svg


@pytest.mark.parametrize(
    ("most", "end"),
    [
        (0.23, 0.25),
        (0.25, 0.25),
        (0.26, 0.5),
        (0.9, 1.0),
        (1.0, 1.0),
        (3.1, 5.0),
        (70, 100),
        (0, 1),
    ],
)
def test_an_axis_ends_at_a_round_number(most, end):
    assert nice_end(most) == pytest.approx(end)
