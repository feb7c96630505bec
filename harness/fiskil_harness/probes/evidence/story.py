"""Story of a scenario: the events between end user, app, API and webhook sender, sorted by start time.

The caller removes secrets before ``shortened`` cuts the texts, because redaction does not find half a secret.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import msgspec

from fiskil_harness.journal import Delivery, Entry, EventCreated, Exchange, FaultSet, HookCall, Journal
from fiskil_harness.probes.evidence import http_text
from fiskil_harness.probes.evidence.story_lines import AS_HAPPENING
from fiskil_harness.probes.evidence.story_values import BOUNDS_MS, Story, StoryEntry

MOST, MOST_OF_FAILED = 60, 200
"""Maximum number of events in the story of a scenario that passed, and of one that failed."""
MOST_BYTES, MOST_BYTES_OF_PASSED = 2048, 480
"""Maximum length of a body in the story of a scenario that failed, and of one that passed."""


def story_of(scenario: str, steps: Sequence[str], journal: Journal, *, took_s: float, has_passed: bool) -> Story:
    """Return the story of *journal*, with secrets and with whole texts.

    Args:
        steps: The texts of the scenario's steps.
        has_passed: True if the scenario passed; then lower limits for length apply.
    """
    events = happenings(journal)
    kinds = {event.event: event.kind for event in journal.all(EventCreated)}
    most = MOST if has_passed else MOST_OF_FAILED
    numbered = list(enumerate(events, start=1))
    first = most * 3 // 4
    kept = numbered if len(numbered) <= most else [*numbered[:first], *numbered[first - most :]]
    earlier = attempts([entry for _, entry in events])
    return Story(
        scenario=scenario,
        steps=tuple(steps),
        took_s=round(took_s, 3),
        entries=tuple(_happening(number, *pair, earlier, kinds, has_passed) for number, pair in kept),
        left_out=len(numbered) - len(kept),
        acknowledgements=counted(journal.all(Delivery)),
    )


def shortened(story: Story, *, has_passed: bool) -> Story:
    """Return *story*, whose secrets were removed, with requests and responses cut to the limits for length."""
    most_bytes = MOST_BYTES_OF_PASSED if has_passed else MOST_BYTES
    entries = (
        msgspec.structs.replace(
            happening,
            request=http_text.shortened(happening.request, most_bytes=most_bytes),
            response=http_text.shortened(happening.response, most_bytes=most_bytes),
        )
        for happening in story.entries
    )
    return msgspec.structs.replace(story, entries=tuple(entries))


def happenings(journal: Journal) -> list[tuple[float, Entry]]:
    """Return the entries that the story shows, each with its start time, sorted by start time.

    A fault has its own entry only if some of its bites never happened. Bites that happened are shown with their API calls.
    """
    begun: list[tuple[float, Entry]] = []
    newest_s = 0.0
    for entry in journal:
        began_s = entry.at_s
        if entry.step < 0 and not entry.at_s:
            began_s = newest_s
        elif isinstance(entry, HookCall):
            # The entry was written when the response arrived.
            began_s = max(0.0, entry.at_s - entry.took_s)
        newest_s = max(newest_s, entry.at_s)
        if type(entry) in AS_HAPPENING and not (isinstance(entry, FaultSet) and not entry.missing_bites):
            begun.append((began_s, entry))
    return sorted(begun, key=lambda pair: pair[0])


def attempts(entries: Sequence[Entry]) -> dict[int, int]:
    """Return the number of the previous attempt for each entry that is a repetition; keys are the entries' numbers.

    An API call repeats an equal call that failed before the new call began. A delivery repeats the previous delivery of the
    same message. Entries are numbered from 1.
    """
    failed: dict[tuple[Any, ...], tuple[int, float]] = {}
    previous: dict[tuple[str, str], int] = {}
    repeats: dict[int, int] = {}
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, Exchange):
            key = (entry.method, entry.path, entry.query, entry.request_body)
            earlier = failed.get(key)
            if earlier is not None and earlier[1] <= entry.at_s:
                repeats[number] = earlier[0]
                del failed[key]
            if entry.status is None or entry.status >= 400 or entry.bites:
                failed[key] = (number, entry.ended_s)
        elif isinstance(entry, Delivery) and entry.message_id:
            message = (entry.message_id, entry.kind)
            if message in previous:
                repeats[number] = previous[message]
            previous[message] = number
    return repeats


def counted(deliveries: Sequence[Delivery]) -> tuple[int, ...]:
    """Return the number of acknowledged genuine deliveries in each duration class of ``BOUNDS_MS``; () if there are none."""
    durations_ms = [delivery.took_s * 1000 for delivery in deliveries if delivery.is_acknowledged and delivery.is_genuine]
    if not durations_ms:
        return ()
    counts = [0] * (len(BOUNDS_MS) + 1)
    for duration_ms in durations_ms:
        counts[bisect_left(BOUNDS_MS, duration_ms)] += 1
    return tuple(counts)


def _happening(
    number: int,
    began_s: float,
    entry: Entry,
    earlier: dict[int, int],
    kinds: dict[str, str],
    is_short: bool,
) -> StoryEntry:
    def text_of(line: str, headers: Sequence[tuple[str, str]], body: bytes, *, is_error: bool = False) -> str:
        return http_text.message(line, headers, body, is_error=is_error, is_short=is_short)

    happening = AS_HAPPENING[type(entry)](entry, text_of, kinds)
    return msgspec.structs.replace(
        happening, number=number, step=entry.step, at_s=round(began_s, 4), repeats=earlier.get(number, 0)
    )
