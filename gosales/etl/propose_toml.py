"""A proposal as the text of `gosales.toml`, with the reason for each key in a comment above it.

Headers come from unknown files: in values they are escaped as TOML strings, in comments reduced to
one line of printable ASCII, so that no header can add a key.
"""

from __future__ import annotations

import textwrap
import unicodedata
from pathlib import Path

from gosales.etl.propose import Proposal
from gosales.etl.propose_roles import GUESS, Choice, Value

WIDTH = 98
INLINE = 90


def render_toml(proposal: Proposal, places: dict[Path, str]) -> str:
    """The whole file; `places` says where each lookup lies, relative to the workspace."""
    blocks = [_head(proposal)]
    for section, choices in proposal.sections.items():
        if choices:
            blocks.append(_section(section, choices))
    for lookup in proposal.lookups:
        file = f"file = {toml_value(places[lookup.path])}"
        choices = [lookup.columns, *lookup.more]
        blocks.append("\n".join((f"[lookup.{lookup.name}]", file, *map(_key, choices))))
    return "\n\n".join(blocks) + "\n"


def _head(proposal: Proposal) -> str:
    logs = ", ".join(path.name for path in proposal.logs)
    lines = [
        f"# Proposed by `gosales init` for {plain(logs)}.",
        "# Each key says how sure it is (sure, likely, guess) and why. Check the guesses.",
    ]
    for note in proposal.notes:
        lines += ["#", comment(note)]
    return "\n".join(lines)


def _section(name: str, choices: list[Choice]) -> str:
    return "\n".join((f"[{name}]", *map(_key, choices)))


def _key(choice: Choice) -> str:
    text = f"{choice.certainty}: {choice.why}."
    if choice.runner_up:
        text += f" Runner-up: {choice.runner_up}."
    return f"{comment(text)}\n{choice.key} = {toml_value(choice.value)}"


def comment(text: str) -> str:
    """Text as comment lines."""
    lines = textwrap.wrap(plain(text), WIDTH - 2, break_long_words=True, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


def plain(text: str) -> str:
    """One line of printable ASCII: accents dropped, what else is strange shown as `?`."""
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    one_line = " ".join(bare.split())
    return "".join(char if " " <= char <= "~" else "?" for char in one_line)


def toml_value(value: Value) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {toml_string(text)}" for key, text in value.items())
        return f"{{ {inner} }}"
    items = [toml_string(item) for item in value]
    inline = f"[{', '.join(items)}]"
    if len(inline) <= INLINE:
        return inline
    return "\n".join(("[", *_wrapped(items), "]"))


def _wrapped(items: list[str]) -> list[str]:
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 2 > WIDTH - 4:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{item},"
    return [f"    {line}" for line in lines]


def toml_string(text: str) -> str:
    """A basic TOML string; letters of any script stay readable, controls are escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_escape, escaped)) + '"'


def _escape(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\U{ord(char):08X}"
    return char


def to_check(proposal: Proposal) -> list[str]:
    """The keys that a person should look at."""
    return [choice.key for choice in proposal.choices if choice.certainty == GUESS]
