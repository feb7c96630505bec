"""Is every message applied at most once, however often it was delivered?"""

from typing import ClassVar

from harness.journal import Delivery, Effects, EventSeen, Journal
from harness.probes.base import PlainProbe
from harness.probes.finding import Finding

EFFECTS = "app.observe.effects"


class AppliesOnce(PlainProbe, frozen=True, kw_only=True, tag="applies_once"):
    """No message id has more than one completed processing, in every interleaving (I2)."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "exactly one effect per message_id"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "claim message_id and apply its effect in one database transaction"

    def examine(self, journal: Journal) -> Finding:
        """Read the counts at the end against what was delivered more than once."""
        told = last_applied(journal)
        if told is None:
            return self.cannot_tell("the effects hook tells no counts (applied)", hook=EFFECTS)
        delivered: dict[str, list[Delivery]] = {}
        for one in journal.all(Delivery):
            if one.kind in {"genuine", "replay"}:
                delivered.setdefault(one.message_id, []).append(one)
        names = {seen.message_id: seen.event for seen in journal.all(EventSeen)}
        twice = {event: count for event, count in told.items() if count > 1 and event in delivered}
        if twice:
            event, count = min(twice.items(), key=lambda pair: names.get(pair[0], pair[0]))
            seen = f"message {names.get(event, event)} was applied {count} times ({_attempts(delivered[event])})"
            return self.fails(seen, evidence=tuple(_line(one) for one in delivered[event]), examined=len(delivered))
        repeated = [ones for ones in delivered.values() if len(ones) > 1 and told.get(ones[0].message_id, 0) == 1]
        if not repeated:
            return self.cannot_tell("no message was delivered more than once and applied")
        return self.holds(f"{len(repeated)} messages were delivered repeatedly and applied once", examined=len(repeated))


def last_applied(journal: Journal) -> dict[str, int] | None:
    """The counts that the app told last, over all participants; None when it tells none."""
    last: dict[str, dict[str, int]] = {}
    for effects in journal.all(Effects):
        if effects.applied is not None:
            last[effects.participant] = effects.applied
    if not last:
        return None
    merged: dict[str, int] = {}
    for counts in last.values():
        for message_id, count in counts.items():
            merged[message_id] = max(count, merged.get(message_id, 0))
    return merged


def _attempts(deliveries: list[Delivery]) -> str:
    shown = deliveries[:4]
    attempts = " and ".join(f"{one.attempt}{' replayed' if one.kind == 'replay' else ''}" for one in shown)
    statuses = " and ".join(str(one.status) if one.status is not None else "no answer" for one in shown)
    more = f" and {len(deliveries) - 4} more" if len(deliveries) > 4 else ""
    return f"attempts {attempts}{more}, answered {statuses}"


def _line(one: Delivery) -> str:
    answer = one.status if one.status is not None else one.trouble
    return f"{one.event} attempt {one.attempt} {one.kind}: {answer}"
