"""Plots over time as inline SVG: lines with axes, and the phases of the load in the background."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from msgspec import Struct

from fiskil_harness.soak.shapes import Phase

WIDTH, HEIGHT = 760, 190
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 12, 26
TICKS = 4


class Line(Struct, frozen=True):
    """One line of a plot: its name, its style class, and its points as pairs of seconds and value."""

    name: str
    style: str
    points: tuple[tuple[float, float], ...]


def plot(title: str, unit: str, lines: Sequence[Line], phases: Sequence[Phase]) -> str:
    """Return a plot of *lines*; "" if they have no points. The title is also the text for screen readers."""
    drawn = [line for line in lines if line.points]
    if not drawn:
        return ""
    longest_s = max(*(at_s for line in drawn for at_s, _ in line.points), phases[-1].end_s)
    highest = max((value for line in drawn for _, value in line.points), default=0) or 1
    scale = _Scale(longest_s, highest)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    parts += [_background(phase, scale) for phase in phases]
    parts += [_tick(scale, number, unit) for number in range(TICKS + 1)]
    parts += [
        f'<text class="axis" x="{scale.x(longest_s * share):.0f}" y="{HEIGHT - 8}">{longest_s * share:.0f} s</text>'
        for share in (0, 0.25, 0.5, 0.75)
    ]
    for line in drawn:
        corners = " ".join(f"{scale.x(at_s):.1f},{scale.y(value):.1f}" for at_s, value in line.points)
        parts.append(f'<polyline class="line {line.style}" points="{corners}"><title>{escape(line.name)}</title></polyline>')
    legend = "".join(f'<span class="key {line.style}">{escape(line.name)}</span>' for line in drawn)
    svg = "".join(parts)
    return f"<figure><figcaption>{escape(title)} {legend}</figcaption>{svg}</svg></figure>"


class _Scale:
    """Converts seconds and values to coordinates."""

    def __init__(self, longest_s: float, highest: float) -> None:
        self.longest_s, self.highest = longest_s, highest

    def x(self, at_s: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at_s / self.longest_s

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.highest


def _background(phase: Phase, scale: _Scale) -> str:
    style = f"phase {phase.trouble or 'plain'}"
    begin, end = scale.x(phase.start_s), scale.x(phase.end_s)
    name = escape(phase.name)
    return (
        f'<rect class="{style}" x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" height="{HEIGHT - TOP - BOTTOM}">'
        f"<title>{name}</title></rect>"
    )


def _tick(scale: _Scale, number: int, unit: str) -> str:
    value = scale.highest * number / TICKS
    y = scale.y(value)
    text = f"{value:,.0f}" if scale.highest >= 8 else f"{value:.2f}"
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis value" x="{LEFT - 4}" y="{y + 4:.1f}">{text}{unit if number == TICKS else ""}</text>'
    )
