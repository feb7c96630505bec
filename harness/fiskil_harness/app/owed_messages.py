"""What an app owes: messages that it acknowledged, is said to use, and has never told as applied.

Only a wait asks this; what it means is for probes to say.
"""

from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal


class OwedMessages:
    """What is due about one participant, as the journal stands now."""

    def __init__(self, journal: Journal, participant: str) -> None:
        events = {one.message_id: one for one in journal.all(EventCreated)}
        looks = [one for one in journal.all(Effects) if one.participant == participant]
        taken = [
            one
            for one in journal.all(Delivery)
            if one.participant == participant and one.outcome == "ack" and one.kind in {"genuine", "replay"}
        ]
        applied = {message_id for one in looks for message_id, count in (one.applied or {}).items() if count}
        used = {events[one].kind for one in applied if one in events}
        self._taken = {one.message_id: one.event for one in taken}
        self._kinds = {message_id: event.kind for message_id, event in events.items()}
        self._owed = {
            one.message_id
            for one in taken
            if (event := events.get(one.message_id)) and (event.is_subscribed or event.kind in used)
        } - applied
        self.is_unseen = bool(taken) and (not looks or taken[-1].at_s > looks[-1].at_s)
        """Whether something was acknowledged since the app was looked at last."""

    @property
    def has_owed(self) -> bool:
        """Whether anything is due at all."""
        return bool(self._owed)

    def is_missing_from(self, applied: dict[str, int] | None) -> bool:
        """Whether counts that the app tells now lack something; those of an app that tells none lack nothing."""
        return applied is not None and any(not applied.get(one, 0) for one in self._owed)

    def first_left(self, applied: dict[str, int] | None) -> str:
        """The first message, by its event's name and kind, that was acknowledged and has no effect yet, if any."""
        left = (one for one in self._kinds if one in self._taken and not (applied or {}).get(one, 0))
        found = next(left, "") if applied is not None else ""
        return f"{self._taken[found]} {self._kinds[found]}" if found else ""
