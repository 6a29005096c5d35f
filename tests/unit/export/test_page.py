"""The page as text: nothing of the log is markup, nothing comes from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from gosales.export import page
from gosales.export.page import FILE, bounded, write_page
from gosales.export.pitches import Wanted
from gosales.export.read_pitches import read_pitches


class Tags(HTMLParser):
    """Every tag with its attributes, and the text of each list's rows."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "input", "br", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def text(pitches, tmp_path):
    (path,) = write_page(pitches, tmp_path)
    assert path.name == FILE
    return path.read_text(encoding="utf-8")


def test_tags_are_balanced_and_names_add_none(text):
    found = Tags(text)
    assert found.open == []
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Söhne&quot; 🚜" in text
    assert "x" * 300 in text
    assert "<bdi>שלום עולם</bdi>" in text
    assert "But: &lt;b&gt;far&lt;/b&gt;" in text


def test_nothing_comes_from_elsewhere_and_nothing_is_inline(text):
    assert not re.search(r"https?://|@import|url\(", text)
    for tag, attributes in Tags(text).tags:
        wrong = {"style", "src", "srcset", "action"} & set(attributes)
        assert not wrong, (tag, wrong)
        assert not [name for name in attributes if name.startswith("on")], tag
        assert attributes.get("href", "#").startswith("#")


def test_the_policy_allows_this_style_and_this_script_only(text):
    policy = next(
        given["content"]
        for tag, given in Tags(text).tags
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        body = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_a_name_that_looks_like_a_placeholder_stays_a_name(pitches, tmp_path):
    first = type(pitches.pitches[0])(**{**vars(pitches.pitches[0]), "name": "{{policy}} {{x}}"})
    changed = type(pitches)(**{**vars(pitches), "pitches": (first,)})
    (path,) = write_page(changed, tmp_path)
    assert "<bdi>{{policy}} {{x}}</bdi>" in path.read_text(encoding="utf-8")


def test_the_same_lists_give_the_same_bytes(pitches, tmp_path):
    one, two = (write_page(pitches, tmp_path / name) for name in ("one", "two"))
    assert next(iter(one)).read_bytes() == next(iter(two)).read_bytes()


def test_products_have_names_and_rows_their_remarks(text):
    assert "<small><bdi>Lite &lt;b&gt; (P9)</bdi></small>" in text
    assert "<small><bdi>(open opportunity)</bdi></small>" in text
    assert "<dt>Remark</dt>" in text


def test_what_the_page_tells(text):
    for part in ("2024-08-31", "2025-02-28", "run-1", "40.0 %", "Ann Lee", "expected value 1,305"):
        assert part in text
    assert "{{" not in text


def test_a_plan_has_a_column_and_its_control_group_a_note(plan, tmp_path):
    planned = plan(("Ann Lee", "007", "CAM", 1, "treated"), ("x", "d4", "CAD", None, "control"))
    (path,) = write_page(read_pitches(planned, Wanted()), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert '<td class="number" data-v="1">1</td>' in text
    assert "Accounts left out on purpose: 1," in text
    assert "<bdi>d4</bdi>" not in text


def test_the_page_is_bounded_and_says_so(pitches, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "MOST_ROWS", 5)
    written = write_page(pitches, tmp_path)
    assert list(written.values()) == [4]
    text = next(iter(written)).read_text(encoding="utf-8")
    assert "it has 4 rows; 4 more of the lowest ranks" in text
    assert "1 of 3 rows" in text


@pytest.mark.parametrize(("most", "kept"), [(100, 8), (8, 8), (7, 6), (4, 4), (3, 3), (0, 0)])
def test_every_list_keeps_its_first_rows(pitches, most, kept):
    found = bounded(pitches.pitches, most)
    assert len(found) == kept
    firsts = [next(one for one in pitches.pitches if one.owner == o.owner) for o in pitches.lists]
    assert [one for one in firsts if one in found] == firsts[: min(kept, 4)]


def test_five_thousand_rows_stay_below_eight_megabytes(pitches, tmp_path):
    row = vars(pitches.pitches[0]) | {"reasons": "r" * 60 + "; But: " + "s" * 60}
    many = tuple(
        type(pitches.pitches[0])(**{**row, "customer_id": str(n), "name": "n" * 40})
        for n in range(6000)
    )
    written = write_page(type(pitches)(**{**vars(pitches), "pitches": many}), tmp_path)
    ((path, rows),) = written.items()
    assert rows == 5000
    assert path.stat().st_size < 8_000_000


# --- Colours --------------------------------------------------------------------------------------


def themes(text):
    """The colours by name: light, dark, paper."""
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    ]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_text_has_the_contrast_of_level_aa_in_every_theme(text):
    found = themes(text)
    assert len(found) == 3
    pairs = [("ink", "paper"), ("ink", "soft"), ("muted", "paper"), ("muted", "soft"),
             ("on-band", "band"), ("link", "paper")]  # fmt: skip
    for theme in found:
        for front, back in pairs:
            assert contrast(theme[front], theme[back]) >= 4.5, (front, back, theme)
        for shape in ("bar", "money", "muted"):
            assert contrast(theme[shape], theme["paper"]) >= 3, shape


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x9b", "\n", "\u2028", "\u202e", "\u2066"])
def test_no_name_reorders_or_hides_text(char):
    assert page._text(f"Acme{char}<b>") == "<bdi>Acme &lt;b&gt;</bdi>"
