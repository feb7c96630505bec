"""Stories and pictures fit a report, however much there is of them."""

import msgspec

from fiskil_harness.journal import Journal
from fiskil_harness.journal import Picture as Taken
from fiskil_harness.probes.evidence import (
    Beat,
    Excerpt,
    Happening,
    Picture,
    Sending,
    Story,
    Viewpoint,
    bounded,
    fitted,
    fitted_excerpts,
)
from fiskil_harness.probes.evidence.screenshots import NO_ROOM, pictures
from fiskil_harness.probes.evidence.size_limits import MOST_BYTES, MOST_BYTES_OF_EXCERPTS, TOO_LITTLE_ROOM, trimmed

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (360).to_bytes(4, "big") + (800).to_bytes(4, "big") + b"rest"


def story(scenario: str, *, count: int = 20, body: str = "x" * 2000) -> Story:
    """A story of so many calls with a body each."""
    happening = Happening(
        number=1, step=0, at_s=0.0, what="call", origin="app", target="api", text="GET /", request=body, response=body
    )
    happenings = tuple(msgspec.structs.replace(happening, number=number) for number in range(1, count + 1))
    return Story(scenario=scenario, steps=("sync",), took_s=1.0, happenings=happenings)


def picture(page: str, size_bytes: int, *, scenario: str = "some", digest: str = "") -> Picture:
    """A picture of that size."""
    look = Viewpoint(scenario=scenario, participant="rosa", page=page, moment="plain", width_px=360)
    return Picture(digest=digest or f"{scenario}-{page}-{size_bytes}", viewpoints=(look,), png="cG5n", size_bytes=size_bytes)


def sized(some: tuple[Story, ...]) -> int:
    """Their size as JSON."""
    return len(msgspec.json.encode(some))


def test_many_stories_fit_together() -> None:
    """Two hundred that passed take no more than there is room for."""
    some = fitted(story(f"some_{number}") for number in range(200))

    assert len(some) == 200
    assert sized(some) < MOST_BYTES * 1.05
    assert {len(story.happenings) for story in some} == {20}


def test_many_stories_that_failed_fit_too() -> None:
    """All two hundred fail: each is told, with less."""
    names = [f"some_{number}" for number in range(200)]

    some = fitted((story(name, count=200) for name in names), first=names)

    assert sized(some) < MOST_BYTES * 1.05
    assert min(len(story.happenings) for story in some) >= 20


def test_messages_go_before_happenings_and_the_last_first() -> None:
    """What is left out says so."""
    cut = trimmed(story("some"), most_bytes=12_000)

    assert len(cut.happenings) == 20
    assert cut.happenings[0].response.startswith("xxx")
    assert (cut.happenings[-1].request, cut.happenings[-1].response) == (TOO_LITTLE_ROOM, "")


def test_happenings_that_have_no_room_are_counted() -> None:
    """Nobody takes the rest for all."""
    cut = trimmed(story("some"), most_bytes=1200)

    assert 0 < len(cut.happenings) < 20
    assert cut.left_out == 20 - len(cut.happenings)


def test_exhibits_of_an_app_that_fails_everywhere_fit() -> None:
    """Lines for the shell go first; deliveries that are left out are counted."""
    beats = tuple(Beat(what="delivery", text=f"e{number} attempt 1", note="n" * 900) for number in range(40))
    sendings = tuple(Sending(text="e0", command="curl " + "x" * 500) for _ in range(40))
    one = Excerpt(scenario="some", probe="applies_once", beats=beats, sendings=sendings)

    some = fitted_excerpts([one] * 150)

    assert len(msgspec.json.encode(some)) < MOST_BYTES_OF_EXCERPTS * 1.05
    assert {(len(each.sendings), len(each.beats) + each.left_out) for each in some} == {(0, 40)}
    assert fitted_excerpts([one]) == (one,)


def test_equal_pictures_are_one_with_all_that_it_shows() -> None:
    """A page looks the same in many scenarios."""
    some = [picture("home", 10, scenario=name, digest="same") for name in ("one", "two")]

    (kept,) = bounded(some)

    assert [look.scenario for look in kept.viewpoints] == ["one", "two"]


def test_every_page_has_a_picture_before_any_has_a_second() -> None:
    """Smaller ones first; what has no room keeps its look and says so."""
    some = [picture("home", 40), picture("home", 41), picture("connections", 60)]

    first, second, third = bounded(some, most_bytes=100)

    assert (first.png, third.png) == ("cG5n", "cG5n")
    assert (second.png, second.problem) == ("", NO_ROOM)


def test_pictures_of_what_failed_come_first() -> None:
    """However large they are."""
    some = [picture("home", 10, scenario="passed"), picture("home", 95, scenario="failed")]

    passed, failed = bounded(some, most_bytes=100, first={"failed"})

    assert (passed.png, failed.png) == ("", "cG5n")


def test_a_picture_knows_its_size_and_one_that_was_not_taken_says_why() -> None:
    """Read from the file's head; what is no PNG is not shown."""
    journal = Journal()
    for png, problem in ((PNG, ""), (b"", "it shows a secret"), (b"GIF89a", "")):
        journal.write(Taken(participant="rosa", page="home", moment="plain", width_px=360, png=png, problem=problem))

    taken, secret, odd = pictures("some", journal)

    assert (taken.wide_px, taken.high_px, taken.size_bytes) == (360, 800, len(PNG))
    assert (secret.png, secret.problem) == ("", "it shows a secret")
    assert (odd.png, odd.problem) == ("", "it is no PNG")
