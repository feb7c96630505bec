"""From a finished journal to the story of a scenario: who did what to whom, in the order in which it began.

Nothing here is redacted; ``told`` lets the caller take secrets out before anything is cut, so that no half of one is left.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from fiskil_harness.journal import Delivery, Entry, EventCreated, Exchange, FaultSet, HookCall, Journal
from fiskil_harness.probes.evidence.http_text import finished, message
from fiskil_harness.probes.evidence.story_lines import AS_HAPPENING
from fiskil_harness.probes.evidence.story_values import BOUNDS_MS, Happening, Story

MOST, MOST_OF_FAILED = 60, 200
MOST_BYTES, MOST_BYTES_OF_PASSED = 2048, 480
"""So much is kept of a body; a scenario that passed is hardly ever read that closely."""

Redact = Callable[[Any], Any]


def story_of(
    scenario: str, steps: Sequence[str], journal: Journal, *, took_s: float, has_passed: bool, redact: Redact
) -> Story:
    """The story that *journal* tells; *redact* takes secrets out of a tree of plain values."""
    shown = happenings(journal)
    kinds = {event.event: event.kind for event in journal.all(EventCreated)}
    most = MOST if has_passed else MOST_OF_FAILED
    numbered = list(enumerate(shown, start=1))
    first = most * 3 // 4
    kept = numbered if len(numbered) <= most else [*numbered[:first], *numbered[first - most :]]
    earlier = attempts([entry for _, entry in shown])
    most_bytes = MOST_BYTES_OF_PASSED if has_passed else MOST_BYTES
    raw = Story(
        scenario=scenario,
        steps=tuple(steps),
        took_s=round(took_s, 3),
        happenings=tuple(_happening(number, *pair, earlier, kinds, most_bytes, has_passed) for number, pair in kept),
        left_out=len(numbered) - len(kept),
        acknowledgements=counted(journal.all(Delivery)),
    )
    story = msgspec.convert(redact(msgspec.to_builtins(raw)), Story)
    return msgspec.structs.replace(
        story, happenings=tuple(_finished(happening, most_bytes) for happening in story.happenings)
    )


def happenings(journal: Journal) -> list[tuple[float, Entry]]:
    """What is told of *journal*, each with when it began; faults that bit are told by what they bit."""
    found: list[tuple[float, Entry]] = []
    newest_s = 0.0
    for entry in journal:
        began_s = entry.at_s
        if entry.step < 0 and not entry.at_s:
            began_s = newest_s
        elif isinstance(entry, HookCall):
            # It was written down when the answer had come.
            began_s = max(0.0, entry.at_s - entry.took_s)
        newest_s = max(newest_s, entry.at_s)
        if type(entry) in AS_HAPPENING and not (isinstance(entry, FaultSet) and not entry.unbitten):
            found.append((began_s, entry))
    return sorted(found, key=lambda pair: pair[0])


def attempts(entries: Sequence[Entry]) -> dict[int, int]:
    """For each entry that makes an earlier attempt again, by its number, the number of that one.

    A call is made again when an equal one had ended badly before it began; a delivery when its attempt is a later one.
    """
    failed: dict[tuple[Any, ...], tuple[int, float]] = {}
    before: dict[tuple[str, str], int] = {}
    found: dict[int, int] = {}
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, Exchange):
            key = (entry.method, entry.path, entry.query, entry.request_body)
            ended = failed.get(key)
            if ended is not None and ended[1] <= entry.at_s:
                found[number] = ended[0]
                del failed[key]
            if entry.status is None or entry.status >= 400 or entry.bites:
                failed[key] = (number, entry.ended_s)
        elif isinstance(entry, Delivery) and entry.message_id:
            name = (entry.message_id, entry.kind)
            if name in before:
                found[number] = before[name]
            before[name] = number
    return found


def counted(deliveries: Sequence[Delivery]) -> tuple[int, ...]:
    """How many genuine deliveries were acknowledged within each class of time; nothing where none was."""
    took_ms = [delivery.took_s * 1000 for delivery in deliveries if delivery.outcome == "ack" and delivery.kind == "genuine"]
    if not took_ms:
        return ()
    counts = [0] * (len(BOUNDS_MS) + 1)
    for took_m in took_ms:
        counts[bisect_left(BOUNDS_MS, took_m)] += 1
    return tuple(counts)


def _happening(
    number: int, began_s: float, one: Entry, earlier: dict[int, int], kinds: dict[str, str], most_bytes: int, is_short: bool
) -> Happening:
    def text_of(line: str, headers: Sequence[tuple[str, str]], body: bytes, *, is_error: bool = False) -> str:
        return message(line, headers, body, most_bytes=most_bytes, is_error=is_error, is_short=is_short)

    made = AS_HAPPENING[type(one)](one, text_of, kinds)
    return msgspec.structs.replace(
        made, number=number, step=one.step, at_s=round(began_s, 4), repeats=earlier.get(number, 0)
    )


def _finished(one: Happening, most_bytes: int) -> Happening:
    if not one.request and not one.response:
        return one
    return msgspec.structs.replace(
        one,
        request=finished(one.request, most_bytes=most_bytes),
        response=finished(one.response, most_bytes=most_bytes),
    )
