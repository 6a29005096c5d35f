"""Small line charts as SVG text for a report: no script, no link, text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460, 380
LEFT, RIGHT, TOP, BOTTOM = 52, 22, 68, 44
TICKS = 5
COLOURS = ("#1261a6", "#b4560c", "#5a6b7b")
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Line:
    """A named line through points (x, y) in data units."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True)
class Axes:
    """Titles of the axes and their far ends; both begin at 0."""

    x: str
    y: str
    most_x: float
    most_y: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Data units to picture units."""
        across = LEFT + x / self.most_x * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - y / self.most_y * (HEIGHT - TOP - BOTTOM)
        return round(across, 1), round(down, 1)


def line_chart(title: str, axes: Axes, lines: Sequence[Line]) -> str:
    """A figure with a legend above it. Shares are shown in per cent.

    Args:
        lines: At most three, of which the undashed ones take the COLOURS in turn.
    """
    body = [*_grid(axes), *_drawn(axes, lines), *_legend(lines)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'class="chart">\n<title>{escape(title)}</title>\n' + "\n".join(body) + "\n</svg>"
    )


def nice_end(most: float) -> float:
    """The smallest round number that is not below `most`; 1 for nothing."""
    if most <= 0:
        return 1.0
    power = 1.0
    while power > most:
        power /= 10
    while power * 10 <= most:
        power *= 10
    return min(one * power for one in STEPS if one * power >= most - 1e-12)


def _grid(axes: Axes) -> list[str]:
    marks = []
    for tick in range(TICKS + 1):
        share = tick / TICKS
        x, bottom = axes.place(share * axes.most_x, 0)
        left, y = axes.place(0, share * axes.most_y)
        marks += [
            f'<line class="grid" x1="{left}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>',
            _text(x, bottom + 16, _per_cent(share * axes.most_x), "middle"),
            _text(left - 6, y + 4, _per_cent(share * axes.most_y), "end"),
        ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    height = (TOP + HEIGHT - BOTTOM) / 2
    turned = f'<g transform="rotate(-90 12 {height})">{_text(12, height, axes.y, "middle")}</g>'
    return [*marks, _text(middle, HEIGHT - 8, axes.x, "middle"), turned]


def _drawn(axes: Axes, lines: Sequence[Line]) -> list[str]:
    marks = []
    for line, colour in zip(lines, _colours(lines), strict=True):
        places = [axes.place(x, y) for x, y in line.points]
        path = " ".join(f"{x},{y}" for x, y in places)
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        marks.append(f'<polyline fill="none" stroke="{colour}"{dash} points="{path}"/>')
        if not line.dashed:
            marks += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places]
    return marks


def _legend(lines: Sequence[Line]) -> list[str]:
    marks = []
    for row, (line, colour) in enumerate(zip(lines, _colours(lines), strict=True)):
        y = 12 + 18 * row
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        marks += [
            f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + 24}" y2="{y}" stroke="{colour}"{dash}/>',
            _text(LEFT + 32, y + 4, line.name, "start"),
        ]
    return marks


def _colours(lines: Sequence[Line]) -> list[str]:
    """Dashed lines are grey; the others take the colours in turn."""
    left = iter(COLOURS)
    return ["#8a97a5" if line.dashed else next(left) for line in lines]


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _per_cent(share: float) -> str:
    return f"{100 * share:.3g} %"
