"""A story as a sequence diagram: end user, app, API and webhooks as lanes, time from top to bottom, as inline SVG.

Every text has rows of its own, so none meets another; what colour says is said by words or by the kind of line as well.
"""

import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from fiskil_harness.probes.evidence import Happening, Story

WIDTH = 344
SIZE = 10.5
CHARACTER = 0.61 * SIZE
"""The widest character of the usual monospaced fonts."""

ROW = 13
LANES = {"end user": 30, "app": 134, "api": 232, "webhooks": 312}
TITLES = {"end user": "end user", "app": "app", "api": "Fiskil API", "webhooks": "webhooks"}
WIDE = int((WIDTH - 6) // CHARACTER)
MOST_ROWS = 2


def diagram(story: Story, *, most: int) -> str:
    """The diagram of at most so many happenings; equal ones that follow each other stand together."""
    page = _Page()
    shown = story.happenings[:most]
    for step, ones in groupby(shown, key=lambda happening: happening.step):
        if 0 <= step < len(story.steps):
            page.mark(f"step {step + 1}: {story.steps[step]}")
        for first, count in _folded(list(ones)):
            page.draw(first, count)
    left = story.left_out + len(story.happenings) - len(shown)
    if left:
        page.mark(f"{left} more are not drawn")
    return page.picture(as_text(story, most=most))


def as_text(story: Story, *, most: int) -> str:
    """What the picture is of, for who cannot see it; the list below it tells all of it."""
    count = min(most, len(story.happenings))
    return f"Sequence of {count} happenings in {story.scenario}; the list of exchanges tells the same in words."


def is_wrong(one: Happening) -> bool:
    """Whether it went wrong by its answer: a receiver that refuses a delivery may well be right."""
    return one.outcome in {"failed", "unanswered"} or (one.outcome == "refused" and one.what != "delivery")


def _folded(ones: Sequence[Happening]) -> Iterator[tuple[Happening, int]]:
    def alike(one: Happening) -> tuple[object, ...]:
        return one.what, one.origin, one.target, one.text, one.note, one.result, one.bites, bool(one.repeats)

    for _, same in groupby(ones, key=alike):
        every = list(same)
        yield every[0], len(every)


class _Page:
    """A page that is written on from above."""

    def __init__(self) -> None:
        self.y = 18.0
        self.parts: list[str] = []

    def mark(self, text: str) -> None:
        """A band across all lanes."""
        lines = textwrap.wrap(text, WIDE - 2, break_on_hyphens=False)[:MOST_ROWS]
        high = ROW * len(lines) + 4
        self.y += 8
        self.parts.append(f'<rect class="band" x="0" y="{self.y:g}" width="{WIDTH}" height="{high}" rx="3"/>')
        for line in lines:
            self.y += ROW
            self.parts.append(f'<text class="step" x="6" y="{self.y - 1:g}">{escape(line)}</text>')
        self.y += 4

    def draw(self, one: Happening, count: int) -> None:
        """A happening: its words, and the way it took."""
        start, end = LANES[one.origin], LANES[one.target]
        tone = "bad" if is_wrong(one) else ""
        head = f"{count} x {one.text}" if count > 1 else f"{one.number} {one.text}"
        tail = f" {one.result}" if one.result else ""
        self.y += 3
        self._write(head + tail, start, end, tone or ("soft" if start == end else ""))
        if one.bites:
            self._write(f"bitten by {' + '.join(one.bites)}", start, end, "bad")
        if one.repeats:
            self._write(f"again, after {one.repeats}", start, end, "soft")
        if start == end:
            self.parts.append(f'<circle class="dot" cx="{start}" cy="{self.y + 5:g}" r="2.5"/>')
            self.y += 9
            return
        self.y += 6
        back = -5 if end > start else 5
        self.parts.append(f'<path class="go" d="M{start} {self.y:g}H{end}m{back}-3L{end} {self.y:g}l{back} 3"/>')
        self.y += 5
        if one.outcome == "unanswered":
            middle = (start + end) / 2
            self.parts.append(f'<path class="bad" d="M{middle - 3:g} {self.y - 8:g}l6 6m0-6l-6 6"/>')
        elif one.result:
            self.parts.append(
                f'<path class="back {tone}" d="M{end} {self.y:g}H{start}m{-back}-3L{start} {self.y:g}l{-back} 3"/>'
            )
        self.y += 3

    def _write(self, text: str, start: float, end: float, tone: str) -> None:
        lines = textwrap.wrap(text, WIDE, break_on_hyphens=False)
        for line in lines[:MOST_ROWS]:
            self.y += ROW
            wide = len(line) * CHARACTER
            x = max(3.0, min(min(start, end) + 3, WIDTH - wide - 3))
            style = f' class="{tone}"' if tone else ""
            self.parts.append(f'<text{style} x="{x:.0f}" y="{self.y:g}">{escape(line)}</text>')

    def picture(self, title: str) -> str:
        """The whole."""
        self.y += 8
        heads = "".join(
            f'<text class="who" x="{x}" y="11" text-anchor="middle">{TITLES[lane]}</text>' for lane, x in LANES.items()
        )
        lives = "".join(f"M{x} 17V{self.y:g}" for x in LANES.values())
        return (
            f'<svg class="story" role="img" aria-label="{escape(title)}" viewBox="0 0 {WIDTH} {self.y:g}">{heads}'
            f'<path class="life" d="{lives}"/>{"".join(self.parts)}</svg>'
        )
