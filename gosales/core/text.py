"""Text from outside, made fit for a terminal."""

from __future__ import annotations


def printable(text: str, keep: str = "") -> str:
    r"""The text with what steers a terminal or reorders a line shown as its code.

    Letters of all scripts stay; control characters, escape sequences, bidirectional overrides and
    lone surrogates do not.

    >>> printable("ACME" + chr(27) + "[2J" + chr(0x202E))
    'ACME\\x1b[2J\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _code(c) for c in text)


def _code(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
