"""A sequence diagram of deliveries: what was sent, the responses, and the effects that the app reported.

The layout uses rows, so that no text overlaps another; a monospaced font makes widths predictable. Everything that colour
shows is also shown by text, dashes or thickness.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct

from fiskil_harness.probes.evidence import ExcerptLine

WIDTH = 328
SIZE = 10.5
CHARACTER = 0.61 * SIZE
"""Width of the widest character in common monospaced fonts."""

ROW = 14
SENDER, RECEIVER, EFFECTS = 28, 196, 300
WIDE = int((WIDTH - 8) // CHARACTER)
BETWEEN = int((RECEIVER - SENDER - 12) // CHARACTER)
MOST_ARROWS = 8
MOST_NAMED = 6


class Text(Struct, frozen=True, kw_only=True):
    """A text at a position; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    style: str = ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the text."""
        wide = len(self.text) * CHARACTER
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, self.y - SIZE, left + wide, self.y + SIZE * 0.25


class Line(Struct, frozen=True, kw_only=True):
    """A line between two points; ``has_head`` makes it an arrow."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str = ""
    has_head: bool = False

    @property
    def head(self) -> str:
        """The corners of the arrowhead, as an SVG points attribute."""
        back = -5 if self.x2 > self.x1 else 5
        return f"{self.x2:g},{self.y2:g} {self.x2 + back:g},{self.y2 - 2.5:g} {self.x2 + back:g},{self.y2 + 2.5:g}"


class Drawing(Struct, frozen=True, kw_only=True):
    """The texts and lines of a diagram, and its size."""

    height: float
    width: float = WIDTH
    texts: tuple[Text, ...]
    lines: tuple[Line, ...]


def drawing(beats: Sequence[ExcerptLine]) -> Drawing:
    """Return the diagram of *beats*, the lines of an excerpt, from top to bottom; simultaneous deliveries share a label."""
    page = _Page()
    for _, numbered in groupby(enumerate(beats), key=lambda pair: (pair[1].kind, pair[1].group or -pair[0])):
        group = [beat for _, beat in numbered]
        if group[0].kind == "delivery":
            _draw_deliveries(page, group)
        elif group[0].kind == "effect":
            _draw_effect(page, group[0])
        else:
            _draw_mark(page, group[0])
    page.y += 6
    lifelines = [Line(x1=x, y1=18, x2=x, y2=page.y, style="life") for x in (SENDER, RECEIVER, EFFECTS)]
    return Drawing(height=page.y, texts=tuple(page.texts), lines=(*lifelines, *page.lines))


def as_text(beats: Iterable[ExcerptLine]) -> str:
    """Return *beats* as sentences, for readers who cannot see the diagram."""
    return " ".join(_sentence(beat) for beat in beats)


class _Page:
    """A diagram that is filled from top to bottom; ``y`` is the current height."""

    def __init__(self) -> None:
        self.texts: list[Text] = [
            Text(x=2, y=12, text="Fiskil", style="who"),
            Text(x=RECEIVER, y=12, text="receiver", anchor="middle", style="who"),
            Text(x=WIDTH - 2, y=12, text="effects", anchor="end", style="who"),
        ]
        self.lines: list[Line] = []
        self.y = 20.0

    def write(self, text: str, *, wide: int, x: float, anchor: str = "start", style: str = "") -> None:
        """Add *text*, wrapped at *wide* characters."""
        for line in textwrap.wrap(text, wide, break_on_hyphens=False):
            self.y += ROW
            self.texts.append(Text(x=x, y=self.y, text=line, anchor=anchor, style=style))

    def draw(self, start: float, end: float, style: str, *, has_head: bool = True) -> None:
        """Add a horizontal line at the current height."""
        self.lines.append(Line(x1=start, y1=self.y, x2=end, y2=self.y, style=style, has_head=has_head))


def _draw_deliveries(page: _Page, group: Sequence[ExcerptLine]) -> None:
    page.y += 4
    page.write(_label(group), wide=WIDE, x=4, style="what")
    for note in dict.fromkeys(beat.note for beat in group if beat.note):
        page.write(note, wide=WIDE, x=4, style="note")
    page.y += 3
    for _ in group[:MOST_ARROWS]:
        page.y += 5
        page.draw(SENDER, RECEIVER, "witness" if group[0].is_witness else "send")
    responses = _responses_text(group)
    if not responses:
        return
    page.y += 3
    page.write(responses, wide=BETWEEN, x=(SENDER + RECEIVER) / 2, anchor="middle", style=f"response {group[0].outcome}")
    page.y += 6
    page.draw(RECEIVER, SENDER, f"back {group[0].outcome}")


def _draw_effect(page: _Page, effect: ExcerptLine) -> None:
    page.y += 4
    style = effect.outcome or "effect"
    page.write(effect.text, wide=WIDE, x=WIDTH - 4, anchor="end", style=style)
    page.y += 7
    page.draw(RECEIVER, EFFECTS, style, has_head=style == "effect")


def _draw_mark(page: _Page, mark: ExcerptLine) -> None:
    page.y += 6
    page.draw(4, WIDTH - 4, "mark", has_head=False)
    page.write(mark.text, wide=WIDE, x=WIDTH / 2, anchor="middle", style="mark")
    page.y += 6
    page.draw(4, WIDTH - 4, "mark", has_head=False)


def _label(group: Sequence[ExcerptLine]) -> str:
    """Return the label of simultaneous deliveries, for example ``e0 attempt 1`` or ``8 at once: e0 attempts 2, 3``."""
    split = [beat.text.partition(" attempt ") for beat in group]
    events = dict.fromkeys(event for event, _, _ in split)
    attempts = dict.fromkeys(attempt for _, _, attempt in split if attempt)
    more = f" and {len(events) - MOST_NAMED} more" if len(events) > MOST_NAMED else ""
    shown = ", ".join(list(events)[:MOST_NAMED]) + more
    if attempts:
        shown += f" attempt{'s' if len(attempts) > 1 else ''} {', '.join(attempts)}"
    return f"{len(group)} at once: {shown}" if len(group) > 1 else shown


def _responses_text(group: Sequence[ExcerptLine]) -> str:
    counts = Counter(beat.response for beat in group if beat.response)
    return ", ".join(text if count == 1 else f"{count} x {text}" for text, count in counts.items())


def _sentence(beat: ExcerptLine) -> str:
    if beat.kind != "delivery":
        return f"{beat.text[0].upper()}{beat.text[1:]}."
    note = f" ({beat.note})" if beat.note else ""
    return f"Sent {beat.text}{note}" + (f", response: {beat.response}." if beat.response else ".")
