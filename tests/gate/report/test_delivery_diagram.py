"""The sequence diagram of deliveries: texts do not overlap, everything is inside, and parallel deliveries are grouped."""

from itertools import combinations

import pytest

from fiskil_harness.gate.report.delivery_diagram import EFFECTS, MOST_ARROWS, RECEIVER, SENDER, WIDTH, Text, as_text, drawing
from fiskil_harness.probes.evidence import ExcerptLine

LONG = "banking.transactions.recent.sync.completed, reencoded in base64 without padding and with spaces outside"


def delivered(
    text: str = "e0 attempt 1", *, response: str = "204", note: str = "consent.received", group: int = 0
) -> ExcerptLine:
    """Return a delivery."""
    return ExcerptLine(kind="delivery", text=text, note=note, response=response, outcome="ack", group=group, is_witness=True)


STORIES = {
    "one delivery": [delivered()],
    "a retry": [delivered(), delivered("e0 attempt 2"), ExcerptLine(kind="effect", text="e0 applied 2 times")],
    "a burst": [delivered(f"e0 attempt {number}", group=3) for number in range(1, 17)],
    "bursts one after another": [delivered(group=1), delivered(group=1), delivered(group=2), delivered(group=2)],
    "long words": [
        delivered(LONG, note=LONG, response=LONG),
        ExcerptLine(kind="effect", text=LONG),
        ExcerptLine(kind="mark", text=LONG),
    ],
    "a word without end": [delivered("x" * 200, note="y" * 200, response="z" * 200)],
    "a kill": [
        delivered(),
        ExcerptLine(kind="mark", text="the app is killed"),
        ExcerptLine(kind="mark", text="the app is started again"),
    ],
    "no effect": [delivered(), ExcerptLine(kind="effect", text="e0: no effect", outcome="none")],
    "no response yet": [delivered(response="", note="")],
}


def do_not_overlap(first: Text, second: Text) -> bool:
    """Return whether two texts do not overlap."""
    a, b = first.box, second.box
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("story", STORIES)
def test_texts_do_not_overlap(story: str) -> None:
    """No two texts of a diagram overlap."""
    texts = drawing(STORIES[story]).texts

    overlapping = [(a.text, b.text) for a, b in combinations(texts, 2) if not do_not_overlap(a, b)]
    assert overlapping == []


@pytest.mark.parametrize("story", STORIES)
def test_everything_is_inside_the_diagram(story: str) -> None:
    """Texts and lines are within the width and height of the diagram."""
    diagram = drawing(STORIES[story])

    boxes = [text.box for text in diagram.texts] + [
        (min(line.x1, line.x2), line.y1, max(line.x1, line.x2), line.y2) for line in diagram.lines
    ]
    assert all(left >= 0 and top >= 0 and right <= WIDTH and bottom <= diagram.height for left, top, right, bottom in boxes)


@pytest.mark.parametrize("story", STORIES)
def test_no_line_crosses_a_text(story: str) -> None:
    """Lifelines are an exception: texts hide them."""
    diagram = drawing(STORIES[story])

    horizontal = [line for line in diagram.lines if line.style != "life"]
    assert [
        (line.style, text.text)
        for line in horizontal
        for text in diagram.texts
        if text.box[1] < line.y1 < text.box[3]
        and min(line.x1, line.x2) < text.box[2]
        and max(line.x1, line.x2) > text.box[0]
    ] == []


def test_parallel_deliveries_are_drawn_together() -> None:
    """They have one label with every attempt, a limited number of arrows, and a count of equal responses."""
    diagram = drawing(STORIES["a burst"])

    arrows = [line for line in diagram.lines if line.style == "witness"]
    assert len(arrows) == MOST_ARROWS
    assert {(arrow.x1, arrow.x2) for arrow in arrows} == {(SENDER, RECEIVER)}
    words = " ".join(text.text for text in diagram.texts)
    assert "16 at once: e0 attempts 1, 2, 3" in words
    assert "16 x 204" in words


def test_each_burst_has_its_own_label() -> None:
    """Two groups of deliveries have two labels."""
    diagram = drawing(STORIES["bursts one after another"])

    assert [text.text for text in diagram.texts if text.style == "what"] == ["2 at once: e0 attempt 1"] * 2


def test_an_effect_is_an_arrow_and_a_missing_effect_is_a_line() -> None:
    """Text and arrowhead show the difference, not only colour."""
    (effect,) = [line for line in drawing(STORIES["a retry"]).lines if line.style == "effect"]
    (missing,) = [line for line in drawing(STORIES["no effect"]).lines if line.style == "none"]

    assert (effect.x1, effect.x2, effect.has_head) == (RECEIVER, EFFECTS, True)
    assert not missing.has_head


def test_an_arrowhead_points_in_the_direction_of_its_line() -> None:
    """A delivery points to the receiver, a response to the sender."""
    forth, back = [line for line in drawing(STORIES["one delivery"]).lines if line.has_head]

    assert forth.head == f"{RECEIVER},{forth.y2:g} {RECEIVER - 5},{forth.y2 - 2.5:g} {RECEIVER - 5},{forth.y2 + 2.5:g}"
    assert back.head.startswith(f"{SENDER},{back.y2:g} {SENDER + 5},")


def test_a_diagram_has_a_text_for_screen_readers() -> None:
    """Every beat is a sentence."""
    text = as_text([*STORIES["a kill"][:2], ExcerptLine(kind="effect", text="e0 applied once"), *STORIES["no response yet"]])

    assert text == (
        "Sent e0 attempt 1 (consent.received), response: 204. The app is killed. E0 applied once. Sent e0 attempt 1."
    )
