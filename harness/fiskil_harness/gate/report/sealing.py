"""Completes a report: limits its size and adds the SHA-256 of its result, which reveals a changed result.

Stories of failed scenarios get their space first; the other stories share the rest equally. If a story is too long, requests
and responses are dropped before whole events, and later ones before earlier ones.
"""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import structs

from fiskil_harness.gate.digests import digest
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import Excerpt, Story, StoryEntry, bounded

MOST_BYTES, MOST_OF_FAILED, MOST_OF_ONE = 3_600_000, 2_400_000, 160_000
"""Maximum size as JSON: of all stories together, of all stories of failed scenarios, and of a single story."""

MOST_BYTES_OF_EXCERPTS = 1_600_000

TOO_LITTLE_ROOM = "[no room for it in this report]"


def completed(whole: GateResult) -> GateResult:
    """Return *whole* with as many stories and pictures as fit, and with the digest of its result."""
    failed = {scenario.scenario for scenario in whole.result.scenarios if scenario.verdict is Verdict.FAIL}
    ran = {scenario.scenario for scenario in whole.result.scenarios}
    limited = structs.replace(
        whole,
        excerpts=fitted_excerpts(whole.excerpts),
        stories=fitted((story for story in whole.stories if story.scenario in ran), first=failed),
        pictures=bounded(whole.pictures, first=failed),
    )
    return sealed(limited)


def fitted(stories: Iterable[Story], *, first: Collection[str] = ()) -> tuple[Story, ...]:
    """Return all stories, trimmed to the size limits; *first* contains the names of the failed scenarios."""
    every = list(stories)
    failed = [story for story in every if story.scenario in first]
    others = len(every) - len(failed)
    share = min(MOST_OF_ONE, MOST_OF_FAILED // max(1, len(failed)))
    left = MOST_BYTES - sum(min(share, _bytes(story)) for story in failed)
    share_of_others = min(MOST_OF_ONE, left // max(1, others))
    return tuple(trimmed(story, most_bytes=share if story.scenario in first else share_of_others) for story in every)


def trimmed(story: Story, *, most_bytes: int) -> Story:
    """Return *story*, trimmed to at most *most_bytes* bytes of JSON if possible."""
    if _bytes(story) <= most_bytes:
        return story
    left = most_bytes - _bytes(structs.replace(story, entries=()))
    bare = [structs.replace(happening, request="", response="") for happening in story.entries]
    kept: list[StoryEntry] = []
    for happening in bare:
        left -= _bytes(happening) + 1
        if left < 0:
            left += _bytes(happening) + 1
            break
        kept.append(happening)
    for number, (plain, happening) in enumerate(zip(kept, story.entries, strict=False)):
        texts = len(happening.request.encode()) + len(happening.response.encode())
        if texts and texts * 1.1 <= left:
            kept[number] = happening
            left -= int(texts * 1.1)
        elif texts:
            kept[number] = structs.replace(plain, request=TOO_LITTLE_ROOM)
            left -= len(TOO_LITTLE_ROOM)
    return structs.replace(story, entries=tuple(kept), left_out=story.left_out + len(bare) - len(kept))


def fitted_excerpts(excerpts: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
    """Return all excerpts. If they are too large together, long excerpts lose shell commands first, and then lines."""
    every = list(excerpts)
    if sum(map(_bytes, every)) <= MOST_BYTES_OF_EXCERPTS:
        return tuple(every)
    share = MOST_BYTES_OF_EXCERPTS // len(every)
    return tuple(_lean(excerpt, share) for excerpt in every)


def _lean(excerpt: Excerpt, most_bytes: int) -> Excerpt:
    sendings = list(excerpt.commands)
    while sendings and _bytes(excerpt) > most_bytes:
        sendings.pop()
        excerpt = structs.replace(excerpt, commands=tuple(sendings))
    beats = list(excerpt.beats)
    while len(beats) > 1 and _bytes(excerpt) > most_bytes:
        removed = beats.pop()
        excerpt = structs.replace(excerpt, beats=tuple(beats), left_out=excerpt.left_out + (removed.kind == "delivery"))
    return excerpt


def _bytes(value: Story | StoryEntry | Excerpt) -> int:
    return len(msgspec.json.encode(value))


def sealed(whole: GateResult) -> GateResult:
    """Return *whole* with the digest of its result."""
    return structs.replace(whole, sha256=digest(_covered(whole)))


def altered(whole: GateResult) -> list[str]:
    """Return why the result of *whole* does not match its digest, as a sentence fragment; [] if it matches."""
    actual = digest(_covered(whole))
    if actual == whole.sha256:
        return []
    changed = "the result" if whole.shard is None else "the result or the shard"
    return [f"{changed} changed: its SHA-256 is {actual}, but the report has {whole.sha256 or 'none'}"]


def _covered(whole: GateResult) -> Any:
    """Return what the digest covers: the result, and in a shard everything else by which `merge` judges."""
    if whole.shard is None:
        return whole.result
    marks = sorted({mark for measure in whole.measured for mark in measure.coverage_marks})
    return [whole.result, whole.shard, marks, whole.run.was_interrupted, whole.run.internal_errors]
