"""Screenshots for a report: identical screenshots are merged, and the total size is limited."""

import base64
import hashlib
import struct
from collections.abc import Collection, Iterable

from msgspec import Struct, structs

from fiskil_harness.journal import Journal
from fiskil_harness.journal import Picture as Screenshot

SCREENSHOT = "screenshot"
MOST_BYTES = 3_000_000
"""Maximum size of all screenshots of a report."""

MOST_BYTES_OF_ONE = 1_200_000
"""Maximum size of the screenshots of one scenario."""

_PNG, _IHDR = b"\x89PNG\r\n\x1a\n", struct.Struct(">II")


class Viewpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scenario, participant, page, moment and browser width of a screenshot."""

    scenario: str
    participant: str
    page: str
    moment: str
    width_px: int


class Picture(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One screenshot: *png* is the image in base64, *digest* the sha256 of its bytes.

    *viewpoints* are all viewpoints that resulted in this image. If *png* is empty, *problem* states why.
    """

    digest: str
    viewpoints: tuple[Viewpoint, ...]
    png: str = ""
    size_bytes: int = 0
    wide_px: int = 0
    high_px: int = 0
    problem: str = ""


NO_ROOM = "there was no room for it in the report"


def pictures(scenario: str, journal: Journal) -> tuple[Picture, ...]:
    """Return the screenshots of *scenario*, within the size limit for one scenario."""
    return bounded((_picture(scenario, screenshot) for screenshot in journal.all(Screenshot)), most_bytes=MOST_BYTES_OF_ONE)


def screenshot_marks(journal: Journal) -> tuple[str, ...]:
    """Return a mark for each screenshot, such as ``screenshot 1f00c4d2...``, with its digest."""
    taken = (_picture("", screenshot).digest for screenshot in journal.all(Screenshot))
    return tuple(sorted({f"{SCREENSHOT} {digest}" for digest in taken if digest}))


def bounded(taken: Iterable[Picture], *, most_bytes: int = MOST_BYTES, first: Collection[str] = ()) -> tuple[Picture, ...]:
    """Return the screenshots in *taken*, with identical ones merged and with images only up to the size limit.

    Screenshots beyond the limit keep their viewpoints but lose their image, and *problem* states that. Every page of a
    scenario keeps its first image before any page keeps a second one. Smaller images are preferred.

    Args:
        most_bytes: Maximum size of all images.
        first: Names of scenarios whose images are kept before all others.
    """
    merged: dict[tuple[str, str], Picture] = {}
    for picture in taken:
        key = (picture.digest, picture.problem)
        equal = merged.get(key)
        viewpoints = tuple(dict.fromkeys((*equal.viewpoints, *picture.viewpoints))) if equal else picture.viewpoints
        merged[key] = structs.replace(equal or picture, viewpoints=viewpoints)
    turns: dict[tuple[str, str], int] = {}
    ranked: list[tuple[bool, int, int, int]] = []
    every = list(merged.values())
    for number, picture in sorted(enumerate(every), key=lambda pair: pair[1].size_bytes):
        place = (picture.viewpoints[0].scenario, picture.viewpoints[0].page)
        turns[place] = turns.get(place, 0) + 1
        ranked.append((picture.viewpoints[0].scenario not in first, turns[place], picture.size_bytes, number))
    left = most_bytes
    for _, _, size, number in sorted(ranked):
        if size > left:
            every[number] = structs.replace(every[number], png="", size_bytes=0, problem=NO_ROOM)
        else:
            left -= size
    return tuple(every)


def _picture(scenario: str, screenshot: Screenshot) -> Picture:
    viewpoint = Viewpoint(
        scenario=scenario,
        participant=screenshot.participant,
        page=screenshot.page,
        moment=screenshot.moment,
        width_px=screenshot.width_px,
    )
    if not screenshot.png.startswith(_PNG) or screenshot.problem:
        return Picture(digest="", viewpoints=(viewpoint,), problem=screenshot.problem or "it is not a PNG image")
    wide_px, high_px = _IHDR.unpack_from(screenshot.png, 16)
    return Picture(
        digest=hashlib.sha256(screenshot.png).hexdigest(),
        viewpoints=(viewpoint,),
        png=base64.b64encode(screenshot.png).decode("ascii"),
        size_bytes=len(screenshot.png),
        wide_px=wide_px,
        high_px=high_px,
    )
