"""Any number of stories and excerpts fits into a report."""

import msgspec

from fiskil_harness.gate.report.sealing import (
    MOST_BYTES,
    MOST_BYTES_OF_EXCERPTS,
    TOO_LITTLE_ROOM,
    fitted,
    fitted_excerpts,
    trimmed,
)
from fiskil_harness.probes.evidence import Excerpt, ExcerptLine, ShellCommand, Story, StoryEntry


def story(scenario: str, *, count: int = 20, body: str = "x" * 2000) -> Story:
    """Return a story of *count* calls with *body* as request and response."""
    happening = StoryEntry(
        number=1, step=0, at_s=0.0, kind="call", origin="app", target="api", text="GET /", request=body, response=body
    )
    happenings = tuple(msgspec.structs.replace(happening, number=number) for number in range(1, count + 1))
    return Story(scenario=scenario, steps=("sync",), took_s=1.0, entries=happenings)


def json_size(stories: tuple[Story, ...]) -> int:
    """Return the size of *stories* as JSON."""
    return len(msgspec.json.encode(stories))


def test_many_stories_fit_together() -> None:
    """Two hundred stories that passed stay within the limit."""
    stories = fitted(story(f"some_{number}") for number in range(200))

    assert len(stories) == 200
    assert json_size(stories) < MOST_BYTES * 1.05
    assert {len(story.entries) for story in stories} == {20}


def test_many_failed_stories_fit_together() -> None:
    """If two hundred scenarios fail, each story is included with fewer events."""
    names = [f"some_{number}" for number in range(200)]

    stories = fitted((story(name, count=200) for name in names), first=names)

    assert json_size(stories) < MOST_BYTES * 1.05
    assert min(len(story.entries) for story in stories) >= 20


def test_the_last_messages_are_dropped_first() -> None:
    """An event whose messages were dropped states that there was no room."""
    cut = trimmed(story("some"), most_bytes=12_000)

    assert len(cut.entries) == 20
    assert cut.entries[0].response.startswith("xxx")
    assert (cut.entries[-1].request, cut.entries[-1].response) == (TOO_LITTLE_ROOM, "")


def test_omitted_events_are_counted() -> None:
    """The count shows a reader that the story is incomplete."""
    cut = trimmed(story("some"), most_bytes=1200)

    assert 0 < len(cut.entries) < 20
    assert cut.left_out == 20 - len(cut.entries)


def test_many_excerpts_fit_together() -> None:
    """Shell commands are dropped first, and omitted deliveries are counted."""
    beats = tuple(ExcerptLine(kind="delivery", text=f"e{number} attempt 1", note="n" * 900) for number in range(40))
    sendings = tuple(ShellCommand(text="e0", command="curl " + "x" * 500) for _ in range(40))
    excerpt = Excerpt(scenario="some", probe="applies_once", beats=beats, commands=sendings)

    trimmed_excerpts = fitted_excerpts([excerpt] * 150)

    assert len(msgspec.json.encode(trimmed_excerpts)) < MOST_BYTES_OF_EXCERPTS * 1.05
    assert {(len(lean.commands), len(lean.beats) + lean.left_out) for lean in trimmed_excerpts} == {(0, 40)}
    assert fitted_excerpts([excerpt]) == (excerpt,)
