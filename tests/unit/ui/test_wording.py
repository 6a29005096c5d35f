"""Numbers for people, and foreign text that stays text."""

import doctest

import pytest

from gosales.ui import wording


def test_the_examples_hold():
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        # What `Intl.NumberFormat("en", {notation: "compact"})` says, as the tables use it.
        (0, "0"),
        (0.842, "0.84"),
        (8.31, "8.3"),
        (9.96, "10"),
        (-23.5, "-24"),
        (999, "999"),
        (999.6, "1K"),
        (9_000, "9K"),
        (9_940, "9.9K"),
        (9_960, "10K"),
        (12_500, "13K"),
        (999_400, "999K"),
        (999_600, "1M"),
        (2.5e9, "2.5B"),
        (3e15, "3,000T"),
        (float("nan"), "-"),
    ],
)
def test_money_is_short_and_has_no_currency(value, shown):
    assert wording.money(value) == shown


def test_markdown_obeys_nothing_in_escaped_text():
    for text in ("<b>", "**x**", "![i](x)", "$x$", ":red[x]", ":smile:", "`c`", "# h", "- l"):
        assert wording.clean(wording.escape(text).replace("\\", "")) == text
        assert "\\" in wording.escape(text)
    for text in ("http://a.b", "https://a.b", "WWW.a.b", "a@b.c"):
        assert "\u2060" in wording.escape(text)


def test_a_number_and_its_per_cent_stay_on_one_line():
    assert wording.escape("95 % of 100 %") == "95\u00a0\\% of 100\u00a0\\%"


def test_marks_that_turn_the_text_and_line_ends_are_dropped():
    assert wording.clean("\u202eabc\u202c\nd\x00e\u2066") == "abc d e"
    assert wording.clean(None) == wording.clean(float("nan")) == ""


def test_only_commands_between_marks_become_code():
    assert wording.told("Run `gosales score-all`!") == "Run `gosales score-all`\\!"
    for text in ("`", "a `b", "`![i](x)`", "`www.evil.example`", "`<b>`", "``", "`:red[x]` `ls`"):
        assert wording.told(text) == wording.escape(text)
