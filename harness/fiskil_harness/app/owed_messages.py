"""What an app owes: messages that it acknowledged, is said to use, and has never told as applied.

Only a wait asks this; what it means is for probes to say.
"""

from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal


class OwedMessages:
    """What is due about one participant, as the journal stands now."""

    def __init__(self, journal: Journal, participant: str) -> None:
        events = {event.message_id: event for event in journal.all(EventCreated)}
        looks = [effects for effects in journal.all(Effects) if effects.participant == participant]
        taken = [
            delivery
            for delivery in journal.all(Delivery)
            if delivery.participant == participant and delivery.outcome == "ack" and delivery.kind in {"genuine", "replay"}
        ]
        applied = {message_id for look in looks for message_id, count in (look.applied or {}).items() if count}
        used = {events[text].kind for text in applied if text in events}
        self._taken = {delivery.message_id: delivery.event for delivery in taken}
        self._kinds = {message_id: event.kind for message_id, event in events.items()}
        self._owed = {
            delivery.message_id
            for delivery in taken
            if (event := events.get(delivery.message_id)) and (event.is_subscribed or event.kind in used)
        } - applied
        self.is_unseen = bool(taken) and (not looks or taken[-1].at_s > looks[-1].at_s)
        """Whether something was acknowledged since the app was looked at last."""

    @property
    def has_owed(self) -> bool:
        """Whether anything is due at all."""
        return bool(self._owed)

    def is_missing_from(self, applied: dict[str, int] | None) -> bool:
        """Whether counts that the app tells now lack something; those of an app that tells none lack nothing."""
        return applied is not None and any(not applied.get(text, 0) for text in self._owed)

    def first_left(self, applied: dict[str, int] | None) -> str:
        """The first message, by its event's name and kind, that was acknowledged and has no effect yet, if any."""
        left = (kind for kind in self._kinds if kind in self._taken and not (applied or {}).get(kind, 0))
        found = next(left, "") if applied is not None else ""
        return f"{self._taken[found]} {self._kinds[found]}" if found else ""
