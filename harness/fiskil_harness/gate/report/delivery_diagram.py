"""A sequence of deliveries as a picture: who sent what to whom, what was answered, and which effect the app told.

Everything is laid out in rows, so that no text meets another; a monospaced font makes widths known. What colour says is said
by words, dashes or thickness as well.
"""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct

from fiskil_harness.probes.evidence import Beat

WIDTH = 328
SIZE = 10.5
CHARACTER = 0.61 * SIZE
"""The widest character of the usual monospaced fonts."""

ROW = 14
SENDER, RECEIVER, EFFECTS = 28, 196, 300
WIDE = int((WIDTH - 8) // CHARACTER)
BETWEEN = int((RECEIVER - SENDER - 12) // CHARACTER)
MOST_ARROWS = 8
MOST_NAMED = 6


class Text(Struct, frozen=True, kw_only=True):
    """Words at a place; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    style: str = ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        wide = len(self.text) * CHARACTER
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, self.y - SIZE, left + wide, self.y + SIZE * 0.25


class Line(Struct, frozen=True, kw_only=True):
    """A line from one place to another; ``has_head`` makes it an arrow."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str = ""
    has_head: bool = False

    @property
    def head(self) -> str:
        """The corners of the arrow's head."""
        back = -5 if self.x2 > self.x1 else 5
        return f"{self.x2:g},{self.y2:g} {self.x2 + back:g},{self.y2 - 2.5:g} {self.x2 + back:g},{self.y2 + 2.5:g}"


class Drawing(Struct, frozen=True, kw_only=True):
    """Everything in a picture, and its height."""

    height: float
    width: float = WIDTH
    texts: tuple[Text, ...]
    lines: tuple[Line, ...]


def drawing(beats: Sequence[Beat]) -> Drawing:
    """Lay *beats* out from top to bottom."""
    page = _Page()
    for _, ones in groupby(enumerate(beats), key=lambda pair: (pair[1].what, pair[1].group or -pair[0])):
        together = [beat for _, beat in ones]
        if together[0].what == "delivery":
            _deliveries(page, together)
        elif together[0].what == "effect":
            _effect(page, together[0])
        else:
            _mark(page, together[0])
    page.y += 6
    lifelines = [Line(x1=x, y1=18, x2=x, y2=page.y, style="life") for x in (SENDER, RECEIVER, EFFECTS)]
    return Drawing(height=page.y, texts=tuple(page.texts), lines=(*lifelines, *page.lines))


def as_text(beats: Iterable[Beat]) -> str:
    """The same as sentences, for who cannot see the picture."""
    return " ".join(_sentence(beat) for beat in beats)


class _Page:
    """A page that is written on from above."""

    def __init__(self) -> None:
        self.texts: list[Text] = [
            Text(x=2, y=12, text="Fiskil", style="who"),
            Text(x=RECEIVER, y=12, text="receiver", anchor="middle", style="who"),
            Text(x=WIDTH - 2, y=12, text="effects", anchor="end", style="who"),
        ]
        self.lines: list[Line] = []
        self.y = 20.0

    def write(self, text: str, *, wide: int, x: float, anchor: str = "start", style: str = "") -> None:
        """*text* in as many rows as it takes."""
        for line in textwrap.wrap(text, wide, break_on_hyphens=False):
            self.y += ROW
            self.texts.append(Text(x=x, y=self.y, text=line, anchor=anchor, style=style))

    def draw(self, start: float, end: float, style: str, *, has_head: bool = True) -> None:
        """A level line at this height."""
        self.lines.append(Line(x1=start, y1=self.y, x2=end, y2=self.y, style=style, has_head=has_head))


def _deliveries(page: _Page, ones: Sequence[Beat]) -> None:
    page.y += 4
    page.write(_label(ones), wide=WIDE, x=4, style="what")
    for note in dict.fromkeys(beat.note for beat in ones if beat.note):
        page.write(note, wide=WIDE, x=4, style="note")
    page.y += 3
    for _ in ones[:MOST_ARROWS]:
        page.y += 5
        page.draw(SENDER, RECEIVER, "witness" if ones[0].is_witness else "send")
    answers = _answers(ones)
    if not answers:
        return
    page.y += 3
    page.write(answers, wide=BETWEEN, x=(SENDER + RECEIVER) / 2, anchor="middle", style=f"answer {ones[0].outcome}")
    page.y += 6
    page.draw(RECEIVER, SENDER, f"back {ones[0].outcome}")


def _effect(page: _Page, one: Beat) -> None:
    page.y += 4
    style = one.outcome or "effect"
    page.write(one.text, wide=WIDE, x=WIDTH - 4, anchor="end", style=style)
    page.y += 7
    page.draw(RECEIVER, EFFECTS, style, has_head=style == "effect")


def _mark(page: _Page, one: Beat) -> None:
    page.y += 6
    page.draw(4, WIDTH - 4, "mark", has_head=False)
    page.write(one.text, wide=WIDE, x=WIDTH / 2, anchor="middle", style="mark")
    page.y += 6
    page.draw(4, WIDTH - 4, "mark", has_head=False)


def _label(ones: Sequence[Beat]) -> str:
    """``e0 attempt 1``, ``8 at once: e0 attempts 2, 3``, ``3 at once: e1, e2, e3 attempt 1``."""
    split = [beat.text.partition(" attempt ") for beat in ones]
    events = dict.fromkeys(event for event, _, _ in split)
    attempts = dict.fromkeys(attempt for _, _, attempt in split if attempt)
    shown = ", ".join(list(events)[:MOST_NAMED]) + (
        f" and {len(events) - MOST_NAMED} more" if len(events) > MOST_NAMED else ""
    )
    if attempts:
        shown += f" attempt{'s' if len(attempts) > 1 else ''} {', '.join(attempts)}"
    return f"{len(ones)} at once: {shown}" if len(ones) > 1 else shown


def _answers(ones: Sequence[Beat]) -> str:
    counted: dict[str, int] = {}
    for beat in ones:
        if beat.response:
            counted[beat.response] = counted.get(beat.response, 0) + 1
    return ", ".join(text if count == 1 else f"{count} x {text}" for text, count in counted.items())


def _sentence(one: Beat) -> str:
    if one.what != "delivery":
        return f"{one.text[0].upper()}{one.text[1:]}."
    more = f" ({one.note})" if one.note else ""
    return f"Sent {one.text}{more}" + (f", answered {one.response}." if one.response else ".")
