"""The lists as one page: an HTML file that needs nothing else, not even a network.

All text of the log is escaped. The page's policy forbids every connection, and every script and
style but its own, which are named by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path

from gosales.export.csv_files import cut
from gosales.export.notes import columns_told, notes_told
from gosales.export.pitches import PRODUCT, Listed, Pitch, Pitches
from gosales.utils.store import write_text

FILE = "call_lists.html"
MOST_ROWS, MOST_BARS = 5_000, 12
STYLED = {"division", "why", "owners", "branch", "rep"}
LONGEST_NAME, LONGEST_TEXT = 400, 900
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+")
"""Characters that are not seen but act: control characters, line ends, marks of direction."""


@dataclass(frozen=True)
class Column:
    """One column of the table: the key for scripts, its title, whether it is a number, its cell."""

    key: str
    title: str
    number: bool
    cell: Callable[[Pitch], str]


def write_page(pitches: Pitches, folder: Path) -> dict[Path, int]:
    """Write the page; returns its path and how many rows it shows. Same lists, same bytes."""
    path, shown = folder / FILE, bounded(pitches.pitches, MOST_ROWS)
    write_text(path, render(pitches, shown))
    return {path: len(shown)}


def bounded(pitches: Sequence[Pitch], most: int) -> list[Pitch]:
    """The first rows of every list, as many of each as fit into `most` in all."""
    counts: dict[str, int] = {}
    for pitch in pitches:
        counts[pitch.owner] = counts.get(pitch.owner, 0) + 1
    each = max(counts.values(), default=0)
    while each > 1 and sum(min(each, count) for count in counts.values()) > most:
        each -= 1
    taken: dict[str, int] = {}
    kept = []
    for pitch in pitches:
        taken[pitch.owner] = taken.get(pitch.owner, 0) + 1
        if taken[pitch.owner] <= each:
            kept.append(pitch)
    return kept[:most]


def render(pitches: Pitches, shown: Sequence[Pitch]) -> str:
    """The page as text."""
    columns = _columns(pitches.planned)
    parts = {
        "title": escape(f"Call lists as of {pitches.cutoff}"),
        "about": _paragraphs(pitches.about, "muted"),
        "figures": _figures(shown),
        "charts": _chart("Expected value by list", _sums(shown, lambda one: one.owner))
        + _chart("Expected value by division", _sums(shown, lambda one: one.division)),
        "caption": "What to pitch to whom, best first.",
        "head": f"<tr>{''.join(_head(column) for column in columns)}</tr>",
        "lists": "\n".join(_lists(pitches, shown, columns)),
        "notes": _paragraphs([*notes_told(pitches), *_cut_short(pitches, shown)], ""),
        "meanings": "\n".join(
            f"<dt>{escape(title)}</dt><dd>{escape(meaning)}</dd>"
            for title, meaning in columns_told(pitches).items()
        ),
        "labels": "\n".join(
            f'  td:nth-child({at})::before {{ content: "{column.title}"; }}'
            for at, column in enumerate(columns, 1)
        ),
    }
    template = resources.files("gosales.export").joinpath("page.html").read_text(encoding="utf-8")
    page = template.replace("{{labels}}", parts.pop("labels"))
    parts["policy"] = _policy(page)
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], page)


def _policy(page: str) -> str:
    """Nothing from anywhere, and of this page its own style and script only."""

    def named(tag: str) -> str:
        text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{named('style')}'; "
        f"script-src 'sha256-{named('script')}'; base-uri 'none'; form-action 'none'"
    )


def _columns(planned: bool) -> list[Column]:
    call = Column("call", "Call", True, lambda one: str(one.slot or ""))
    columns = [
        Column("account", "Account", False, _account),
        Column("division", "Pitch", False, _pitch),
        Column("chance", "Probability", True, _chance),
        Column("grade", "Grade", False, lambda one: _text(one.grade)),
        Column("value", "Expected value", True, lambda one: f"{one.value:,.0f}"),
        Column("why", "Why", False, lambda one: _sentences(one.reasons)),
        Column("owners", "Who owns it already", False, lambda one: _names(one.lookalikes)),
        Column("branch", "Branch", False, lambda one: _text(one.branch)),
        Column("rep", "Rep", False, lambda one: _text(one.rep)),
    ]
    return [columns[0], call, *columns[1:]] if planned else columns


def _lists(pitches: Pitches, shown: Sequence[Pitch], columns: Sequence[Column]) -> Iterable[str]:
    rows: dict[str, list[Pitch]] = {}
    for pitch in shown:
        rows.setdefault(pitch.owner, []).append(pitch)
    for one in pitches.lists:
        if own := rows.get(one.owner):
            body = "\n".join(_row(pitch, columns) for pitch in own)
            yield f"<tbody>\n{_list_head(one, own, len(columns))}\n{body}\n</tbody>"


def _list_head(one: Listed, own: Sequence[Pitch], width: int) -> str:
    rows = f"{len(own):,} rows" if len(own) == one.of else f"{len(own):,} of {one.of:,} rows"
    value = sum(pitch.value for pitch in own)
    told = f"<small>{rows}, expected value {value:,.0f}</small>"
    name = _text(one.owner)
    return f'<tr class="list"><th colspan="{width}" scope="rowgroup">{name} {told}</th></tr>'


def _row(pitch: Pitch, columns: Sequence[Column]) -> str:
    row = ' class="product"' if pitch.level == PRODUCT else ""
    cells = []
    for column in columns:
        sortable = {"chance": pitch.chance, "value": pitch.value, "call": pitch.slot}.get(
            column.key
        )
        told = "" if sortable is None else f' data-v="{sortable:.6g}"'
        kinds = ["number"] * column.number + [column.key] * (column.key in STYLED)
        kind = f' class="{" ".join(kinds)}"' if kinds else ""
        cells.append(f"<td{kind}{told}>{column.cell(pitch)}</td>")
    return f"<tr{row}>{''.join(cells)}</tr>"


def _head(column: Column) -> str:
    number = ' class="number"' if column.number else ""
    return f'<th scope="col" data-key="{column.key}"{number}>{escape(column.title)}</th>'


def _account(pitch: Pitch) -> str:
    known_by = f"<small>{_text(pitch.customer_id)}</small>" if pitch.name else ""
    return f"{_text(pitch.account)}{known_by}"


def _pitch(pitch: Pitch) -> str:
    products = (pitch.product or pitch.products).split("; ")
    told = [pitch.remark and f"({pitch.remark})", *products]
    return _text(pitch.division) + "".join(f"<small>{_text(one)}</small>" for one in told if one)


def _chance(pitch: Pitch) -> str:
    return f"{100 * pitch.chance:.1f} %{_bar(pitch.chance)}"


def _sentences(reasons: str) -> str:
    parts = [one for one in cut(reasons, LONGEST_TEXT).split("; ") if one.strip()]
    items = "".join(
        f'<li class="but">{_text(one)}</li>'
        if one.startswith("But: ")
        else f"<li>{_text(one)}</li>"
        for one in parts
    )
    return f"<ul>{items}</ul>" if items else ""


def _names(lookalikes: str) -> str:
    return "<br>".join(_text(one) for one in lookalikes.split("; ") if one.strip())


def _bar(share: float) -> str:
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}"
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="10"/></svg>'
    )


def _figures(shown: Sequence[Pitch]) -> str:
    told = {
        "Accounts": len({pitch.customer_id for pitch in shown}),
        "Rows": len(shown),
        "Lists": len({pitch.owner for pitch in shown}),
        "Expected value": sum(pitch.value for pitch in shown),
    }
    cards = "".join(
        f"<div><dt>{key}</dt><dd>{value:,.0f}</dd></div>" for key, value in told.items()
    )
    return f'<dl class="figures">{cards}</dl>'


def _sums(shown: Sequence[Pitch], key: Callable[[Pitch], str]) -> list[tuple[str, float]]:
    """Expected value by key, the largest first."""
    sums: dict[str, float] = {}
    for pitch in shown:
        sums[key(pitch)] = sums.get(key(pitch), 0.0) + pitch.value
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _chart(title: str, sums: list[tuple[str, float]]) -> str:
    """Bars with their names and numbers as text; the smallest are summed up in words."""
    if not sums:
        return ""
    largest = max(sums[0][1], 1e-9)
    bars = "\n".join(
        f'<li>{_text(name)}{_bar(value / largest)}<span class="number">{value:,.0f}</span></li>'
        for name, value in sums[:MOST_BARS]
    )
    rest = sums[MOST_BARS:]
    more = sum(value for _, value in rest)
    told = f'<p class="muted">{len(rest):,} more: {more:,.0f} in all.</p>' if rest else ""
    return f"<section><h2>{escape(title)}</h2>\n<ol>\n{bars}\n</ol>{told}</section>\n"


def _cut_short(pitches: Pitches, shown: Sequence[Pitch]) -> list[str]:
    missing = len(pitches.pitches) - len(shown)
    if not missing:
        return []
    small = f"So that the page stays small, it has {len(shown):,} rows"
    return [f"{small}; {missing:,} more of the lowest ranks are in the workbook (--to xlsx)."]


def _paragraphs(lines: Iterable[str], kind: str) -> str:
    opening = f'<p class="{kind}">' if kind else "<p>"
    return "\n".join(f"{opening}{escape(line)}</p>" for line in lines)


def _text(text: str) -> str:
    """Foreign text: escaped, on one line, and its direction its own affair."""
    clean = " ".join(INVISIBLE.sub(" ", text).split())
    return f"<bdi>{escape(cut(clean, LONGEST_NAME))}</bdi>" if clean else ""
