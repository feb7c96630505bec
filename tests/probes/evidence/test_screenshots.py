"""Any number of pictures fits into a report."""

from fiskil_harness.journal import Journal
from fiskil_harness.journal import Picture as Screenshot
from fiskil_harness.probes.evidence import Picture, Viewpoint, bounded
from fiskil_harness.probes.evidence.screenshots import NO_ROOM, pictures

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (360).to_bytes(4, "big") + (800).to_bytes(4, "big") + b"rest"


def picture(page: str, size_bytes: int, *, scenario: str = "some", digest: str = "") -> Picture:
    """Return a picture of *size_bytes* bytes."""
    viewpoint = Viewpoint(scenario=scenario, participant="rosa", page=page, moment="plain", width_px=360)
    return Picture(
        digest=digest or f"{scenario}-{page}-{size_bytes}", viewpoints=(viewpoint,), png="cG5n", size_bytes=size_bytes
    )


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
