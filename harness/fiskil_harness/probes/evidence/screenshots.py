"""Screenshots as a report carries them: each once, however often a page looked like that, and no more than fit."""

import base64
import hashlib
import struct
from collections.abc import Collection, Iterable

from msgspec import Struct, structs

from fiskil_harness.journal import Journal
from fiskil_harness.journal import Picture as Taken

MOST_BYTES = 3_000_000
MOST_BYTES_OF_ONE = 1_200_000
"""So much a whole report carries, and so much one scenario may bring."""

_PNG, _IHDR = b"\x89PNG\r\n\x1a\n", struct.Struct(">II")


class Viewpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a picture was taken."""

    scenario: str
    participant: str
    page: str
    moment: str
    width_px: int


class Picture(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One screenshot: ``png`` is base64, ``digest`` the sha256 of its bytes, and ``looks`` are all that it shows.

    Where ``png`` is empty ``lack`` says why there is none.
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
    """Every picture that was taken in *scenario*, as far as there is room for them."""
    return bounded((_picture(scenario, taken) for taken in journal.all(Taken)), most_bytes=MOST_BYTES_OF_ONE)


def bounded(taken: Iterable[Picture], *, most_bytes: int = MOST_BYTES, first: Collection[str] = ()) -> tuple[Picture, ...]:
    """Equal pictures as one, and of the others as many as fit; those without room keep their looks and say so.

    Every page of a scenario has its first picture before any has a second, scenarios named in *first* before all others,
    and smaller ones before larger ones.
    """
    merged: dict[tuple[str, str], Picture] = {}
    for picture in taken:
        key = (picture.digest, picture.problem)
        had = merged.get(key)
        merged[key] = (
            structs.replace(had, viewpoints=tuple(dict.fromkeys((*had.viewpoints, *picture.viewpoints)))) if had else picture
        )
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


def _picture(scenario: str, one: Taken) -> Picture:
    look = Viewpoint(scenario=scenario, participant=one.participant, page=one.page, moment=one.moment, width_px=one.width_px)
    if not one.png.startswith(_PNG) or one.problem:
        return Picture(digest="", viewpoints=(look,), problem=one.problem or "it is no PNG")
    wide_px, high_px = _IHDR.unpack_from(one.png, 16)
    return Picture(
        digest=hashlib.sha256(one.png).hexdigest(),
        viewpoints=(look,),
        png=base64.b64encode(one.png).decode("ascii"),
        size_bytes=len(one.png),
        wide_px=wide_px,
        high_px=high_px,
    )
