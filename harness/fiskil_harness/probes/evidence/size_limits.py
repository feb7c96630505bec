"""Makes stories fit a report: those that failed come first, and of the others each has an equal share of what is left.

The messages go first, the last ones before the first; what happened goes only when there is no other way.
"""

from collections.abc import Collection, Iterable

import msgspec
from msgspec import structs

from fiskil_harness.probes.evidence.excerpt_values import Excerpt
from fiskil_harness.probes.evidence.story_values import Happening, Story

MOST_BYTES, MOST_OF_FAILED, MOST_OF_ONE = 3_600_000, 2_400_000, 160_000
"""As JSON: of all stories, of all that failed, and of one that failed."""

MOST_BYTES_OF_EXCERPTS = 1_600_000

TOO_LITTLE_ROOM = "[no room for it in this report]"


def fitted(stories: Iterable[Story], *, first: Collection[str] = ()) -> tuple[Story, ...]:
    """Every story, as much of each as there is room for; *first* names the scenarios that failed."""
    every = list(stories)
    failed = [story for story in every if story.scenario in first]
    others = len(every) - len(failed)
    share = min(MOST_OF_ONE, MOST_OF_FAILED // max(1, len(failed)))
    left = MOST_BYTES - sum(min(share, _bytes(story)) for story in failed)
    share_of_others = min(MOST_OF_ONE, left // max(1, others))
    return tuple(trimmed(story, most_bytes=share if story.scenario in first else share_of_others) for story in every)


def trimmed(story: Story, *, most_bytes: int) -> Story:
    """*story* in at most so many bytes of JSON, if that is possible at all."""
    if _bytes(story) <= most_bytes:
        return story
    left = most_bytes - _bytes(structs.replace(story, happenings=()))
    bare = [structs.replace(happening, request="", response="") for happening in story.happenings]
    kept: list[Happening] = []
    for happening in bare:
        left -= _bytes(happening) + 1
        if left < 0:
            left += _bytes(happening) + 1
            break
        kept.append(happening)
    for number, (plain, happening) in enumerate(zip(kept, story.happenings, strict=False)):
        texts = len(happening.request.encode()) + len(happening.response.encode())
        if texts and texts * 1.1 <= left:
            kept[number] = happening
            left -= int(texts * 1.1)
        elif texts:
            kept[number] = structs.replace(plain, request=TOO_LITTLE_ROOM)
            left -= len(TOO_LITTLE_ROOM)
    return structs.replace(story, happenings=tuple(kept), left_out=story.left_out + len(bare) - len(kept))


def fitted_excerpts(exhibits: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
    """Every exhibit; where all together are too much, the long ones lose lines for the shell, and then deliveries."""
    every = list(exhibits)
    if sum(map(_bytes, every)) <= MOST_BYTES_OF_EXCERPTS:
        return tuple(every)
    share = MOST_BYTES_OF_EXCERPTS // len(every)
    return tuple(_lean(excerpt, share) for excerpt in every)


def _lean(one: Excerpt, most_bytes: int) -> Excerpt:
    sendings = list(one.sendings)
    while sendings and _bytes(one) > most_bytes:
        sendings.pop()
        one = structs.replace(one, sendings=tuple(sendings))
    beats = list(one.beats)
    while len(beats) > 1 and _bytes(one) > most_bytes:
        gone = beats.pop()
        one = structs.replace(one, beats=tuple(beats), left_out=one.left_out + (gone.what == "delivery"))
    return one


def _bytes(one: Story | Happening | Excerpt) -> int:
    return len(msgspec.json.encode(one))
