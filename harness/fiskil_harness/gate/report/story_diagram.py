"""The story of a scenario as a sequence diagram in SVG, with lanes for end user, app, API and webhooks.

Every text has its own rows, so that no text overlaps another. Everything that colour shows is also shown by text or lines.
"""

import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from operator import attrgetter

from fiskil_harness.probes.evidence import Story, StoryEntry

WIDTH = 344
SIZE = 10.5
CHARACTER = 0.61 * SIZE
"""Width of the widest character in common monospaced fonts."""

ROW = 13
LANES = {"end user": 30, "app": 134, "api": 232, "webhooks": 312}
TITLES = {"end user": "end user", "app": "app", "api": "Fiskil API", "webhooks": "webhooks"}
WIDE = int((WIDTH - 6) // CHARACTER)
MOST_ROWS = 2


def diagram(story: Story, *, most: int) -> str:
    """Return the diagram of at most *most* entries as SVG. Consecutive equal entries are drawn once, with their count."""
    page = _Page()
    shown = story.entries[:most]
    for step, entries in groupby(shown, key=lambda entry: entry.step):
        if 0 <= step < len(story.steps):
            page.mark(f"step {step + 1}: {story.steps[step]}")
        for first, count in _grouped(list(entries)):
            page.draw(first, count)
    not_drawn = story.left_out + len(story.entries) - len(shown)
    if not_drawn:
        page.mark(f"{not_drawn} more are not drawn")
    return page.svg(as_text(story, most=most))


def as_text(story: Story, *, most: int) -> str:
    """Return a description of the diagram for readers who cannot see it."""
    count = min(most, len(story.entries))
    return f"Sequence diagram of {count} entries in {story.scenario}; the list of all entries contains the same as text."


def is_wrong(entry: StoryEntry) -> bool:
    """Return whether an exchange failed; a refused delivery counts as correct, because a receiver may refuse it rightly."""
    return entry.outcome in {"failed", "no_response"} or (entry.outcome == "refused" and entry.kind != "delivery")


def _grouped(entries: Sequence[StoryEntry]) -> Iterator[tuple[StoryEntry, int]]:
    """Yield the first of each run of consecutive equal entries, and the length of the run."""
    fields = attrgetter("kind", "origin", "target", "text", "note", "result", "bites")
    for _, equal in groupby(entries, key=lambda entry: (fields(entry), bool(entry.repeats))):
        group = list(equal)
        yield group[0], len(group)


class _Page:
    """A diagram that is filled from top to bottom; ``y`` is the current height."""

    def __init__(self) -> None:
        self.y = 18.0
        self.parts: list[str] = []

    def mark(self, text: str) -> None:
        """Add a band with *text* across all lanes."""
        lines = textwrap.wrap(text, WIDE - 2, break_on_hyphens=False)[:MOST_ROWS]
        high = ROW * len(lines) + 4
        self.y += 8
        self.parts.append(f'<rect class="band" x="0" y="{self.y:g}" width="{WIDTH}" height="{high}" rx="3"/>')
        for line in lines:
            self.y += ROW
            self.parts.append(f'<text class="step" x="6" y="{self.y - 1:g}">{escape(line)}</text>')
        self.y += 4

    def draw(self, entry: StoryEntry, count: int) -> None:
        """Add the text of an entry, and its arrows between lanes; *count* is the number of equal entries."""
        start, end = LANES[entry.origin], LANES[entry.target]
        tone = "bad" if is_wrong(entry) else ""
        head = f"{count} x {entry.text}" if count > 1 else f"{entry.number} {entry.text}"
        tail = f" {entry.result}" if entry.result else ""
        self.y += 3
        self._write(head + tail, start, end, tone or ("soft" if start == end else ""))
        if entry.bites:
            self._write(f"fault: {' + '.join(entry.bites)}", start, end, "bad")
        if entry.repeats:
            self._write(f"retry of {entry.repeats}", start, end, "soft")
        if start == end:
            self.parts.append(f'<circle class="dot" cx="{start}" cy="{self.y + 5:g}" r="2.5"/>')
            self.y += 9
            return
        self.y += 6
        back = -5 if end > start else 5
        self.parts.append(f'<path class="go" d="M{start} {self.y:g}H{end}m{back}-3L{end} {self.y:g}l{back} 3"/>')
        self.y += 5
        if entry.outcome == "no_response":
            middle = (start + end) / 2
            self.parts.append(f'<path class="bad" d="M{middle - 3:g} {self.y - 8:g}l6 6m0-6l-6 6"/>')
        elif entry.result:
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

    def svg(self, title: str) -> str:
        """Return the diagram as an SVG element."""
        self.y += 8
        headings = "".join(
            f'<text class="who" x="{x}" y="11" text-anchor="middle">{TITLES[lane]}</text>' for lane, x in LANES.items()
        )
        lifelines = "".join(f"M{x} 17V{self.y:g}" for x in LANES.values())
        return (
            f'<svg class="story" role="img" aria-label="{escape(title)}" viewBox="0 0 {WIDTH} {self.y:g}">{headings}'
            f'<path class="life" d="{lifelines}"/>{"".join(self.parts)}</svg>'
        )
