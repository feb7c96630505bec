"""The picture of a sequence: no text meets another, nothing leaves the picture, and what is at once stands at once."""

from itertools import combinations

import pytest

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.gate.report.delivery_diagram import MOST_ARROWS, RECEIVER, SENDER, WIDTH, Text, as_text, drawing
from fiskil_harness.probes.evidence import Beat

LONG = "banking.transactions.recent.sync.completed, respelt in base64 without padding and with spaces outside"


def delivered(text: str = "e0 attempt 1", *, answer: str = "204", note: str = "consent.received", group: int = 0) -> Beat:
    """A delivery."""
    return Beat(what="delivery", text=text, note=note, response=answer, outcome="ack", group=group, is_witness=True)


STORIES = {
    "one delivery": [delivered()],
    "a retry": [delivered(), delivered("e0 attempt 2"), Beat(what="effect", text="e0 applied 2 times")],
    "a burst": [delivered(f"e0 attempt {number}", group=3) for number in range(1, 17)],
    "bursts one after another": [delivered(group=1), delivered(group=1), delivered(group=2), delivered(group=2)],
    "long words": [delivered(LONG, note=LONG, response=LONG), Beat(what="effect", text=LONG), Beat(what="mark", text=LONG)],
    "a word without end": [delivered("x" * 200, note="y" * 200, response="z" * 200)],
    "a kill": [delivered(), Beat(what="mark", text="the app is killed"), Beat(what="mark", text="the app is started again")],
    "no effect": [delivered(), Beat(what="effect", text="e0: no effect", outcome="none")],
    "no answer yet": [delivered(response="", note="")],
}


def apart(one: Text, other: Text) -> bool:
    """Whether two texts do not meet."""
    a, b = one.box, other.box
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("story", STORIES)
def test_no_text_meets_another(story: str) -> None:
    """Every text has a place of its own."""
    texts = drawing(STORIES[story]).texts

    assert [
        (combination.text, other.text) for combination, other in combinations(texts, 2) if not apart(combination, other)
    ] == []


@pytest.mark.parametrize("story", STORIES)
def test_nothing_leaves_the_picture(story: str) -> None:
    """Texts and lines stay within its width and height."""
    made = drawing(STORIES[story])

    boxes = [text.box for text in made.texts] + [
        (min(line.x1, line.x2), line.y1, max(line.x1, line.x2), line.y2) for line in made.lines
    ]
    assert all(left >= 0 and top >= 0 and right <= WIDTH and bottom <= made.height for left, top, right, bottom in boxes)


@pytest.mark.parametrize("story", STORIES)
def test_no_line_goes_through_a_text(story: str) -> None:
    """But for the lifelines, which are hidden under texts."""
    made = drawing(STORIES[story])

    level = [line for line in made.lines if line.style != "life"]
    assert [
        (line.style, text.text)
        for line in level
        for text in made.texts
        if text.box[1] < line.y1 < text.box[3]
        and min(line.x1, line.x2) < text.box[2]
        and max(line.x1, line.x2) > text.box[0]
    ] == []


def test_what_is_sent_at_once_is_drawn_as_arrows_side_by_side() -> None:
    """One label with every attempt, so many arrows as there is room for, and the answers counted."""
    made = drawing(STORIES["a burst"])

    arrows = [line for line in made.lines if line.style == "witness"]
    assert len(arrows) == MOST_ARROWS
    assert {(arrow.x1, arrow.x2) for arrow in arrows} == {(SENDER, RECEIVER)}
    words = " ".join(text.text for text in made.texts)
    assert "16 at once: e0 attempts 1, 2, 3" in words
    assert "16 x 204" in words


def test_bursts_are_told_apart() -> None:
    """Two groups are two labels."""
    made = drawing(STORIES["bursts one after another"])

    assert [text.text for text in made.texts if text.style == "what"] == ["2 at once: e0 attempt 1"] * 2


def test_an_effect_is_an_arrow_and_its_lack_is_none() -> None:
    """Colour alone says nothing: the words and the head do."""
    (effect,) = [line for line in drawing(STORIES["a retry"]).lines if line.style == "effect"]
    (problem,) = [line for line in drawing(STORIES["no effect"]).lines if line.style == "none"]

    assert (effect.x1, effect.x2, effect.has_head) == (RECEIVER, EFFECTS, True)
    assert not problem.has_head


def test_a_head_points_where_its_line_goes() -> None:
    """To the receiver, and back from it."""
    there, back = [line for line in drawing(STORIES["one delivery"]).lines if line.has_head]

    assert there.head == f"{RECEIVER},{there.y2:g} {RECEIVER - 5},{there.y2 - 2.5:g} {RECEIVER - 5},{there.y2 + 2.5:g}"
    assert back.head.startswith(f"{SENDER},{back.y2:g} {SENDER + 5},")


def test_the_picture_can_be_read_aloud() -> None:
    """Every beat is a sentence."""
    told = as_text([*STORIES["a kill"][:2], Beat(what="effect", text="e0 applied once"), *STORIES["no answer yet"]])

    assert (
        told == "Sent e0 attempt 1 (consent.received), answered 204. The app is killed. E0 applied once. Sent e0 attempt 1."
    )
