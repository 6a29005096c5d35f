"""Hostile text is a ValueError, soon."""

import json

import pytest

from gosales.utils.parse import MOST_TOML_BYTES, parse_json, read_toml

DEEP = 100_000
LONG = 2_000
"""Parts of a key; a hundred thousand of them would take all memory without the limit."""


@pytest.fixture
def toml(tmp_path):
    def read(text):
        path = tmp_path / "some.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return read_toml(path)

    return read


def test_plain_files_are_read(toml):
    content = {"a": {"b": [1, "x.y"]}}
    assert toml("\ufeff# " + "." * 900 + '\r\n[a]\r\nb = [1, "x.y"]\r\n') == content
    assert parse_json(json.dumps(content)) == content


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a = " + "[" * DEEP, "too deeply", id="open arrays"),
        pytest.param("a = " + "[" * DEEP + "]" * DEEP, "too deeply", id="arrays"),
        pytest.param("a = " + "{a=" * DEEP, "too deeply", id="tables"),
        pytest.param(".".join("a" * LONG) + " = 1", "500 dots", id="a dotted key"),
        pytest.param("[" + ".".join("a" * LONG) + "]", "500 dots", id="a dotted header"),
        pytest.param("a = " + "9" * DEEP, "limit", id="a large number"),
        pytest.param("#" * (MOST_TOML_BYTES + 1), "larger than", id="a large file"),
        pytest.param("a = 1\0", "line 1", id="a zero byte"),
    ],
)
def test_hostile_toml(toml, text, told):
    with pytest.raises(ValueError, match=told):
        toml(text)


@pytest.mark.parametrize("text", ["[" * DEEP, '{"a":' * DEEP, "9" * DEEP, "", "{"])
def test_hostile_json(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)
