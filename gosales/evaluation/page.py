"""A readable page of figures: one HTML file without scripts or links, text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import isfinite
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
       color: #1d2733; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: 13px; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid #dde3ea; }
th:first-child, td:first-child { text-align: left; white-space: nowrap; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; } .charts > * { flex: 1 1 24rem; }
.chart { width: 100%; max-width: 34rem; font-size: 12px; fill: #445; stroke-width: 2; }
.chart .grid { stroke: #dde3ea; stroke-width: 1; }
.passed { color: #0b6b3a; } .failed { color: #a3161b; font-weight: 600; }
"""


def page(title: str, sections: Iterable[str]) -> str:
    """A whole document; `sections` are fragments made by the functions below."""
    body = "\n".join(sections)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n"
        "</body></html>\n"
    )


def heading(text: str) -> str:
    """A section's title."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def beside(fragments: Iterable[str]) -> str:
    """Fragments side by side where there is room, one below the other where there is none."""
    return f'<div class="charts">{"".join(f"<div>{one}</div>" for one in fragments)}</div>'


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; floats get three decimals, None a dash, "passed" and "failed" their colour."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "\n".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def interval(value: float | None, low: float | None, high: float | None, sign: str = "") -> str:
    """A figure with its interval in brackets; a dash where there is none.

    Args:
        sign: "+" shows the sign of positive numbers too.
    """
    if value is None or not isfinite(value):
        return "-"
    if low is None or high is None or not isfinite(low):
        return f"{value:{sign}.3f}"
    return f"{value:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def _cell(value: Any) -> str:
    text = "-" if value is None else f"{value:,.3f}" if isinstance(value, float) else str(value)
    colour = f' class="{text}"' if text in {"passed", "failed"} else ""
    return f"<td{colour}>{escape(text)}</td>"
