"""SVG charts of time: the attempts of a story by route, and the acknowledgements of a run by duration.

Bars of failed attempts are hollow and crossed, so colour is not the only sign; an arc connects an attempt with its retry.
"""

from collections.abc import Sequence
from html import escape

from fiskil_harness.gate.report.story_diagram import is_wrong
from fiskil_harness.probes.evidence import BOUNDS_MS, Story, StoryEntry

WIDTH = 344
LEFT, RIGHT = 6, 338
ROW = 30
MOST_ROUTES = 12
WIDE = 50
TICKS = 4
NARROWEST = 2.0


def timeline(story: Story, *, most: int) -> str:
    """Return a chart with a row for each route and a bar for each of at most *most* attempts; "" without timed attempts."""
    timed = [entry for entry in story.entries if entry.took_s is not None and entry.kind != "hook"][:most]
    if not timed:
        return ""
    routes = list(dict.fromkeys(entry.route for entry in timed))
    rows = {route: min(number, MOST_ROUTES - 1) for number, route in enumerate(routes)}
    span_s = max(0.001, *((entry.at_s + (entry.took_s or 0)) * 1.01 for entry in timed))
    high = 8 + ROW * (max(rows.values()) + 1)
    parts = [_steps(story, span_s, high)]
    for number in range(max(rows.values()) + 1):
        named = [route for route, row in rows.items() if row == number]
        attempts = [entry for entry in timed if rows[entry.route] == number]
        parts.append(_row(named, attempts, number))
    parts += _bars(timed, rows, span_s)
    title = f"Timeline of {story.scenario}: {len(timed)} attempts on {len(routes)} routes in {span_s:.2f} seconds."
    return _svg(title, high + 18, "".join(parts) + _axis(span_s, high))


def distribution(counts: Sequence[int]) -> str:
    """Return a bar chart of the number of acknowledged deliveries by duration.

    *counts* has a number for each duration in ``BOUNDS_MS``, and one for longer durations.
    """
    highest = max(counts, default=0)
    if not highest:
        return ""
    labels = [f"up to {_ms(bound)}" for bound in BOUNDS_MS] + [f"over {_ms(BOUNDS_MS[-1])}"]
    filled = [number for number, count in enumerate(counts) if count]
    parts = []
    y = 4
    for number in range(filled[0], filled[-1] + 1):
        wide = counts[number] / highest * 190 if counts[number] else 0.0
        parts.append(
            f'<text x="{LEFT}" y="{y + 12}">{labels[number]}</text>'
            f'<rect class="bar" x="96" y="{y + 2}" width="{wide:.1f}" height="12" rx="1.5"/>'
            f'<text x="{100 + wide:.0f}" y="{y + 12}">{counts[number]}</text>'
        )
        y += 19
    text = ", ".join(f"{labels[number]}: {counts[number]}" for number in filled)
    return _svg(f"{sum(counts)} acknowledgements by duration. {text}.", y + 2, "".join(parts))


def _row(routes: Sequence[str], attempts: Sequence[StoryEntry], number: int) -> str:
    name = routes[0] if len(routes) == 1 else f"{routes[0]} and {len(routes) - 1} more routes"
    failed = len([attempt for attempt in attempts if _has_failed(attempt)])
    retries = len([attempt for attempt in attempts if attempt.repeats])
    tail = f" {len(attempts)}" + (f", {failed} failed" if failed else "") + (f", {retries} retried" if retries else "")
    room = WIDE - len(tail)
    shown = name if len(name) <= room else name[: room - 3] + "..."
    y = 8 + ROW * number
    return (
        f'<text x="{LEFT}" y="{y + 11}">{escape(shown)}<tspan class="soft">{tail}</tspan></text>'
        f'<path class="life" d="M{LEFT} {y + 21}H{RIGHT}"/>'
    )


def _bars(timed: Sequence[StoryEntry], rows: dict[str, int], span_s: float) -> list[str]:
    places: dict[int, tuple[float, float]] = {}
    parts: list[str] = []
    for attempt in timed:
        x = _x(attempt.at_s, span_s)
        wide = max(NARROWEST, (attempt.took_s or 0) / span_s * (RIGHT - LEFT))
        y = 8 + ROW * rows[attempt.route] + 16
        places[attempt.number] = (x + wide, y)
        if _has_failed(attempt):
            parts.append(
                f'<rect class="wrong" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="10"/>'
                f'<path class="bad" d="M{x + wide / 2 - 3:.1f} {y + 2}l6 6m0-6l-6 6"/>'
            )
        else:
            parts.append(f'<rect class="bar" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="10"/>')
        if attempt.repeats in places:
            from_x, from_y = places[attempt.repeats]
            parts.append(f'<path class="tie" d="M{from_x:.1f} {from_y + 10}q{(x - from_x) / 2:.1f} 7 {x - from_x:.1f} 0"/>')
    return parts


def _steps(story: Story, span_s: float, high: float) -> str:
    began: dict[int, float] = {}
    for entry in story.entries:
        if entry.step >= 0:
            began.setdefault(entry.step, entry.at_s)
    lines = "".join(f"M{_x(at_s, span_s):.1f} 4V{high}" for at_s in list(began.values())[1:] if at_s <= span_s)
    return f'<path class="when" d="{lines}"/>' if lines else ""


def _axis(span_s: float, high: float) -> str:
    parts = [f'<path class="axis" d="M{LEFT} {high}H{RIGHT}"/>']
    for number in range(TICKS + 1):
        anchor = {0: "start", TICKS: "end"}.get(number, "middle")
        at_s = span_s * number / TICKS
        x = _x(at_s, span_s)
        parts.append(
            f'<text class="soft" x="{x:.0f}" y="{high + 13}" text-anchor="{anchor}">{_seconds(at_s, span_s)}</text>'
        )
    return "".join(parts)


def _svg(title: str, high: float, parts: str) -> str:
    return f'<svg class="plot" role="img" aria-label="{escape(title)}" viewBox="0 0 {WIDTH} {high:g}">{parts}</svg>'


def _has_failed(attempt: StoryEntry) -> bool:
    return bool(attempt.bites) or is_wrong(attempt)


def _x(at_s: float, span_s: float) -> float:
    return LEFT + at_s / span_s * (RIGHT - LEFT)


def _ms(bound: int) -> str:
    return f"{bound} ms" if bound < 1000 else f"{bound // 1000} s"


def _seconds(at_s: float, span_s: float) -> str:
    if not at_s:
        return "0"
    return f"{at_s * 1000:.0f} ms" if span_s < 1 else f"{at_s:.1f} s"
