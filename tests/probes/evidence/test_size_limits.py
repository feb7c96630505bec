"""Any number of stories, excerpts and pictures fits into a report."""

import msgspec

from fiskil_harness.journal import Journal
from fiskil_harness.journal import Picture as Screenshot
from fiskil_harness.probes.evidence import (
    Excerpt,
    ExcerptLine,
    Picture,
    ShellCommand,
    Story,
    StoryEntry,
    Viewpoint,
    bounded,
    fitted,
    fitted_excerpts,
)
from fiskil_harness.probes.evidence.screenshots import NO_ROOM, pictures
from fiskil_harness.probes.evidence.size_limits import MOST_BYTES, MOST_BYTES_OF_EXCERPTS, TOO_LITTLE_ROOM, trimmed

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (360).to_bytes(4, "big") + (800).to_bytes(4, "big") + b"rest"


def story(scenario: str, *, count: int = 20, body: str = "x" * 2000) -> Story:
    """Return a story of *count* calls with *body* as request and response."""
    happening = StoryEntry(
        number=1, step=0, at_s=0.0, kind="call", origin="app", target="api", text="GET /", request=body, response=body
    )
    happenings = tuple(msgspec.structs.replace(happening, number=number) for number in range(1, count + 1))
    return Story(scenario=scenario, steps=("sync",), took_s=1.0, entries=happenings)


def picture(page: str, size_bytes: int, *, scenario: str = "some", digest: str = "") -> Picture:
    """Return a picture of *size_bytes* bytes."""
    viewpoint = Viewpoint(scenario=scenario, participant="rosa", page=page, moment="plain", width_px=360)
    return Picture(
        digest=digest or f"{scenario}-{page}-{size_bytes}", viewpoints=(viewpoint,), png="cG5n", size_bytes=size_bytes
    )


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


def test_equal_pictures_are_merged_with_all_viewpoints() -> None:
    """A page may look the same in several scenarios."""
    equal = [picture("home", 10, scenario=name, digest="same") for name in ("first", "second")]

    (merged,) = bounded(equal)

    assert [viewpoint.scenario for viewpoint in merged.viewpoints] == ["first", "second"]


def test_every_page_gets_a_picture_before_any_gets_a_second() -> None:
    """Smaller pictures come first; one without room states that."""
    taken = [picture("home", 40), picture("home", 41), picture("connections", 60)]

    first, second, third = bounded(taken, most_bytes=100)

    assert (first.png, third.png) == ("cG5n", "cG5n")
    assert (second.png, second.problem) == ("", NO_ROOM)


def test_pictures_of_failed_scenarios_come_first() -> None:
    """They come first even if they are large."""
    taken = [picture("home", 10, scenario="passed"), picture("home", 95, scenario="failed")]

    passed, failed = bounded(taken, most_bytes=100, first={"failed"})

    assert (passed.png, failed.png) == ("", "cG5n")


def test_a_picture_has_its_size_or_the_reason_why_it_is_missing() -> None:
    """Width and height are read from the PNG header; other files are not shown."""
    journal = Journal()
    for png, problem in ((PNG, ""), (b"", "it shows a secret"), (b"GIF89a", "")):
        journal.write(Screenshot(participant="rosa", page="home", moment="plain", width_px=360, png=png, problem=problem))

    taken, secret, odd = pictures("some", journal)

    assert (taken.wide_px, taken.high_px, taken.size_bytes) == (360, 800, len(PNG))
    assert (secret.png, secret.problem) == ("", "it shows a secret")
    assert (odd.png, odd.problem) == ("", "it is not a PNG image")
